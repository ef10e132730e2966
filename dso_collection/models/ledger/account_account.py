from odoo import models


class AccountAccount(models.Model):
    _inherit = "account.account"

    def write(self, vals):
        """Which accounts hold items decides on the agenda of all who have any there (R1)."""
        result = super().write(vals)
        if {"account_type", "non_trade"} & vals.keys():
            # sudo: an accountant may change an account of companies at which nobody collects
            self.env["dso.refresh.queue"].sudo()._enqueue_accounts(self)
        return result
