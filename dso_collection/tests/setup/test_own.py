"""Menus begin with what the person has."""

import ast

from freezegun import freeze_time

from odoo.tests import tagged

from ..common import DsoCommon

MENUS = (
    "dso_customer_action",
    "dso_item_action",
    "dso_promise_action",
    "dso_reply_action",
    "dso_action_action_registered",
    "dso_action_action_manual",
    "dso_action_action_history",
)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31 09:00:00")
class TestOwn(DsoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice("2026-03-01")
        cls.env["dso.customer"]._plan()
        cls._customer().collector_id = cls.collector

    def _context(self, menu, user):
        actions = self.env["ir.actions.actions"].with_user(user)
        action = actions._for_xml_id(f"dso_collection.{menu}")
        return ast.literal_eval(action["context"])

    def test_own_customers_first(self):
        for menu in MENUS:
            with self.subTest(menu=menu):
                self.assertEqual(self._context(menu, self.collector)["search_default_my"], 1)

    def test_everybodys_for_whoever_has_none(self):
        for menu in MENUS:
            with self.subTest(menu=menu):
                self.assertNotIn("search_default_my", self._context(menu, self.manager))
        # the other filters stay
        self.assertIn("search_default_overdue", self._context("dso_item_action", self.manager))

    def test_every_menu(self):
        """Whatever action of the module begins with the user's own follows this rule."""
        actions = self.env["ir.actions.act_window"].search(
            [("context", "like", "search_default_my"), ("res_model", "like", "dso.%")]
        )
        self.assertGreater(len(actions), 5)
        for action in actions:
            context = action.with_user(self.manager)._get_action_dict()["context"]
            self.assertNotIn("search_default_my", context, action.name)

    def test_nothing_is_written(self):
        action = self.env.ref("dso_collection.dso_customer_action")
        action.with_user(self.manager)._get_action_dict()
        self.assertIn("search_default_my", action.context)

    def test_other_actions_are_left_alone(self):
        action = self.env["ir.actions.act_window"].create(
            {
                "name": "Partners",
                "res_model": "res.partner",
                "context": "{'search_default_my': 1}",
            }
        )
        self.assertIn(
            "search_default_my", action.with_user(self.manager)._get_action_dict()["context"]
        )
