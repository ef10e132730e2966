from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _dso_read_returned(self):
        """Payments that the bank returned, with its reason."""
        # sudo: what came back is a fact of the rules, told with the item
        partials = (
            self.env["account.partial.reconcile"]
            .sudo()
            .search([("origin_returned_move_ids", "in", self.ids)], order="id")
        )
        returns = partials.env["payment.return.line"].search(
            [
                ("move_line_ids", "in", partials.credit_move_id.ids),
                ("return_id.state", "=", "done"),
            ]
        )
        by_payment = {line: each for each in returns for line in each.move_line_ids}
        return [
            *super()._dso_read_returned(),
            *(
                {
                    "line_ids": partial.origin_returned_move_ids.ids,
                    "day": found.return_id.date,
                    "amount": partial.debit_amount_currency,
                    "currency_id": partial.debit_currency_id.id,
                    "source": self._dso_describe_return_reason(found),
                }
                for partial in partials
                if (found := by_payment.get(partial.credit_move_id))
            ),
        ]

    def _dso_describe_return_reason(self, found):
        """The bank's reason: its code and what it means."""
        reason = found.reason_id
        words = [reason.code, reason.name, found.reason_additional_information]
        return ", ".join(filter(None, dict.fromkeys(words)))
