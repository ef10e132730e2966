from lxml import etree

from odoo.tests import tagged

from ..common import DsoCommon

#: Lists of figures to compare, which make no sense as cards.
ANALYSES = (
    "dso.action.report",
    "dso.ageing",
    "dso.collector.report",
    "dso.dispute.report",
    "dso.forecast.week",
    "dso.item.report",
    "dso.overdue.trend",
    "dso.step.effect",
)


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

    def test_tables_of_messages_scroll_inside(self):
        """A preview, and a mail program on a phone, show the last column, too."""
        for xmlid in ("items_table", "items_penalty_table"):
            arch = etree.fromstring(self.env.ref(f"dso_collection.{xmlid}").arch)
            for table in arch.iter("table"):
                with self.subTest(xmlid):
                    self.assertIn("overflow-x: auto", table.getparent().get("style") or "")

    def test_contact_cards_say_a_name_once(self):
        arch = self.env["dso.customer"].get_view(view_type="form")["arch"]
        for name in ("contact_ids", "other_contact_ids"):
            card = etree.fromstring(arch).xpath(f"//field[@name='{name}']/kanban//t[@t-name]")[0]
            with self.subTest(name):
                # the customer itself stands above, and some contacts are an address only
                self.assertTrue(card.xpath(".//field[@name='name'][@t-if]"))
                for email in card.xpath(".//field[@name='email']"):
                    self.assertIn("record.name.raw_value", email.get("t-if"))

    def test_replies_have_the_font_of_the_screen(self):
        """A page of its own, as a preview is, would have the browser's."""
        for view in self.env["ir.ui.view"].search([("model", "=", "dso.reply")]):
            for body in etree.fromstring(view.arch).xpath("//field[@name='body']"):
                self.assertNotIn("sandboxedPreview", body.get("options") or "")
