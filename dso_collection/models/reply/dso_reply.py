from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import html2plaintext, plaintext2html

#: Of the answer, shown in the list.
PREVIEW_LENGTH = 300
#: Answers on a page that are only read.
ONLY_READ = ("comment", "not_me")
#: Those that need no decision.
NOTHING_TO_DECIDE = ("comment", "processing", "not_me")
#: What users write through the buttons; the rest is what came in, and stays as it came.
HANDLING_FIELDS = frozenset(
    {"state", "handled_by_id", "handled_date", "replied_by_id", "replied_date"}
)


class DsoReply(models.Model):
    """An answer of a customer that somebody has to read. Until then, the customer's automatic
    actions wait, where the company says so. [seed 002: Replies & Comments]"""

    _name = "dso.reply"
    _inherit = ["dso.guard", "dso.search"]
    _dso_technical = frozenset(
        {
            "attachment_ids",
            "gateway_reference",
            "message_id",
            "preview",
        }
    )
    _description = "Collection Reply"
    _order = "date desc, id desc"
    _rec_name = "subject"
    _rec_names_search = ["subject", "partner_id.name", "author_name"]

    customer_id = fields.Many2one(
        "dso.customer",
        string="Customer File",
        readonly=True,
        index=True,
        ondelete="cascade",
        help="Empty where it is not certain which customer wrote it, until somebody assigns it.",
    )
    partner_id = fields.Many2one(
        related="customer_id.partner_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        required=True,
        index=True,
        readonly=False,
        precompute=True,
    )
    collector_id = fields.Many2one(related="customer_id.collector_id", store=True, precompute=True)
    action_id = fields.Many2one(
        "dso.action",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The action that the customer answers, where the answer says so.",
    )
    action_name = fields.Char(related="action_id.name", string="Answered Action")
    channel = fields.Selection(
        [("email", "E-mail"), ("sms", "SMS"), ("page", "Interactive page")],
        required=True,
        readonly=True,
        default="email",
    )
    author_id = fields.Many2one("res.partner", readonly=True, ondelete="set null")
    author_name = fields.Char(string="Sender", readonly=True, help="Name, address or number.")
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    subject = fields.Char(readonly=True)
    preview = fields.Char(
        string="Text", readonly=True, help="Shows how the answer begins, as text."
    )
    message_id = fields.Many2one(
        "mail.message", readonly=True, index="btree_not_null", ondelete="set null"
    )
    body = fields.Html(related="message_id.body", string="Whole Text", related_sudo=True)
    attachment_ids = fields.Many2many(
        related="message_id.attachment_ids", string="Files", related_sudo=True
    )
    gateway_reference = fields.Char(
        readonly=True,
        help="Given by the provider of a text message: handed over twice, it is recorded once.",
    )
    is_automatic = fields.Boolean(
        string="Automatic Reply",
        readonly=True,
        help="A machine wrote it, such as an out-of-office notice: nothing waits for it.",
    )
    state = fields.Selection(
        [("to_handle", "To handle"), ("handled", "Handled"), ("dismissed", "Dismissed")],
        required=True,
        readonly=True,
        default="to_handle",
    )
    handled_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    handled_date = fields.Datetime(string="Handled On", readonly=True)
    replied_date = fields.Datetime(
        string="Answered on", readonly=True, help="Shows when somebody last wrote back from here."
    )
    replied_by_id = fields.Many2one(
        "res.users", string="Answered by", readonly=True, ondelete="restrict"
    )
    answer_ids = fields.One2many(
        "dso.page.answer", "reply_id", string="Answers on the Page", readonly=True
    )
    pauses = fields.Boolean(compute="_compute_pauses", help="Automatic actions wait for it.")
    has_proposal = fields.Boolean(
        compute="_compute_has_proposal", help="Something in it is to be accepted or refused."
    )
    closed_text = fields.Char(
        compute="_compute_closed_text", help="Says so where what it is about has since been paid."
    )

    # one answer is one line, whatever the mail gateway does
    _message_uniq = models.UniqueIndex("(message_id) WHERE message_id IS NOT NULL")
    _gateway_uniq = models.UniqueIndex(
        "(company_id, gateway_reference) WHERE gateway_reference IS NOT NULL"
    )
    # what the dispatcher asks of each action
    _to_handle_idx = models.Index("(customer_id) WHERE state = 'to_handle'")
    # the list, newest first, of everybody or of one collector, and its counter
    _list_idx = models.Index(
        "(date DESC, id DESC) INCLUDE (collector_id, company_id) WHERE state = 'to_handle'"
    )

    @api.depends("customer_id")
    def _compute_company_id(self):
        """The customer's; of what is nobody's yet the one that it came in for."""
        for reply in self:
            reply.company_id = reply.customer_id.company_id or reply.company_id

    @api.depends("state", "customer_id", "company_id.dso_pause_on_reply")
    def _compute_pauses(self):
        for reply in self:
            # sudo: a setting of the company of a reply that the user may read
            pauses = reply.sudo().company_id.dso_pause_on_reply
            reply.pauses = bool(reply.customer_id) and reply.state == "to_handle" and pauses

    @api.depends("answer_ids.kind", "answer_ids.state")
    def _compute_has_proposal(self):
        for reply in self:
            proposals = reply._get_proposals()
            reply.has_proposal = any(answer.kind not in ONLY_READ for answer in proposals)

    @api.depends("state", "answer_ids.line_ids", "action_id")
    def _compute_closed_text(self):
        for reply in self:
            waits = reply.state == "to_handle"
            reply.closed_text = reply._describe_closed() if waits else False

    def write(self, vals):
        if not self.env.su and set(vals) - HANDLING_FIELDS:
            raise UserError(
                self.env._("What a customer answered is part of the history: it cannot be changed.")
            )
        return super().write(vals)

    # ------------------------------------------------------------------
    # What comes in
    # ------------------------------------------------------------------

    @api.model
    def _receive_email(self, customer, message, automatic=False, references=()):
        """Note an e-mail that came in for a customer. Colleagues' e-mails are no replies.

        :param message: mail.message, already in the customer's file
        :param automatic: whether a machine wrote it
        :param references: Message-Ids that it answers
        :return: the reply, none for what is no reply
        """
        # sudo: the mail gateway notes it, whoever it runs as
        self = self.sudo()
        message = message.sudo()
        if any(not user.share for user in message.author_id.user_ids):
            return self.browse()
        action = self._find_answered(customer, references, message.parent_id)
        name = message.author_id.display_name or message.email_from
        return self._note(
            customer,
            channel="email",
            action_id=action.id,
            author_id=message.author_id.id,
            author_name=name,
            date=message.date,
            subject=message.subject or action.subject,
            preview=self._shorten(html2plaintext(message.body or "")),
            message_id=message.id,
            is_automatic=automatic,
        )

    @api.model
    def _find_answered(self, customer, references, parent=None):
        """The action of the customer whose message is answered, the latest where several are."""
        Action = self.env["dso.action"]
        domain = Domain("message_id.message_id", "in", list(references))
        if parent:
            domain |= Domain("message_id", "=", parent.id)
        return Action.search(
            Domain("customer_id", "=", customer.id) & domain, order="id desc", limit=1
        )

    @api.model
    def _receive_sms(self, customer, contact, text, number, action=None, reference=None):
        """Note a text message that came in for a customer, in its chatter too.

        :param contact: whose number it is
        :param action: the action that it answers
        :param reference: of the provider, by which it knows the text message
        :return: the reply
        """
        # sudo: the gateway of the provider notes it
        self = self.sudo()
        known = self._find_known(customer.company_id, reference)
        if known:
            return known
        # sudo: a reply comes from outside, as nobody's user
        message = customer.sudo().message_post(
            body=plaintext2html(text),
            subject=self.env._("SMS from %(number)s", number=number),
            author_id=contact.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        return self._note(
            customer,
            channel="sms",
            gateway_reference=reference or False,
            action_id=action.id if action else False,
            author_id=contact.id,
            author_name=contact.display_name or number,
            date=message.date,
            subject=message.subject,
            preview=self._shorten(text),
            message_id=message.id,
        )

    @api.model
    def _find_known(self, company, reference):
        """What the provider handed over already."""
        domain = [("gateway_reference", "=", reference), ("company_id", "=", company.id)]
        return self.search(domain) if reference else self.browse()

    @api.model
    def _note(self, customer, **values):
        """Automatic answers are kept, nobody has to handle them."""
        state = "dismissed" if values.get("is_automatic") else "to_handle"
        return self.create({"customer_id": customer.id, "state": state, **values})

    @api.model
    def _shorten(self, text):
        """The beginning of a text on one line, without what it quotes."""
        lines = [line.strip() for line in text.splitlines()]
        own = [line for line in lines if line and not line.startswith(">")]
        text = " ".join(own)
        return text if len(text) <= PREVIEW_LENGTH else f"{text[: PREVIEW_LENGTH - 1].rstrip()}…"

    # ------------------------------------------------------------------
    # Handling
    # ------------------------------------------------------------------

    def _get_proposals(self):
        """What a page brought in that nobody decided yet."""
        return self.answer_ids.filtered(lambda answer: answer.state == "proposed")

    def action_accept(self, all_the_same=False):
        """Put on the items what was proposed.

        :param all_the_same: also where that undoes something, without a question
        """
        return self._check_proposals().action_accept(all_the_same)

    def action_refuse(self):
        """Put nothing of it on the items."""
        return self._check_proposals().action_refuse()

    def action_change(self):
        """The dialog with what was proposed, of several proposals the first."""
        self.ensure_one()
        return self._check_proposals()[-1:].action_change()

    def _check_proposals(self):
        self.check_access("write")
        proposals = self._get_proposals()
        if not proposals:
            raise UserError(self.env._("Nothing in this reply is left to accept or refuse."))
        return proposals

    def action_handle(self):
        """Somebody read them and did what was to do: the automatic actions go on.

        :raise UserError: if something that a customer proposed waits for a decision
        """
        undecided = self._get_proposals()
        if undecided.filtered(lambda answer: answer.kind not in NOTHING_TO_DECIDE):
            raise UserError(
                self.env._(
                    "First accept, change or refuse what %(customers)s proposed: open the reply.",
                    customers=", ".join(set(undecided.partner_id.mapped("display_name"))),
                )
            )
        undecided._decide("accepted")
        self._close("handled")
        return self._notify(self.env._("Handled: %s", self._describe()))

    def action_dismiss(self):
        """There is nothing to do about them: what was proposed is refused."""
        self._get_proposals()._decide("refused")
        self._close("dismissed")
        return self._notify(self.env._("Dismissed: %s", self._describe()))

    def action_reply(self):
        """Write back, to who wrote; the text stays in the customer's chatter."""
        self.ensure_one()
        self.check_access("write")
        subject = self.subject or self.env._("Your account")
        if not subject.lower().startswith("re:"):
            subject = f"Re: {subject}"
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reply to %s", self.author_name or self.partner_id.display_name),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": "dso.customer",
                "default_res_ids": self.customer_id.ids,
                "default_composition_mode": "comment",
                "default_parent_id": self.message_id.id,
                "default_partner_ids": self.author_id.ids,
                "default_subject": subject,
                "dso_reply": self.id,
            },
        }

    def _note_replied(self):
        """Somebody wrote back. It stays to handle: whether something else is to do, like noting a
        promise, only they know, and nothing automatic leaves until they say so."""
        self.check_access("write")
        self._dso_as_module().write(
            {"replied_date": fields.Datetime.now(), "replied_by_id": self.env.uid}
        )

    def _describe(self):
        """Whose they are, in as many words as a message to the user holds."""
        if len(self) > 3:
            return self.env._("%s replies", len(self))
        names = []
        for reply in self:
            customer = reply.partner_id.display_name or ""
            author = reply.author_name or customer
            names.append(author if customer in author else f"{author} ({customer})")
        return self.env._("reply from %s", ", ".join(names))

    @api.model
    def _notify(self, message, kind="success"):
        """Say what was done, and load again what is shown."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_reopen(self):
        """To be handled after all, also what was taken for an automatic reply."""
        self.check_access("write")
        self._dso_as_module().write(
            {"state": "to_handle", "handled_by_id": False, "handled_date": False}
        )
        return self._notify(self.env._("To handle again: %s", self._describe()))

    def _close(self, state):
        self.check_access("write")
        waiting = self.filtered(lambda reply: reply.state == "to_handle")
        if not waiting:
            raise UserError(
                self.env._("These replies were already handled. Reload the page to see by whom.")
            )
        waiting._dso_as_module().write(
            {
                "state": state,
                "handled_by_id": self.env.uid,
                "handled_date": fields.Datetime.now(),
            }
        )
        # what waited may leave
        self.env["dso.action"]._trigger_dispatch()

    def action_qualify(self):
        """Change the status of the items that the answer is about; it stays to handle until the
        user says in the dialog that it is done, so that several things may be noted."""
        self.ensure_one()
        self.check_access("write")
        closed = self._describe_closed()
        if closed:
            raise UserError(closed)
        proposals = self._get_proposals().filtered(lambda answer: answer.kind not in ONLY_READ)
        if proposals:
            # what was proposed is there already, and is decided with it
            return proposals[-1:].action_change()
        told = self._get_subject_lines().filtered(lambda line: line._dso_is_open())
        action = (told or self.customer_id.item_ids)._dso_propose_qualify(
            own=self.action_id.parent_id or self.action_id, told=told
        )
        comment = self.preview or self.subject or ""
        context = dict(action["context"], default_reply_id=self.id, default_comment=comment)
        return dict(action, context=context)

    def _describe_closed(self):
        """In words that all it is about is paid meanwhile: another item is never proposed instead.

        :return: nothing where something of it is open, or where it speaks of no item
        """
        self.ensure_one()
        lines = self._get_subject_lines()
        if not lines or lines.filtered(lambda line: line._dso_is_open()):
            return False
        names = [line._dso_get_document() for line in lines[:3]]
        if len(lines) > 3:
            names.append("…")
        return self.env._(
            "%(documents)s: no longer open. There is no status to change; for other items, open "
            "the customer.",
            documents=", ".join(names),
        )

    def _get_subject_lines(self):
        """What the answers are about, else what the answered action told of."""
        return self.answer_ids.line_ids or self.action_id.item_ids.line_id

    def action_view_customer(self):
        """Open the customer's file, to answer."""
        self.ensure_one()
        return self.customer_id.get_formview_action()

    def action_view_message(self):
        """Open what the customer answers, as it left."""
        self.ensure_one()
        if not self.action_id:
            raise UserError(
                self.env._("“%(reply)s” does not say what it answers.", reply=self.display_name)
            )
        return self.action_id.action_view_message()
