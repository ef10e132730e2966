"""Who is written to: today's contacts of this company, each address once."""

from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools.dates import format_moment
from ..smtp_common import QUEUE, SmtpCommon


@tagged("post_install", "-at_install")
class TestWhoIsWrittenTo(SmtpCommon):
    def _recipients(self):
        _action, received = self._remind()
        self.assertEqual(len(received), 1)
        return sorted(received[0].recipients)

    def test_contact_of_another_company(self):
        bea = self._create_contact(self.partner, "Bea", "bea@acme.example.com")
        bea.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        self._owe()
        self.assertEqual(self._open_action().customer_id.contact_ids, self.contact)
        self.assertEqual(self._recipients(), ["ann@acme.example.com"])

    def test_a_contact_who_works_for_somebody_else_now(self):
        """Chosen on a planned action, and with a competitor by the time it leaves."""
        bea = self._create_contact(self.partner, "Bea", "bea@acme.example.com")
        self._owe()
        action = self._open_action()
        action.sudo().recipient_ids = bea | self.contact
        competitor = self.env["res.partner"].create({"name": "Competitor", "is_company": True})
        bea.write({"parent_id": competitor.id, "email": "bea@competitor.example.com"})
        self.assertEqual(action._get_recipients()[action.id], self.contact)
        page = self.env["dso.page"].sudo()
        page = page.new({"customer_id": action.customer_id.id, "purpose": "customer"})
        page.update({"recipient_ids": bea | self.contact})
        page.emails = page._format_emails(bea | self.contact)
        self.assertEqual(page._get_own_emails(), "ann@acme.example.com")

    def test_one_address_on_three_contacts(self):
        for name in ("Bea", "Bob"):
            self._create_contact(self.partner, name, "Ann@Acme.example.com")
        self._owe()
        _action, received = self._remind()
        self.assertEqual(len(received[0].message["To"].addresses), 1)

    def test_two_addresses_in_one_field(self):
        self.contact.email = "ann@acme.example.com, books@acme.example.com"
        self._owe()
        page = self.env["dso.page"]._format_emails(self.contact)
        self.assertEqual(page, "ann@acme.example.com, books@acme.example.com")
        self.assertEqual(self._recipients(), ["ann@acme.example.com", "books@acme.example.com"])

    def test_the_second_address_is_refused(self):
        self.contact.email = "ann@acme.example.com, books@acme.example.com"
        self._owe()
        self.sink.refused["books@acme.example.com"] = "550 5.1.1 No such user"
        action, _received = self._remind()
        self.assertEqual(action.state, "error")
        self.assertIn("books@acme.example.com", action.error_message)

    def test_reply_to_names_the_collector(self):
        self._owe()
        _action, received = self._remind()
        name = received[0].message["Reply-To"].addresses[0].display_name
        self.assertEqual(name, self.collector.name)

    def test_archived_contact_counts_as_none(self):
        self.contact.active = False
        self._owe()
        self.env.cr.precommit.run()
        self.env["dso.customer"]._cron_refresh()
        action = self._open_action()
        self.assertEqual(action.state, "error")
        self._plan("2026-03-03")
        self.assertEqual(action.state, "error")

    def test_retry_only_to_who_got_nothing(self):
        self._create_contact(self.partner, "Bea", "bea@acme.example.com")
        self._owe()
        action, _received = self._remind()
        self._bounce(action, "bea@acme.example.com")
        # the address that bounced, and nobody else: said, not tried
        action.with_user(self.collector).action_retry()
        self._run_queue()
        self.assertEqual(len(self.sink.received), 1)
        self.assertEqual(action.state, "error")
        self.assertIn("bounced at “bea@acme.example.com”", action.error_message)
        # a successor
        carl = self._create_contact(self.partner, "Carl", "carl@acme.example.com")
        action.with_user(self.collector).action_retry()
        self._run_queue()
        self.assertEqual(self.sink.received[-1].recipients, ["carl@acme.example.com"])
        self.assertEqual(action.state, "done")
        self.assertEqual(action.recipient_ids, self.contact | carl)

    def test_retry_to_the_successor(self):
        self._owe()
        self.sink.refused["ann@acme.example.com"] = "550 5.1.1 No such user"
        with mute_logger(QUEUE):
            action, _received = self._remind()
        self.contact.active = False
        bea = self._create_contact(self.partner, "Bea", "bea@acme.example.com")
        action.with_user(self.collector).action_retry()
        self._run_queue()
        self.assertEqual(self.sink.received[-1].recipients, ["bea@acme.example.com"])
        self.assertEqual(action.recipient_ids, bea)

    def test_a_retry_is_announced_for_sending_hours(self):
        self._owe()
        self.sink.refused["ann@acme.example.com"] = "450 4.2.1 busy"
        action = self._open_action()
        action.with_user(self.collector).action_confirm()
        self.env["dso.action"]._dispatch(fields.Datetime.to_datetime("2026-03-06 10:00:00"))
        now = fields.Datetime.now()
        # open for one hour, three hours from now
        start = now + timedelta(hours=3)
        hour = min(start.hour, 22)
        self.company.dso_sending_calendar_id = self.env["resource.calendar"].create(
            {
                "name": "One hour",
                "tz": "UTC",
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "name": "Open",
                            "dayofweek": str(day),
                            "hour_from": hour,
                            "hour_to": hour + 1,
                            "day_period": "morning",
                        }
                    )
                    for day in range(7)
                ],
            }
        )
        with mute_logger(QUEUE):
            self._run_queue()
        self.assertEqual(action.state, "error")
        self.assertTrue(self.company._dso_is_open(action.retry_date), action.retry_date)
        # and where they change afterwards, for the hours as they are
        announced = action.error_message
        self.company.dso_sending_calendar_id.attendance_ids.write(
            {"hour_from": hour + 1, "hour_to": hour + 1.5}
        )
        action.invalidate_recordset(["error_message"])
        self.assertNotEqual(action.error_message, announced)
        opening = self.company._dso_next_opening(action.retry_date)
        self.assertIn(format_moment(self.env, opening), action.error_message)
