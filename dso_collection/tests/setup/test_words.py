"""Amounts in words: in good spelling, or none at all."""

import doctest
import re
from pathlib import Path

from odoo.tests import TransactionCase, tagged

from ...tools import words
from ...tools.words import amount_in_words, number_in_words
from ..common import DsoCommon


@tagged("post_install", "-at_install")
class TestMoney(TransactionCase):
    def test_odoo_writes_amounts(self):
        """Where the symbol goes, and the minus, is Odoo's: on screens as in its own lists."""
        module = Path(__file__).parents[2]
        symbol = re.compile(r"\bsymbol\b")
        named = [
            path.relative_to(module)
            for folder in ("controllers", "engine", "models", "report", "static/src", "tools")
            for path in sorted((module / folder).rglob("*"))
            if path.suffix in (".py", ".js", ".xml") and symbol.search(path.read_text())
        ]
        self.assertEqual(named, [], "format_amount and formatMonetary know how")


@tagged("post_install", "-at_install")
class TestNumberInWords(TransactionCase):
    def test_languages_by_the_names_that_the_library_has_for_them(self):
        """num2words 0.5.13 has cz, dk and no."""
        for lang, expected in (
            ("cs_CZ", "Dvacet Jedna"),
            ("da_DK", "Enogtyve"),
            ("nb_NO", "Tjueen"),
            ("uk_UA", "Двадцять Один"),
            ("pt_BR", "Vinte E Um"),
            ("es_419", "Veintiuno"),
            ("fr_CA", "Vingt Et Un"),
            ("en_GB", "Twenty-One"),
        ):
            with self.subTest(lang=lang):
                self.assertEqual(number_in_words(21, lang), expected)

    def test_no_english_for_a_language_without_words(self):
        for lang in ("el_GR", "hr_HR", "ca_ES", "zh_CN", "zh_TW", "nn_NO", "kab_DZ"):
            with self.subTest(lang=lang):
                self.assertEqual(number_in_words(21, lang), "")

    def test_a_number_that_the_language_cannot_spell(self):
        """num2words 0.5.13 has no words for larger numbers in Amharic; in Azerbaijani 31,000 are
        "otuz min", which is 30,000; a Serbian "bilion" is a thousand times as much; others know no
        plural of a few numbers."""
        for lang, *numbers in (
            ("am_ET", 1234),
            ("az_AZ", 31000),
            ("sr@latin", 10**9),
            ("sl_SI", 5 * 10**6, 5 * 10**9),
            ("ar_001", 101000, 103000, 201000000),
            ("te_IN", 10**13),
        ):
            for number in numbers:
                with self.subTest(lang=lang, number=number):
                    self.assertEqual(number_in_words(number, lang), "")
        for lang in ("sr@latin", "sl_SI", "ar_001"):
            self.assertTrue(number_in_words(2022000, lang))

    def test_what_the_library_spells_wrong(self):
        """As grammars have it; num2words 0.5.13 writes otherwise."""
        for lang, number, expected in (
            ("da_DK", 1000000, "En Million"),
            ("da_DK", 1001000, "En Million Ettusind"),
            ("da_DK", 2000000, "To Millioner"),
            ("da_DK", 21000000000, "Enogtyve Milliarder"),
            ("nb_NO", 1000000, "En Million"),
            ("nb_NO", 2000000, "To Millioner"),
            ("nb_NO", 2000000000, "To Milliarder"),
            ("nb_NO", 1000000000, "En Milliard"),
            ("nb_NO", 1101, "Ett Tusen Ett Hundre Og En"),
            ("nb_NO", 21000, "Tjueett Tusen"),
            ("nb_NO", 19000, "Nitten Tusen"),
            ("cs_CZ", 2000000000, "Dvě Miliardy"),
            ("de_DE", 101000, "Einhunderteintausend"),
            ("de_DE", 1001, "Eintausendeins"),
            ("de_CH", 30, "Dreissig"),
            ("nl_NL", 101, "Honderdeen"),
            ("nl_BE", 1234, "Duizend Tweehonderdvierendertig"),
            ("nl_NL", 1, "Één"),
            ("nl_NL", 101000, "Honderdeenduizend"),
            ("sv_SE", 1000, "Ettusen"),
            ("sv_SE", 21021, "Tjugoettusentjugoett"),
            ("sv_SE", 1000001, "En Miljon Ett"),
            ("es_ES", 21000, "Veintiún Mil"),
            ("es_MX", 31000000, "Treinta Y Un Millones"),
            ("es_AR", 101021, "Ciento Un Mil Veintiuno"),
            ("ro_RO", 101000, "O Sută Una Mii"),
            ("ro_RO", 115000, "O Sută Cincisprezece Mii"),
            ("ro_RO", 120000, "O Sută Douăzeci De Mii"),
            ("ro_RO", 21000, "Douăzeci Și Una De Mii"),
            ("ro_RO", 42000000, "Patruzeci Și Două De Milioane"),
            ("ro_RO", 2000000, "Două Milioane"),
        ):
            with self.subTest(lang=lang, number=number):
                self.assertEqual(number_in_words(number, lang), expected)

    def test_bulgarian(self):
        """Odoo 19.0's own: "хиляда сто" for 1,100."""
        for number, expected in (
            (21, "Двадесет И Едно"),
            (1000, "Хиляда"),
            (1001, "Хиляда И Едно"),
            (1100, "Хиляда И Сто"),
            (1234, "Хиляда Двеста Тридесет И Четири"),
            (2500, "Две Хиляди И Петстотин"),
            (21000, "Двадесет И Една Хиляди"),
            (1000001, "Един Милион И Едно"),
        ):
            with self.subTest(number=number):
                self.assertEqual(number_in_words(number, "bg_BG"), expected)

    def test_french_of_belgium_and_switzerland(self):
        """num2words 0.5.13 writes "un millions" and "deux cents trente-quatre" there."""
        for number, belgian, swiss in (
            (70, "Septante", "Septante"),
            (71, "Septante Et Un", "Septante Et Un"),
            (80, "Quatre-Vingts", "Huitante"),
            (81, "Quatre-Vingt-Un", "Huitante Et Un"),
            (85, "Quatre-Vingt-Cinq", "Huitante-Cinq"),
            (90, "Nonante", "Nonante"),
            (97, "Nonante-Sept", "Nonante-Sept"),
            (234, "Deux Cent Trente-Quatre", "Deux Cent Trente-Quatre"),
            (80000, "Quatre-Vingt Mille", "Huitante Mille"),
            (1000000, "Un Million", "Un Million"),
            (
                200071091,
                "Deux Cents Millions Septante Et Un Mille Nonante Et Un",
                "Deux Cents Millions Septante Et Un Mille Nonante Et Un",
            ),
        ):
            with self.subTest(number=number):
                self.assertEqual(number_in_words(number, "fr_BE"), belgian)
                self.assertEqual(number_in_words(number, "fr_CH"), swiss)

    def test_capitals(self):
        self.assertEqual(number_in_words(50, "uk_UA"), "П'ятдесят")
        self.assertEqual(number_in_words(2, "tr_TR"), "İki")
        self.assertFalse(doctest.testmod(words).failed)


