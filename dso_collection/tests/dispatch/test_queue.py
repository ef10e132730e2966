"""Whatever way a message of ours ends in Odoo's queues, its action says so."""

from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models import ir_mail_server

from ..smtp_common import QUEUE, SmtpCommon


@tagged("post_install", "-at_install")
class TestQueue(SmtpCommon):
    def _look(self):
        """A minute later."""
        self.env["dso.action"]._cron_queue()
        self.env.invalidate_all()

    def _drop(self, word):
        """The connection breaks off at this word of the first reminder."""
        self._owe()
        self.sink.drops[word] = 1
        cron = self.env.ref("dso_collection.ir_cron_queue")
        with mute_logger(QUEUE), self.capture_triggers(cron.id) as captured:
            action, _received = self._remind()
        # Odoo itself tells of a connection that never stood
        self.assertEqual(bool(captured.records), word != "EHLO")
        following = self._open_action()
        self._look()
        self.assertEqual(following.state, "error" if following == action else "cancelled")
        return action

    def test_dropped_at_each_word_before_the_message(self):
        """Nothing has left, to neither of two: one message to both, some minutes later."""
        self._create_contact(self.partner, "Bea", "bea@acme.example.com")
        both = ["ann@acme.example.com", "bea@acme.example.com"]
        for word in ("EHLO", "MAIL", both[0], both[1]):
            with self.subTest(word), self.env.cr.savepoint() as savepoint:
                self.sink.received.clear()
                action = self._drop(word)
                self.assertEqual(self.sink.received, [])
                self.assertIn("retried automatically", action.error_message)
                self.assertEqual(self._retry(action), 1)
                self.assertEqual([one.recipients for one in self.sink.received], [both])
                self.assertEqual(action.state, "done")
                self._look()
                self.assertEqual(action.state, "done")
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

    def test_dropped_before_the_message(self):
        """Nothing has left: it is tried again by itself."""
        action = self._drop("RCPT")
        self.assertEqual(self.sink.received, [])
        self.assertEqual(action.state, "error")
        self.assertIn("retried automatically", action.error_message)
        self.assertEqual(self._retry(action), 1)
        self.assertEqual(self.sink.message_ids, [action.message_id.message_id])
        self.assertEqual(action.state, "done")
        self._look()
        self.assertEqual(action.state, "done")

    def test_dropped_after_the_message(self):
        """It may have left: somebody has to look."""
        action = self._drop("DATA")
        self.assertEqual(action.state, "error")
        self.assertFalse(action.retry_date)
        self.assertIn("not known whether the e-mail was sent", action.error_message)

    def test_the_others_leave(self):
        """Those behind the one at which it broke off leave with the next run of the queue."""
        other = self.env["res.partner"].create({"name": "Bolt", "is_company": True})
        self._create_contact(other, "Bill", "bill@bolt.example.com")
        self._invoice("2026-03-01", partner=other)
        self._plan("2026-03-02", other)
        self._open_action(other).with_user(self.collector).action_confirm()
        self._owe()
        self.sink.drops["RCPT"] = 1
        with mute_logger(QUEUE):
            action, _received = self._remind()
        self._run_queue()
        self.assertEqual(len(self.sink.received), 1)
        self._look()
        both = action | self.env["dso.action"].search(
            [("customer_id.partner_id", "=", other.id), ("done_date", "!=", False)]
        )
        self.assertEqual(sorted(both.mapped("state")), ["done", "error"])
        self.assertEqual(
            self.sink.message_ids,
            both.filtered(lambda one: one.state == "done").message_id.mapped("message_id"),
        )

    def test_one_of_two_is_refused(self):
        """Python's client does not say it, Odoo counts it as sent to both."""
        bea = self._create_contact(self.partner, "Bea", "bea@acme.example.com")
        self._owe()
        self.sink.refused["bea@acme.example.com"] = "550 5.1.1 No such user"
        with mute_logger(QUEUE):
            action, received = self._remind()
        self.assertEqual([one.recipients for one in received], [["ann@acme.example.com"]])
        self.assertEqual(action.state, "error")
        self.assertIn("No such user", action.error_message)
        self.assertEqual(action.error_data["res_id"], bea.id)
        statuses = {
            entry.res_partner_id: entry.notification_status
            for entry in action.message_id.notification_ids
        }
        self.assertEqual(statuses, {self.contact: "sent", bea: "exception"})
        self.assertEqual(self._open_action(), action)

    def test_one_of_two_is_put_off(self):
        self._create_contact(self.partner, "Bea", "bea@acme.example.com")
        self._owe()
        self.sink.refused["bea@acme.example.com"] = "451 4.7.1 Greylisted"
        with mute_logger(QUEUE):
            action, _received = self._remind()
        self.sink.refused.clear()
        self.assertEqual(self._retry(action), 1)
        self.assertEqual(self.sink.received[-1].recipients, ["bea@acme.example.com"])
        self.assertEqual(action.state, "done")

    def test_no_answer_in_time(self):
        """The server takes the message and says nothing: it may have left."""
        self._owe()
        self.sink.delay = 3
        with mute_logger(QUEUE), patch.object(ir_mail_server, "SMTP_TIMEOUT", 1):
            action, _received = self._remind()
        self._look()
        self.assertEqual(action.state, "error")
        self.assertFalse(action.retry_date)
        self.assertIn("not known whether the e-mail was sent", action.error_message)

    def _queue(self):
        """The first reminder waits in the queue."""
        self._owe()
        action = self._open_action()
        action.with_user(self.collector).action_confirm()
        self.env["dso.action"]._dispatch(fields.Datetime.to_datetime("2026-03-06 10:00:00"))
        return action

    def _end_otherwise(self, values):
        action = self._queue()
        action.mail_id.write(values)
        self._look()
        self.assertEqual(action.state, "error")
        self.assertEqual(self._open_action(), action)
        action.with_user(self.collector).action_retry()
        self._run_queue()
        self.assertEqual(action.state, "done")
        self.assertEqual(len(self.sink.received), 1)

    def test_failed_behind_our_back(self):
        """A killed worker, another app: the queue is looked at."""
        self._end_otherwise({"state": "exception", "failure_reason": "Killed"})

    def test_cancelled_behind_our_back(self):
        self._end_otherwise({"state": "cancel"})

    def test_deleted_from_the_queue(self):
        action = self._queue()
        action.mail_id.unlink()
        self.assertEqual(action.state, "error")
        self.assertIn("removed it from the queue", action.error_message)
        # sent after all
        action.with_user(self.collector).action_retry()
        self._run_queue()
        self.assertEqual(self.sink.message_ids, [action.message_id.message_id])
        self.assertIn("Please pay", self.sink.received[0].text())
        self.assertEqual(action.state, "done")

    def test_cheap(self):
        """The look costs the same however much there is."""
        self.env.flush_all()
        with self.assertQueryCount(3):
            self.env["dso.action"]._check_queues()
