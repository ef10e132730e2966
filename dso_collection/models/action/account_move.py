from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    dso_action_ids = fields.Many2many(
        "dso.action",
        string="Collection Actions",
        compute="_compute_dso_action_ids",
        groups="dso_collection.group_dso_reader",
    )
    dso_action_count = fields.Integer(
        string="Collection Action Count",
        compute="_compute_dso_action_ids",
        groups="dso_collection.group_dso_reader",
    )

    def _compute_dso_action_ids(self):
        """Actions that told of these entries, are attached to them, or are led by them."""
        items = self.env["dso.action.item"].search([("line_id.move_id", "in", self.ids)])
        led = self.env["dso.action"].search([("leader_line_id.move_id", "in", self.ids)])
        by_move = {}
        for item in items:
            by_move.setdefault(item.line_id.move_id, set()).add(item.action_id.id)
        for action in led:
            by_move.setdefault(action.leader_line_id.move_id, set()).add(action.id)
        for move in self:
            ids = by_move.get(move._origin, ())
            move.dso_action_ids = self.env["dso.action"].browse(sorted(ids))
            move.dso_action_count = len(ids)

    def action_dso_view_actions(self):
        """Open the collection actions about this entry."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dso_collection.dso_action_action_history"
        )
        return dict(
            action,
            name=self.env._("Collection actions"),
            display_name=self.env._("Collection actions"),
            domain=[("id", "in", self.dso_action_ids.ids)],
            context={},
        )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") == "posted":
            # an import brings statuses with its entries: they count from now on (R13)
            marked = self.line_ids.filtered("dso_status_id")
            if marked:
                followed = self.env["dso.action"]._get_followed(marked)
                (marked - followed.with_env(marked.env))._dso_make_follow_ups()
        return result
