from datetime import date, datetime

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ..ledger.test_qualify import QualifyCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestSpecific(QualifyCase):
    """Specific actions and actions out of scenario (R10, R13, R16), as a collector."""

    def _new(self, lines=None, **values):
        wizard = (
            self.env["dso.action.new"]
            .with_user(self.collector)
            .create(
                {
                    "customer_id": self.customer.id,
                    "line_ids": [Command.set(lines.ids if lines else [])],
                    "action_date": "2026-03-10",
                    **values,
                }
            )
        )
        wizard.action_apply()
        return self.customer.action_ids.filtered(
            lambda action: action.origin != "scenario" and not action.parent_id
        ).sorted("id")[-1]

    def _log(self, action, **values):
        wizard = (
            self.env["dso.action.log"]
            .with_user(self.collector)
            .create({"action_id": action.id, **values})
        )
        wizard.action_apply()

    def test_items_leave_and_the_new_leader_is_found_at_once(self):
        action = self._new(self.old)
        self.assertEqual((action.origin, action.state), ("specific", "planned"))
        self.assertEqual(action.date, date(2026, 3, 10))
        self.assertEqual(action.amount, 1000.0)
        self.assertTrue(self.old.dso_has_specific)
        self.assertEqual(self.customer.leader_line_id, self.young)
        self.assertIn(action, self.customer.open_action_ids)

    def test_without_items_nothing_else_changes(self):
        before = self._open_action()
        action = self._new()
        self.assertEqual(action.origin, "manual")
        self.assertEqual(self._open_action(), before)
        self.assertEqual(self.customer.leader_line_id, self.old)
        self._log(action, result="reached")
        self.assertEqual(action.state, "done")
        self.assertEqual(action.result, "reached")

    def test_executed_several_times_then_ended(self):
        action = self._new(self.old)
        self._log(action, result="no_answer", comment="Rang", next_date="2026-03-12")
        self.assertEqual((action.state, action.date), ("planned", date(2026, 3, 12)))
        first = action.child_ids
        self.assertEqual((first.state, first.result, first.comment), ("done", "no_answer", "Rang"))
        self.assertEqual(first.item_ids.amount_residual, 1000.0)
        self.assertFalse(action.result)
        self._pay(self.old.move_id, on="2026-03-06", amount=400.0)
        self._plan("2026-03-06")
        self.assertEqual(action.amount, 600.0)
        self._log(action, result="reached", next_date="2026-03-13")
        self.assertEqual(len(action.child_ids), 2)
        self.assertEqual(max(action.child_ids, key=lambda a: a.id).item_ids.amount_residual, 600.0)
        self.assertEqual(first.item_ids.amount_residual, 1000.0)
        self._log(action, result="reached", follow_up="end")
        self.assertEqual(action.state, "done")
        self.assertEqual(len(action.child_ids), 2)
        self.assertEqual(self.customer.leader_line_id, self.old)

    def test_ended_without_doing_anything(self):
        action = self._new(self.old)
        action.with_user(self.collector).action_open_end()
        self.assertEqual(action.state, "cancelled")
        self.assertIn("back in the scenario", action.reason)
        self.assertEqual(self.customer.leader_line_id, self.old)
        with self.assertRaisesRegex(UserError, "still open"):
            action.with_user(self.collector).action_end()

    def test_cancelling_puts_the_items_back(self):
        action = self._new(self.old)
        action.with_user(self.collector).action_cancel("A mistake")
        self.assertEqual(self.customer.leader_line_id, self.old)
        self.assertEqual(action.reason.split(".")[0], "Cancelled by the user")
        self.assertFalse(self.old.dso_has_specific)

    def test_ending_on_disputed_items_asks(self):
        """R13, R5: resolved, the item restarts its scenario; step A of a leader due 10 February
        was due on the 15th."""
        self._qualify(status_id=self.dispute.id)
        action = self._specific()
        question = action.with_user(self.collector).action_open_end()
        self.assertEqual(question["res_model"], "dso.action.end")
        wizard = (
            self.env["dso.action.end"]
            .with_user(self.collector)
            .create({"action_ids": [Command.set(action.ids)]})
        )
        self.assertEqual(wizard.line_ids, self.old)
        with self.assertRaisesRegex(UserError, "Say whether"):
            wizard.action_apply()
        wizard.resolved = "yes"
        wizard.action_apply()
        self.assertEqual(self.old.dso_status_id.kind, "dispute_resolved")
        self.assertEqual(self.old.dso_qualification_ids.sorted("id")[-1].kind, "dispute_resolved")
        self.assertEqual(self.customer.leader_line_id, self.old)
        self.assertPlanned("A", "2026-03-06")

    def test_dispute_that_goes_on_stays_out(self):
        self._qualify(status_id=self.dispute.id)
        action = self._specific()
        with self.assertRaisesRegex(UserError, "Say whether"):
            self._log(action, result="reached", follow_up="end")
        self._log(action, result="reached", follow_up="end", resolved="no")
        self.assertEqual(action.state, "done")
        self.assertEqual(self.old.dso_status_id, self.dispute)
        self.assertEqual(self.customer.leader_line_id, self.young)

    def test_resolved_by_the_last_call(self):
        self._qualify(status_id=self.dispute.id)
        self._log(self._specific(), result="reached", follow_up="end", resolved="yes")
        self.assertEqual(self.old.dso_status_id.kind, "dispute_resolved")
        self.assertEqual(self.customer.leader_line_id, self.old)

    def test_cleared_items_leave_and_the_last_one_cancels(self):
        action = self._new(self.old | self.young)
        self._pay(self.old.move_id, on="2026-03-06")
        self._plan("2026-03-06")
        self.assertEqual((action.state, action.amount), ("planned", 500.0))
        self.assertNotIn(self.old.move_id.name, action.items_table)
        self._pay(self.young.move_id, on="2026-03-06")
        self._plan("2026-03-06")
        self.assertEqual(action.state, "cancelled")
        self.assertIn("all its items were cleared", action.reason)

    def test_automatic_waits_for_its_confirmation_and_ends(self):
        action = self._new(
            self.old,
            action_type="email",
            automatic=True,
            mail_template_id=self.template.id,
        )
        self.assertEqual(action.agenda_state, "upcoming")
        dispatch = self.env["dso.action"]._dispatch
        self.assertEqual(dispatch(datetime(2026, 3, 10, 9)), 0)
        action.with_user(self.collector).action_confirm()
        self.assertEqual(dispatch(datetime(2026, 3, 9, 9)), 0)
        self.assertEqual(dispatch(datetime(2026, 3, 10, 9)), 1)
        self.assertEqual(action.state, "done")
        self.assertFalse(action.child_ids)
        self.assertEqual(action.item_ids.line_id, self.old)
        self.assertIn(self.old.move_id.name, action.body)
        self.assertNotIn(self.young.move_id.name, action.body)
        self.assertEqual(self.customer.leader_line_id, self.old)

    def test_fully_automatic_leaves_by_itself(self):
        action = self._new(
            self.old,
            action_type="email",
            automatic=True,
            to_confirm=False,
            mail_template_id=self.template.id,
        )
        self.assertEqual(action.agenda_state, "confirmed")
        self.env["dso.action"]._dispatch(datetime(2026, 3, 10, 9))
        self.assertEqual(action.state, "done")

    def test_internal_message_never_leaves_for_the_customer(self):
        """Nobody chosen: it is refused, and not sent to the contact for collection."""
        with self.assertRaisesRegex(UserError, "the colleagues who are to answer"):
            self._new(self.old, action_type="email_internal", mail_template_id=self.template.id)

    def test_now(self):
        action = self._new(
            self.old, action_type="email", execute_now=True, mail_template_id=self.template.id
        )
        self.assertEqual(action.child_ids.mail_id.state, "outgoing")
        self.assertEqual(action.state, "planned")

    def test_error_is_told_from_the_moment_it_is_planned(self):
        self.contact.dso_collection_contact = False
        action = self._new(
            self.old, action_type="email", automatic=True, mail_template_id=self.template.id
        )
        self.assertEqual(action.state, "error")
        self.assertIn("no collections contact", action.error_message)

    def test_needs_a_text(self):
        with self.assertRaisesRegex(UserError, "needs a template or a text"):
            self._new(self.old, action_type="email")
        action = self._new(
            self.old, action_type="email", subject="Hello", body="<p>From scratch</p>"
        )
        action.with_user(self.collector).action_execute()
        self.assertEqual(action.child_ids.subject, "Hello")
        self.assertIn("From scratch", action.child_ids.body)

    def _form(self, lines):
        return Form(
            self.env["dso.action.new"]
            .with_user(self.collector)
            .with_context(default_customer_id=self.customer.id, default_line_ids=lines.ids)
        )

    def test_copy_from_a_step(self):
        step = self.scenario.step_ids[1]
        with self._form(self.old) as form:
            form.copy_kind = "step"
            form.copy_step_id = step
            self.assertEqual(form.action_type, "email")
            self.assertEqual(form.mail_template_id, self.template)
            self.assertIn("1,000.00", form.body)
            form.body = form.body.replace("Please pay", "Kindly pay")
        form.record.action_apply()
        action = self._specific()
        self.assertIn("Kindly pay", action.body)
        self.assertFalse(action.mail_template_id)
        self.assertIn("Please pay", self.template.body_html, "the template is not touched")

    def test_copy_from_an_earlier_action(self):
        self._do(self._open_action(), "2026-03-06")
        done = self.customer.past_action_ids.filtered(lambda action: action.state == "done")
        found = self.env["dso.action"].with_user(self.collector).name_search("Acme")
        self.assertIn(done.id, [key for key, _name in found])
        with self._form(self.young) as form:
            form.copy_kind = "action"
            form.copy_action_id = done
            self.assertIn(self.young.move_id.name, form.body)
            self.assertNotIn(self.old.move_id.name, form.body)

    def test_copy_from_a_template(self):
        with self._form(self.old) as form:
            form.copy_kind = "template"
            form.copy_template_id = self.template
            self.assertEqual(form.action_type, "email")
            self.assertEqual(form.subject, "Reminder for Acme")

    def test_copied_hashtags_get_their_values_on_the_day(self):
        """A template of hashtags is copied as it is: what was paid meanwhile is not asked for."""
        template = self.template.copy({"body_html": "<p>Pay #items_amount_selected</p>"})
        with self._form(self.old) as form:
            form.copy_kind = "template"
            form.copy_template_id = template
            self.assertIn("#items_amount_selected", form.body)
        form.record.action_apply()
        self._pay(self.old.move_id, on="2026-03-06", amount=400.0)
        action = self._specific()
        action.with_user(self.collector).action_execute()
        self.assertIn("600.00", action.child_ids.body)

    def test_items_of_another_customer_are_refused(self):
        other = self.env["res.partner"].create({"name": "Beta", "is_company": True})
        line = self._line(self._invoice("2026-02-10", 70.0, partner=other))
        self._plan("2026-03-06", other)
        with self.assertRaisesRegex(UserError, "not an open item of"):
            self._new(line)
        action = self._new(self.old)
        with self.assertRaises(ValidationError):
            action.item_ids = [Command.create({"line_id": line.id})]
        with self.assertRaisesRegex(UserError, "items of one customer"):
            (self.old | line).with_user(self.collector).action_dso_new_action()

    def test_litigation_puts_its_status(self):
        """R16: executing litigation hands the items over."""
        action = self._new(self.old, action_type="litigation")
        action.with_user(self.collector).action_execute()
        self.assertEqual(self.old.dso_status_id.kind, "litigation")

    def test_preview_and_send_asks_what_comes_next(self):
        action = self._new(self.old, action_type="email", mail_template_id=self.template.id)
        preview = (
            self.env["dso.action.preview"]
            .with_user(self.collector)
            .create({"action_id": action.id})
        )
        self.assertIn(self.old.move_id.name, preview.body)
        question = preview.action_send()
        self.assertEqual(question["res_model"], "dso.action.log")
        context = question["context"]
        wizard = (
            self.env["dso.action.log"].with_user(self.collector).with_context(**context).create({})
        )
        self.assertTrue(wizard.executed)
        wizard.next_date = "2026-03-17"
        wizard.action_apply()
        self.assertEqual(action.date, date(2026, 3, 17))
        self.assertEqual(len(action.child_ids), 1)
