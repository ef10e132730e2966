from odoo import api, fields, models
from odoo.tools.misc import format_amount, format_date

from ...tools.ledger import RECEIVABLE

#: States in which money is announced, and those in which it is not any more.
ON_ITS_WAY = ("pending", "authorized", "done")
FAILED = ("cancel", "error")
#: Operations that pay nothing.
NO_PAYMENT = ("refund", "validation")


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
        help="Points to the interactive page on which a customer paid.",
    )
    dso_line_ids = fields.Many2many(
        "account.move.line",
        relation="dso_payment_transaction_line_rel",
        string="Items Paid",
        readonly=True,
        copy=False,
        help="Lists the items that the customer chose on an interactive page.",
    )
    dso_came_back = fields.Boolean(
        string="Returned",
        readonly=True,
        copy=False,
        help="Set where its money was on its way before it failed or was cancelled.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # brought from elsewhere: on the way here it would have been a draft first
            if vals.get("state") in FAILED:
                vals["dso_came_back"] = True
        transactions = super().create(vals_list)
        transactions._dso_note()
        return transactions

    def write(self, vals):
        failing = self.browse()
        if vals.get("state") in FAILED:
            failing = self.filtered(lambda transaction: transaction._dso_is_on_its_way())
        result = super().write(vals)
        if failing:
            super(PaymentTransaction, failing).write({"dso_came_back": True})
            failing._dso_note_returned()
        if {"state", "is_post_processed", "amount", "invoice_ids"} & vals.keys():
            self._dso_note()
        return result

    def _dso_is_on_its_way(self):
        """Whether money is announced by it; a part of an authorisation that is given up before it
        was captured was announced with the whole."""
        self.ensure_one()
        # sudo: a state of the payment that this one is a part of
        source = self.sudo().source_transaction_id
        return self.state in ON_ITS_WAY or self.state == "draft" and source.state == "authorized"

    def _dso_note(self):
        """Money that is announced, or came back, concerns the agenda (R17)."""
        # sudo: which items a payment is about, whoever makes it
        transactions = self.sudo() | self.sudo().source_transaction_id
        moves, lines = transactions.invoice_ids, transactions.dso_line_ids
        if moves or lines:
            self.env["dso.refresh.queue"]._note(move_ids=moves.ids, line_ids=lines.ids)

    def _dso_note_returned(self):
        """The history of the customer says that money which was awaited does not come."""
        # sudo: what was paid, and what of it was captured or told of already
        for transaction in self.sudo():
            source = transaction.source_transaction_id
            parts = transaction.child_transaction_ids.filtered(
                lambda part: part.state in ("done", "cancel") and part.operation != "refund"
            )
            amount = transaction.amount - sum(parts.mapped("amount"))
            if transaction.operation in NO_PAYMENT or transaction.currency_id.is_zero(amount):
                continue
            if source and transaction.state == "error":
                # a part that could not be captured is still authorised
                continue
            about = source or transaction
            lines = about.dso_line_ids or about.invoice_ids.line_ids.filtered(
                lambda line: line.account_id.account_type == RECEIVABLE
            )
            # sudo: the files of those who paid
            customers = self.env["dso.customer"].sudo()
            customers = customers.search(
                [
                    ("partner_id", "in", lines.partner_id.commercial_partner_id.ids),
                    ("company_id", "in", lines.company_id.ids),
                ]
            )
            documents = ", ".join(line._dso_get_document() for line in lines[:20])
            day = transaction.company_id._dso_today(transaction.last_state_change)
            for customer in customers:
                # in the language of those who read the file
                env = self.with_context(lang=customer.company_id.partner_id.lang).env
                source = transaction.with_env(env)._dso_describe_failure(
                    transaction.reference, transaction.state, transaction.state_message
                )
                customer.message_post(
                    body=env._(
                        "%(documents)s: %(amount)s was returned on %(date)s: %(reason)s.",
                        documents=documents,
                        amount=format_amount(env, amount, transaction.currency_id),
                        date=format_date(env, day),
                        reason=source,
                    ),
                    subtype_xmlid="mail.mt_note",
                )

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
