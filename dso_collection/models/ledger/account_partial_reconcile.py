from odoo import api, models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._dso_note()
        return partials

    def unlink(self):
        self._dso_note()
        return super().unlink()

    def _dso_note(self):
        """A payment, or its undoing, concerns the agenda of both sides' customers."""
        line_ids = (self.debit_move_id | self.credit_move_id).ids
        self.env["dso.refresh.queue"]._note(line_ids=line_ids)
