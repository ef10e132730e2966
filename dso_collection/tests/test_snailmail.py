from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged

from .letter_common import LetterCommon

JSONRPC = "odoo.addons.snailmail.models.snailmail_letter.iap_tools.iap_jsonrpc"


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestSnailmail(LetterCommon):
    """Letters posted by Odoo's Snailmail, up to the call of its provider."""

    def setUp(self):
        super().setUp()
        self.company.dso_letter_carrier = "snailmail"
        self.invoice = self._invoice("2026-03-01", 250.0)
        self.action = self._letter(automatic=True)
        self.requests = []

    def _dispatch(self):
        return self.env["dso.action"]._dispatch()

    def _post(self, error=None):
        """Run Snailmail's queue with its provider's answer."""

        def answer(_url, params, **_options):
            self.requests.append(params)
            documents = [
                {**document, "sent": not error, "error": error, "send_id": 7}
                for document in params["documents"]
            ]
            return {"request_code": 200, "request": {"documents": documents}}

        letter = self.action.snailmail_letter_id
        with patch(JSONRPC, answer):
            letter._snailmail_print_valid_address()

    def test_leaves_by_itself_exactly_once(self):
        with self.capture_triggers("snailmail.snailmail_print") as captured:
            self.assertEqual(self._dispatch(), 1)
        self.assertTrue(captured.records)
        letter = self.action.snailmail_letter_id
        self.assertEqual(self.action.state, "done")
        self.assertEqual(letter.state, "pending")
        self.assertEqual(letter.attachment_id, self.action.letter_attachment_id)
        self.assertEqual(letter.partner_id.commercial_partner_id, self.partner)
        self.assertEqual(self._dispatch(), 0)
        self.assertEqual(
            self.env["snailmail.letter"].search_count([("model", "=", "dso.customer")]), 1
        )

    def test_step_says_otherwise(self):
        scenario = self._create_scenario(
            (
                "Notice",
                "due_date",
                5,
                {
                    "action_type": "letter",
                    "mail_template_id": False,
                    "letter_template_id": self.letter_template.id,
                    "letter_carrier": "print",
                    "to_confirm": False,
                },
            )
        )
        self.action.action_cancel()
        self.company.dso_default_scenario_id = scenario
        partner = self._make_customer("Printed")
        action = self._plan("2026-03-06", partner)
        self._dispatch()
        self.assertEqual(action.state, "planned")
        action.step_id.letter_carrier = "snailmail"
        self._dispatch()
        self.assertEqual(action.state, "done")
        self.assertTrue(action.snailmail_letter_id)

    def test_sent(self):
        self._dispatch()
        self._post()
        self.assertEqual(self.action.snailmail_letter_id.state, "sent")
        self.assertEqual(self.action.state, "done")
        (document,) = self.requests[0]["documents"]
        self.assertTrue(document["pdf_bin"])
        self.assertEqual(document["rightaddress"], 0, "DIN 5008: the address is on the left")

    def test_refused_and_sent_after_all(self):
        """The reason is on the action; Snailmail tries again by itself, and then all is well."""
        self._dispatch()
        self._post("CREDIT_ERROR")
        self.assertEqual(self.action.state, "error")
        self.assertIn("credits", self.action.error_message)
        self._post()
        self.assertEqual(self.action.state, "done")
        self.assertFalse(self.action.error_message)

    def test_retry_posts_the_same_letter(self):
        self._dispatch()
        letter = self.action.snailmail_letter_id
        self._post("FORMAT_ERROR")
        self.assertEqual(self.action.state, "error")
        self.action.with_user(self.collector).action_retry()
        self.assertEqual(self.action.state, "done")
        self.assertEqual(self.action.snailmail_letter_id, letter)
        self.assertEqual(letter.state, "pending")

    def test_address_that_it_needs(self):
        self.partner.zip = False
        self.assertEqual(self._dispatch(), 0)
        self.assertEqual(self.action.state, "error")
        self.assertIn("Zip", self.action.error_message)
        self.partner.zip = "75002"
        self.assertEqual(self._dispatch(), 1)
