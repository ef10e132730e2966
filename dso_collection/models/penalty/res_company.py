from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    dso_penalty_rule_id = fields.Many2one(
        "dso.penalty.rule",
        string="Late Payment Penalties",
        ondelete="restrict",
        help="Defines how interest and recovery costs on late items are calculated. Leave "
        "empty for none.",
    )
    dso_default_penalty_enabled = fields.Boolean(string="Penalties for New Customers")
    dso_default_recovery_cost_enabled = fields.Boolean(string="Recovery Costs for New Customers")
    dso_penalty_account_id = fields.Many2one(
        "account.account",
        string="Penalty Account",
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        help="Receives the penalties and recovery costs that are invoiced.",
    )
    dso_penalty_tax_ids = fields.Many2many(
        "account.tax",
        relation="dso_company_penalty_tax_rel",
        string="Penalty Taxes",
        check_company=True,
        domain="[('type_tax_use', '=', 'sale')]",
        help="Applied to invoiced penalties. In most countries they are not taxed.",
    )
