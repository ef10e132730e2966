from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..letter_common import LetterCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestFax(LetterCommon):
    """Faxes: e-mails to a gateway with the letter as PDF."""

    def setUp(self):
        super().setUp()
        self.company.dso_fax_domain = "fax.example.com"
        self.contact.write({"dso_fax": "01 42 68 53 00", "country_id": self.france.id})
        self.invoice = self._invoice("2026-03-01", 250.0)
        self.action = self._letter(
            action_type="fax",
            automatic=True,
            letter_template_id=False,
            mail_template_id=self.template.id,
        )

    def _dispatch(self):
        return self.env["dso.action"]._dispatch()

    def test_fax_is_an_email_to_the_gateway(self):
        self.assertEqual(self._dispatch(), 1)
        mail = self.action.mail_id
        self.assertEqual(mail.email_to, "33142685300@fax.example.com")
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.attachment_ids, self.action.letter_attachment_id)
        text = self._text(mail.attachment_ids.raw)
        self.assertIn("Please pay", text)
        self.assertIn(self.invoice.name, text)
        self.assertIn("250.00", text)
        self.assertEqual(self.action.letter_pages, 1)

    def test_preview(self):
        """Its text as on the paper, and the number with its country's code at the gateway."""
        wizard = self.env["dso.action.preview"].with_user(self.collector)
        preview = wizard.create({"action_id": self.action.id})
        self.assertEqual(preview.recipients, "33142685300@fax.example.com")
        self.assertIn("<p>Please pay", preview.body)
        self.assertIn("250.00", preview.body)
        self.assertFalse(self.action.mail_id)

    def test_exactly_once(self):
        self._dispatch()
        before = self.env["mail.mail"].search_count([])
        self.assertEqual(self._dispatch(), 0)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_number_is_checked(self):
        for number, code in (("12", "bad_fax"), (False, "no_fax")):
            self.contact.dso_fax = number
            self._dispatch()
            self.assertEqual(self.action.state, "error")
            self.assertEqual(self.action.error_data["code"], code)
            self.assertIn("Ann", self.action.error_message)
        self.partner.dso_fax = "+33 1 42 68 53 01"
        self.assertEqual(self._dispatch(), 1)
        self.assertEqual(self.action.mail_id.email_to, "33142685301@fax.example.com")

    def test_gateway_is_needed(self):
        self.company.dso_fax_domain = False
        self._dispatch()
        self.assertEqual(self.action.error_data["code"], "no_fax_domain")
        self.assertIn("settings", self.action.error_message)

    def test_domain_is_checked(self):
        with self.assertRaisesRegex(ValidationError, "not a fax gateway domain"):
            self.company.dso_fax_domain = "not a domain"

    def test_retry_sends_the_same(self):
        self._dispatch()
        mail = self.action.mail_id
        message_id = mail.message_id
        self.action._set_undelivered("Busy")
        self.assertIn("Correct the fax number", self.action.error_message)
        self.contact.dso_fax = "01 42 68 53 02"
        self.action.with_user(self.collector).action_retry()
        self.assertEqual(self.action.state, "done")
        self.assertEqual(self.action.mail_id, mail)
        self.assertEqual(mail.message_id, message_id)
        self.assertEqual(mail.email_to, "33142685302@fax.example.com")
