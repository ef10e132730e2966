from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.dso_action import RESULTS


class DsoActionLog(models.TransientModel):
    """Asks the result and a comment when an action is carried out by hand; of a specific one also
    whether it goes on (R16), and whether the dispute it followed is resolved (R13)."""

    _name = "dso.action.log"
    _description = "Carry Out a Collection Action"

    action_id = fields.Many2one("dso.action", required=True, ondelete="cascade")
    executed = fields.Boolean(help="The message has left: only what comes next is asked.")
    customer_id = fields.Many2one(related="action_id.customer_id")
    action_type = fields.Selection(related="action_id.action_type")
    reason = fields.Char(related="action_id.reason")
    phone = fields.Char(related="action_id.phone")
    contact_name = fields.Char(related="action_id.contact_name")
    items_table = fields.Html(related="action_id.items_table")
    result = fields.Selection(RESULTS, compute="_compute_result", store=True, readonly=False)
    comment = fields.Text()
    repeats = fields.Boolean(compute="_compute_repeats")
    disputed = fields.Boolean(compute="_compute_repeats")
    follow_up = fields.Selection(
        [
            ("keep", "Keep this action open, next on"),
            ("end", "End it: its items go back into the scenario"),
        ],
        string="And Then",
        default="keep",
    )
    next_date = fields.Date(compute="_compute_next_date", store=True, readonly=False)
    resolved = fields.Selection(
        [
            ("yes", "Yes: the items go back into the scenario, from its beginning"),
            ("no", "No: they stay in dispute"),
        ],
        string="Is the Dispute Resolved?",
    )

    @api.depends("action_id", "executed")
    def _compute_result(self):
        for wizard in self:
            called = wizard.action_type == "call" and not wizard.executed
            wizard.result = "reached" if called else False

    @api.depends("action_id")
    def _compute_repeats(self):
        for wizard in self:
            wizard.repeats = wizard.action_id._repeats()
            wizard.disputed = bool(wizard.action_id._get_disputed_lines())

    @api.depends("action_id")
    def _compute_next_date(self):
        """A week on, by default: the usual follow-up of an item."""
        for wizard in self:
            company = wizard.action_id.company_id
            if not company:
                continue
            # sudo: statuses are configuration
            days = wizard.action_id.sudo().item_ids.line_id.dso_status_id.mapped("followup_days")
            day = fields.Date.add(company._dso_today(), days=min(days, default=7) or 1)
            wizard.next_date = company._dso_next_working_day(day)

    def action_apply(self):
        """Carry the action out and keep what came of it."""
        self.ensure_one()
        action = self.action_id
        ends = self.repeats and self.follow_up == "end"
        if ends and self.disputed and not self.resolved:
            raise UserError(self.env._("Say whether the dispute is resolved."))
        outcome = None
        if not self.executed:
            action.write({"result": self.result, "comment": self.comment})
            outcome = action.with_context(dso_end=ends).action_execute()
        if ends and action.state in ("planned", "error"):
            action.action_end(resolved=self.resolved == "yes")
        elif ends and self.resolved == "yes":
            action._resolve_disputes()
        elif self.repeats and self.next_date and action.state in ("planned", "error"):
            action.action_reschedule(self.next_date)
        return outcome if isinstance(outcome, dict) else {"type": "ir.actions.act_window_close"}
