from odoo import api, fields, models


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
    dso_status_id = fields.Many2one(
        "dso.item.status",
        string="Collection Status",
        compute="_compute_dso_status",
        inverse="_inverse_dso_status",
        search="_search_dso_status_id",
        compute_sudo=True,
        help="Shows the status of its open items, where they all have the same one.",
    )
    dso_status_date = fields.Date(
        string="Collection Status Date",
        compute="_compute_dso_status",
        inverse="_inverse_dso_status",
        search="_search_dso_status_date",
        compute_sudo=True,
    )
    dso_qualification_ids = fields.Many2many(
        "dso.qualification",
        string="Qualifications",
        compute="_compute_dso_qualification_ids",
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
        if vals.get("dso_status_id") and "dso_status_date" not in vals:
            # a new status has no date yet: the one that is shown was of the status before
            if any(move.dso_status_id.id != vals["dso_status_id"] for move in self):
                vals = dict(vals, dso_status_date=False)
        result = super().write(vals)
        if vals.get("state") == "posted":
            # an import brings statuses with its entries: they count from now on (R13)
            marked = self.line_ids.filtered("dso_status_id")
            if marked:
                followed = self.env["dso.action"]._get_followed(marked)
                (marked - followed.with_env(marked.env))._dso_make_follow_ups()
        return result

    @api.depends("line_ids.dso_status_id", "line_ids.dso_status_date")
    def _compute_dso_status(self):
        for move in self:
            items = move._dso_get_items()
            statuses, dates = items.dso_status_id, set(items.mapped("dso_status_date"))
            alike = len(statuses) == 1 and all(item.dso_status_id for item in items)
            move.dso_status_id = statuses if alike else False
            move.dso_status_date = dates.pop() if alike and len(dates) == 1 else False

    def _inverse_dso_status(self):
        for move in self:
            items = move._dso_get_items()
            items._dso_write_own(
                {
                    "dso_status_id": move.dso_status_id.id,
                    "dso_status_date": move.dso_status_date,
                }
            )

    def _search_dso_status_id(self, operator, value):
        if operator in ("in", "not in") and False in value:
            return NotImplemented
        return [("line_ids.dso_status_id", operator, value)]

    def _search_dso_status_date(self, operator, value):
        return [("line_ids.dso_status_date", operator, value)]

    def _compute_dso_qualification_ids(self):
        """Who said what of the items of these entries, newest first."""
        log = self.env["dso.qualification"].search([("line_id.move_id", "in", self.ids)])
        by_move = log.grouped(lambda entry: entry.line_id.move_id)
        for move in self:
            move.dso_qualification_ids = by_move.get(move._origin, log.browse())

    def action_dso_qualify(self):
        """Change status…: of the open items of these invoices."""
        return self._dso_get_items().action_dso_qualify()
