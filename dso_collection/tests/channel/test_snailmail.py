from unittest.mock import patch

import requests
from freezegun import freeze_time
from urllib3.exceptions import MaxRetryError, NewConnectionError

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..letter_common import LetterCommon

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
        letter = self.action.snailmail_letter_id
        with patch(JSONRPC, self._answer(error)):
            letter._snailmail_print_valid_address()

    def _answer(self, error):
        def answer(_url, params, **_options):
            self.requests.append(params)
            documents = [
                {**document, "sent": not error, "error": error, "send_id": 7}
                for document in params["documents"]
            ]
            return {"request_code": 200, "request": {"documents": documents}}

        return answer

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
        attachment = letter.attachment_id
        self.action.with_user(self.collector).action_retry()
        self.assertEqual(self.action.state, "done")
        self.assertEqual(self.action.snailmail_letter_id, letter)
        self.assertEqual(letter.state, "pending")
        self.assertEqual(letter.attachment_id, attachment, "the same to the byte")

    def test_retry_prints_the_address_as_it_is_now(self):
        """The address is read off the paper: what was corrected has to stand there too."""
        self._dispatch()
        letter = self.action.snailmail_letter_id
        told = self.action.letter_attachment_id
        self._post("NO_PRICE_AVAILABLE")
        self.assertIn("does not deliver to the country of Acme", self.action.error_message)
        self.assertEqual(self.action.action_fix()["res_id"], self.contact.id)
        (self.partner | self.contact).write({"street": "7 Rue Neuve", "city": "Lyon"})
        self.action.with_user(self.collector).action_retry()
        self.assertEqual((self.action.state, letter.state), ("done", "pending"))
        self.assertEqual((letter.street, letter.city), ("7 Rue Neuve", "Lyon"))
        again = self.action.letter_attachment_id
        self.assertEqual(letter.attachment_id, again)
        text = self._text(again.raw)
        self.assertIn("7 Rue Neuve", text)
        self.assertNotIn("Rue de la Paix", text)
        # the same letter otherwise, of the same items; the first one stays among its files
        self.assertIn(self.invoice.name, text)
        self.assertIn("250.00", text)
        self.assertTrue(told.exists())

    def test_no_credit(self):
        """How many pages it is about, and where to buy; those behind it in the queue say so too,
        because Odoo stops there."""
        self.env["iap.account"].get("snailmail")
        partner = self._make_customer("Second in the queue")
        second = self._letter(partner, automatic=True)
        self._dispatch()
        self.env["snailmail.letter"].search(
            [("id", "not in", (self.action | second).snailmail_letter_id.ids)]
        ).write({"state": "sent"})
        self._run_cron("CREDIT_ERROR")
        self.assertEqual(len(self.requests), 1)
        for action in self.action | second:
            with self.subTest(action.display_name):
                self.assertEqual(action.state, "error")
                self.assertEqual(action.error_data["code"], "no_post_credit")
                self.assertIn("a letter of 1 pages", action.error_message)
                self.assertEqual(action.action_fix()["res_model"], "iap.account")
        # credit is there: both leave by themselves, once
        self._run_cron()
        self.assertEqual((self.action | second).mapped("state"), ["done", "done"])
        self._run_cron()
        self.assertEqual(len(self.requests), 3)

    def _run_cron(self, error=None):
        with patch(JSONRPC, self._answer(error)):
            # in a test, Odoo's commit after each letter is none
            with patch.object(self.env.cr, "commit", lambda: None):
                self.env["snailmail.letter"]._snailmail_cron(autocommit=False)

    def test_cancelled_in_the_queue(self):
        self._dispatch()
        letter = self.action.snailmail_letter_id
        letter.cancel()
        self.assertEqual(self.action.state, "error")
        self.assertIn("removed it from the queue", self.action.error_message)
        self.action.with_user(self.collector).action_retry()
        self.assertEqual((self.action.state, letter.state), ("done", "pending"))

    def _break_connection(self, cause):
        """As Odoo reports a call that failed."""

        def call(*_args, **_options):
            try:
                raise cause
            except requests.exceptions.RequestException:
                message = "The service cannot be reached"
                raise AccessError(message)  # noqa: B904

        with patch(JSONRPC, call):
            self.action.snailmail_letter_id._snailmail_print_valid_address()

    def test_unreachable_is_tried_again_by_itself(self):
        """Nothing was taken for certain: later and later, the same letter."""
        self._dispatch()
        letter = self.action.snailmail_letter_id
        cause = MaxRetryError(None, "/", NewConnectionError(None, "refused"))
        self._break_connection(requests.exceptions.ConnectionError(cause))
        self.assertEqual((self.action.state, letter.state), ("error", "error"))
        self.assertIn("retried automatically", self.action.error_message)
        self.assertEqual(str(self.action.retry_date), "2026-03-06 09:15:00")
        self.assertEqual(self.env["dso.action"]._retry_due(self.action.retry_date), 1)
        self.assertEqual((self.action.state, letter.state), ("done", "pending"))
        self._break_connection(requests.exceptions.ConnectionError(cause))
        self.assertEqual(str(self.action.retry_date), "2026-03-06 10:00:00")

    def test_silence_is_not_tried_again_by_itself(self):
        """It may have been taken: somebody looks before it is posted twice."""
        self._dispatch()
        self._break_connection(requests.exceptions.ReadTimeout("silence"))
        self.assertEqual(self.action.state, "error")
        self.assertFalse(self.action.retry_date)
        self.assertIn("not known whether the letter was posted", self.action.error_message)

    def test_address_that_it_needs(self):
        self.partner.zip = False
        self.assertEqual(self._dispatch(), 0)
        self.assertEqual(self.action.state, "error")
        self.assertIn("Zip", self.action.error_message)
        self.partner.zip = "75002"
        self.assertEqual(self._dispatch(), 1)
