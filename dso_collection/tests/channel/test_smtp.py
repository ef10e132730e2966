"""The e-mails as a customer receives them, through a real SMTP server on loopback, and what comes
back: replies, refusals and bounces."""

import email.policy
import re
from datetime import timedelta
from email.message import EmailMessage

from lxml import html

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MockEmail

from ..common import DsoCommon
from ..smtp_common import QUEUE, SmtpCommon


def _plain(text):
    """Text with every kind of space, also those that do not break, as one plain space; without
    the invisible mark that Odoo puts after a minus."""
    return re.sub(r"\s+", " ", text.replace("\ufeff", "")).strip()


def _rows(received):
    """The statement in a message: the text of its cells, row by row."""
    tree = html.fromstring(received.text())
    tables = tree.xpath("//table[thead]")
    return [
        [_plain(cell.text_content()) for cell in row.xpath("./td | ./th")]
        for row in tables[0].xpath(".//tr")
    ]


@tagged("post_install", "-at_install")
class TestSmtp(SmtpCommon):
    """What the customer receives, and what becomes of it."""

    # ------------------------------------------------------------------
    # What the customer receives
    # ------------------------------------------------------------------

    def test_envelope_and_headers(self):
        """From the collector, to the contact for collection only, with replies to the file."""
        self._create_contact(
            self.partner, "Bob", "bob@acme.example.com", dso_collection_contact=False
        )
        self.partner.email = "info@acme.example.com"
        self._invoice("2026-03-01")
        self._plan("2026-03-02")
        action, received = self._remind()
        self.assertEqual(len(received), 1)
        mail = received[0]
        self.assertEqual(mail.recipients, ["ann@acme.example.com"])
        self.assertEqual(str(mail.message["To"]), "Ann <ann@acme.example.com>")
        self.assertFalse(mail.message["Cc"])
        self.assertEqual(
            str(mail.message["From"]), "Colin Collector <dso_collector@company.example.com>"
        )
        # bounces come back to Odoo, not to the collector's mailbox
        self.assertEqual(mail.sender, "bounce@catchall.example.com")
        reply_to = mail.message["Reply-To"].addresses
        self.assertEqual([str(a.addr_spec) for a in reply_to], ["catchall@catchall.example.com"])
        self.assertEqual(mail.message["Subject"], "Reminder for Acme")
        self.assertEqual(mail.message_id, action.message_id.message_id)
        self.assertEqual(action.recipient_ids, self.contact)
        self.assertEqual(action.mail_id.state, "sent")

    def test_server_of_another_domain(self):
        """A server that may not send for the collector's domain: Odoo puts its own address, the
        name stays the collector's, and replies still come back to the file."""
        self.server.from_filter = "catchall.example.com"
        self._invoice("2026-03-01")
        self._plan("2026-03-02")
        _action, received = self._remind()
        sender = received[0].message["From"].addresses[0]
        self.assertEqual(sender.display_name, "Colin Collector")
        self.assertEqual(sender.domain, "catchall.example.com")
        self.assertIn("catchall@catchall.example.com", str(received[0].message["Reply-To"]))

    def test_several_contacts_share_one_email(self):
        self._create_contact(self.partner, "Bea", "bea@acme.example.com")
        self._invoice("2026-03-01")
        self._plan("2026-03-02")
        action, received = self._remind()
        self.assertEqual(len(received), 1)
        self.assertCountEqual(
            received[0].recipients, ["ann@acme.example.com", "bea@acme.example.com"]
        )
        to = received[0].message["To"].addresses
        self.assertCountEqual(
            [str(address.addr_spec) for address in to],
            ["ann@acme.example.com", "bea@acme.example.com"],
        )
        self.assertEqual(len(self.env["mail.mail"].search([("id", "=", action.mail_id.id)])), 1)

    def test_statement_in_french_and_two_currencies(self):
        """The contact's language for words, amounts and dates; currencies are never added up."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.contact.lang = "fr_FR"
        self.template.with_context(lang="fr_FR").write(
            {
                "subject": "Relance pour {{ object.partner_id.name }} : {{ object.total_text }}",
                "body_html": '<p>Merci de régler <b t-out="object.total_text"/>.</p>'
                '<t t-out="object.items_table"/>',
            }
        )
        dollar = self.company.currency_id
        euro = self.env.ref("base.EUR")
        euro.active = True
        late = self._invoice("2026-03-01", 12345.6, invoice_date="2026-01-30")
        later = self._invoice("2026-03-03", 300.0, currency_id=euro.id, invoice_date="2026-02-02")
        self._invoice("2026-04-30", 999.0)
        credit = self._credit(45.6, on="2026-02-20")
        self._plan("2026-03-04")
        _action, received = self._remind()
        self.assertEqual(len(received), 1)
        mail = received[0]
        totals = [self._amount("12 300,00", dollar), "300,00 €"]
        self.assertRegex(_plain(mail.message["Subject"]), r"^Relance pour Acme : ")
        for total in totals:
            self.assertIn(total, _plain(mail.message["Subject"]))
            self.assertIn(total, _plain(html.fromstring(mail.text()).text_content()))
        self.assertIn("Merci de régler", mail.text())
        self.assertNotIn("Please pay", mail.text())
        rows = _rows(mail)
        body = {row[0]: row[1:] for row in rows if len(row) == 5}
        self.assertEqual(
            body[late.name],
            ["30/01/2026", "01/03/2026", "5", self._amount("12 345,60", dollar)],
        )
        self.assertEqual(body[later.name], ["02/02/2026", "03/03/2026", "3", "300,00 €"])
        # a credit note has its own line, and its sign
        credit_row = next(row for row in rows if row[0].startswith(credit.name))
        self.assertEqual(credit_row[-1], self._amount("-45,60", dollar))
        # header, three documents, one total for each currency: what is not due is not told
        self.assertEqual(len(rows), 1 + 3 + 2)
        self.assertCountEqual(
            [(row[0].split()[-1], row[-1]) for row in rows[-2:]],
            [(dollar.name, totals[0]), ("EUR", totals[1])],
        )
        # 12 345,60 − 45,60 + 300,00 in one figure would be a nonsense
        self.assertNotIn("12 600", _plain(mail.text()))

    def _amount(self, number, currency):
        text = f"{currency.symbol} {number}"
        return text if currency.position == "before" else f"{number} {currency.symbol}"

    def test_statement_in_english(self):
        invoice = self._invoice("2026-03-01", 12345.6, invoice_date="2026-01-30")
        self._plan("2026-03-02")
        _action, received = self._remind()
        row = next(row for row in _rows(received[0]) if row[0] == invoice.name)
        self.assertEqual(row[1:], ["01/30/2026", "03/01/2026", "5", "$ 12,345.60"])

    def test_plain_text_alternative(self):
        """Programs without html show the same amounts."""
        invoice = self._invoice("2026-03-01", 150.0)
        self._plan("2026-03-02")
        _action, received = self._remind()
        text = _plain(received[0].text("plain"))
        self.assertIn("Please pay $ 150.00", text)
        self.assertIn(invoice.name, text)

    def test_invoice_pdf(self):
        """The step says whether the invoices come along: those told of, each its own PDF."""
        self.scenario.step_ids[0].attach_invoices = True
        sent = self._invoice("2026-03-01", 100.0)
        self._keep_pdf(sent, b"%PDF-1.4 sent before")
        never_sent = self._invoice("2026-03-02", 200.0)
        not_due = self._invoice("2026-05-01", 300.0)
        self._plan("2026-03-03")
        action, received = self._remind(force_report_rendering=True)
        attachments = received[0].attachments()
        self.assertEqual(len(attachments), 2, attachments.keys())
        self.assertEqual(attachments["as-sent.pdf"], b"%PDF-1.4 sent before")
        self.assertTrue(all(data.startswith(b"%PDF-") for data in attachments.values()))
        name = never_sent._get_invoice_report_filename()
        self.assertGreater(len(attachments[name]), 1000)
        self.assertNotIn(not_due._get_invoice_report_filename(), attachments)
        # the next step says nothing of PDFs
        self.assertPlanned("B", "2026-03-16")
        _action, received = self._remind("2026-03-16")
        self.assertEqual(received[0].attachments(), {})
        self.assertEqual(action.state, "done")

    def _keep_pdf(self, invoice, content):
        """The PDF that was sent with the invoice, as Odoo keeps it."""
        self.env["ir.attachment"].create(
            {
                "name": "as-sent.pdf",
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": "account.move",
                "res_id": invoice.id,
                "res_field": "invoice_pdf_report_file",
            }
        )
        invoice.invalidate_recordset(["invoice_pdf_report_id", "invoice_pdf_report_file"])

    def test_second_run_sends_nothing(self):
        self._invoice("2026-03-01")
        self._plan("2026-03-02")
        action, received = self._remind()
        self.assertEqual(len(received), 1)
        self.assertEqual(self._dispatch_and_send("2026-03-06"), [])
        self.assertEqual(self._dispatch_and_send("2026-03-07"), [])
        mails = self.env["mail.mail"].search(
            [("model", "=", "dso.customer"), ("res_id", "=", action.customer_id.id)]
        )
        self.assertEqual(mails, action.mail_id)
        with self.assertRaises(UserError):
            action.with_user(self.collector).action_execute()
        self._run_queue()
        self.assertEqual(len(self.sink.received), 1)

    # ------------------------------------------------------------------
    # Replies, refusals, bounces
    # ------------------------------------------------------------------

    def test_reply_lands_in_the_file(self):
        self._owe()
        action, received = self._remind()
        reply = EmailMessage(policy=email.policy.SMTP)
        reply["From"] = "Ann <ann@acme.example.com>"
        reply["To"] = str(received[0].message["Reply-To"])
        reply["Subject"] = "Re: Reminder for Acme"
        reply["Message-Id"] = "<reply@acme.example.com>"
        reply["In-Reply-To"] = received[0].message_id
        reply["References"] = received[0].message_id
        reply.set_content("We pay on Friday.")
        self.assertEqual(self._receive(reply), action.customer_id.id)
        message = action.customer_id.message_ids.filtered(
            lambda message: message.message_id == "<reply@acme.example.com>"
        )
        self.assertEqual(len(message), 1)
        self.assertEqual(message.author_id, self.contact)
        self.assertIn("We pay on Friday.", message.body)
        self.assertEqual(message.parent_id, action.message_id)
        # the collector, who may not read other mails, reads it on the file
        file = action.customer_id.with_user(self.collector)
        self.assertIn(message, file.message_ids)
        self.assertEqual(action.state, "done")

    def test_refused_then_fixed(self):
        """A refusal: error with the server's words, no next step; fixed, the same message."""
        self._owe()
        self.sink.refused["ann@acme.example.com"] = "550 5.1.1 Mailbox of Ann does not exist"
        with mute_logger(QUEUE):
            action, received = self._remind()
        self.assertEqual(received, [])
        self.assertEqual(action.state, "error")
        self.assertIn("Mailbox of Ann does not exist", action.error_message)
        self.assertEqual(action.error_data["model"], "res.partner")
        self.assertEqual(action.error_data["res_id"], self.contact.id)
        self.assertEqual(self._open_action(), action, "the next step is taken back")
        self.assertEqual(action.done_date, fields.Date.to_date("2026-03-06"))
        message_id, mail = action.message_id.message_id, action.mail_id
        # left alone, it neither leaves again nor goes on
        self.assertEqual(self._dispatch_and_send("2026-03-17"), [])
        self._plan("2026-03-17")
        self.assertEqual(self._open_action(), action)
        self.contact.email = "ann.smith@acme.example.com"
        action.with_user(self.collector).action_retry()
        self._run_queue()
        self.assertEqual([r.message_id for r in self.sink.received], [message_id])
        self.assertEqual(self.sink.received[0].recipients, ["ann.smith@acme.example.com"])
        self.assertEqual((action.state, action.mail_id), ("done", mail))
        self.assertFalse(action.error_message)
        self.assertEqual(mail.state, "sent")
        self.assertPlanned("B", "2026-03-16")
        self.assertEqual(action.message_id.notification_ids.mapped("notification_status"), ["sent"])

    def test_refused_again(self):
        """A retry that is refused too goes back to error, and a third one may succeed."""
        self._owe()
        self.sink.refused["ann@acme.example.com"] = "550 5.1.1 No such user"
        with mute_logger(QUEUE):
            action, _received = self._remind()
            self.sink.refused["ann@acme.example.com"] = "552 5.2.2 Mailbox full"
            action.with_user(self.collector).action_retry()
            self._run_queue()
        self.assertEqual(action.state, "error")
        self.assertIn("Mailbox full", action.error_message)
        self.assertNotIn("No such user", action.error_message)
        self.assertEqual(self._open_action(), action)
        self.sink.refused.clear()
        action.with_user(self.collector).action_retry()
        self._run_queue()
        self.assertEqual(self.sink.message_ids, [action.message_id.message_id])
        self.assertEqual(action.state, "done")

    def test_a_passing_refusal_is_tried_again_by_itself(self):
        """After 15 minutes, 1 hour, 4 hours, 1 day, and then no more: one message all along."""
        self._owe()
        self.sink.refused["ann@acme.example.com"] = "451 4.7.1 Greylisted, come back later"
        cron = self.env.ref("dso_collection.ir_cron_retry")
        with mute_logger(QUEUE), self.capture_triggers(cron.id) as captured:
            action, _received = self._remind()
            self.assertTrue(captured.records, "the cron wakes when its time has come")
            for count, minutes in enumerate((15, 60, 4 * 60, 24 * 60), start=1):
                with self.subTest(attempt=count):
                    self.assertEqual((action.state, action.retry_count), ("error", count))
                    self.assertEqual(self._get_delay(action), minutes)
                    self.assertIn("Greylisted, come back later", action.error_message)
                    self.assertIn("retried automatically", action.error_message)
                    self.assertEqual(self._retry(action, -timedelta(minutes=1)), 0, "too early")
                    self.assertEqual(self._retry(action), 1)
        self.assertEqual((action.state, action.retry_date), ("error", False))
        self.assertIn("Not delivered after 5 attempts", action.error_message)
        self.assertEqual(self.env["dso.action"]._retry_due(), 0)
        self.assertEqual(self.sink.received, [])
        # somebody retries: it begins anew, with the same message
        message_id, mail = action.message_id.message_id, action.mail_id
        self.sink.refused.clear()
        action.with_user(self.collector).action_retry()
        self._run_queue()
        self.assertEqual(self.sink.message_ids, [message_id])
        self.assertEqual((action.mail_id, action.state, action.retry_count), (mail, "done", 0))

    def test_it_gets_through_at_the_second_attempt(self):
        """Once, with its Message-Id, and the plan goes on as if nothing had been."""
        self._owe()
        self.sink.refused["ann@acme.example.com"] = "450 4.2.1 busy"
        with mute_logger(QUEUE):
            action, _received = self._remind()
        self.sink.refused.clear()
        self.assertEqual(self._retry(action), 1)
        self.assertEqual(self.sink.message_ids, [action.message_id.message_id])
        self.assertEqual((action.state, action.error_message), ("done", False))
        self.assertFalse(action.retry_date)
        self.env.cr.precommit.run()
        self.env["dso.customer"]._cron_refresh()
        self.assertPlanned("B", "2026-03-16")
        self.assertEqual(self.env["dso.action"]._retry_due(), 0)

    def test_an_unreachable_server_is_a_passing_cause(self):
        self._owe()
        self.server.smtp_port = 1
        with mute_logger(QUEUE, "odoo.addons.base.models.ir_mail_server"):
            action, _received = self._remind()
        self.assertEqual(action.state, "error")
        self.assertEqual(self._get_delay(action), 15)

    def test_a_lasting_refusal_waits_for_somebody(self):
        self._owe()
        self.sink.refused["ann@acme.example.com"] = "550 5.1.1 No such user"
        with mute_logger(QUEUE):
            action, _received = self._remind()
        self.assertEqual((action.retry_date, action.retry_count), (False, 0))

    def test_retries_keep_to_sending_hours_and_wait_for_replies(self):
        self._owe()
        self.sink.refused["ann@acme.example.com"] = "450 4.2.1 busy"
        with mute_logger(QUEUE):
            action, _received = self._remind()
        self.sink.refused.clear()
        reply = self.env["dso.reply"].sudo().create({"customer_id": action.customer_id.id})
        self.assertEqual(self._retry(action), 0)
        reply.action_dismiss()
        # a calendar without any hours is never open
        closed = self.env["resource.calendar"].create(
            {"name": "Closed", "attendance_ids": [Command.clear()], "tz": "UTC"}
        )
        self.company.dso_sending_calendar_id = closed
        self.assertEqual(self._retry(action), 0)
        self.company.dso_sending_calendar_id = False
        self.assertEqual(self._retry(action), 1)
        self.assertEqual(len(self.sink.received), 1)

    def test_refusal_of_one_stops_no_other(self):
        self._owe()
        other = self.env["res.partner"].create({"name": "Bolt", "is_company": True})
        self._create_contact(other, "Bill", "bill@bolt.example.com")
        self._invoice("2026-03-01", partner=other)
        self._plan("2026-03-02", other)
        self._open_action(other).with_user(self.collector).action_confirm()
        self.sink.refused["ann@acme.example.com"] = "550 5.1.1 No such user"
        with mute_logger(QUEUE):
            action, received = self._remind()
        self.assertEqual([r.recipients for r in received], [["bill@bolt.example.com"]])
        self.assertEqual(action.state, "error")
        self.assertPlanned("B", "2026-03-16", other)

    def test_no_server_at_all(self):
        """The server is down: every action says so, and all leave on a retry in bulk."""
        self._owe()
        port, self.server.smtp_port = self.server.smtp_port, 1
        with mute_logger(QUEUE, "odoo.addons.base.models.ir_mail_server"):
            action, received = self._remind()
        self.assertEqual(received, [])
        self.assertEqual((action.state, action.mail_id.state), ("error", "exception"))
        self.assertIn("Connection refused", action.error_message)
        self.server.smtp_port = port
        action.with_user(self.collector).action_retry()
        self._run_queue()
        self.assertEqual(self.sink.message_ids, [action.message_id.message_id])
        self.assertEqual(action.state, "done")

    def test_bounce(self):
        """Taken by the server, sent back hours later: error with its words and the contact."""
        self._owe()
        bea = self._create_contact(self.partner, "Bea", "bea@acme.example.com")
        action, received = self._remind()
        self.assertEqual(len(received), 1)
        self.assertPlanned("B", "2026-03-16")
        following = self._open_action()
        self._bounce(action, "bea@acme.example.com")
        self.assertEqual(action.state, "error")
        self.assertIn("No such user here", action.error_message)
        self.assertEqual(action.error_data["model"], "res.partner")
        self.assertEqual(action.error_data["res_id"], bea.id)
        self.assertEqual(action.with_user(self.collector).action_fix()["res_id"], bea.id)
        self.assertEqual(following.state, "cancelled")
        self.assertEqual(self._open_action(), action)
        statuses = {
            notification.res_partner_id: notification.notification_status
            for notification in action.message_id.notification_ids
        }
        self.assertEqual(statuses, {self.contact: "sent", bea: "bounce"})
        # fixed: the same message once more
        bea.email = "bea.brown@acme.example.com"
        action.with_user(self.collector).action_retry()
        self._run_queue()
        self.assertEqual(self.sink.message_ids, [action.message_id.message_id] * 2)
        self.assertIn("bea.brown@acme.example.com", self.sink.received[-1].recipients)
        self.assertEqual(action.state, "done")
        self.assertPlanned("B", "2026-03-16")

    def test_bounce_twice(self):
        """The same bounce delivered twice changes nothing more."""
        self._owe()
        action, _received = self._remind()
        self._bounce(action, "ann@acme.example.com", number=1)
        self._bounce(action, "ann@acme.example.com", number=2)
        self.assertEqual(action.state, "error")
        self.assertEqual(self._open_action(), action)

    def test_bounces_of_two_steps(self):
        """Bounces come late and in any order: a second one breaks nothing (R9)."""
        self._owe()
        first, _received = self._remind()
        second, received = self._remind("2026-03-16")
        self.assertEqual(len(received), 1)
        self.assertEqual((first.step_id.name, second.step_id.name), ("A", "B"))
        self._bounce(second, "ann@acme.example.com", "Later one", 1)
        self.assertEqual(second.state, "error")
        self._bounce(first, "ann@acme.example.com", "Earlier one", 2)
        self.assertEqual(self._open_action(), second)
        self.assertIn("Later one", second.error_message)
        self.assertIn("Earlier one", first.error_message)
        self.assertEqual(first.done_date, fields.Date.to_date("2026-03-06"))
        # the plan lives with it
        self._plan("2026-03-17")
        self.assertEqual(self._open_action(), second)
        self.contact.email = "ann.smith@acme.example.com"
        second.with_user(self.collector).action_retry()
        self.assertPlanned("C", "2026-03-26")

    def test_bounce_of_overtaken_step(self):
        """The next step has left already: the late bounce of the one before is told, and takes
        nothing back."""
        self._owe()
        first, _received = self._remind()
        second, _received = self._remind("2026-03-16")
        self._bounce(first, "ann@acme.example.com", "Late news")
        self.assertIn("Late news", first.error_message)
        self.assertEqual((first.state, second.state), ("done", "done"))
        self._plan("2026-03-17")
        self.assertPlanned("C", "2026-03-26")
        self.assertEqual((first.state, second.state), ("done", "done"))


@tagged("post_install", "-at_install")
class TestOtherTransmission(DsoCommon, MockEmail):
    """A connection that is not Python's own: that of Odoo's tests, which other add-ons use in
    theirs, or of one that hands messages to a service."""

    def test_it_is_sent(self):
        self._invoice("2026-03-01")
        action = self._plan("2026-03-06")
        self._do(action, "2026-03-06")
        mail = action.sudo().mail_id
        with self.mock_mail_gateway():
            mail.send()
        self.assertEqual((mail.state, mail.failure_reason), ("sent", False))
        self.assertEqual(len(self._mails), 1)
