from odoo import api, models
from odoo.fields import Domain

from ...tools.ledger import is_receivable

#: What is sent to a customer: entries and credit notes are not asked for.
UNSENT_TYPES = ("out_invoice", "out_receipt")

#: What changes whether, and by what, the items of an entry are paid.
WATCHED = frozenset(
    {
        "is_move_sent",
        "matched_payment_ids",
        "payment_state",
        "preferred_payment_method_line_id",
        "state",
    }
)


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "dso.internal"]

    def _dso_get_items(self):
        """Posted items on receivable accounts of these entries."""
        return self.line_ids.filtered(lambda line: is_receivable(line.account_id))

    def write(self, vals):
        result = super().write(vals)
        if WATCHED & vals.keys():
            self.env["dso.refresh.queue"]._note(move_ids=self.ids)
        return result

    @api.model
    def _dso_get_unsent_domain(self):
        """Invoices that were never sent to the customer from here."""
        return Domain("move_type", "in", UNSENT_TYPES) & Domain("is_move_sent", "=", False)

    def _dso_is_unsent(self):
        """The same of one, in memory."""
        return self.move_type in UNSENT_TYPES and not self.is_move_sent

    def _dso_filter_documents(self):
        """Those that customers know as documents: invoices, credit notes, sales receipts."""
        return self.filtered(lambda move: move.is_sale_document(include_receipts=True))

    def _dso_get_pdf_attachments(self):
        """The PDF of each invoice: the one that was sent before, else one made now."""
        attachments = self.env["ir.attachment"]
        for move in self:
            attachments |= move.invoice_pdf_report_id or move._dso_make_pdf()
        return attachments

    def _dso_print_pdf(self):
        """Print an invoice with its own report, in its customer's language.

        :return: (file name, content)
        """
        self.ensure_one()
        report = self.partner_id.invoice_template_pdf_report_id or self.env.ref(
            "account.account_invoices"
        )
        content, _type = self.env["ir.actions.report"]._render_qweb_pdf(report, self.ids)
        return self._get_invoice_report_filename(report=report), content

    def _dso_make_pdf(self):
        """The PDF of an invoice that was never sent."""
        name, content = self._dso_print_pdf()
        return self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": "mail.message",
            }
        )
