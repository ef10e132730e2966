from odoo import api, fields, models


class DsoPenaltyBreakdown(models.TransientModel):
    """What late items cost, day by day, and why others cost nothing."""

    _name = "dso.penalty.breakdown"
    _description = "Breakdown of Late Payment Penalties"
    _inherit = ["dso.wizard"]
    _dso_writable = frozenset({"line_ids", "on_date"})

    line_ids = fields.Many2many("account.move.line", string="Items")
    on_date = fields.Date(
        string="Until",
        required=True,
        default=lambda self: self.env.company._dso_today(),
        help="The last day that counts.",
    )
    table = fields.Html(compute="_compute_table", sanitize=False)
    reasons = fields.Text(string="Without Penalties", compute="_compute_table")

    @api.depends("line_ids", "on_date")
    def _compute_table(self):
        for wizard in self:
            lines = wizard.line_ids._origin
            lines.check_access("read")
            lines._dso_check_customer_access()
            rows = lines._dso_get_penalty_statement(wizard.on_date)
            wizard.table = self.env["dso.action"]._render_penalties_table(rows)
            reasons = lines._dso_describe_penalty_reasons(wizard.on_date)
            # the same sentence about the customer or the company is said once
            wizard.reasons = "\n".join(dict.fromkeys(text for _line, text in reasons))
