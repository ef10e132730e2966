from odoo import api, fields, models

from ..models.dso_action import RESULTS


class DsoActionLog(models.TransientModel):
    """Asks the result and a comment when an action is carried out by hand."""

    _name = "dso.action.log"
    _description = "Carry Out a Collection Action"

    action_id = fields.Many2one("dso.action", required=True, ondelete="cascade")
    customer_id = fields.Many2one(related="action_id.customer_id")
    action_type = fields.Selection(related="action_id.action_type")
    reason = fields.Char(related="action_id.reason")
    phone = fields.Char(related="action_id.phone")
    contact_name = fields.Char(related="action_id.contact_name")
    items_table = fields.Html(related="action_id.items_table")
    result = fields.Selection(RESULTS, compute="_compute_result", store=True, readonly=False)
    comment = fields.Text()

    @api.depends("action_id")
    def _compute_result(self):
        for wizard in self:
            wizard.result = "reached" if wizard.action_type == "call" else False

    def action_apply(self):
        """Carry the action out and keep what came of it."""
        self.ensure_one()
        self.action_id.write({"result": self.result, "comment": self.comment})
        outcome = self.action_id.action_execute()
        return outcome if isinstance(outcome, dict) else {"type": "ir.actions.act_window_close"}
