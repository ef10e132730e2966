from odoo import fields, models
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

    def _create_payment(self, **extra_create_values):
        """The payment of an interactive page pays the items that were chosen: Odoo's own
        reconciliation knows whole invoices only, and begins with their oldest instalment."""
        payment = super()._create_payment(**extra_create_values)
        if self.dso_line_ids:
            self._dso_reconcile(payment)
            self._dso_note_payment(payment)
        return payment

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
