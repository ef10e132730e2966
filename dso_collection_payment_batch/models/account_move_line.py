from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _dso_read_announced(self):
        """What confirmed debit orders collect counts first."""
        ordered = self.env["account.payment.line"]._dso_read_ordered(self)
        return [*ordered, *super()._dso_read_announced()]

    def _dso_get_announced_domain(self):
        ordered = self.env["account.payment.line"]._dso_get_ordered_items_domain()
        return super()._dso_get_announced_domain() | ordered
