from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import html2plaintext, plaintext2html

#: Of the answer, shown in the list.
PREVIEW_LENGTH = 300
#: What users write through the buttons; the rest is what came in, and stays as it came.
#: Answers on a page that are read, and need no decision.
NOTHING_TO_DECIDE = ("comment", "processing", "not_me")
HANDLING_FIELDS = frozenset({"state", "handled_by_id", "handled_date"})


class DsoReply(models.Model):
    """An answer of a customer that somebody has to read. Until then, the customer's automatic
    actions wait, where the company says so. [seed 002: Replies & Comments]"""

    _name = "dso.reply"
    _description = "Collection Reply"
    _order = "date desc, id desc"
    _rec_name = "subject"
    _rec_names_search = ["subject", "partner_id.name", "author_name"]

    customer_id = fields.Many2one(
        "dso.customer",
        string="Customer File",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        related="customer_id.partner_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="customer_id.company_id", store=True, index=True, precompute=True
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
    preview = fields.Char(string="Text", readonly=True, help="How the answer begins, as text.")
    message_id = fields.Many2one(
        "mail.message", readonly=True, index="btree_not_null", ondelete="set null"
    )
    body = fields.Html(related="message_id.body", string="Whole Text", related_sudo=True)
    gateway_reference = fields.Char(
        readonly=True, help="The provider's of a text message: handed over twice, it is noted once."
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
    handled_date = fields.Datetime(readonly=True)
    answer_ids = fields.One2many(
        "dso.page.answer", "reply_id", string="Answers on the Page", readonly=True
    )
    pauses = fields.Boolean(compute="_compute_pauses", help="Automatic actions wait for it.")

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

    @api.depends("state", "company_id.dso_pause_on_reply")
    def _compute_pauses(self):
        for reply in self:
            # sudo: a setting of the company of a reply that the user may read
            pauses = reply.sudo().company_id.dso_pause_on_reply
            reply.pauses = reply.state == "to_handle" and pauses

    def write(self, vals):
        if not self.env.su and set(vals) - HANDLING_FIELDS:
            raise UserError(
                self.env._("What a customer answered is part of the history: it cannot change.")
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
        known = reference and self.search(
            [
                ("gateway_reference", "=", reference),
                ("company_id", "=", customer.company_id.id),
            ]
        )
        if known:
            return known
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

    def action_handle(self):
        """Somebody read them and did what was to do: the automatic actions go on.

        :raise UserError: if something that a customer proposed waits for a decision
        """
        undecided = self.answer_ids.filtered(lambda answer: answer.state == "proposed")
        if undecided.filtered(lambda answer: answer.kind not in NOTHING_TO_DECIDE):
            raise UserError(
                self.env._(
                    "Accept, change or refuse first what %(customers)s proposed: open the reply.",
                    customers=", ".join(set(undecided.partner_id.mapped("display_name"))),
                )
            )
        undecided._decide("accepted")
        self._close("handled")

    def action_dismiss(self):
        """There is nothing to do about them: what was proposed is refused."""
        self.answer_ids.filtered(lambda answer: answer.state == "proposed")._decide("refused")
        self._close("dismissed")

    def action_reopen(self):
        """To be handled after all, also what was taken for an automatic reply."""
        self.check_access("write")
        self.write({"state": "to_handle", "handled_by_id": False, "handled_date": False})

    def _close(self, state):
        self.check_access("write")
        waiting = self.filtered(lambda reply: reply.state == "to_handle")
        if not waiting:
            raise UserError(
                self.env._("These replies were handled already. Reload the page to see by whom.")
            )
        waiting.write(
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
        action = self._get_lines().action_dso_qualify()
        comment = self.preview or self.subject or ""
        context = dict(action["context"], default_reply_id=self.id, default_comment=comment)
        return dict(action, context=context)

    def _get_lines(self):
        """The open items that the answered action told of, else all of the customer."""
        self.ensure_one()
        told = self.action_id.item_ids.line_id.filtered(lambda line: line._dso_is_open())
        return told or self.customer_id.item_ids

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
