from odoo import api, fields, models
from odoo.exceptions import UserError

KINDS = [
    ("ongoing", "On going"),
    ("promise", "Promise to pay"),
    ("dispute", "Dispute"),
    ("dispute_resolved", "Dispute resolved"),
    ("litigation", "Litigation"),
]


class DsoItemStatus(models.Model):
    """How an item is qualified. Five kinds drive the rules; statuses are the company's words."""

    _name = "dso.item.status"
    _description = "Item Status"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(KINDS, required=True, default="ongoing")
    sequence = fields.Integer(default=10)
    followup_days = fields.Integer(
        string="Follow-up After",
        default=7,
        help="Days until the follow-up action is proposed, where no date was promised.",
    )
    color = fields.Integer()
    active = fields.Boolean(default=True)
    scenario_step_id = fields.Many2one(
        "dso.scenario.step",
        string="Proposed Action",
        ondelete="set null",
        help="The step whose content is proposed for the specific action of this status.",
    )

    _followup_days_positive = models.Constraint(
        "CHECK (followup_days >= 0)", "The follow-up delay cannot be negative."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """A used status is part of the history: it can be archived, not deleted."""
        # sudo: items of other companies count too, only their existence is told
        lines = self.env["account.move.line"].sudo()
        log = self.env["dso.qualification"].sudo()
        for status in self:
            domain = [("dso_status_id", "=", status.id)]
            if lines.search_count(domain, limit=1) or log.search_count(
                [("status_id", "=", status.id)], limit=1
            ):
                raise UserError(
                    self.env._(
                        "The status “%(status)s” was used on items. Archive it instead: it stays "
                        "in the history and is no longer proposed.",
                        status=status.name,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if "kind" in vals:
            self.env["dso.refresh.queue"]._enqueue_statuses(self)
        return result
