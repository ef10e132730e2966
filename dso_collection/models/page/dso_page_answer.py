from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import html_escape, mute_logger, plaintext2html
from odoo.tools.misc import format_amount, format_date

KINDS = [
    ("promise", "Promise to pay"),
    ("processing", "Being processed"),
    ("dispute", "Dispute"),
    ("copy", "Copy of documents"),
    ("comment", "Comment"),
    ("answer", "Answer"),
    ("not_me", "Not in charge"),
]
#: What each page takes.
KINDS_BY_PURPOSE = {
    "customer": ("promise", "processing", "dispute", "copy", "comment"),
    "colleague": ("answer", "not_me"),
}
#: How long the same words, sent again, are taken for a slip and not for a second answer.
VISIT = timedelta(hours=12)
#: Documents that one e-mail holds: each of them may have to be printed first.
MAX_COPIES = 50
#: Status that an accepted answer puts on the items, where it names none itself.
STATUS_OF_KIND = {
    "promise": "dso_collection.status_promise",
    "processing": "dso_collection.status_ongoing",
}


class DsoPageAnswer(models.Model):
    """What somebody answered on an interactive page: a proposal, that the collector accepts,
    changes or refuses. It never changes by itself what is known of an item."""

    _name = "dso.page.answer"
    _description = "Answer on an Interactive Page"
    _inherit = ["dso.guard"]
    _order = "id desc"
    _rec_name = "summary"

    page_id = fields.Many2one(
        "dso.page", required=True, readonly=True, index=True, ondelete="cascade"
    )
    reply_id = fields.Many2one(
        "dso.reply", readonly=True, index="btree_not_null", ondelete="set null"
    )
    customer_id = fields.Many2one(
        related="page_id.customer_id",
        string="Customer File",
        store=True,
        index=True,
        precompute=True,
    )
    partner_id = fields.Many2one(related="customer_id.partner_id", store=True, precompute=True)
    company_id = fields.Many2one(
        related="page_id.company_id", store=True, index=True, precompute=True
    )
    purpose = fields.Selection(related="page_id.purpose")
    key = fields.Char(
        required=True, readonly=True, help="Identifies the form: sent twice, it is recorded once."
    )
    content_key = fields.Char(
        readonly=True,
        help="Identifies what is said: sent again by another form while it waits, it is "
        "recorded once.",
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    author_name = fields.Char(string="Author", readonly=True)
    line_ids = fields.Many2many("account.move.line", string="Items", readonly=True)
    documents = fields.Char(readonly=True, help="Names the documents, as they were then.")
    currency_id = fields.Many2one("res.currency", readonly=True, ondelete="restrict")
    date = fields.Date(string="Promised For or Paid On", readonly=True)
    amount = fields.Monetary(string="Promised or Disputed Part", readonly=True)
    status_id = fields.Many2one(
        "dso.item.status", string="Proposed Status", readonly=True, ondelete="restrict"
    )
    comment = fields.Text(readonly=True)
    attachment_ids = fields.Many2many("ir.attachment", string="Files", readonly=True)
    summary = fields.Char(compute="_compute_summary")
    state = fields.Selection(
        [
            ("proposed", "To decide"),
            ("accepted", "Accepted"),
            ("changed", "Accepted with changes"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
        default="proposed",
    )
    decided_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    decided_date = fields.Datetime(string="Decided On", readonly=True)
    decision_comment = fields.Char(string="Why Refused", readonly=True)

    # a form that is sent twice, or by two at a time, is one answer
    _key_uniq = models.UniqueIndex("(page_id, key)")

    @api.depends("kind", "date", "amount", "documents", "status_id")
    @api.depends_context("lang")
    def _compute_summary(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for answer in self:
            parts = [answer.status_id.name or labels.get(answer.kind)]
            if answer.date:
                parts.append(format_date(self.env, answer.date))
            if answer.amount and answer.currency_id:
                parts.append(format_amount(self.env, answer.amount, answer.currency_id))
            if answer.documents:
                parts.append(answer.documents)
            answer.summary = " · ".join(filter(None, parts))

    # ------------------------------------------------------------------
    # What comes in
    # ------------------------------------------------------------------

    @api.model
    def _receive(self, page, values, files=()):
        """Note a checked answer, in the customer's chatter and in the replies to handle.

        :param page: dso.page, open
        :param values: of the answer, with ``key`` and ``line_ids`` (records)
        :param files: [(name, type, content)], checked
        :return: the answer; the one that is there already if the form was sent before
        """
        # sudo: the link is the right to answer, and was checked
        self, page = self.sudo(), page.sudo()
        known = self._find_known(page, values)
        if known:
            return known
        lines = values.pop("line_ids", self.env["account.move.line"])
        currency = lines.currency_id
        # as they came: they are evidence, and nothing of a stranger's is opened here
        attachments = (
            self.env["ir.attachment"]
            .with_context(image_no_postprocess=True)
            .create(
                [
                    {
                        "name": name,
                        "raw": content,
                        "mimetype": mimetype,
                        "res_model": "dso.customer",
                        "res_id": page.customer_id.id,
                    }
                    for name, mimetype, content in files
                ]
            )
        )
        answer = self.create(
            {
                **values,
                "page_id": page.id,
                "author_name": values.get("author_name") or page._get_author_name(),
                "line_ids": [fields.Command.set(lines.ids)],
                "documents": ", ".join(line._dso_get_document() for line in lines[:20]),
                "currency_id": currency.id if len(currency) == 1 else False,
                "attachment_ids": [fields.Command.set(attachments.ids)],
            }
        )
        answer._note_reply()
        if answer._ends_question():
            page._set_answered()
        else:
            page._set_opened()
        return answer

    @api.model
    def _find_known(self, page, values):
        """The answer that is there already: of the same form; or, after the browser's "Back", one
        of the same visit that says the same and that nobody has decided on."""
        known = self.search([("page_id", "=", page.id), ("key", "=", values["key"])], limit=1)
        if known or not values.get("content_key"):
            return known
        return self.search(
            [
                ("page_id", "=", page.id),
                ("content_key", "=", values["content_key"]),
                ("state", "=", "proposed"),
                ("create_date", ">=", fields.Datetime.now() - VISIT),
            ],
            limit=1,
        )

    def _ends_question(self):
        """One of several colleagues who is not in charge answers for none of the others: they
        are reminded."""
        self.ensure_one()
        return self.kind != "not_me" or len(self.page_id.recipient_ids) < 2

    @api.model
    def _receive_once(self, page, values, files=()):
        """:meth:`_receive` where the same form may come in twice at a time.

        :raise ConcurrencyError: where another transaction noted it meanwhile, and this one cannot
            see that: Odoo begins a request anew then, and finds it
        """
        try:
            # silent to the end: leaving the savepoint writes what is left
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                return self._receive(page, dict(values), files)
        except UniqueViolation as error:
            # sudo: the page was found by its link, which is the right
            known = self.sudo().search(
                [("page_id", "=", page.id), ("key", "=", values["key"])], limit=1
            )
            if not known:
                raise ConcurrencyError(str(error)) from error
            return known

    def _note_reply(self):
        """What was answered, as text, for those who read the customer's file."""
        self.ensure_one()
        page = self.page_id
        author = page.recipient_ids if len(page.recipient_ids) == 1 else page.partner_id
        label = self.with_context(lang=self.env.company.partner_id.lang).summary
        body = html_escape(label)
        if self.comment:
            body += plaintext2html(self.comment)
        message = page.customer_id.message_post(
            body=body,
            subject=label,
            author_id=author.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachment_ids=self.attachment_ids.ids,
        )
        Reply = self.env["dso.reply"]
        self.reply_id = Reply._note(
            page.customer_id,
            channel="page",
            action_id=page.action_id.id,
            author_id=author.id,
            author_name=self.author_name,
            date=message.date,
            subject=label,
            preview=Reply._shorten(self.comment or label),
            message_id=message.id,
        )

    # ------------------------------------------------------------------
    # What the collector decides
    # ------------------------------------------------------------------

    def action_accept(self, all_the_same=False):
        """Put what was proposed on the items, as a qualification with its source; send the copies
        that were asked for.

        :param all_the_same: also where that undoes something, without a question
        """
        for answer in self:
            answer._check_open()
        if not all_the_same and (question := self._ask_first()):
            return question
        wizards = self.env["dso.item.qualify"]
        closed, problems, undoable = self.browse(), [], True
        for answer in self:
            if answer.kind == "copy" and answer._send_copies():
                undoable = False
            wizard = answer._make_wizard()
            if wizard:
                # decides the answer too
                actions, blocked, _undo = wizard._apply()
                wizards |= wizard
                problems += blocked
                undoable = undoable and wizard._can_undo(actions)
            else:
                # without items there is nothing to qualify: it is noted and done
                answer._decide("accepted")
                closed += answer.filtered("line_ids")
        self._close_replies()
        return self._notify_decided(
            self.env._("Accepted"), closed, problems, undo=undoable and wizards
        )

    def _ask_first(self):
        """The question before what is going on with the items ends, as "Change status" says it.

        :return: the dialog, ``None`` if nothing would end
        """
        sentences = [sentence for answer in self for sentence in answer._describe_replaced()]
        if not sentences:
            return None
        text = "\n".join(
            [
                self.env._("Accepting this ends what is going on with these items:"),
                *sentences[:10],
                *(
                    [self.env._("… and %(count)s more", count=len(sentences) - 10)]
                    if len(sentences) > 10
                    else []
                ),
                self.env._("To leave items out or to choose another status, use “Change”."),
            ]
        )
        return self.env["dso.action.question"]._ask(self, "action_accept", text)

    def _describe_replaced(self):
        """What accepting would undo: a sentence for each item that something is going on with."""
        self.ensure_one()
        if self._get_status().kind == "dispute_resolved":
            # that what is going on has come to its end is what it says
            return []
        wizard = self._make_wizard()
        if not wizard or not wizard._replaces_follow_up():
            return []
        # with a part, only of those that get one
        lines = self.env["account.move.line"].browse([line.id for line in wizard._get_parts()])
        texts = lines._dso_describe_withheld(self._get_own_action())
        wizard.unlink()
        return [f"{line._dso_get_document()}: {text}" for line, text in texts.items()]

    def _get_own_action(self):
        """The action that asked a colleague about these items: it ends by being answered. What a
        customer answers takes the place of nothing by itself."""
        if self.purpose != "colleague":
            return self.env["dso.action"]
        # sudo: which action sent the link
        action = self.sudo().page_id.action_id
        return action.parent_id or action

    def _send_copies(self):
        """The documents that were asked for, to whom the link was sent; also those that are paid
        meanwhile.

        :raise UserError: where the e-mail cannot leave, with what to fix
        :return: the action, done; none where none of the items has a document to send
        """
        self.ensure_one()
        # sudo: the customer's own invoices, whoever sends them; the right on it was checked
        moves = self.sudo().line_ids.move_id._dso_filter_documents()
        if len(moves) > MAX_COPIES:
            raise UserError(
                self.env._(
                    "%(customer)s asks for %(count)s documents, more than one e-mail can hold "
                    "(%(maximum)s). Send the statement instead, or print them from the invoices; "
                    "then refuse this answer.",
                    customer=self.partner_id.display_name,
                    count=len(moves),
                    maximum=MAX_COPIES,
                )
            )
        action = self.env["dso.action"]
        if not moves:
            return action
        action = action._dso_as_module().create(self._prepare_copies(moves))
        action.action_execute()
        return action

    def _prepare_copies(self, moves):
        customer = self.customer_id
        # sudo: the addresses to which the link was sent
        contacts = self.sudo().page_id.recipient_ids.filtered("active")
        lines = self._get_open_lines().filtered(lambda line: line.move_id in moves)
        return {
            "customer_id": customer.id,
            "origin": "manual",
            "action_type": "email",
            "date": customer.company_id._dso_today(),
            "mail_template_id": self.env.ref("dso_collection.mail_template_page_copy").id,
            "recipient_ids": [fields.Command.set(contacts.ids)],
            "attachment_ids": [fields.Command.set(moves._dso_get_pdf_attachments().ids)],
            "item_ids": [fields.Command.create({"line_id": line.id}) for line in lines],
        }

    def action_change(self):
        """The dialog with what was proposed; what the collector applies there is what counts."""
        self._check_open()
        lines = self._get_open_lines()
        if not lines and self.line_ids:
            # another item is never proposed instead
            raise UserError(
                self.env._(
                    "%(documents)s: no longer open. Accept the answer to record it, or refuse it.",
                    documents=self.documents,
                )
            )
        if lines:
            action = lines.action_dso_qualify()
        else:
            # it speaks of no item: whoever decides ticks those that are meant
            action = self.customer_id.item_ids._dso_propose_qualify(told=lines)
        return dict(action, context={**action["context"], **self._get_wizard_context()})

    def action_refuse(self, reason=None):
        """Nothing of it is put on the items; the answer stays in the history."""
        for answer in self:
            answer._check_open()
            answer._decide("refused", reason)
        self._close_replies()
        return self._notify_decided(self.env._("Refused"))

    def _notify_decided(self, word, closed=(), problems=(), undo=None):
        """Say what was done, and of what is paid meanwhile that nothing was changed.

        :param closed: answers about items of which none is open any more
        :param problems: sentences on what could not be done
        :param undo: the dialogs that can take it back
        """
        lines = [f"{word}: {', '.join(self.mapped('summary'))}"]
        if closed:
            lines.append(
                self.env._(
                    "%(documents)s: no longer open, so the status of the items stays.",
                    documents=", ".join(answer.documents or "" for answer in closed),
                )
            )
        lines += problems
        said = self.env["dso.reply"]._notify(
            "\n".join(lines), "warning" if closed or problems else "success"
        )
        if undo:
            said["tag"] = "dso_collection.notify"
            said["params"]["undo"] = {"model": undo._name, "ids": undo.ids}
        return said

    def _check_open(self):
        self.ensure_one()
        self.check_access("read")
        self.customer_id.check_access("write")
        if self.state != "proposed":
            raise UserError(
                self.env._(
                    "“%(answer)s” was already decided. Reload the page to see by whom.",
                    answer=self.summary,
                )
            )

    def _decide(self, state, comment=None):
        """Keep who decided what."""
        if not self:
            return
        self.customer_id.check_access("write")
        # sudo: answers are written by the module; the right on the customer was checked
        self.sudo().write(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_date": fields.Datetime.now(),
                "decision_comment": comment,
            }
        )
        # what is said to be paid is not asked for again (R17)
        # sudo: items of an answer that the caller decides
        self.env["dso.refresh.queue"]._note(line_ids=self.sudo().line_ids.ids)

    def _close_replies(self):
        """Replies of which nothing is left to decide are handled."""
        waiting = self.reply_id.filtered(lambda reply: reply.state == "to_handle")
        done = waiting.filtered(lambda reply: "proposed" not in reply.answer_ids.mapped("state"))
        if done:
            done.action_handle()

    def _get_open_lines(self):
        return self.line_ids.filtered(lambda line: line._dso_is_open())

    def _get_wizard_context(self):
        status = self._get_status()
        return {
            "default_answer_id": self.id,
            "default_reply_id": self.reply_id.id,
            "default_status_id": status.id,
            "default_date": self.date,
            "default_amount": self._get_part(),
            "default_comment": self.comment,
        }

    def _get_part(self):
        """The part that the status is about: only promises and disputes are about one."""
        return self.amount if self._get_status().kind in ("promise", "dispute") else 0.0

    def _get_status(self):
        """The status that the answer proposes, none for a comment."""
        if self.status_id:
            return self.status_id
        xmlid = STATUS_OF_KIND.get(self.kind)
        status = xmlid and self.env.ref(xmlid, raise_if_not_found=False)
        if status and status.active:
            return status
        kind = {"promise": "promise", "processing": "ongoing"}.get(self.kind)
        return self.env["dso.item.status"].search([("kind", "=", kind)], limit=1)

    def _make_wizard(self):
        """The dialog filled in as proposed, none where no open item is concerned."""
        lines = self._get_open_lines()
        if not lines:
            return None
        status = self._get_status()
        if not status and not self.comment:
            return None
        values = {
            "line_ids": [fields.Command.set(lines.ids)],
            "answer_id": self.id,
            "reply_id": self.reply_id.id,
            "reply_done": False,
            "status_id": status.id,
            "date": self.date,
            "amount": self._get_part(),
            "comment": self.comment,
            "email_mode": "none",
            **status._get_required_follow_up(),
        }
        return self.env["dso.item.qualify"].create(values)
