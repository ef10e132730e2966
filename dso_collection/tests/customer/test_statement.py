"""The statement of account on paper: one for the collector, who prints it from the customer's
sheet, and for the customer, who fetches it from its page. See ``test_sheet`` for what it tells."""

import re

import lxml.html
from freezegun import freeze_time

from odoo.tests import tagged

from ..letter_common import LetterCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestStatement(LetterCommon):
    """Five days late 400, not due 70, a credit of 30: 440."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.late = cls._invoice("2026-03-01", 400.0)
        cls.not_due = cls._invoice("2026-04-01", 70.0)
        cls.refund = cls._credit(30.0)
        cls.env["dso.customer"]._plan()
        cls.customer = cls._customer()

    def _promise(self, day, amount=0.0):
        promise = self.env.ref("dso_collection.status_promise")
        with freeze_time("2026-02-20 09:00:00"):
            self.env["dso.item.qualify"].with_user(self.collector).create(
                {
                    "line_ids": [(6, 0, self._line(self.late).ids)],
                    "status_id": promise.id,
                    "date": day,
                    "amount": amount,
                }
            ).action_apply()

    def test_broken_promise(self):
        """On the customer's screen and in the statement that is printed and sent."""
        self._promise("2026-03-03")
        line = self._line(self.late).with_user(self.collector)
        text = "Promise for 03/03/2026 not kept"
        self.assertEqual((line.dso_status_text, line.dso_promise_broken), (text, True))
        self.assertIn(text, self.customer._prepare_statement()["items_table"])
        action = self.env["dso.action"].create(
            {"customer_id": self.customer.id, "origin": "manual", "action_type": "email"}
        )
        self.assertIn(text, action._dso_render("<p>#items_list</p>", html=True))
        self.assertNotIn(text, action._dso_render("<p>#items_list_overdue</p>", html=True))

    def test_awaited_promise_is_not_broken(self):
        self._promise("2026-03-05")
        line = self._line(self.late)
        self.assertEqual((line.dso_status_text, line.dso_promise_broken), ("Promise to pay", False))
        self.assertNotIn("not kept", self.customer._prepare_statement()["items_table"])

    def test_a_promised_part_is_told(self):
        self._promise("2026-03-05", 100.0)
        line = self._line(self.late).with_user(self.collector)
        self.assertIn("100.00 of it", line.dso_status_text)

    def test_promised_part_that_was_paid_is_not_broken(self):
        self._promise("2026-03-03", 100.0)
        self._pay(self.late, on="2026-03-02", amount=100.0)
        self.assertFalse(self._line(self.late).dso_promise_broken)
        self.assertNotIn("not kept", self.customer._prepare_statement()["items_table"])

    def test_broken_promises_in_a_constant_number_of_queries(self):
        self._promise("2026-03-03")
        lines = self._line(self.late | self.not_due)
        few = self._count_queries(lines._dso_find_broken_promises)
        more = [self._line(self._invoice("2026-02-25", 10.0)) for _count in range(5)]
        for line in more:
            line._dso_set_status(self.env.ref("dso_collection.status_promise"), "2026-03-02")
        lines = lines.union(*more)
        self.assertEqual(len(lines._dso_find_broken_promises()), 6)
        self.assertLessEqual(self._count_queries(lines._dso_find_broken_promises), few + 1)

    def _enable_penalties(self):
        """Ten per cent a year, and 40 for each invoice."""
        self.company.dso_penalty_rule_id = self.env["dso.penalty.rule"].create(
            {
                "name": "Ten percent",
                "kind": "fixed",
                "rate": 10,
                "recovery_cost": 40,
                "recovery_per": "invoice",
                "currency_id": self.company.currency_id.id,
            }
        )
        self.customer.write({"penalty_enabled": True, "recovery_cost_enabled": True})

    def _print(self, customer=None):
        """What a collector prints, as an attachment."""
        customer = customer or self.customer
        action = (
            customer.with_user(self.collector)
            .with_context(force_report_rendering=True)
            .action_print_statement()
        )
        file = self.env["ir.attachment"].search(
            [("res_model", "=", "dso.customer"), ("res_id", "=", customer.id)]
        )
        self.assertEqual(len(file), 1)
        self.assertIn(f"/web/content/{file.id}", action["url"])
        return file

    def _fetch(self, lang="en_US"):
        """What the customer downloads from its page, as public user."""
        Page = self.env["dso.page"]
        [(page, _token)] = Page._create_pages(
            [
                {
                    "customer_id": self.customer.id,
                    "purpose": "customer",
                    "expires_date": Page._get_expiry(self.company),
                    "lang": lang,
                }
            ]
        )
        page = page.with_user(self.env.ref("base.public_user")).sudo()
        page = page.with_context(
            lang=lang, allowed_company_ids=self.company.ids, force_report_rendering=True
        )
        return page._make_statement_pdf()

    def test_the_file_says_whose_it_is(self):
        """Printed: the customer's. Downloaded from the page by the customer: ours."""
        self.partner.name = "Acme/Paris: <Nord>"
        today = self.company._dso_today()
        self.assertEqual(self._print().name, f"Statement of account Acme-Paris Nord {today}.pdf")
        page = self.env["dso.page"].sudo().new({"customer_id": self.customer.id})
        self.assertEqual(
            page._get_statement_name("xlsx"), f"Statement {self.company.name} {today}.xlsx"
        )
        self.partner.name = "A very long name " * 9
        name = self.customer._make_file_name("Statement %(customer)s %(date)s", "pdf")
        self.assertTrue(name.endswith(f" {today}.pdf"), name)

    def test_printed_statement(self):
        file = self._print()
        self.assertEqual(file.name, "Statement of account Acme 2026-03-06.pdf")
        text = self._text(file.raw)
        for words in (
            "Statement of account",
            "Acme",
            "5 Rue de la Paix",
            self.late.name,
            self.not_due.name,
            self.refund.name,
        ):
            self.assertIn(words, text)
        self.assertIn("440.00", text, "400 and 70 less 30")
        self.assertNotIn("Interest", text)

    def test_the_page_gives_the_same(self):
        """One statement, whoever asks for it: with the ages, and penalties where they are on."""
        self._enable_penalties()
        printed = self._text(self._print().raw)
        self.assertIn("By age", printed)
        self.assertIn("Interest and costs", printed)
        self.assertEqual(self._text(self._fetch()), printed)

    def test_penalties_where_they_are_on(self):
        """400 less the credit of 30 at 10 % for 5 of 365 days is 0.51, and 40: on the item, and in
        the total."""
        self.assertFalse(self.customer._prepare_statement()["penalties_table"])
        self._enable_penalties()
        statement = self.customer._prepare_statement()
        self.assertEqual(statement["items_table"].count("40.51"), 2)
        self.assertIn("0.51", statement["penalties_table"])
        # the amounts that are open are not raised by it
        self.assertIn("440.00", statement["items_table"])
        self.customer.write({"penalty_enabled": False, "recovery_cost_enabled": False})
        self.assertNotIn("40.51", self.customer._prepare_statement()["items_table"])

    def test_each_currency_by_itself(self):
        """7,000 euros, and 400 dollars less 30, at 10 % for 5 of 365 days: 9.59 € and $ 0.51."""
        euro = self.setup_other_currency("EUR")
        self._enable_penalties()
        self.customer.recovery_cost_enabled = False
        self._invoice("2026-03-01", 7000.0, currency_id=euro.id)
        statement = self.customer._prepare_statement()
        foot = lxml.html.fromstring(str(statement["items_table"])).xpath("//tfoot/tr")
        self.assertEqual(
            {" ".join(row.text_content().replace("\xa0", " ").split()) for row in foot},
            {"Total USD $ 0.51 $ 440.00", "Total EUR 9.59 € 7,000.00 €"},
        )
        self.assertEqual({age["currency"] for age in statement["ages"]}, {"USD", "EUR"})

    def test_in_the_recipients_language(self):
        """That of the page, whatever the customer's own is: its words, dates and amounts."""
        for code in ("fr_FR", "de_DE"):
            self.env["res.lang"]._activate_lang(code)
        self.env["ir.module.module"]._load_module_terms(["dso_collection"], ["fr_FR", "de_DE"])
        expected = {
            "en_US": ("Statement of account", "March 6, 2026", "By age", "440.00"),
            "fr_FR": ("Relevé de compte", "6 mars 2026", "Échéance", "440,00"),
            "de_DE": ("Kontoauszug", "6. März 2026", "Fällig", "440,00"),
        }
        for code, words in expected.items():
            with self.subTest(code):
                text = self._text(self._fetch(code))
                for word in words:
                    self.assertIn(word, text)

    def test_a_long_one(self):
        """Each page has the table's heading, and every item is on it once."""
        self._invoices(60, "2026-02-20", 1.0)
        content = self._fetch()
        self.assertGreater(len(self._pages(content)), 1)
        text = self._text(content)
        names = self.customer.item_ids.move_id.mapped("name")
        # a credit note's number ends like an invoice's
        self.assertEqual([len(re.findall(rf"\b{name}\b", text)) for name in names], [1] * 62)
        self.assertIn("500.00", text, "60 more")
