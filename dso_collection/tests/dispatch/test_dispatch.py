from datetime import date, datetime

from freezegun import freeze_time
from lxml import etree

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestDispatch(DsoCommon):
    """Automatic e-mails: when they leave, and what keeps them back."""

    def setUp(self):
        super().setUp()
        self.scenario.step_ids.to_confirm = False
        self.invoice = self._invoice("2026-03-01")
        self._plan("2026-03-01")
        self.action = self._open_action()

    def _dispatch(self, now="2026-03-06 09:00:00"):
        return self.env["dso.action"]._dispatch(datetime.fromisoformat(now))

    def _customers(self, count):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(count)]
        )
        for partner in partners:
            self._create_contact(partner, "Contact", f"c{partner.id}@example.com")
            self._invoice("2026-03-01", partner=partner)
        self.env["dso.customer"]._plan(today=date(2026, 3, 1))
        return partners

    def test_leaves_on_its_day_not_before(self):
        self.assertEqual(self.action.agenda_state, "confirmed")
        self.assertEqual(self._dispatch("2026-03-05 23:00:00"), 0)
        self.assertEqual(self._dispatch("2026-03-06 00:30:00"), 1)
        self.assertEqual(self.action.state, "done")

    def test_second_run_sends_nothing(self):
        self._dispatch()
        mails = self.env["mail.mail"].search_count([])
        self.assertEqual(self._dispatch(), 0)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_kept_message_is_made_safe(self):
        """The message in the chatter holds no script, the table of items its escaped names."""
        self.template.body_html = (
            '<p onclick="steal()">Pay<script>steal()</script></p><t t-out="object.items_table"/>'
        )
        self.invoice.name = "INV/<img src=x onerror=steal()>/1"
        self._dispatch()
        body = self.action.message_id.body
        self.assertNotIn("<script", body)
        self.assertNotIn("onclick", body)
        self.assertNotIn("<img", body)
        self.assertEqual(body.count("INV/&lt;img src=x onerror=steal()&gt;/1"), 1)
        self.assertEqual(body.count("<table"), 1)
        self.assertEqual(body.count("dso-"), 0)
        self.assertEqual(self.action.body, body)

    def test_images_in_a_text_become_attachments(self):
        pixel = (
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
        )
        self.template.body_html = f'<p>Pay<img src="data:image/png;base64,{pixel}RU5ErkJggg=="></p>'
        self._dispatch()
        self.assertIn("/web/image/", self.action.message_id.body)
        self.assertNotIn("base64", self.action.message_id.body)

    def test_unconfirmed_waits(self):
        self.scenario.step_ids.to_confirm = True
        self._plan("2026-03-06")
        self.assertEqual(self._dispatch(), 0)
        self.action.with_user(self.collector).action_confirm()
        self.assertEqual(self._dispatch(), 1)

    def test_sending_calendar(self):
        """Days, hours, holidays and time zone: 9 to 12 in New York is 14 to 17 UTC in winter."""
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Sending",
                "tz": "America/New_York",
                "company_id": self.company.id,
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "name": "Morning",
                                "dayofweek": str(day),
                                "hour_from": 9,
                                "hour_to": 12,
                                "day_period": "morning",
                            }
                        )
                        for day in range(5)
                    ),
                ],
            }
        )
        self.company.dso_sending_calendar_id = calendar
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": calendar.id,
                "company_id": self.company.id,
                "date_from": "2026-03-09 05:00:00",
                "date_to": "2026-03-10 04:00:00",
            }
        )
        for now, text in (
            ("2026-03-06 13:59:00", "before opening"),
            ("2026-03-06 17:00:00", "after closing"),
            ("2026-03-07 15:00:00", "on a Saturday"),
            ("2026-03-09 14:00:00", "on a holiday"),
        ):
            with self.subTest(text):
                self.assertEqual(self._dispatch(now), 0)
        # summer time since 8 March: 9 o'clock in New York is 13 UTC
        self.assertEqual(
            self.company._dso_next_opening(datetime(2026, 3, 7, 15)), datetime(2026, 3, 10, 13)
        )
        self.assertEqual(self._dispatch("2026-03-10 13:00:00"), 1)

    def test_other_companys_holiday_does_not_close(self):
        other = self.setup_other_company()["company"]
        calendar = self.company.resource_calendar_id.copy({"company_id": False, "tz": "UTC"})
        self.company.dso_sending_calendar_id = calendar
        self.env["resource.calendar.leaves"].with_company(other).create(
            {
                "name": "Elsewhere",
                "company_id": other.id,
                "calendar_id": calendar.id,
                "date_from": "2026-03-06 00:00:00",
                "date_to": "2026-03-06 23:59:59",
            }
        )
        self.assertTrue(self.company._dso_is_open(datetime(2026, 3, 6, 9)))

    def test_day_is_the_calendars(self):
        """23:30 UTC on 5 March is 6 March in Paris, where the action is due."""
        self.company.resource_calendar_id.tz = "Europe/Paris"
        self.assertEqual(self._dispatch("2026-03-05 23:30:00"), 1)
        self.assertEqual(self.action.done_date, date(2026, 3, 6))

    def test_closed_company_wakes_at_opening(self):
        self.company.dso_sending_calendar_id = self.company.resource_calendar_id
        cron = self.env.ref("dso_collection.ir_cron_dispatch")
        with self.capture_triggers(cron.id) as captured:
            self._dispatch("2026-03-07 10:00:00")
        opening = self.company._dso_next_opening(datetime(2026, 3, 7, 10))
        self.assertIn(opening, captured.records.mapped("call_at"))
        with self.capture_triggers(cron.id) as captured:
            self._dispatch("2026-03-07 10:15:00")
        self.assertFalse(captured.records, "once is enough")

    def test_paid_at_the_last_moment(self):
        """What was cleared since the plan is cancelled, not sent."""
        self._pay(self.invoice, "2026-03-05")
        self.assertEqual(self._dispatch(), 0)
        self.assertEqual(self.action.state, "cancelled")

    def test_obstacles_are_sentences_and_recover(self):
        """R11: each names the record to fix, and fixed it leaves without a click."""
        other = self.env["res.partner"].create({"name": "No contact"})
        cases = [
            (
                "no collections contact",
                self.contact,
                {"dso_collection_contact": False},
                "res.partner",
            ),
            ("no e-mail address. Enter", self.contact, {"email": False}, "res.partner"),
            ("is not valid", self.contact, {"email": "ann at acme"}, "res.partner"),
            ("no collector", self._customer(), {"collector_id": False}, "dso.customer"),
            (
                "template is missing",
                self.scenario.step_ids[0],
                {"mail_template_id": False},
                "dso.scenario",
            ),
            ("send from", self.collector, {"email": False}, "res.users"),
        ]
        self.company.dso_default_collector_id = False
        self.assertTrue(other)
        for sentence, record, values, model in cases:
            with self.subTest(sentence):
                before = {fname: record[fname] for fname in values}
                # a template disappears below the constraint when it is deleted
                self._write_below(record, values)
                self._plan("2026-03-01")
                self.assertEqual(self.action.state, "error")
                self.assertIn(sentence, self.action.error_message)
                self.assertEqual(self._dispatch(), 0)
                self.assertEqual(self.action.action_fix()["res_model"], model)
                self._write_below(
                    record,
                    {key: getattr(value, "id", value) for key, value in before.items()},
                )
                self._plan("2026-03-01")
                self.assertEqual(self.action.state, "planned")
                self.assertFalse(self.action.error_message)
        self.assertEqual(self._dispatch(), 1)

    def _write_below(self, record, values):
        if record._name != "dso.scenario.step":
            record.write(values)
            return
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE dso_scenario_step SET mail_template_id = %s WHERE id = %s",
            (values["mail_template_id"] or None, record.id),
        )
        self.env.invalidate_all()

    def test_mended_between_two_runs_leaves_without_a_plan(self):
        self.contact.dso_collection_contact = False
        self._plan("2026-03-01")
        self.assertEqual(self._dispatch(), 0)
        self.contact.dso_collection_contact = True
        self.assertEqual(self._dispatch(), 1)
        self.assertEqual(self.action.state, "done")

    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_one_bad_action_never_stops_the_rest(self):
        broken = self.template.copy()
        self._break(broken)
        bad_scenario = self._create_scenario(
            ("Bad", "due_date", 5, {"mail_template_id": broken.id, "to_confirm": False})
        )
        partners = self._customers(6)
        bad = self._customer(partners[2])
        bad.scenario_id = bad_scenario
        self.env["dso.customer"]._plan(today=date(2026, 3, 1))
        self.assertEqual(self._dispatch(), 6)
        action = self._open_action(partners[2])
        self.assertEqual(action.state, "error")
        self.assertIn("cannot be rendered", action.error_message)
        self.assertEqual(action.action_fix()["res_model"], "mail.template")
        # a plan in between does not hide it
        self._plan("2026-03-06", partners[2])
        self.assertEqual(action.state, "error")
        broken.body_html = "<p>Fixed</p>"
        self.assertEqual(self._dispatch(), 1)
        self.assertEqual(action.state, "done")

    def test_oldest_first(self):
        late = self.env["res.partner"].create({"name": "Older"})
        self._create_contact(late, "Old", "old@example.com")
        self._invoice("2026-02-10", partner=late)
        self._plan("2026-02-10", late)
        older = self._open_action(late)
        self.assertEqual(self._dispatch(), 2)
        self.assertLess(older.mail_id.id, self.action.mail_id.id)

    def test_refused_mail_turns_to_error(self):
        """R11: a delivery failure takes back the step planned after it; retried, it is the same
        message."""
        self._dispatch()
        self._plan("2026-03-06")
        following = self._open_action()
        self.assertEqual(following.step_id.name, "B")
        mail = self.action.mail_id
        message_id = mail.message_id
        mail.write({"state": "exception", "failure_reason": "550 no such user"})
        mail._postprocess_sent_message(
            [], [], failure_reason="550 no such user", failure_type="unknown"
        )
        self.assertEqual(self.action.state, "error")
        self.assertIn("550 no such user", self.action.error_message)
        self.assertEqual(following.state, "cancelled")
        self._plan("2026-03-06")
        self.assertEqual(self._open_action(), self.action)
        self.contact.email = "new@acme.example.com"
        self.action.with_user(self.collector).action_retry()
        self.assertEqual(self.action.state, "done")
        self.assertEqual(self.action.mail_id, mail)
        self.assertEqual((mail.state, mail.message_id), ("outgoing", message_id))
        self.assertIn("new@acme.example.com", mail.email_to)
        self.assertPlanned("B", "2026-03-16")

    def test_bounce_turns_to_error(self):
        self._dispatch()
        notification = self.action.message_id.notification_ids.sudo()
        notification.write({"notification_status": "bounce", "failure_reason": "Mailbox is full."})
        self.assertEqual(self.action.state, "error")
        self.assertIn("Mailbox is full", self.action.error_message)
        opened = self.action.action_fix()
        self.assertEqual(opened["res_id"], self.contact.id)
        # with what decides about reminders in view
        arch = self.contact.get_views(opened["views"])["views"]["form"]["arch"]
        (page,) = etree.fromstring(arch).xpath("//page[@autofocus]")
        self.assertEqual(page.get("name"), "dso_collection")

    def test_cancelled_in_the_queue(self):
        """It has not left: an error until somebody sends it after all, the same message."""
        self._invoice("2026-03-01")
        action = self._plan("2026-03-06")
        self._do(action, "2026-03-06")
        mail = action.mail_id
        mail.cancel()
        self.assertEqual(action.state, "error")
        self.assertIn("removed it from the queue", action.error_message)
        self.assertEqual(self._open_action(), action, "the step after it is taken back")
        action.with_user(self.collector).action_retry()
        self.assertEqual((action.state, action.mail_id, mail.state), ("done", mail, "outgoing"))

    def test_retry_needs_an_address(self):
        """The one that bounced is no better a second time."""
        self._invoice("2026-03-01")
        action = self._plan("2026-03-06")
        self._do(action, "2026-03-06")
        action._set_undelivered("550 no such user")
        self.contact.email = False
        action.with_user(self.collector).action_retry()
        self.assertEqual(action.state, "error")
        self.assertIn("no e-mail address", action.error_message)
        self.assertNotEqual(action.error_data["code"], "undelivered")

    def test_several_contacts_one_message(self):
        self._create_contact(self.partner, "Bob", "bob@acme.example.com")
        self._dispatch()
        self.assertEqual(len(self.action.mail_id), 1)
        self.assertIn("ann@acme.example.com", self.action.mail_id.email_to)
        self.assertIn("bob@acme.example.com", self.action.mail_id.email_to)
        self.assertEqual(len(self.action.recipient_ids), 2)

    def test_queries_do_not_grow_with_each_action(self):
        """A batch of forty costs hardly more queries per action than one of ten."""
        counts = {}
        for size in (10, 40):
            self._dispatch()
            self._customers(size)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.assertEqual(self._dispatch(), size)
            counts[size] = self.env.cr.sql_log_count - start
        self.assertLess(counts[40], counts[10] * 2.5)

    def test_wakes_odoos_mail_queue(self):
        cron = self.env.ref("mail.ir_cron_mail_scheduler_action")
        with self.capture_triggers(cron.id) as captured:
            self._dispatch()
        self.assertTrue(captured.records)

    def test_crons_run_as_odoo_runs_them(self):
        """All three, through Odoo's own cron machinery, commits included."""
        self._flush_queue()
        with self.enter_registry_test_mode():
            for name in ("ir_cron_refresh", "ir_cron_plan", "ir_cron_dispatch"):
                with self.subTest(name):
                    self.env.ref(f"dso_collection.{name}").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.action.state, "done")
        self.assertEqual(len(self.action.mail_id), 1)
        self.assertPlanned("B", "2026-03-16")

    def _flush_queue(self):
        self.env.flush_all()
        self.env.cr.precommit.run()
