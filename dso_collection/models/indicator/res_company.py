from odoo import fields, models

from ...engine.facts import MOST_DAYS


class ResCompany(models.Model):
    _inherit = "res.company"
    _dso_ranges = {
        "dso_sales_days": (1, MOST_DAYS),
        "dso_capital_cost": (0, 100),
    }

    dso_sales_days = fields.Integer(
        string="Sales for the Balance Method",
        default=90,
        help="DSO by the balance method is the receivable divided by the sales of this many days, "
        "times these days.",
    )
    dso_capital_cost = fields.Float(
        string="Cost of Capital",
        digits=(5, 2),
        help="Percent a year: what the company pays for the money that customers owe.",
    )
    _dso_sales_days_positive = models.Constraint(
        "CHECK (dso_sales_days > 0)",
        "The sales for the balance method must cover at least one day.",
    )
