from odoo import models
from odoo.fields import Domain

from odoo.addons.dso_collection.tools.ledger import get_due_date


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _dso_read_announced(self):
        """What confirmed debit orders collect counts first."""
        ordered = self.env["account.payment.line"]._dso_read_ordered(self)
        return [*ordered, *super()._dso_read_announced()]

    def _dso_get_announced_domain(self):
        ordered = self.env["account.payment.line"]._dso_get_ordered_items_domain()
        return super()._dso_get_announced_domain() | ordered

    def _dso_read_debited(self):
        """Also those whose payment mode collects, by which this add-on's invoices are marked."""
        rows = super()._dso_read_debited()
        known = {row["id"] for row in rows}
        # sudo: how an invoice is paid is a fact of the rules
        lines = self.sudo().filtered(
            lambda line: line.id not in known and line.payment_mode_id._dso_collects()
        )
        return rows + [
            {
                "id": line.id,
                "move_id": line.move_id.id,
                "day": get_due_date(line),
                "currency_id": line.currency_id.id,
            }
            for line in lines
        ]

    def _dso_get_debited_domain(self):
        # sudo: how invoices are paid is a fact of the rules; only items are found by it
        modes = self.env["account.payment.mode"].sudo().with_context(active_test=False)
        modes = modes.search([("payment_type", "=", "inbound")])
        debits = modes.filtered(lambda mode: mode._dso_collects())
        return super()._dso_get_debited_domain() | Domain("payment_mode_id", "in", debits.ids)
