from odoo import api, models


class AccountPaymentLine(models.Model):
    """What an order collects is on its way: the agenda of its customer changes."""

    _inherit = "account.payment.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._dso_note()
        return lines

    def write(self, vals):
        before = self.move_line_id
        result = super().write(vals)
        self._dso_note(before)
        return result

    def unlink(self):
        self._dso_note()
        return super().unlink()

    def _dso_note(self, before=None):
        # sudo: which items are collected, whoever changes the order
        lines = self.sudo().move_line_id
        ids = (lines | before.sudo() if before else lines).ids
        if ids:
            self.env["dso.refresh.queue"]._note(line_ids=ids)


class AccountPaymentOrder(models.Model):
    _inherit = "account.payment.order"

    def write(self, vals):
        result = super().write(vals)
        if {"state", "date_prefered", "date_scheduled"} & vals.keys():
            self.payment_line_ids._dso_note()
        return result
