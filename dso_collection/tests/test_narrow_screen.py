from odoo.tests import tagged

from .common import DsoCommon

#: Lists of figures to compare, which make no sense as cards.
ANALYSES = ("dso.action.report", "dso.dispute.report", "dso.item.report", "dso.overdue.trend")


@tagged("post_install", "-at_install")
class TestNarrowScreen(DsoCommon):
    """On a phone, Odoo shows the kanban of an action that has one instead of its list, which would
    scroll sideways."""

    def _get_list_actions(self):
        found = self.env["ir.model.data"].search(
            [("module", "=", "dso_collection"), ("model", "=", "ir.actions.act_window")]
        )
        actions = self.env["ir.actions.act_window"].browse(found.mapped("res_id"))
        return actions.filtered(
            lambda action: action.view_mode.startswith("list") and action.res_model not in ANALYSES
        )

    def test_lists_have_cards(self):
        actions = self._get_list_actions()
        self.assertGreater(len(actions), 15)
        missing = actions.filtered(lambda action: "kanban" not in action.view_mode.split(","))
        self.assertFalse(missing.mapped("name"), "lists without cards")

    def test_cards_are_ours(self):
        """Odoo makes a kanban where a model has none; that one shows a name, and no facts."""
        for action in self._get_list_actions():
            Model = self.env[action.res_model].with_user(self.manager)
            view = action.view_ids.filtered(lambda each: each.view_mode == "kanban").view_id
            with self.subTest(action=action.name):
                arch = Model.get_view(view.id, "kanban")
                self.assertTrue(arch["id"])
                self.assertIn('t-name="card"', arch["arch"])
