from odoo import models
from odoo.fields import Domain

#: In the codes of payment methods by which money is collected from customers.
DIRECT_DEBIT = "direct_debit"


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _dso_read_announced(self):
        """Debits that a confirmed order collects: from the file's upload on, Odoo's own payments
        tell of them."""
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
            *self._dso_read_direct_debits(),
        ]

    def _dso_read_direct_debits(self):
        """Invoices that the customer lets us collect: expected on their due date, whether or not an
        order was made yet; nothing is asked for before that failed."""
        # sudo: how an invoice is paid is a fact of the rules
        lines = self.sudo().filtered(
            lambda line: (
                line.payment_mode_id.payment_type == "inbound"
                and DIRECT_DEBIT in (line.payment_mode_id.payment_method_id.code or "")
                and not self._dso_came_back(line)
            )
        )
        return [
            {
                "line_ids": line.ids,
                "day": line.date_maturity or line.date,
                "amount": None,
                "currency_id": line.currency_id.id,
                "source": self.env._("direct debit"),
            }
            for line in lines
        ]

    def _dso_came_back(self, line):
        """Whether a debit of this item came back already, where OCA's account_payment_return is
        there to know."""
        return "returned_payment" in line.move_id._fields and line.move_id.returned_payment

    def _dso_get_announced_domain(self):
        # sudo: see _dso_read_announced
        lines = self.env["account.payment.line"].sudo().search(self._dso_get_ordered_domain())
        debited = Domain("payment_mode_id.payment_method_id.code", "like", DIRECT_DEBIT)
        ordered = Domain("id", "in", lines.move_line_id.ids)
        return super()._dso_get_announced_domain() | ordered | debited

    def _dso_get_ordered_domain(self):
        return Domain("payment_type", "=", "inbound") & Domain(
            "order_id.state", "in", ("open", "generated")
        )
