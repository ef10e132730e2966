"""The evidence file of a customer."""

from odoo import api, models
from odoo.tools import plaintext2html
from odoo.tools.misc import format_amount, format_date

from ...engine import letters
from ...tools.dates import format_moment

REPORT = "dso_collection.report_evidence"


class DsoCustomer(models.Model):
    """The part of ``dso.customer`` that puts the evidence file together."""

    _inherit = "dso.customer"

    def action_ask_evidence_file(self):
        """Ask in which language the evidence file is to be, then make it."""
        self.ensure_one()
        self.check_access("write")
        return self._open_evidence_dialog({"customer_id": self.id})

    @api.model
    def _open_evidence_dialog(self, values):
        wizard = self.env["dso.evidence.make"].create(values)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Evidence file"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def action_make_evidence_file(self, lang=None):
        """The evidence file of all open items, for download; kept with the customer's file.

        :param lang: see :meth:`_get_evidence_lang`
        """
        self.ensure_one()
        self.check_access("write")
        # sudo: the customer's own documents; the right to act for it was checked
        customer = self.sudo()
        content = customer._make_evidence_file(customer.item_ids | customer.credit_ids, lang)
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": customer._get_evidence_name(lang),
                    "raw": content,
                    "mimetype": "application/pdf",
                    "res_model": "dso.customer",
                    "res_id": customer.id,
                }
            )
        )
        return self._download_file(attachment)

    def _get_evidence_lang(self, lang=None):
        """The language chosen in the dialog, else the customer's, in which everything was sent;
        else the company's.

        :param lang: code of the one chosen
        """
        self.ensure_one()
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        # sudo: the company's own language
        company = self.company_id.sudo()
        wanted = (
            lang,
            self.partner_id.lang,
            company.partner_id.lang,
        )
        return next((code for code in wanted if code in installed), self.env.lang or "en_US")

    def _get_evidence_name(self, lang=None):
        self = self.with_context(lang=self._get_evidence_lang(lang))
        return self.env._(
            "Evidence file %(customer)s %(date)s.pdf",
            customer=self.partner_id.name,
            date=self.company_id._dso_today(),
        )

    def _make_evidence_file(self, lines, lang=None):
        """Everything about these items as one PDF: the report, then letters and invoices.

        :param lines: account.move.line, the claim
        :param lang: see :meth:`_get_evidence_lang`
        :return: the PDF as bytes
        """
        self.ensure_one()
        # with the context's language everything that is put into words or formatted follows
        self = self.with_context(lang=self._get_evidence_lang(lang))
        lines = lines.with_env(self.env)
        printer = self.env["dso.letter.printer"]
        actions = self._get_evidence_actions(lines)
        values = {"evidence": {self.id: self._prepare_evidence(lines, actions)}}
        parts = [printer._print(REPORT, self, values, letters.NO_WINDOW)[self.id]]
        invoices = lines.move_id._dso_filter_documents()
        files = actions.letter_attachment_id | invoices._dso_get_pdf_attachments()
        return printer._merge([*parts, *(file.raw for file in files)])

    def _get_evidence_actions(self, lines):
        """What was sent or said about these items, oldest first. That a case was handed over is no
        message, unless a letter went with it."""
        actions = self.env["dso.action"].search(
            [
                ("customer_id", "=", self.id),
                ("item_ids.line_id", "in", lines.ids),
                ("action_type", "not in", self.env["dso.channel"]._get_types("_is_internal")),
                ("done_date", "!=", False),
                ("state", "in", ("done", "error")),
            ],
            order="done_date, id",
        )
        return actions.filtered(
            lambda action: not action._get_channel()._is_inside or action.letter_attachment_id
        )

    def _prepare_evidence(self, lines, actions):
        """What the report prints, formatted in the language of the context: that of
        whoever receives the file, not the customer's."""
        today = self.company_id._dso_today()
        rows = [line._dso_prepare_row(today, None) for line in lines]
        found = lines._dso_penalties(today)
        for row in rows:
            row["penalty"], row["recovery_cost"], row["breakdown"] = found[row["line_id"]]
        rows.sort(key=lambda row: (row["amount_residual"] < 0, row["due_date"], row["line_id"]))
        totals = {}
        for row in rows:
            # never added up: one total for each currency
            currency = row["currency_id"]
            totals[currency] = totals.get(currency, 0.0) + row["amount_residual"]
        totals = sorted(totals.items(), key=lambda entry: entry[0].id)
        Action = self.env["dso.action"]
        messages = sorted(
            [action._prepare_evidence_message(lines) for action in actions]
            + self._prepare_evidence_answers(actions)
            + self._prepare_evidence_page_answers(lines),
            key=lambda message: message["moment"],
        )
        return {
            "lang": self.env.lang,
            "today": format_date(self.env, today),
            "items_table": Action._render_items_table(
                rows, totals, lambda day: format_date(self.env, day)
            ),
            "penalties_table": Action._render_penalties_table(rows),
            "qualifications": self._prepare_evidence_qualifications(lines),
            "messages": [dict(each, title=self._name_message(each)) for each in messages],
            "printed": bool(actions.letter_attachment_id),
            "documents": lines.move_id._dso_filter_documents().mapped("name"),
        }

    @api.model
    def _name_message(self, message):
        """What it is and what it is about, in the punctuation of the language."""
        kind, subject = message["kind"], message["subject"]
        if not subject or subject == kind:
            return kind
        return self.env._("%(kind)s: %(subject)s", kind=kind, subject=subject)

    def _prepare_evidence_qualifications(self, lines):
        """Who said what of these items, oldest first."""
        log = self.env["dso.qualification"].search(
            [("customer_id", "=", self.id), ("line_id", "in", lines.ids)], order="id"
        )
        return [
            {
                "logged_on": format_date(self.env, entry.logged_on),
                "document": entry.document,
                "status": entry.status_id.name or "",
                "date": format_date(self.env, entry.date) if entry.date else "",
                "amount": format_amount(self.env, entry.amount, entry.currency_id)
                if entry.amount
                else "",
                "comment": entry.comment or "",
                "user": entry.user_id.name or "",
            }
            for entry in log._without_undone()
        ]

    def _prepare_evidence_answers(self, actions):
        """What the customer wrote back: not what answers a message about something else.

        :param actions: those of the file
        """
        messages = self.env["mail.message"].search(
            [
                ("model", "=", "dso.customer"),
                ("res_id", "=", self.id),
                ("message_type", "=", "email"),
                ("is_internal", "=", False),
            ]
        )
        # sudo: what this customer wrote; the right to its evidence file was checked
        replies = self.env["dso.reply"].sudo()
        by_sms = replies.search([("customer_id", "=", self.id), ("channel", "=", "sms")])
        # who wrote a text message is known by the number: the author may have another name today
        senders = {reply.message_id: reply.author_name for reply in by_sms}
        messages |= by_sms.message_id.with_env(self.env)
        answers = replies.search([("message_id", "in", messages.ids), ("action_id", "!=", False)])
        foreign = answers.filtered(lambda reply: reply.action_id not in actions).message_id
        return [
            {
                "moment": str(message.date.date()),
                "date": format_date(self.env, message.date),
                "kind": self.env._("Answer"),
                "sender": senders.get(message)
                or message.email_from
                or message.author_id.display_name
                or "",
                "recipients": self.company_id.name,
                "subject": message.subject or "",
                "body": message.body,
                "items": [],
                "note": "",
            }
            for message in messages - foreign
        ]

    def _prepare_evidence_page_answers(self, lines):
        """What the customer answered about these items on its page."""
        # sudo: what this customer answered; the right to its evidence file was checked
        answers = (
            self.env["dso.page.answer"]
            .sudo()
            .search(
                [
                    ("customer_id", "=", self.id),
                    ("purpose", "=", "customer"),
                    ("line_ids", "in", lines.ids),
                ]
            )
            .with_env(self.env(su=True))
        )
        zone = str(self.company_id._dso_tz())
        return [
            {
                "moment": str(self.company_id._dso_today(answer.create_date)),
                "date": format_moment(self.env, answer.create_date, tz=zone),
                "kind": self.env._("Answer on the interactive page"),
                "sender": answer.author_name or "",
                "recipients": self.company_id.name,
                "subject": answer.summary,
                "body": plaintext2html(answer.comment) if answer.comment else "",
                "items": [],
                "note": "",
            }
            for answer in answers
        ]
