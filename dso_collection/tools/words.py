"""Amounts in words, where they can be written well.

Odoo's ``res.currency.amount_to_text`` writes them by num2words, in English where that library does
not know the language. A letter shows no English to a Greek reader, no debt where there is a
credit, and no spelling that a court would smile at: there is no word rather than a wrong one.
"""

from __future__ import annotations

import re

from num2words import CONVERTER_CLASSES, num2words

from odoo import models
from odoo.tools import get_lang
from odoo.tools.translate import code_translations

#: num2words 0.5.13 calls some languages by their country's code.
NAMES = {"be": "by", "cs": "cz", "da": "dk", "kk": "kz", "nb": "no"}
#: Written in another alphabet, or another language, than the library's; or it has none for larger
#: numbers (Amharic), or writes another one (Azerbaijani, 30,000 for 31,000).
UNKNOWN = frozenset({"am", "az", "nn", "sr@Cyrl"})
#: French of Belgium and Switzerland is the library's French with other tens: its own is spelled
#: wrongly there ("un millions", "deux cents trente-quatre").
TENS = {
    "fr_BE": (("soixante", "septante"), ("quatre-vingt", "nonante")),
    "fr_CH": (("soixante", "septante"), ("quatre-vingt", "nonante")),
}
EIGHTY = {"fr_CH": "huitante"}
_TEENS = ("dix", "onze", "douze", "treize", "quatorze", "quinze", "seize")
_UNITS = ("", " et un", "-deux", "-trois", "-quatre", "-cinq", "-six")

_WITH_PART = "%(integral_amount)s %(currency_unit)s and %(fractional_amount)s %(currency_subunit)s"


#: What num2words 0.5.13 spells wrongly, by its names of languages: (pattern, replacement).
_SPELLINGS = {
    "cz": ((r"\bdva (?=miliard)", "dvě "),),
    "de": (("einstausend", "eintausend"), (r"eins (?=Milli)", "eine ")),
    "dk": ((r"\ben (million|milliard)er\b", r"en \1"),),
    "es": (
        (r"\bveintiuno(?= (?:mil|bil))", "veintiún"),
        (r"\buno(?= (?:mil|bil))", "un"),
    ),
    "nl": ((r"(?<=\w)éé", "ee"), (r"duizend(?=\w)", "duizend ")),
    "no": (
        (r"\ben (?=hundre|tusen)", "ett "),
        (r"\b(tjue|tretti|førti|femti|seksti|sytti|åtti|nitti)en(?= tusen)", r"\1ett"),
        (r"\bmillard", "milliard"),
        (r"(?<!\ben )\b(million|milliard)\b", r"\1er"),
    ),
    "ro": (
        (r"\bunu (?=(?:de )?(?:mii|milioane|miliarde)\b)", "una "),
        (r"\bdoi (?=(?:de )?(?:mii|milioane|miliarde)\b)", "două "),
    ),
    "sv": (("ttt", "tt"), (r"(milj(?:oner|on(?!er)|arder|ard(?!er)))(?=\w)", r"\1 ")),
}


