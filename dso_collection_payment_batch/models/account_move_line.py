from odoo import models
from odoo.fields import Domain


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _dso_read_announced(self):
        """Debits that a confirmed order collects: once it is uploaded, Odoo's own payments tell
        of them."""
        # sudo: which money is on its way is a fact of the rules
        lines = (
            self.env["account.payment.line"]
            .sudo()
            .search(self._dso_get_ordered_domain() & Domain("move_line_id", "in", self.ids))
        )
        return [
            *(
                {
                    "line_ids": line.move_line_id.ids,
                    "day": line.date or line.order_id.date_scheduled or line.ml_maturity_date,
                    "amount": line.amount_currency,
                    "currency_id": line.currency_id.id,
                    "source": self.env._("debit order %(order)s", order=line.order_id.name),
                }
                for line in lines
            ),
            *super()._dso_read_announced(),
        ]

    def _dso_get_announced_domain(self):
        # sudo: see _dso_read_announced
        lines = self.env["account.payment.line"].sudo().search(self._dso_get_ordered_domain())
        return super()._dso_get_announced_domain() | Domain("id", "in", lines.move_line_id.ids)

    def _dso_get_ordered_domain(self):
        return Domain("payment_type", "=", "inbound") & Domain(
            "order_id.state", "in", ("open", "generated")
        )