@tagged("post_install", "-at_install")
class TestAmountInWords(DsoCommon):
    def _write(self, amount, currency="EUR", lang="en_US"):
        self.env["res.lang"]._activate_lang(lang)
        currency = self.env.ref(f"base.{currency}")
        return amount_in_words(currency.with_context(lang=lang), amount)

    def test_units_and_subunits(self):
        self.assertEqual(self._write(234), "Two Hundred And Thirty-Four Euros")
        self.assertEqual(self._write(0.29), "Zero Euros and Twenty-Nine Cents")
        self.assertEqual(self._write(1.005 * 1000), "One Thousand And Five Euros")

    def test_sub_units_of_no_and_three_decimals(self):
        self.assertEqual(self._write(1250, "JPY"), "One Thousand, Two Hundred And Fifty Yen")
        # 1 dinar is 1,000 fils or millimes
        for code in ("KWD", "TND"):
            currency = self.env.ref(f"base.{code}")
            currency.rounding = 0.001
            unit, subunit = currency.currency_unit_label, currency.currency_subunit_label
            self.assertEqual(
                self._write(1.25, code), f"One {unit} and Two Hundred And Fifty {subunit}"
            )

    def test_a_credit_has_no_words(self):
        """They would read as a debt; num2words fails in some languages."""
        for lang in ("en_US", "pl_PL", "sk_SK", "vi_VN", "fr_FR"):
            with self.subTest(lang=lang):
                self.assertEqual(self._write(-0.5, "GBP", lang), "")
        self.assertTrue(self._write(-0.001, "GBP"), "which is zero")

    def test_a_currency_without_words(self):
        self.env.ref("base.GBP").currency_unit_label = False
        self.assertEqual(self._write(2, "GBP"), "")
        self.env.ref("base.EUR").currency_subunit_label = False
        self.assertEqual(self._write(2), "Two Euros")
        self.assertEqual(self._write(2.5), "")

    def test_odoos_own_sentence(self):
        self.assertRegex(self._write(2.5, lang="fr_FR"), "^Deux .+ et Cinquante ")
        self.assertRegex(self._write(2.5, lang="it_IT"), "^Due .+ e Cinquanta ")
        self.assertEqual(self._write(2.5, lang="el_GR"), "")

    def test_a_template_of_a_customer_with_a_net_credit(self):
        """No words: the sentence goes, nothing fails."""
        self._invoice("2026-03-01", 100)
        self._credit(150)
        self._plan("2026-03-06")
        action = self.env["dso.action"].create(
            {"customer_id": self._customer().id, "origin": "manual", "action_type": "call"}
        )
        text = "<p>In words: #items_amount_in_words.</p><p>Regards</p>"
        rendered = action._dso_render(text, True)
        self.assertNotIn("In words", rendered)
        self.assertIn("Regards", rendered)
