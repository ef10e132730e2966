from odoo import fields, models


class DsoPenaltyTier(models.Model):
    """The recovery cost of debts from an amount on, in the rule's currency."""

    _name = "dso.penalty.tier"
    _description = "Tier of the Recovery Cost"
    _inherit = ["dso.guard"]
    _order = "amount_from, id"
    _rec_name = "amount_from"
    _dso_writable = frozenset({"amount_from", "cost"})
    _dso_creatable = frozenset({"rule_id"})

    rule_id = fields.Many2one("dso.penalty.rule", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="rule_id.currency_id")
    amount_from = fields.Monetary(
        string="Debts From",
        required=True,
        help="Compared with what was open the day after the due date.",
    )
    cost = fields.Monetary(string="Recovery Cost", required=True)

    _amounts_positive = models.Constraint(
        "CHECK (amount_from >= 0 AND cost >= 0)",
        "Amounts of a tier of the recovery cost cannot be negative.",
    )
    _rule_amount_uniq = models.UniqueIndex(
        "(rule_id, amount_from)", "The rule already has a tier from this amount."
    )
