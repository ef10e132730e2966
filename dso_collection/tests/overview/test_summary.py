"""The morning's summary of each collector."""

from datetime import datetime

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..common import DsoCommon
from ..http_common import PatientHttpCase

#: A Friday, in winter: 7 o'clock in Paris is 6 o'clock UTC.
MORNING = datetime(2026, 3, 6, 7, 30)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 07:30:00")
class TestSummary(DsoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # those of other tests' companies and of the database have nothing to say here
        cls.env["res.company"].search([]).dso_morning_summary = False
        cls.company.dso_morning_summary = True
        users = cls.collector | cls.manager
        users.notification_type = "inbox"

    def _send(self, now=MORNING):
        return self.env["dso.summary"]._send(now)

    def _owe(self, name="Bolt", email="bill@bolt.example.com", due="2026-02-20", collector=None):
        partner = self.env["res.partner"].create({"name": name})
        if email is not None:
            self._create_contact(partner, "Bill", email)
        self._invoice(due, partner=partner)
        self._plan("2026-02-26", partner)
        if collector:
            self._customer(partner).collector_id = collector
        return self._open_action(partner)

    def _to(self, messages, user):
        return messages.filtered(
            lambda message: message.notification_ids.res_partner_id == user.partner_id
        )

    def test_nothing_to_say_nothing_is_said(self):
        self._owe(due="2026-03-30")
        self.assertFalse(self._send())
        self.assertEqual(str(self.company.dso_last_summary_date), "2026-03-06")

    def test_one_message_per_collector_with_everything(self):
        """Two errors of one cause, one to confirm, a reply: by hand, two and one and one."""
        first, second = self._owe("Aa & Co", None), self._owe("Bb", None)
        third = self._owe("Cc", "cc@example.com")
        self._owe("Dd", "dd@example.com", collector=self.manager)
        self._owe("Later", "later@example.com", due="2026-03-05")
        self.env["dso.reply"].sudo().create(
            {
                "customer_id": third.customer_id.id,
                "subject": "Re: Reminder",
                "preview": "<b>paid</b>",
            }
        )
        messages = self._send()
        self.assertEqual(len(messages), 2)
        own = self._to(messages, self.collector)
        self.assertEqual(own.subject, "Collection this morning: 4 to look at")
        body = str(own.body)
        for words in (
            "Error: no collections contact</a></strong>\n                (2)",
            "To confirm</a></strong>\n                (1)",
            "Replies to handle</a></strong>\n                (1)",
            "Aa &amp; Co",
            "has no collections contact",
            "&lt;b&gt;paid&lt;/b&gt;",
            f"/mail/view?model=dso.action&amp;res_id={first.id}",
            f"/mail/view?model=dso.action&amp;res_id={second.id}",
            f"/mail/view?model=dso.action&amp;res_id={third.id}",
        ):
            with self.subTest(words):
                self.assertIn(words, body)
        self.assertNotIn("Dd", body)
        self.assertNotIn("Later", body)
        # programs that show no HTML get a text that Odoo makes of it, from the first words of links
        self.assertIn("Replies to handle [", html2plaintext(own.body))
        self.assertNotIn("None [", html2plaintext(own.body))
        others = self._to(messages, self.manager)
        self.assertEqual(others.subject, "Collection this morning: 1 to look at")
        self.assertIn("Dd", others.body)
        self.assertEqual(own.notification_ids.notification_type, "inbox")

    def test_once_a_morning(self):
        self._owe()
        self.assertFalse(self._send(datetime(2026, 3, 6, 6, 59)), "before seven")
        self.assertTrue(self._send(datetime(2026, 3, 6, 7, 0)))
        self.assertFalse(self._send(datetime(2026, 3, 6, 8, 0)), "told already")
        self.assertFalse(self._send(datetime(2026, 3, 7, 8, 0)), "on a Saturday")
        self.assertTrue(self._send(datetime(2026, 3, 9, 8, 0)))

    def test_morning_is_where_the_company_is(self):
        self._owe()
        self.company.resource_calendar_id.tz = "America/New_York"
        self.assertFalse(self._send(datetime(2026, 3, 6, 11, 59)))
        self.assertTrue(self._send(datetime(2026, 3, 6, 12, 0)))

    def test_switched_off(self):
        self._owe()
        self.company.dso_morning_summary = False
        self.assertFalse(self._send())

    def test_in_the_collectors_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        action = self._owe("Cc", "cc@example.com")
        self.collector.lang = "fr_FR"
        message = self._send()
        # dates of the language, whatever is translated of the rest
        self.assertIn(action.date.strftime("%d/%m/%Y"), message.body)

    def test_errors_lead_to_the_list_that_shows_them(self):
        """What somebody carries out is in the other one."""
        automatic = self._owe("Aa", None)
        self.assertIn('/odoo/collection-agenda/collection-automatic">', self._send().body)
        self.company.dso_last_summary_date = False
        automatic.automatic = False
        body = self._send().body
        self.assertIn('/odoo/collection-agenda/collection-manual">', body)
        self.assertNotIn("/odoo/collection-agenda/collection-automatic", body)

    def test_failures_of_every_channel_are_named(self):
        """Days later, by letter, SMS and fax: each under its own words."""
        for number, (code, words) in enumerate(
            (
                ("returned", "Error: letter returned"),
                ("undelivered_sms", "Error: SMS not delivered"),
                ("bad_fax", "Error: wrong fax number"),
                ("no_post_credit", "Error: no credits for posting letters"),
                ("unknown_outcome", "Error: not known whether it was sent"),
            )
        ):
            with self.subTest(code):
                self._owe(f"Nr {number}", f"nr{number}@example.com")._set_error(code)
                self.company.dso_last_summary_date = False
                self.assertIn(words, self._send().body)

    def test_receipts_that_have_not_come_back(self):
        """Fifteen days after it was posted, not one before: by hand, on 19 February."""
        self.company.dso_receipt_days = 15
        action = self._owe("Cc", "cc@example.com")
        action.sudo().write(
            {
                "action_type": "letter_registered",
                "state": "done",
                "done_date": "2026-02-18",
                "posted_date": "2026-02-20",
            }
        )
        self.assertFalse(self._send())
        action.posted_date = "2026-02-19"
        self.company.dso_last_summary_date = False
        body = self._send().body
        self.assertIn("Registered letters not received</a></strong>", body)
        self.assertIn("02/19/2026", body)
        action.received_date = "2026-02-21"
        self.company.dso_last_summary_date = False
        self.assertFalse(self._send())

    def test_actions_of_nobody_go_to_the_default_collector(self):
        action = self._owe(email=None)
        action.customer_id.collector_id = False
        action.sudo().collector_id = False
        self.company.dso_default_collector_id = self.manager
        messages = self._send()
        self.assertEqual(messages.notification_ids.res_partner_id, self.manager.partner_id)

    def test_those_who_left_are_told_nothing(self):
        self._owe()
        self.collector.active = False
        self.assertFalse(self._send())

    def test_long_lists_are_counted(self):
        for number in range(7):
            self._owe(f"Customer {number}", None)
        body = str(self._send().body)
        self.assertEqual(body.count("model=dso.action"), 5)
        self.assertIn("and 2 more", body)

    def test_one_message_over_two_companies(self):
        self._owe("Here", None)
        other = self.setup_other_company()["company"]
        other.resource_calendar_id.tz = "UTC"
        other.write({"dso_morning_summary": True, "dso_default_scenario_id": self.scenario.id})
        self.collector.company_ids = [Command.link(other.id)]
        partner = self.env["res.partner"].create({"name": "There"})
        customer = (
            self.env["dso.customer"]
            .sudo()
            .create(
                {
                    "partner_id": partner.id,
                    "company_id": other.id,
                    "collector_id": self.collector.id,
                }
            )
        )
        self.env["dso.reply"].sudo().create({"customer_id": customer.id, "subject": "Hello"})
        message = self._send()
        self.assertEqual(len(message), 1)
        self.assertIn(f"There: Hello ({other.name})", message.body)
        self.assertIn(f"({self.company.name})", message.body)
        self.assertIn("Here", message.body)

    def test_cron(self):
        self._owe()
        with self.enter_registry_test_mode():
            self.env.ref("dso_collection.ir_cron_summary").method_direct_trigger()
        self.assertTrue(self.company.dso_last_summary_date)


@tagged("post_install", "-at_install")
class TestSummaryLinks(DsoCommon, PatientHttpCase):
    def test_links_lead_to_the_records(self):
        """For whoever may see them, as Odoo's own notifications do."""
        self._invoice("2026-02-20")
        action = self._plan("2026-02-26")
        reply = self.env["dso.reply"].sudo().create({"customer_id": self._customer().id})
        self.collector.password = "dso_collector_7"
        self.authenticate("dso_collector", "dso_collector_7")
        for record in (action, reply):
            with self.subTest(record._name):
                answer = self.url_open(
                    f"/mail/view?model={record._name}&res_id={record.id}", allow_redirects=False
                )
                self.assertIn(answer.status_code, (302, 303))
                self.assertIn(f"/{record.id}", answer.headers["Location"])
                self.assertNotIn("login", answer.headers["Location"])
