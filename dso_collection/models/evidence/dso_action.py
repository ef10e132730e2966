"""The evidence file: what a lawyer, an insurer or a court needs of a claim, as one PDF."""

import re

from markupsafe import Markup

from odoo import fields, models
from odoo.tools import is_html_empty
from odoo.tools.mail import email_split_tuples, formataddr
from odoo.tools.misc import format_amount, format_date

from ...tools.clauses import join_clauses
from ...tools.dates import format_moment

#: A link to a customer's page (``dso_page.PATH``), up to where its secret begins, and the secret.
LINK = re.compile(r"(/dso/p/)[\w%-]+")


class DsoAction(models.Model):
    """The part of ``dso.action`` that puts the evidence file together."""

    _inherit = "dso.action"

    evidence_attachment_id = fields.Many2one(
        "ir.attachment",
        string="Evidence File",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Holds the statement, penalties, recorded statuses, messages, letters and "
        "invoices as one PDF.",
    )

    sent_to = fields.Json(
        readonly=True,
        copy=False,
        help="Shows names and addresses as they were then, without those that bounced and were "
        "replaced.",
    )

    def action_ask_evidence_file(self):
        """Ask in which language the evidence file is to be, then make it."""
        self.ensure_one()
        self.check_access("write")
        return self.customer_id._open_evidence_dialog(
            {"customer_id": self.customer_id.id, "action_id": self.id}
        )

    def action_make_evidence_file(self, lang=None):
        """Put the evidence file of this action's items together, and download it. Made anew each
        time: it is as of today.

        :param lang: see ``dso.customer._get_evidence_lang``
        """
        self.ensure_one()
        self.check_access("write")
        # sudo: the customer's own documents; the right to act for the customer was checked
        action = self.sudo()
        if action.done_date:
            lines = action.item_ids.line_id
        else:
            lines = action._get_claimed_lines()[action.id]
        content = action.customer_id._make_evidence_file(lines, lang)
        old = action.evidence_attachment_id
        action.evidence_attachment_id = (
            self.env["ir.attachment"]
            # sudo: a file of an action that the caller carries out, read through it
            .sudo()
            .create(
                {
                    "name": action.customer_id._get_evidence_name(lang),
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
            # what was said in a call; beside a message it is a word among ourselves
            self.comment if self.action_type == "call" else None,
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
            "sender": self._get_evidence_sender(),
            "recipients": self._describe_sent_to(),
            "subject": self.subject or self.name or "",
            "items": self._prepare_evidence_items(lines),
            "body": _without_links(self.body) if written and not is_html_empty(self.body) else "",
            "note": join_clauses(self.env, notes),
        }

    def _prepare_evidence_items(self, lines):
        """What the customer was told of the claim's items, as the snapshot keeps it."""
        return [
            {
                "document": item.document,
                "due_date": format_date(self.env, item.due_date) if item.due_date else "",
                "amount": format_amount(self.env, item.amount_residual, item.currency_id),
                "text": self._name_evidence_item(item),
            }
            for item in self.item_ids
            if item.line_id in lines
        ]

    def _name_evidence_item(self, item):
        """One item in a sentence, in the punctuation of the language."""
        values = {
            "document": item.document or "",
            "amount": format_amount(self.env, item.amount_residual, item.currency_id),
        }
        if not item.due_date:
            return self.env._("%(document)s: %(amount)s", **values)
        return self.env._(
            "%(document)s, due on %(date)s: %(amount)s",
            date=format_date(self.env, item.due_date),
            **values,
        )

    def _get_evidence_sender(self):
        """Who signed it, by the name of then where a message keeps it."""
        names = [name for name, _email in email_split_tuples(self.message_id.email_from or "")]
        return next(filter(None, names), self.collector_id.name or self.done_by_id.name or "")

    def _describe_sent_to(self):
        """To whom it went, at the address or number of then: what a contact has today is no
        evidence of it."""
        self.ensure_one()
        if self.letter_address:
            return ", ".join(filter(None, self.letter_address.splitlines()))
        people = self._get_sent_to()
        names = {}
        for person in people:
            for address in person["addresses"]:
                # several contacts may share one
                names.setdefault(address, person["name"])
        if not names:
            return ", ".join(person["name"] for person in people)
        if self.action_type == "fax":
            return self.env._(
                "%(names)s, fax %(numbers)s",
                names=", ".join(dict.fromkeys(names.values())),
                numbers=", ".join(names),
            )
        return ", ".join(
            formataddr((name, address)) if "@" in address else f"{name} <{address}>"
            for address, name in names.items()
        )

    def _describe_evidence_failure(self):
        """That it was not delivered, and what was said of it: facts, no advice to ourselves."""
        if self.state != "error":
            return None
        text = ((self.error_data or {}).get("text") or "").rstrip(" .")
        if text:
            return self.env._("Not delivered: %(text)s", text=text)
        return self.env._("Not delivered")


def _without_links(body):
    """The words that left, without the secrets of the links in them: whoever is handed the file
    must not open the customer's page."""
    return Markup(LINK.sub(r"\1…", body))  # noqa: S704 the body of a message, safe as it was
