"""What was put out of use is not used, though files are planned with archived ones in sight.

Planning, dispatching and the screens of one customer look at files with ``active_test=False``: of
archived files and customers the figures stay. That context goes with everything read below them.
What has ``active`` there, and what keeps archived records out:

============================ =====================================================================
contacts for collection      ``dso.customer._find_contacts`` says ``active`` itself
customers                    ``dso.action._get_blockers``: nothing leaves for them, nor again
chosen recipients            ``dso.action._get_recipients``: who was archived gets nothing, and
                             nobody else does in their place, whatever the context
colleagues of internal       ``dso.scenario.step._get_colleagues`` and, without a step,
e-mails                      ``dso.action._get_serving``
credit managers              ``res.company._dso_get_managers``
collectors, default ones     ``tools.collectors`` (SQL), ``res.company._dso_default_collector``,
                             ``dso.channel.email._get_sender_blocker``
scenarios                    ``_read_scenarios``: archived ones plan nothing
defaults of new files        ``res.company._dso_get_default``, ``_ensure_customers`` (SQL)
what rules give              ``dso.assignment.rule._prepare_assignment``; rules: ``active`` said
e-mail and letter templates  ``_get_content_blocker``: ``archived_template``
black list of numbers        ``dso.channel.sms._find_blacklisted`` says ``active`` itself
providers of registered mail ``dso.erm.provider._get_by_company`` says ``active`` itself
companies                    ``res.company._dso_companies``
statuses, penalty rules      of items and companies that have them: history and settings stand
============================ =====================================================================

SMS templates, calendars' hours, accounts by SQL and payments have no ``active`` that is looked at.
"""

