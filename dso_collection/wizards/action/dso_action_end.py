from odoo import api, fields, models
from odoo.exceptions import UserError


class DsoActionEnd(models.TransientModel):
    """Asks, when a specific action of disputed items is ended or cancelled, whether the dispute is
    resolved, and when it is followed up where it is not (R13)."""

    _name = "dso.action.end"
    _description = "End Specific Actions"
    _inherit = ["dso.wizard"]
    _dso_writable = frozenset({"action_ids", "follow_up_date", "resolved"})

    action_ids = fields.Many2many("dso.action", string="Actions")
    line_ids = fields.Many2many(
        "account.move.line", string="Disputed Items", compute="_compute_line_ids"
    )
    resolved = fields.Selection(
        [
            ("yes", "Yes: the items go back to the start of the scenario"),
            ("no", "No: they stay in dispute, with a follow-up"),
        ],
        string="Is the Dispute Resolved?",
    )
    follow_up_date = fields.Date(
        string="Follow-up On", compute="_compute_follow_up_date", store=True, readonly=False
    )

    @api.depends("action_ids")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = wizard.action_ids._get_disputed_lines()

    @api.depends("action_ids")
    def _compute_follow_up_date(self):
        for wizard in self:
            lines = wizard.line_ids._origin
            wizard.follow_up_date = lines and lines._dso_get_follow_up_date()

    def action_apply(self):
        self.ensure_one()
        if not self.resolved:
            raise UserError(self.env._("Say whether the dispute is resolved."))
        return self.action_ids.action_end(
            resolved=self.resolved == "yes", follow_up_date=self.follow_up_date
        )
