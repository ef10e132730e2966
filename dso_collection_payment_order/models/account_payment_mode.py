from odoo import models

from odoo.addons.dso_collection.engine.announced import is_direct_debit


class AccountPaymentMode(models.Model):
    _inherit = "account.payment.mode"

    def _dso_collects(self):
        """Whether money is collected by this mode from customers who let us."""
        method = self.payment_method_id
        return method.payment_type == "inbound" and is_direct_debit(method.code or "")
