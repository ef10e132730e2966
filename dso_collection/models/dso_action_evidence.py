"""The evidence file: what a lawyer, an insurer or a court needs of a claim, as one PDF."""

from odoo import fields, models
from odoo.tools import is_html_empty
from odoo.tools.misc import format_amount, format_date

from ..tools.clauses import join_clauses
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
            # sudo: a file of an action that the caller carries out, read through it
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

    def _prepare_evidence_message(self, lines):
        """One message or call as it went out, to whom it went then, and which of the claim's items
        it was about.

        :param lines: account.move.line, the claim
        """
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
            self._describe_evidence_failure(),
            self.letter_attachment_id and self.env._("As printed: see the pages that follow"),
        ]
        # what is said in a call is not what the collector was told to say
        written = self.action_type != "call" and not self.letter_attachment_id
        return {
            "moment": str(self.done_date),
            "date": format_date(self.env, self.done_date),
            "kind": labels[self.action_type],
            "sender": self.collector_id.name or self.done_by_id.name or "",
            "recipients": self._get_evidence_recipients(),
            "subject": self.subject or self.name or "",
            "items": self._prepare_evidence_items(lines),
            "body": self.body if written and not is_html_empty(self.body) else "",
            "note": join_clauses(self.env, notes),
        }

    def _prepare_evidence_items(self, lines):
        """What the customer was told of the claim's items, as the snapshot keeps it."""
        return [
            {
                "document": item.document,
                "due_date": format_date(self.env, item.due_date) if item.due_date else "",
                "amount": format_amount(self.env, item.amount_residual, item.currency_id),
            }
            for item in self.item_ids
            if item.line_id in lines
        ]

    def _get_evidence_recipients(self):
        """To whom it went, at the address or number of then: what a contact has today is no
        evidence of it."""
        names = ", ".join(self.recipient_ids.mapped("display_name"))
        names = names or self.partner_id.display_name
        if self.letter_address:
            return ", ".join(filter(None, self.letter_address.splitlines()))
        if self.action_type == "fax" and self.mail_id.email_to:
            numbers = ", ".join(
                f"+{address.strip().partition('@')[0]}"
                for address in self.mail_id.email_to.split(",")
            )
            return self.env._("%(names)s, fax %(numbers)s", names=names, numbers=numbers)
        if self.mail_id.email_to:
            return self.mail_id.email_to
        addresses = self.sms_number or ", ".join(
            filter(None, self.erm_letter_ids.mapped("recipient_email"))
        )
        return f"{names} <{addresses}>" if addresses else names

    def _describe_evidence_failure(self):
        """That it was not delivered, and what was said of it: facts, no advice to ourselves."""
        if self.state != "error":
            return None
        text = ((self.error_data or {}).get("text") or "").rstrip(" .")
        if text:
            return self.env._("Not delivered: %(text)s", text=text)
        return self.env._("Not delivered")
