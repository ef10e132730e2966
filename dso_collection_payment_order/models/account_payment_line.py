from odoo import models


class AccountPaymentLine(models.Model):
    _name = "account.payment.line"
    _inherit = ["account.payment.line", "dso.debit.line.mixin"]


class AccountPaymentOrder(models.Model):
    _name = "account.payment.order"
    _inherit = ["account.payment.order", "dso.debit.order.mixin"]
