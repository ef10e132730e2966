from odoo import fields, models


class DsoAssignmentApplyLine(models.TransientModel):
    """What one customer has, and what the assignment rules would give it."""

    _name = "dso.assignment.apply.line"
    _description = "Customer Changed by Assignment Rules"
    _inherit = ["dso.wizard"]
    _dso_creatable = frozenset(
        {
            "apply_id",
            "collector_now",
            "collector_then",
            "name",
            "scenario_now",
            "scenario_then",
        }
    )
    _order = "id"

    apply_id = fields.Many2one(
        "dso.assignment.apply", required=True, ondelete="cascade", index=True
    )
    name = fields.Char(string="Customer")
    scenario_now = fields.Char()
    scenario_then = fields.Char()
    collector_now = fields.Char()
    collector_then = fields.Char()
