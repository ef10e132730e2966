"""Leafing through what is to be confirmed."""

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestPreview(DsoCommon):
    """Three customers, due on the 1st, 2nd and 3rd: their step A is due on the 6th, 7th, 8th."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.actions = cls.env["dso.action"]
        for day, name in ((3, "Cleo"), (1, "Anna"), (2, "Ben")):
            partner = cls.env["res.partner"].create({"name": name})
            cls._create_contact(partner, name, f"{name.lower()}@example.com")
            cls._invoice(f"2026-03-0{day}", partner=partner)
            cls.actions |= cls._plan("2026-03-01", partner)
        cls.third, cls.first, cls.second = cls.actions

    def _open(self, actions=None, user=None):
        actions = (actions or self.actions).with_user(user or self.collector)
        opened = actions.action_preview_selected()
        wizard = self.env[opened["res_model"]].with_user(user or self.collector)
        return Form(wizard.with_context(**opened["context"])).save()

    def assertClosed(self, result, actions):
        """The dialog ends, with a word on what was confirmed."""
        self.assertEqual(result["tag"], "display_notification")
        self.assertEqual(result["params"]["next"]["type"], "ir.actions.act_window_close")
        self.assertEqual(
            result["params"]["message"],
            f"{', '.join(actions.sorted('date').mapped('display_name'))}: confirmed.",
        )

    def test_leaf_on_and_back_in_the_order_of_the_agenda(self):
        wizard = self._open()
        self.assertEqual(wizard.action_id, self.first)
        self.assertEqual(wizard.position_text, "1 of 3, 0 confirmed")
        self.assertEqual((wizard.has_previous, wizard.has_next), (False, True))
        self.assertIn("Anna", wizard.subject)
        reopened = wizard.action_next()
        self.assertEqual((reopened["res_id"], reopened["target"]), (wizard.id, "new"))
        self.assertEqual(wizard.action_id, self.second)
        self.assertIn("Ben", wizard.subject)
        wizard.action_next()
        wizard.action_next()
        self.assertEqual((wizard.action_id, wizard.has_next), (self.third, False))
        wizard.action_previous()
        self.assertEqual((wizard.action_id, wizard.has_previous), (self.second, True))
        self.assertFalse(any(self.actions.mapped("confirmed")))

    def test_confirm_one_leave_one_confirm_one(self):
        wizard = self._open()
        self.assertEqual(wizard.action_confirm()["res_id"], wizard.id)
        self.assertEqual(wizard.action_id, self.second)
        self.assertEqual(wizard.position_text, "2 of 3, 1 confirmed")
        wizard.action_next()
        self.assertClosed(wizard.action_confirm(), self.third)
        self.assertEqual(
            [action.confirmed for action in (self.first, self.second, self.third)],
            [True, False, True],
        )
        # opened again, it begins with what is left
        self.assertEqual(self._open().action_id, self.second)

    def test_what_is_confirmed_in_error_is_said(self):
        """It leaves once it is fixed (R11): the dialog and the row of the agenda say so."""
        self.first.customer_id.partner_id.child_ids.email = False
        self.first.customer_id._plan(self.first.customer_id)
        self.assertEqual(self.first.state, "error")
        self.assertFalse(self.first.leaving_text)
        wizard = self._open()
        said = wizard.action_confirm()
        self.assertEqual(said["params"]["next"]["res_id"], wizard.id)
        self.assertIn("confirmed, but in error", said["params"]["message"])
        self.assertEqual(wizard.action_id, self.second)
        self.assertIn("once it is fixed", self.first.leaving_text)

    def test_confirm_all(self):
        wizard = self._open()
        self.assertClosed(wizard.action_confirm_all(), self.actions)
        self.assertEqual(set(self.actions.mapped("agenda_state")), {"confirmed"})

    def test_confirm_all_leaves_the_others_alone(self):
        """What was done or cancelled meanwhile, and what was not selected."""
        wizard = self._open(self.first | self.second)
        self.first.action_cancel()
        wizard.action_confirm_all()
        self.assertEqual((self.first.state, self.first.confirmed), ("cancelled", False))
        self.assertTrue(self.second.confirmed)
        self.assertFalse(self.third.confirmed)

    def test_one_alone(self):
        wizard = self._open(self.first)
        self.assertFalse(wizard.has_several)
        self.assertClosed(wizard.action_confirm(), self.first)
        self.assertTrue(self.first.confirmed)

    def test_nothing_to_leaf_through(self):
        self.actions.action_cancel()
        with self.assertRaises(UserError):
            self.actions.action_preview_selected()

    def test_readers_leaf_but_do_not_confirm(self):
        wizard = self._open(user=self.reader)
        wizard.action_next()
        self.assertIn("Ben", wizard.subject)
        for method in ("action_confirm", "action_confirm_all"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(wizard, method)()

    def test_content_is_read_only_the_date_is_not(self):
        own = self.first.with_user(self.collector)
        for values in ({"subject": "x"}, {"body": "<p>x</p>"}, {"mail_template_id": False}):
            with self.subTest(values), self.assertRaises(UserError):
                own.write(values)
        own.date = "2026-03-12"
        self.assertTrue(own.date_forced)
        self.assertEqual(str(own.date), "2026-03-12")
