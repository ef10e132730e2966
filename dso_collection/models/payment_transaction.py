from odoo import api, fields, models
from odoo.tools.misc import format_amount


class PaymentTransaction(models.Model):
    _name = "payment.transaction"
    _inherit = ["payment.transaction", "dso.internal"]

    dso_page_id = fields.Many2one(
        "dso.page",
        string="Interactive Page",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="On which a customer paid.",
    )
    dso_line_ids = fields.Many2many(
        "account.move.line",
        relation="dso_payment_transaction_line_rel",
        string="Items Paid",
        readonly=True,
        copy=False,
        help="That the customer chose on an interactive page.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        transactions = super().create(vals_list)
        transactions._dso_note()
        return transactions

    def write(self, vals):
        result = super().write(vals)
        if {"state", "is_post_processed", "amount", "invoice_ids"} & vals.keys():
            self._dso_note()
        return result

    def _dso_note(self):
        """Money that is announced, or came back, concerns the agenda (R17)."""
        # sudo: which items a payment is about, whoever makes it
        transactions = self.sudo() | self.sudo().source_transaction_id
        moves, lines = transactions.invoice_ids, transactions.dso_line_ids
        if moves or lines:
            self.env["dso.refresh.queue"]._note(move_ids=moves.ids, line_ids=lines.ids)

    def _create_payment(self, **extra_create_values):
        """The payment of an interactive page pays the items that were chosen: Odoo's own
        reconciliation knows whole invoices only, and begins with their oldest instalment."""
        written_off = self.dso_line_ids and self._dso_write_off_discounts()
        if written_off and not extra_create_values.get("write_off_line_vals"):
            extra_create_values["write_off_line_vals"] = written_off
        payment = super()._create_payment(**extra_create_values)
        if self.dso_line_ids:
            self._dso_reconcile(payment)
            self._dso_note_payment(payment)
        return payment

    def _dso_write_off_discounts(self):
        """The early-payment discounts that a payment of the page has taken: Odoo itself knows the
        one of a single invoice only.

        :return: values of the payment's further lines, empty where there is none or Odoo makes it
        """

        def is_open(line):
            return line.parent_state == "posted" and not line.reconciled

        day = self.company_id._dso_today(self.create_date)
        lines = self.dso_line_ids.filtered(is_open)
        saved = {line: line._dso_get_early_discount(day) for line in lines}
        saved = {line: amount for line, amount in saved.items() if amount}
        open_amount = sum(lines.mapped("amount_residual_currency"))
        if not saved or self.currency_id.compare_amounts(
            open_amount - sum(saved.values()), self.amount
        ):
            return []
        for move in self.invoice_ids:
            values = move._get_invoice_next_payment_values()
            if values["installment_state"] == "epd" and self.amount == values["amount_due"]:
                return []
        Move = self.env["account.move"]
        result = []
        for line, amount in saved.items():
            found = Move._get_invoice_counterpart_amls_for_early_payment_discount(
                [
                    {
                        "aml": line,
                        "amount_currency": -line.amount_residual_currency,
                        "balance": -line.balance,
                    }
                ],
                line._dso_to_company_part(amount),
            )
            for values_list in found.values():
                result += [{**values, "partner_id": line.partner_id.id} for values in values_list]
        return result

    def _dso_reconcile(self, payment):
        """Match a payment with the chosen items, as far as they are still open."""

        def is_open(line):
            return line.parent_state == "posted" and not line.reconciled

        if not self.dso_line_ids.filtered(is_open):
            return
        account = payment.destination_account_id
        paid = payment.move_id.line_ids.filtered(lambda line: line.account_id == account)
        paid.remove_move_reconcile()
        chosen = self.dso_line_ids.filtered(
            lambda line: is_open(line) and line.account_id == account
        )
        if paid and chosen:
            # what is in dispute in part comes last: the rest of it is paid, and no more
            disputed = chosen.filtered(lambda line: line.dso_status_id.kind == "dispute")
            (paid + chosen - disputed).reconcile()
            if disputed:
                (paid + chosen).filtered(lambda line: not line.reconciled).reconcile()

    def _dso_note_payment(self, payment):
        """The collector sees in the customer's file that the page was answered by a payment."""
        page = self.dso_page_id
        if not page:
            return
        page._set_answered()
        documents = [line._dso_get_document() for line in self.dso_line_ids[:20]]
        customer = page.customer_id
        # in the language of those who read the file
        env = self.with_context(lang=page.company_id.partner_id.lang).env
        customer.message_post(
            body=env._(
                "%(amount)s paid online on the interactive page: %(documents)s. %(payment)s",
                amount=format_amount(env, self.amount, self.currency_id),
                documents=", ".join(documents),
                payment=payment.display_name,
            ),
            subtype_xmlid="mail.mt_note",
        )
