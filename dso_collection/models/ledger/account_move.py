from odoo import api, fields, models
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

    dso_status_id = fields.Many2one(
        "dso.item.status",
        string="Collection Status",
        compute="_compute_dso_status",
        inverse="_inverse_dso_status",
        search="_search_dso_status_id",
        compute_sudo=True,
        help="Shows the status of its open items, where they all have the same one.",
    )
    dso_status_date = fields.Date(
        string="Collection Status Date",
        compute="_compute_dso_status",
        inverse="_inverse_dso_status",
        search="_search_dso_status_date",
        compute_sudo=True,
    )
    dso_qualification_ids = fields.Many2many(
        "dso.qualification",
        string="Qualifications",
        compute="_compute_dso_qualification_ids",
        groups="dso_collection.group_dso_reader",
    )

    def _dso_get_items(self):
        """Posted items on receivable accounts of these entries."""
        return self.line_ids.filtered(lambda line: is_receivable(line.account_id))

    @api.depends("line_ids.dso_status_id", "line_ids.dso_status_date")
    def _compute_dso_status(self):
        for move in self:
            items = move._dso_get_items()
            statuses, dates = items.dso_status_id, set(items.mapped("dso_status_date"))
            alike = len(statuses) == 1 and all(item.dso_status_id for item in items)
            move.dso_status_id = statuses if alike else False
            move.dso_status_date = dates.pop() if alike and len(dates) == 1 else False

    def _inverse_dso_status(self):
        for move in self:
            items = move._dso_get_items()
            items._dso_write_own(
                {
                    "dso_status_id": move.dso_status_id.id,
                    "dso_status_date": move.dso_status_date,
                }
            )

    def _search_dso_status_id(self, operator, value):
        if operator in ("in", "not in") and False in value:
            return NotImplemented
        return [("line_ids.dso_status_id", operator, value)]

    def _search_dso_status_date(self, operator, value):
        return [("line_ids.dso_status_date", operator, value)]

    def _compute_dso_qualification_ids(self):
        """Who said what of the items of these entries, newest first."""
        log = self.env["dso.qualification"].search([("line_id.move_id", "in", self.ids)])
        by_move = log.grouped(lambda entry: entry.line_id.move_id)
        for move in self:
            move.dso_qualification_ids = by_move.get(move._origin, log.browse())

    def write(self, vals):
        if vals.get("dso_status_id") and "dso_status_date" not in vals:
            # a new status has no date yet: the one that is shown was of the status before
            if any(move.dso_status_id.id != vals["dso_status_id"] for move in self):
                vals = dict(vals, dso_status_date=False)
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

    def action_dso_qualify(self):
        """Change status…: of the open items of these invoices."""
        return self._dso_get_items().action_dso_qualify()

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
