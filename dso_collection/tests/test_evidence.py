import re

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .letter_common import LetterCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestEvidence(LetterCommon):
    """The evidence file: everything about a claim as one PDF."""

    def setUp(self):
        super().setUp()
        # invoices as PDF too, not as the HTML that Odoo's tests are given instead
        self.env = self.env(context={**self.env.context, "force_report_rendering": True})
        self.invoice = self._invoice("2026-03-01", 400.0)
        self.action = self._letter(action_type="litigation").with_env(self.env)

    def _make(self):
        self.action.with_user(self.collector).with_context(
            force_report_rendering=True
        ).action_make_evidence_file()
        return self.action.evidence_attachment_id

    def test_all_is_in_it(self):
        reminder = self._letter()
        reminder.with_context(force_report_rendering=False).action_execute()
        line = self._line(self.invoice)
        self.env["dso.item.qualify"].create(
            {
                "line_ids": line.ids,
                "status_id": self.env.ref("dso_collection.status_promise").id,
                "date": "2026-03-20",
                "comment": "Said the cheque was in the post",
            }
        ).action_apply()
        self._customer().message_post(
            body="We never ordered that",
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            email_from="ann@acme.example.com",
        )
        file = self._make()
        text = self._text(file.raw)
        for words in (
            "Evidence file",
            "Acme",
            self.invoice.name,
            "400.00",
            "Said the cheque was in the post",
            "We never ordered that",
            "ann@acme.example.com",
            "Formal notice of",
            "Letter",
        ):
            self.assertIn(words, text)
        pages = len(self._pages(file.raw))
        self.assertGreaterEqual(pages, 3, "the report, the letter, the invoice")

    def test_made_anew(self):
        first = self._make()
        second = self._make()
        self.assertNotEqual(first, second)
        self.assertFalse(first.exists())
        self.assertEqual((second.res_model, second.res_id), ("dso.action", self.action.id))

    def test_from_the_customer(self):
        customer = self._customer().with_user(self.collector)
        outcome = customer.with_context(force_report_rendering=True).action_make_evidence_file()
        file = self.env["ir.attachment"].search(
            [("res_model", "=", "dso.customer"), ("res_id", "=", customer.id)]
        )
        self.assertEqual(outcome["url"], f"/web/content/{file.id}?download=true")
        self.assertIn(self.invoice.name, self._text(file.raw))

    def test_language_is_chosen(self):
        """By default the company's, whatever the customer speaks and whoever asks; a lawyer abroad
        gets it in the language of the dialog."""
        for code in ("fr_FR", "de_DE"):
            self.env["res.lang"]._activate_lang(code)
        self.contact.lang = "fr_FR"
        self.collector.lang = "fr_FR"
        self.company.partner_id.lang = "de_DE"
        customer = self._customer().with_user(self.collector)
        customer = customer.with_context(force_report_rendering=True, lang="fr_FR")
        for lang, chosen, day in ((None, "de_DE", "01.03.2026"), ("en_US", "en_US", "03/01/2026")):
            with self.subTest(lang=lang):
                window = customer.action_ask_evidence_file()
                wizard = customer.env[window["res_model"]].browse(window["res_id"])
                self.assertEqual(wizard.lang, "de_DE")
                if lang:
                    wizard.lang = lang
                wizard.action_make()
                file = self.env["ir.attachment"].search(
                    [("res_model", "=", "dso.customer"), ("res_id", "=", customer.id)],
                    order="id desc",
                    limit=1,
                )
                text = " ".join(self._pages(file.raw)[0].extract_text().split())
                self.assertIn(day, text)
                # the heading of the statement, as the view has it in that language
                table = self.env.ref("dso_collection.items_table").with_context(lang=chosen)
                heading = re.search(r"<th[^>]*right[^>]*>([^<]+)<", table.arch_db)[1]
                self.assertIn(heading, text)

    def test_language_from_an_action(self):
        window = self.action.with_user(self.collector).action_ask_evidence_file()
        wizard = self.env[window["res_model"]].with_user(self.collector).browse(window["res_id"])
        self.assertEqual(wizard.action_id, self.action)
        wizard.with_context(force_report_rendering=True).action_make()
        self.assertTrue(self.action.evidence_attachment_id)
        with self.assertRaises(AccessError):
            self.action.with_user(self.reader).action_ask_evidence_file()

    def test_reader_may_not(self):
        with self.assertRaises(AccessError):
            self.action.with_user(self.reader).action_make_evidence_file()

    def test_damaged_pdf_is_named(self):
        self._make()
        with self.assertRaisesRegex(UserError, "damaged"):
            self.env["dso.letter.printer"]._merge([b"%PDF-1.4 nothing"])
