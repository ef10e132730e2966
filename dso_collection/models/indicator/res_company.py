from odoo import fields, models

from ...engine.facts import MOST_DAYS

#: How DSO is calculated, see ``engine.indicators``.
METHODS = [("count_back", "Counted back"), ("balance", "Balance of a period")]


class ResCompany(models.Model):
    _inherit = "res.company"
    _dso_ranges = {
        "dso_sales_days": (1, MOST_DAYS),
        "dso_capital_cost": (0, 100),
        "dso_target": (0, MOST_DAYS),
        "dso_target_cei": (0, 100),
    }

    dso_method = fields.Selection(
        METHODS,
        string="DSO Method",
        required=True,
        default="count_back",
        help="Counted back: how many of the last days have sales that add up to the receivable, "
        "month by month. Balance: the receivable divided by the sales of a period, times its days.",
    )

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
    dso_target = fields.Integer(
        string="DSO Target",
        help="Days; 0: none. The dashboard says how far from it the company is.",
    )
    dso_target_cei = fields.Integer(
        string="CEI Target",
        help="Percent; 0: none. The dashboard says how far from it the company is.",
    )
    _dso_sales_days_positive = models.Constraint(
        "CHECK (dso_sales_days > 0)",
        "The sales for the balance method must cover at least one day.",
    )