def _get_groups(number):
    """Thousands, millions and milliards: how many of each."""
    return [number // 1000**power % 1000 for power in (1, 2, 3)]


#: Numbers that num2words 0.5.13 writes wrongly in a language.
_WRONG = {
    # "a hundred and a thousand thousand"
    "ar": lambda number: any(
        group > 100 and 1 <= group % 100 <= 10 for group in _get_groups(number)
    ),
    # no plural for five and more
    "sl": lambda number: (
        number >= 10**9 or number >= 10**6 and _get_groups(number)[1] % 100 not in (1, 2, 3, 4)
    ),
    # "bilion" for "milijarda"
    "sr": lambda number: number >= 10**9,
}


def amount_in_words(currency: models.BaseModel, amount: float) -> str:
    """The amount in the language of the currency's environment, with the currency's own names for
    its units, such as "Two Hundred Thirty-Four Dollars and Fifty Cents".

    :param currency: ``res.currency``
    :param amount: in that currency; rounded as the currency is
    :return: empty where the amount is negative (words would read as a debt), or where the language
        or the currency has no words
    """
    digits = currency.decimal_places
    text = f"{currency.round(amount) + 0.0:.{digits}f}"
    if text.startswith("-"):
        return ""
    whole, _point, part = text.partition(".")
    lang = get_lang(currency.env).code
    parts = {
        "integral_amount": number_in_words(int(whole), lang),
        "currency_unit": currency.currency_unit_label,
    }
    template = "%(integral_amount)s %(currency_unit)s"
    if int(part or 0):
        parts["fractional_amount"] = number_in_words(int(part), lang)
        parts["currency_subunit"] = currency.currency_subunit_label
        # Odoo's own sentence, in all of its languages
        translations = code_translations.get_python_translations("base", lang)
        template = translations.get(_WITH_PART) or _WITH_PART
    return template % parts if all(parts.values()) else ""


def number_in_words(number: int, lang: str) -> str:
    """A whole number, each word with a capital as Odoo writes them; empty where the language has
    no words.

    :param number: not negative
    :param lang: a language's code as Odoo has it, such as "fr_BE"
    """
    name = _find_converter(lang)
    if not name:
        return ""
    try:
        words = num2words(number, lang=name)
    except (ArithmeticError, LookupError, NotImplementedError, TypeError, ValueError):
        return ""  # too large, for instance
    if name in _WRONG and _WRONG[name](number):
        return ""
    for wrong, right in _SPELLINGS.get(name, ()):
        words = re.sub(wrong, right, words)
    if lang in TENS:
        words = _localize_french(words, lang)
    if lang == "de_CH":
        words = words.replace("ß", "ss")
    if name == "bg":
        words = _join_bulgarian(words, number)
    if name == "ro":
        words = _count_romanian(words, number)
    return _capitalize(" ".join(words.split()), lang)


def _capitalize(words, lang):
    """Each word with a capital: not what follows an apostrophe, as ``str.title`` would have it.

    >>> _capitalize("п'ятдесят", "uk_UA"), _capitalize("iki", "tr_TR")
    ("П'ятдесят", 'İki')
    """
    dotted = lang[:2] in ("tr", "az")

    def upper(found):
        letter = found[0]
        return "İ" if dotted and letter == "i" else letter.upper()

    return re.sub(r"(?:(?<=^)|(?<=[\s-]))\w", upper, words)


def _find_converter(lang):
    """What num2words calls the language; None if it does not know it. (Left to itself, it takes
    the first two letters of any code.)"""
    language = re.split(r"[_@]", lang)[0]
    if lang in UNKNOWN or language in UNKNOWN:
        return None
    names = [lang, language, NAMES.get(language)]
    if lang in TENS:
        names = [language]
    return next((name for name in names if name in CONVERTER_CLASSES), None)


def _join_bulgarian(words, number):
    """Odoo's own Bulgarian forgets the "and" before a last word: one thousand *and* one hundred.

    >>> _join_bulgarian("хиляда сто", 1100), _join_bulgarian("хиляда сто и едно", 1101)
    ('хиляда и сто', 'хиляда сто и едно')
    """
    if number < 1000 or not number % 1000 or " и " in words.split("хиляд")[-1]:
        return words
    return re.sub(r"(?<! и) (\w+)$", r" и \1", words)


def _count_romanian(words, number):
    """ "De" stands behind round hundreds and what is 20 or more, whatever is counted.

    >>> _count_romanian("o sută una de mii", 101000), _count_romanian("treizeci milioane", 30000000)
    ('o sută una mii', 'treizeci de milioane')
    """
    for group, unit in zip(_get_groups(number), ("mii", "milioane", "miliarde"), strict=True):
        words = re.sub(rf"\b(?:de )?{unit}\b", unit, words)
        if group >= 20 and not 1 <= group % 100 <= 19:
            words = re.sub(rf"\b{unit}\b", f"de {unit}", words)
    return words


def _localize_french(words, lang):
    """
    >>> _localize_french("quatre-vingt-dix-sept mille soixante et onze", "fr_BE")
    'nonante-sept mille septante et un'
    >>> _localize_french("quatre-vingts millions", "fr_CH")
    'huitante millions'
    """
    for twenties, ten in TENS[lang]:
        for teen, unit in reversed(list(zip(_TEENS, _UNITS, strict=True))):
            words = re.sub(rf"\b{twenties}(?:-| et ){teen}\b", ten + unit, words)
    if eighty := EIGHTY.get(lang):
        words = re.sub(r"\bquatre-vingt-un\b", f"{eighty} et un", words)
        words = re.sub(r"\bquatre-vingts?\b", eighty, words)
    return words