from datetime import date, datetime

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestArchived(DsoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scenario.step_ids.to_confirm = False
        cls.invoice = cls._invoice("2026-03-01")
        cls.action = cls._plan("2026-03-06")
        cls.customer = cls._customer()

    def _leave(self):
        self.env["dso.customer"]._cron_refresh()
        self.env["dso.action"]._dispatch(datetime(2026, 3, 6, 10))
        self.env.invalidate_all()

    def _make_own(self, **values):
        """What a user planned, of whatever kind."""
        return self.env["dso.action"].create(
            {
                "customer_id": self.customer.id,
                "origin": "manual",
                "action_type": "email",
                "automatic": True,
                "date": "2026-03-06",
                "subject": "Statement",
                "body": "<p>Please pay</p>",
                **values,
            }
        )

    def test_the_customer(self):
        """The scenario's action is withdrawn; what a user planned is held, and says why, until
        the contact is restored."""
        specific = self._make_own(
            origin="specific", item_ids=[Command.create({"line_id": self._line(self.invoice).id})]
        )
        later = self._make_own(date="2026-03-20")
        internal = self._make_own(action_type="email_internal")
        own = self._make_own() | specific | later | internal
        self.assertTrue(self.contact.active)
        self.partner.active = False
        self._leave()
        self.assertEqual(set(own.mapped("state")), {"error"})
        self.assertFalse(own.mail_id)
        for action in own:
            self.assertIn("The customer is archived", action.error_message)
        self.assertEqual(specific.action_fix()["res_id"], self.partner.id)
        self.partner.active = True
        self._leave()
        self.assertEqual(set((own - later).mapped("state")), {"done"})
        self.assertEqual(later.state, "planned")

    def test_the_customer_as_it_is_carried_out(self):
        """The dispatcher decides again, whoever had a look before."""
        own = self._make_own()
        self.partner.active = False
        own._dispatch_batch({self.company.id: date(2026, 3, 6)})
        self.assertEqual(own.state, "error")
        self.assertFalse(own.mail_id)

    def test_the_customer_by_hand(self):
        """Whoever presses the button is told the same; calls are noted all the same."""
        for kind in ("email", "sms"):
            own = self._make_own(action_type=kind, automatic=False, sms_text="Pay")
            self.partner.active = False
            wizard = self.env["dso.action.preview"].create({"action_id": own.id})
            self.assertIn("The customer is archived", wizard.error_message)
            with self.assertRaisesRegex(UserError, "The customer is archived"):
                own.action_execute()
            self.partner.active = True
        self.partner.active = False
        call = self._make_own(action_type="call", automatic=False)
        call.action_execute()
        self.assertEqual(call.state, "done")

    def test_the_customer_of_a_message_to_try_again(self):
        """It does not leave again, by itself or by hand, before the contact is restored."""
        own = self._make_own()
        own.action_execute()
        own.mail_id.write({"state": "exception"})
        own._set_undelivered("450 try again later", transient=True)
        own.sudo().retry_date = "2026-03-06 08:00:00"
        self.partner.active = False
        self.env["dso.action"]._retry_due()
        self.assertEqual((own.state, own.mail_id.state), ("error", "exception"))
        self.assertFalse(own.retry_date)
        self.assertIn("The customer is archived", own.error_message)
        self.assertIn("The customer is archived", str(own.action_retry()))
        self.assertEqual((own.state, own.mail_id.state), ("error", "exception"))
        self.partner.active = True
        self.assertIn("450 try again later", own.error_message)
        own.action_retry()
        self.assertEqual((own.state, own.mail_id.state), ("done", "outgoing"))

    def test_the_file(self):
        """What is made on an archived file does not leave by itself either."""
        self.customer.active = False
        own = self._make_own()
        self._leave()
        self.assertFalse(own.mail_id)

    def test_contacts(self):
        self._create_contact(self.partner, "Bea", "bea@acme.example.com")
        self.contact.active = False
        self._leave()
        self.assertEqual(self.action.recipient_ids.mapped("name"), ["Bea"])

    def test_a_chosen_recipient(self):
        """Nobody gets it instead, in the plan and as it is carried out."""
        bea = self._create_contact(self.partner, "Bea", "bea@acme.example.com")
        self.action.recipient_ids = bea
        bea.active = False
        for context in ({}, {"active_test": True}, {"active_test": False}):
            self.env.invalidate_all()
            action = self.action.with_context(**context)
            self.assertFalse(action._get_recipients()[action.id])
        self._leave()
        self.assertEqual(self.action.state, "error")
        self.assertFalse(self.action.mail_id)

    def test_the_collector(self):
        """Who left writes to nobody, and is written to by nobody."""
        internal = self.env["dso.action"].create(
            {
                "customer_id": self.customer.id,
                "origin": "manual",
                "action_type": "email_internal",
                "date": "2026-03-06",
                "collector_id": self.collector.id,
                "subject": "Look at this",
                "body": "<p>Please</p>",
            }
        )
        self.assertEqual(internal._get_recipients()[internal.id], self.collector.partner_id)
        email = internal.copy({"action_type": "email"})
        self.company.dso_default_collector_id = False
        self.collector.active = False
        self._leave()
        self.assertFalse(internal._get_recipients()[internal.id])
        for action in (self._open_action(), email, internal):
            self.assertNotEqual(action.state, "done", action.display_name)
            self.assertFalse(action.mail_id)
        self.assertEqual(self._open_action().error_data["code"], "no_collector")

    def test_a_colleague_of_a_step(self):
        colleague = new_test_user(
            self.env, "dso_colleague", email="sam@company.example.com", groups="base.group_user"
        )
        self.partner.user_id = colleague
        step = self.action.step_id
        step.write({"action_type": "email_internal", "recipient": "salesperson"})
        action = self._plan("2026-03-06")
        self.assertEqual(action._get_recipients()[action.id], colleague.partner_id)
        colleague.active = False
        action = action.with_context(active_test=False)
        self.assertFalse(action._get_recipients()[action.id])

    def test_a_template(self):
        self.template.sudo().active = False
        self._leave()
        self.assertEqual(self.action.state, "error")
        self.assertIn("is archived", self.action.error_message)

    def test_a_scenario(self):
        self.scenario.sudo().active = False
        self._leave()
        self.assertNothingPlanned("no_scenario")
        self.assertIn("“Test scenario” is archived", self.customer.planning_reason)

    def test_defaults_of_new_files(self):
        self.scenario.sudo().active = self.collector.active = False
        other = self.env["res.partner"].create({"name": "Other"})
        self._invoice("2026-03-01", partner=other)
        self._plan("2026-03-06", other)
        third = self.env["res.partner"].create({"name": "Third"})
        by_hand = self.env["dso.customer"].create({"partner_id": third.id})
        for customer in (self._customer(other), by_hand):
            self.assertFalse(customer.scenario_id or customer.collector_id)

    def test_what_a_rule_gives(self):
        old = self._create_scenario(("Z", "due_date", 1), name="Old")
        gone = new_test_user(
            self.env,
            "dso_gone",
            email="gone@company.example.com",
            groups="dso_collection.group_dso_collector",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        rule = self.env["dso.assignment.rule"].create(
            {
                "name": "Everybody",
                "company_id": self.company.id,
                "scenario_id": old.id,
                "collector_id": gone.id,
            }
        )
        old.sudo().active = gone.active = False
        rule._assign(self.customer.with_context(active_test=False))
        self.assertEqual(self.customer.scenario_id, self.scenario)
        self.assertEqual(self.customer.collector_id, self.collector)
        rule.active = False
        other = self.env["res.partner"].create({"name": "Other"})
        self._invoice("2026-03-01", partner=other)
        self._plan("2026-03-06", other)
        self.assertEqual(self._customer(other).scenario_id, self.scenario)

    def test_the_black_list(self):
        """A number that is on it no more."""
        number = "+33612345678"
        blacklist = self.env["phone.blacklist"].sudo()
        blacklist._add([number])
        channel = self.env["dso.channel.sms"].with_context(active_test=False)
        self.assertEqual(channel._find_blacklisted({number}), {number})
        blacklist._remove([number])
        self.assertFalse(channel._find_blacklisted({number}))
