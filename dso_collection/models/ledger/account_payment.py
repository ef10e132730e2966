from odoo import api, models

#: What changes the money that is announced for invoices (R17).
WATCHED = frozenset({"state", "amount", "currency_id", "date", "move_id", "invoice_ids"})


class AccountPayment(models.Model):
    """Payments without an entry are money on its way to their invoices."""

    _inherit = "account.payment"

    @api.model_create_multi
    def create(self, vals_list):
        payments = super().create(vals_list)
        payments._dso_note()
        return payments

    def write(self, vals):
        watched = bool(WATCHED & vals.keys())
        before = self._dso_get_invoice_ids() if "invoice_ids" in vals else []
        result = super().write(vals)
        if watched:
            self._dso_note(before)
        return result

    def unlink(self):
        self._dso_note()
        return super().unlink()

    def _dso_get_invoice_ids(self):
        # sudo: which invoices a payment is for, whoever changes it
        return self.sudo().invoice_ids.ids

    def _dso_note(self, before=()):
        """:param before: ids of invoices that the payments were for"""
        ids = [*before, *self._dso_get_invoice_ids()]
        if ids:
            self.env["dso.refresh.queue"]._note(move_ids=ids)
