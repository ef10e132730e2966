"""Whom steps of the type "internal interactive e-mail" write to."""

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestColleague(DsoCommon):
    def setUp(self):
        super().setUp()
        self._use(recipient="salesperson")

    def _use(self, **values):
        scenario = self._create_scenario(
            ("Ask", "due_date", 5, {"action_type": "email_internal", "to_confirm": False, **values})
        )
        self.company.dso_default_scenario_id = scenario
        if self._customer():
            self._customer().scenario_id = scenario
        else:
            self._invoice("2026-02-10", 100.0)
        return self._plan("2026-03-06")

    def _recipients(self, action):
        return action._get_recipients()[action.id]

    def test_salesperson(self):
        """Nobody is named: it waits, says why, and goes on once somebody is (R11)."""
        action = self._open_action()
        self.assertEqual(action.state, "error")
        self.assertIn("The customer's salesperson", action.error_message)
        self.assertIn("Acme", action.error_message)
        self.assertEqual(action.action_fix()["res_id"], self.partner.id)
        self.partner.user_id = self.manager
        self.env["dso.customer"]._cron_refresh()
        self.assertEqual(action.state, "planned")
        self.env["dso.action"]._dispatch()
        self.assertEqual(action.state, "done")
        self.assertEqual(action.recipient_ids, self.manager.partner_id)

    def test_without_address(self):
        self.partner.user_id = self.manager
        self.manager.partner_id.email = False
        self._plan("2026-03-06")
        self.assertIn("Mia Manager has no e-mail address", self._open_action().error_message)
        self.assertNotIn("collections contact", self._open_action().error_message)

    def test_who_left_gets_nothing(self):
        self.partner.user_id = self.reader
        self.reader.active = False
        self._plan("2026-03-06")
        self.assertEqual(self._open_action().state, "error")

    def test_roles(self):
        action = self._use(recipient="collector")
        self.assertEqual(self._recipients(action), self.collector.partner_id)
        action = self._use(recipient="manager")
        self.assertIn(self.manager.partner_id, self._recipients(action))
        self.assertNotIn(self.collector.partner_id, self._recipients(action))
        self.company.dso_page_escalation_user_id = self.reader
        self.assertEqual(self._recipients(action), self.reader.partner_id)

    def test_field(self):
        with self.assertRaisesRegex(ValidationError, "choose the customer field"):
            self._use(recipient="field")
        action = self._use(recipient="field", recipient_field="res.partner,user_id")
        self.assertFalse(self._recipients(action))
        self.partner.user_id = self.reader
        self.assertEqual(self._recipients(action), self.reader.partner_id)

    def test_address(self):
        for address in ("", "nobody"):
            with self.assertRaisesRegex(ValidationError, "is not an e-mail address"):
                self._use(recipient="address", recipient_address=address)
        with self.assertRaisesRegex(ValidationError, "an address of the customer"):
            self._use(recipient="address", recipient_address="ann@acme.example.com")
        action = self._use(recipient="address", recipient_address="Stock@company.example.com")
        self.assertEqual(self._recipients(action).email_normalized, "stock@company.example.com")
        self._use(recipient="address", recipient_address="mia@company.example.com")
        action = self._use(recipient="address", recipient_address=self.manager.email)
        self.assertEqual(self._recipients(action), self.manager.partner_id)

    def test_never_the_customer(self):
        """A customer who is a colleague, too."""
        self.partner.user_id = self.manager
        self.manager.partner_id.parent_id = self.partner
        self.assertFalse(self._recipients(self._open_action()))

    def test_form_names_somebody(self):
        form = Form(self.env["dso.scenario"].with_user(self.manager))
        form.name = "Internal"
        with form.step_ids.new() as step:
            step.name = "Ask"
            step.action_type = "email_internal"
            self.assertEqual(step.recipient, "salesperson")
            step.mail_template_id = self.template
        self.assertEqual(form.save().step_ids.recipient, "salesperson")
