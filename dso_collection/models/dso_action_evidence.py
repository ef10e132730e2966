"""The evidence file: what a lawyer, an insurer or a court needs of a claim, as one PDF."""

from odoo import fields, models
from odoo.tools import is_html_empty
from odoo.tools.misc import format_date

from ..tools.dates import format_moment


class DsoActionEvidence(models.AbstractModel):
    """The part of ``dso.action`` that puts the evidence file together."""

    _name = "dso.action.evidence"
    _description = "Evidence File of Collection Actions"

    evidence_attachment_id = fields.Many2one(
        "ir.attachment",
        string="Evidence File",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Statement, penalties, qualifications, messages, letters and invoices as one PDF.",
    )

    def action_ask_evidence_file(self):
        """Ask in which language the evidence file is to be, then make it."""
        self.ensure_one()
        self.check_access("write")
        return self.customer_id._open_evidence_dialog(
            {"customer_id": self.customer_id.id, "action_id": self.id}
        )

    def action_make_evidence_file(self):
        """Put the evidence file of this action's items together, and download it. Made anew each
        time: it is as of today."""
        self.ensure_one()
        self.check_access("write")
        # sudo: the customer's own documents; the right to act for the customer was checked
        action = self.sudo()
        if action.done_date:
            lines = action.item_ids.line_id
        else:
            lines = action._get_told_lines()[action.id]
        content = action.customer_id._make_evidence_file(lines)
        old = action.evidence_attachment_id
        action.evidence_attachment_id = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": action.customer_id._get_evidence_name(),
                    "raw": content,
                    "mimetype": "application/pdf",
                    "res_model": "dso.action",
                    "res_id": action.id,
                }
            )
        )
        old.unlink()
        return action.customer_id._download_file(action.evidence_attachment_id)

    def _describe_reading(self):
        """When it was opened, as far as a read receipt says so, in the user's language."""
        self.ensure_one()
        return self.read_date and self.env._("read on %s", format_moment(self.env, self.read_date))

    def _prepare_evidence_message(self):
        """One message or call as it went out."""
        self.ensure_one()
        labels = dict(self._fields["action_type"]._description_selection(self.env))
        results = dict(self._fields["result"]._description_selection(self.env))
        notes = [
            self.result and results[self.result],
            self.comment,
            self.tracking_number and self.env._("Tracking number %s", self.tracking_number),
            self.posted_date
            and self.env._("posted on %s", format_date(self.env, self.posted_date)),
            self.received_date
            and self.env._("received on %s", format_date(self.env, self.received_date)),
            self._describe_reading(),
            self.error_message,
        ]
        recipients = [
            f"{contact.display_name} <{contact.email}>"
            if self.mail_id and contact.email
            else contact.display_name
            for contact in self.recipient_ids
        ]
        return {
            "moment": str(self.done_date),
            "date": format_date(self.env, self.done_date),
            "kind": labels[self.action_type],
            "sender": self.collector_id.name or self.done_by_id.name or "",
            "recipients": ", ".join(recipients) or self.partner_id.display_name,
            "subject": self.subject or self.name or "",
            # a letter follows as it was printed
            "body": "" if self.letter_attachment_id or is_html_empty(self.body) else self.body,
            "note": "; ".join(filter(None, notes)),
        }
