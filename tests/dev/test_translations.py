"""What the German and French texts keep to: the words of the trade, and typography."""

import re

import polib
import pytest
from dsodev.paths import REPO

#: What is no text of a sentence: markup, placeholders, hashtags, addresses.
NO_TEXT = re.compile(r"<[^>]*>|&\w+;|https?://\S+|%\([^)]*\)[sd]|%[sd]|\{\{.*?\}\}|#\w+", re.S)
#: What leaves as SMS: a narrow space there would make three parts of one.
AS_SMS = "model:sms.template,body:"

#: What the English says, and the word that every translation of it has.
TERMS = {
    "de": (
        ("specific action", "Einzelmaßnahme"),
        ("evidence file", "Forderungsakte"),
        ("broken promise", "[Nn]icht eingehalten"),
        (r"(?:is|are) sent automatically", "automatisch versandt"),
        ("second reminder", r"1\. Mahnung"),
    ),
    "fr": (
        ("evidence file", "[Dd]ossier de preuves"),
        ("credit limit", "[Pp]lafond d'encours"),
        ("resolver", "[Rr]esponsable"),
        (r"\bleader\b", "plus ancienne|autre facture"),
        (r"(?:is|are) sent automatically", "automatiquement"),
    ),
}
#: Words that nobody in the trade says, or that would be a second word for a thing.
NEVER = {
    "de": (r"\bSonderaktion", r"\bBeweisakte", r"führende[nrs]? Posten", r"Versprechen"),
    "fr": (r"\bleader\b", r"\bpostes? (?:échus?|ouverts?)", r"\blimite de crédit"),
}


def entries(lang):
    path = REPO / "dso_collection" / "i18n" / f"{lang}.po"
    return [entry for entry in polib.pofile(path) if not entry.obsolete]


def is_sms(entry):
    return any(where.startswith(AS_SMS) for where, _line in entry.occurrences)


@pytest.mark.parametrize("lang", TERMS)
def test_nothing_is_left_in_english(lang):
    missing = [entry.msgid for entry in entries(lang) if not entry.msgstr or entry.fuzzy]
    assert not missing


@pytest.mark.parametrize("lang", TERMS)
def test_the_words_of_the_trade(lang):
    others = [
        (term, entry.msgid, entry.msgstr)
        for term, word in TERMS[lang]
        for entry in entries(lang)
        if re.search(term, NO_TEXT.sub(" ", entry.msgid), re.I)
        and not re.search(word, entry.msgstr)
    ]
    assert not others


@pytest.mark.parametrize("lang", NEVER)
def test_no_word_that_nobody_says(lang):
    found = [
        (word, entry.msgstr)
        for word in NEVER[lang]
        for entry in entries(lang)
        if re.search(word, NO_TEXT.sub(" ", entry.msgstr))
    ]
    assert not found


def test_french_has_a_narrow_space_before_double_marks():
    wrong = [
        entry.msgstr
        for entry in entries("fr")
        if not is_sms(entry)
        for mark in re.finditer(r"(.)[;:?!](?=\s|$|»)", NO_TEXT.sub("", entry.msgstr))
        if mark[1] not in "\u202f.!?…(["
    ]
    assert not wrong


def test_sms_have_no_space_that_costs_a_part():
    """U+202F is in no table of GSM-7: 160 letters a part would be 70."""
    wide = [entry.msgid for entry in entries("fr") if is_sms(entry) and "\u202f" in entry.msgstr]
    assert not wide
