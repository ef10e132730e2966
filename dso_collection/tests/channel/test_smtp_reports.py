"""What mail systems report of our e-mails: only what failed is a bounce (RFC 3464). What is late,
arrived, was opened or taken for spam changes nothing; Odoo takes all of it for a bounce."""

# pylint-odoo takes only what lies in `tests` itself for tests, whose words nobody translates.
# pylint: disable=translation-required

import email
import email.policy
from email.message import EmailMessage

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..smtp_common import SmtpCommon

REPORT = """\
From: Mail Delivery System <mailer-daemon@mx.acme.example.com>
To: bounce@catchall.example.com
Subject: {subject}
Date: Sat, 7 Mar 2026 09:30:00 +0100
Message-Id: <report-{number}@mx.acme.example.com>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type={report}; boundary="BOUNDARY"

--BOUNDARY
Content-Type: text/plain; charset=us-ascii

Words of the server.

--BOUNDARY
Content-Type: message/{part}

{fields}

{returned}--BOUNDARY--
"""

RETURNED = """\
--BOUNDARY
Content-Type: text/rfc822-headers

Message-Id: {message_id}
Subject: Reminder

"""


@tagged("post_install", "-at_install")
class TestSmtpReports(SmtpCommon):
    def setUp(self):
        super().setUp()
        self.bea = self._create_contact(self.partner, "Bea", "bea@acme.example.com")
        self._owe()
        self.action, _received = self._remind()
        self.following = self._open_action()
        self.number = 0

    def _report(self, *groups, report="delivery-status", part=None, returned=True, **values):
        """A report of the message of the action comes in."""
        self.number += 1
        text = REPORT.format(
            subject=values.get("subject", "Delivery Status Notification"),
            number=self.number,
            report=report,
            part=part or report,
            fields="\n\n".join(groups),
            returned=RETURNED.format(
                message_id=values.get("message_id", self.action.message_id.message_id)
            )
            if returned
            else "",
        )
        self._receive(email.message_from_string(text, policy=email.policy.SMTP))
        self.env.invalidate_all()

    def _delivery(self, *recipients, **options):
        """A delivery report on these (address, action)."""
        groups = [f"Final-Recipient: rfc822; {who}\nAction: {what}" for who, what in recipients]
        self._report("Reporting-MTA: dns; mx.acme.example.com", *groups, **options)

    def _receipt(self, disposition="displayed", who="bea@acme.example.com", **options):
        self._report(
            f"Final-Recipient: rfc822;{who}\n"
            f"Original-Message-ID: {self.action.message_id.message_id}\n"
            f"Disposition: manual-action/MDN-sent-manually; {disposition}",
            report="disposition-notification",
            **options,
        )

    def _statuses(self):
        return {
            notification.res_partner_id: notification.notification_status
            for notification in self.action.message_id.notification_ids
        }

    def assertNothingHappened(self):
        self.assertEqual((self.action.state, self.action.error_message), ("done", False))
        self.assertEqual(self.following.state, "planned")
        self.assertEqual((self.bea.message_bounce, self.contact.message_bounce), (0, 0))
        self.assertEqual(self._statuses(), {self.contact: "sent", self.bea: "sent"})
        self.assertFalse(self.env["dso.reply"].search([("state", "=", "to_handle")]))

    def test_only_what_failed_is_a_bounce(self):
        for action in ("delayed", "delivered", "relayed", "expanded"):
            with self.subTest(action):
                self._delivery(("bea@acme.example.com", action))
                self.assertNothingHappened()
        notes = self.action.customer_id.message_ids.mapped("body")
        self.assertTrue(any("has not reached Bea yet" in str(note) for note in notes))
        self._delivery(("bea@acme.example.com", "failed"))
        self.assertEqual(self.action.state, "error")
        self.assertEqual(self.following.state, "cancelled")
        self.assertEqual(self._statuses(), {self.contact: "sent", self.bea: "bounce"})
        self.assertEqual(self.bea.message_bounce, 1)

    def test_the_one_who_failed(self):
        """Of several recipients in one report, each that failed, though Odoo reads the first."""
        self._delivery(("ann@acme.example.com", "delivered"), ("bea@acme.example.com", "failed"))
        self.assertEqual(self._statuses(), {self.contact: "sent", self.bea: "bounce"})
        self.assertEqual((self.bea.message_bounce, self.contact.message_bounce), (1, 0))
        self.assertEqual(self.action.error_data["res_id"], self.bea.id)

    def test_both_failed(self):
        self._delivery(("ann@acme.example.com", "failed"), ("bea@acme.example.com", "failed"))
        self.assertEqual(self._statuses(), {self.contact: "bounce", self.bea: "bounce"})

    def test_forwarded(self):
        """It failed where it was forwarded to; we wrote to somebody else."""
        self._report(
            "Reporting-MTA: dns; mx.acme.example.com",
            "Original-Recipient: rfc822;bea@acme.example.com\n"
            "Final-Recipient: rfc822;b.brown@elsewhere.example.com\nAction: failed",
        )
        self.assertEqual(self._statuses(), {self.contact: "sent", self.bea: "bounce"})

    def test_forwarded_to_nobody_we_know(self):
        """Whose it was is not known: that it did not arrive is."""
        self._delivery(("group@elsewhere.example.com", "failed"))
        self.assertEqual(self.action.state, "error")
        self.assertIn("Words of the server", self.action.error_message)

    def test_read_receipt(self):
        """Kept as evidence: when, by whom, and the receipt itself."""
        self._receipt("displayed", returned=False)
        self.assertNothingHappened()
        self.assertEqual(self.action.read_date, fields.Datetime.to_datetime("2026-03-07 08:30:00"))
        note = self.action.customer_id.message_ids[0]
        self.assertIn("Bea", note.body)
        self.assertIn("Reminder for Acme", note.body)
        self.assertEqual(note.attachment_ids.mapped("name"), ["report.eml"])
        self.assertIn(b"Disposition: manual-action", note.attachment_ids.raw)
        evidence = self.action._prepare_evidence_message(self.action.item_ids.line_id)
        self.assertIn("read on 03/07/2026", evidence["note"])
        # delivered twice, it is kept once
        count = len(self.action.customer_id.message_ids)
        self.number -= 1
        self._receipt("displayed", returned=False)
        self.assertEqual(len(self.action.customer_id.message_ids), count)

    def test_deleted_unread(self):
        self._receipt("deleted")
        self.assertNothingHappened()
        self.assertFalse(self.action.read_date)

    def test_abuse(self):
        self._report("Feedback-Type: abuse\nVersion: 1", report="feedback-report")
        self.assertNothingHappened()
        self.assertIn("spam", self.action.customer_id.message_ids[0].body)

    def test_delay_that_names_no_message(self):
        """Somebody whom we wrote to: a bounce is not counted against the contact."""
        self._delivery(("bea@acme.example.com", "delayed"), returned=False)
        self.assertNothingHappened()

    def test_others_bounces_are_odoos(self):
        """A delay of another app's message goes as Odoo does it."""
        message = self.partner.message_post(body="Hello", partner_ids=self.bea.ids)
        self._delivery(("bea@acme.example.com", "delayed"), message_id=message.message_id)
        self.assertEqual(self.action.state, "done")
        self.assertEqual(self.bea.message_bounce, 1)

    def _notice(self, sender, subject="Automatic reply: away"):
        message = EmailMessage(policy=email.policy.SMTP)
        message["From"] = sender
        message["To"] = "bounce@catchall.example.com"
        message["Subject"] = subject
        message["Message-Id"] = "<notice@acme.example.com>"
        message["In-Reply-To"] = self.action.message_id.message_id
        message["Auto-Submitted"] = "auto-replied"
        message.set_content("I am on holiday.")
        self._receive(message)
        self.env.invalidate_all()

    def test_out_of_office_to_the_return_path(self):
        """RFC 3834 sends it there, where Odoo expects bounces only."""
        self._notice("Bea <bea@acme.example.com>")
        self.assertNothingHappened()
        reply = self.env["dso.reply"].search([("customer_id", "=", self.action.customer_id.id)])
        self.assertEqual((reply.is_automatic, reply.state), (True, "dismissed"))
        self.assertEqual(reply.action_id, self.action)

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_bounce_without_a_report(self):
        """A mail server of the old kind writes words only: a bounce all the same."""
        self.bea.dso_collection_contact = False
        self._notice("postmaster@acme.example.com", "Undeliverable: Reminder")
        self.assertFalse(self.env["dso.reply"].search([]))
