from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_qualify import QualifyCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestDisputeIsFollowed(QualifyCase):
    """R13, whatever way: a dispute never loses its follow-up unasked."""

    def setUp(self):
        super().setUp()
        self._qualify(status_id=self.dispute.id)
        self.action = self._specific().with_user(self.collector)

    def _end(self, **values):
        wizard = (
            self.env["dso.action.end"]
            .with_user(self.collector)
            .create({"action_ids": [Command.set(self.action.ids)], **values})
        )
        return wizard.action_apply()

    def assertFollowed(self, day):
        action = self._specific()
        self.assertEqual((action.date, action.item_ids.line_id), (day, self.old))
        self.assertEqual(self.old.dso_status_id, self.dispute)
        self.assertEqual(self.customer.leader_line_id, self.young)
        return action

    def test_cancelled_by_rpc(self):
        with self.assertRaisesRegex(UserError, "still in dispute"):
            self.action.action_cancel("No time")
        self.assertFollowed(date(2026, 3, 13))

    def test_cancelled_by_its_button(self):
        """Every button that cancels asks."""
        for xmlid in (
            "dso_action_view_list",
            "dso_action_view_form",
            "dso_agenda_view_form",
            "dso_customer_view_form",
        ):
            view = self.env.ref(f"dso_collection.{xmlid}", raise_if_not_found=False)
            for button in view.arch.split("<button")[1:] if view else ():
                button = button.split(">")[0]
                if 'name="action_cancel"' in button:
                    self.assertIn("dso_ask", button, xmlid)
        question = self.action.with_context(dso_ask=True).action_cancel()
        self.assertEqual(question["res_model"], "dso.action.end")
        self.assertEqual(question["context"]["default_action_ids"], self.action.ids)
        self.assertFollowed(date(2026, 3, 13))

    def test_cancelled_with_others(self):
        other = self.env["dso.action"].create(
            {"customer_id": self.customer.id, "action_type": "call", "date": "2026-03-10"}
        )
        both = self.action | other
        report = both.with_user(self.collector).action_cancel_selected()
        self.assertEqual(other.state, "cancelled")
        self.assertEqual(report["params"]["next"]["res_model"], "dso.action.end")
        self.assertFollowed(date(2026, 3, 13))
        question = self.action.action_cancel_selected()
        self.assertEqual(question["res_model"], "dso.action.end")

    def test_ended_by_rpc(self):
        with self.assertRaisesRegex(UserError, "still in dispute"):
            self.action.action_end()
        with self.assertRaisesRegex(UserError, "has passed"):
            self.action.action_end(follow_up_date="2026-03-05")
        self.assertFollowed(date(2026, 3, 13))

    def test_ended_with_another_follow_up(self):
        self._end(resolved="no", follow_up_date="2026-03-18")
        self.assertEqual(self.action.state, "cancelled")
        self.assertIn("new follow-up", self.action.reason)
        self.assertFollowed(date(2026, 3, 18))

    def test_ended_as_resolved(self):
        self._end(resolved="yes")
        self.assertEqual(self.old.dso_status_id.kind, "dispute_resolved")
        self.assertFalse(self._specific())
        self.assertEqual(self.customer.leader_line_id, self.old)

    def test_followed_by_another_action_it_may_be_cancelled(self):
        self.env["dso.action"].create(
            {
                "customer_id": self.customer.id,
                "origin": "specific",
                "action_type": "call",
                "date": "2026-03-20",
                "item_ids": [Command.create({"line_id": self.old.id})],
            }
        )
        self.action.action_cancel()
        self.assertEqual(self.action.state, "cancelled")
        self.assertFollowed(date(2026, 3, 20))

    def test_items_taken_out(self):
        for values in (
            {"item_ids": [Command.clear()]},
            {"item_ids": [Command.clear(), Command.create({"line_id": self.young.id})]},
            {"origin": "manual"},
        ):
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(UserError, "still in dispute|cannot be changed"),
                self.env.cr.savepoint(),
            ):
                self.action.write(values)
        item = self.action.item_ids.with_user(self.collector)
        with self.assertRaisesRegex(UserError, "still in dispute"):
            item.line_id = self.young

    def test_deleted(self):
        with self.assertRaisesRegex(UserError, "still in dispute"):
            self.action.sudo().unlink()

    def test_automatic_one_that_left_is_followed(self):
        """R16: an automatic action ends with its execution, the dispute does not."""
        self.action.sudo().write(
            {
                "action_type": "email",
                "automatic": True,
                "to_confirm": False,
                "mail_template_id": self.template.id,
            }
        )
        self.action.action_execute()
        self.assertEqual(self.action.state, "done")
        action = self.assertFollowed(date(2026, 3, 13))
        self.assertEqual((action.action_type, action.automatic), ("call", False))

    def test_part_stays_a_part(self):
        self._qualify(status_id=self.dispute.id, amount=300.0)
        self.action = self._specific().with_user(self.collector)
        self._end(resolved="no", follow_up_date="2026-03-18")
        follow_up = self._specific()
        self.assertTrue(follow_up.item_ids.partial)
        self._plan("2026-03-06")
        self.assertEqual(follow_up.amount, 300.0)
        self.assertEqual(self.customer.leader_line_id, self.old)

    def test_new_dispute_of_a_part_leaves_the_others_followed(self):
        """300 on two items are of the older one: the younger one's dispute stays as it is."""
        self._qualify(self.young, status_id=self.dispute.id)
        self._qualify(self.old | self.young, status_id=self.dispute.id, amount=300.0)
        self.assertEqual(self._specific().item_ids.line_id, self.old | self.young)
