"""What an action is called, why it is there, and what it asks for: its own, not its neighbours'."""

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .test_qualify import QualifyCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestNamed(QualifyCase):
    def _new(self, lines, **values):
        wizard = (
            self.env["dso.action.new"]
            .with_user(self.collector)
            .create(
                {
                    "customer_id": self.customer.id,
                    "line_ids": [Command.set(lines.ids)],
                    "action_date": "2026-03-10",
                    **values,
                }
            )
        )
        wizard.action_apply(all_the_same=True)
        return self.customer.action_ids.filtered(
            lambda action: action.origin == "specific" and action.state != "cancelled"
        ).sorted("id")[-1]

    def test_an_action_over_several_items_is_named_after_what_it_is(self):
        """One of its items is promised: the reminder is a reminder all the same."""
        self.young._dso_set_status(self.promise, "2026-03-02")
        template = self.env.ref("dso_collection.mail_template_reminder_1")
        action = self._new(
            self.old | self.young,
            action_type="email",
            mail_template_id=template.id,
            execute_now=True,
        )
        sent = action.child_ids or action
        self.assertEqual(sent.state, "done")
        self.assertEqual(sent.name, "First reminder")
        call = self._new(self.old | self.young, action_type="call")
        self.assertEqual(call.name, "Phone call")

    def test_the_reason_names_the_items_that_have_the_status(self):
        self.young._dso_set_status(self.promise, "2026-03-02")
        action = self._new(self.old | self.young, action_type="call")
        old, young = self.old.move_id.name, self.young.move_id.name
        self.assertIn(
            f"Specific action for {old}, {young}. {young}: Promise to pay.", action.reason
        )

    def test_the_reason_keeps_the_status_that_the_action_followed(self):
        self._qualify(self.old | self.young, status_id=self.dispute.id)
        action = self._specific()
        self._qualify(
            self.old | self.young,
            status_id=self.promise.id,
            date="2026-03-20",
            next_action="scenario",
        )
        self.assertEqual(action.state, "cancelled")
        self.assertIn(f": {self.dispute.name}.", action.reason)
        self.assertNotIn("Promise", action.reason)
        self.assertEqual(action.name, "Dispute follow-up: price")

    def test_a_follow_up_that_the_module_makes_is_one(self):
        """Of two disputes with two causes, and once both are something else, too."""
        self.old._dso_set_status(self.dispute, False)
        self.young._dso_set_status(self.env.ref("dso_collection.status_dispute_missing"), False)
        action = self.env["dso.action"]._make_follow_ups(self.old | self.young)
        name = action.name
        self.assertTrue(name.startswith("Dispute follow-up: price, "), name)
        (self.old | self.young)._dso_set_status(self.ongoing, False)
        self.assertEqual(action.name, name)

    def test_what_colleagues_and_customers_are_told_is_named_in_the_readers_language(self):
        """The words of the message are the recipient's, those of the history the reader's."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.partner_id.lang = "fr_FR"
        self.customer.partner_id.email = "compta@example.com"
        template = self.env.ref("dso_collection.mail_template_status_customer")
        template.with_context(lang="fr_FR").name = "Recouvrement : confirmation"
        self._qualify(status_id=self.promise.id, date="2026-03-20", email_mode="customer")
        sent = self.customer.action_ids.filtered(lambda action: action.origin == "manual")
        self.assertEqual(sent.state, "done")
        self.assertEqual(sent.name, "Confirmation of what was agreed")
        self.assertEqual(sent.with_context(lang="fr_FR").name, "Confirmation")

    def test_a_subject_of_ones_own_names_the_message(self):
        self.customer.partner_id.email = "compta@example.com"
        wizard = self._wizard(status_id=self.promise.id, date="2026-03-20", email_mode="customer")
        wizard.write(
            {"email_subject": "What we said on the phone", "email_body": "<p>As agreed.</p>"}
        )
        wizard.action_apply()
        sent = self.customer.action_ids.filtered(lambda action: action.origin == "manual")
        self.assertEqual(sent.name, "What we said on the phone")
