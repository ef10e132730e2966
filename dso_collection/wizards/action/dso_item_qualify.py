from odoo import SUPERUSER_ID, Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_is_zero, html2plaintext
from odoo.tools.mail import email_normalize, email_split
from odoo.tools.misc import clean_context, format_amount, format_date

from ...engine import promises
from ...engine.facts import add_days
from ...models.ledger.account_move_line import QUIET
from ...models.ledger.dso_item_status import EMAIL_MODES, NEXT_ACTIONS
from ...tools.action_types import OPEN_STATES, ActionType
from ...tools.errors import BrokenTemplate
from ...tools.inside import inside
from ...tools.ledger import get_due_date
from ...tools.toasts import name_some

STEPS = [("status", "1. Status"), ("email", "2. E-mail"), ("next", "3. Next action")]

#: Of whom the proposed text is, where the status proposes none.
DEFAULT_TEMPLATES = {
    "customer": "dso_collection.mail_template_status_customer",
    "internal": "dso_collection.mail_template_status_internal",
}
PROPOSED_TEMPLATES = ("mail_template_id", "sms_template_id", "letter_template_id")

#: What one click is enough for: fields with the names on the buttons, statuses and their kind.
QUICK = {
    "quick_promise": ("dso_collection.status_promise", "promise"),
    "quick_ongoing": ("dso_collection.status_ongoing", "ongoing"),
    "quick_admin": ("dso_collection.status_dispute_admin", "dispute"),
    "quick_price": ("dso_collection.status_dispute_price", "dispute"),
    "quick_quality": ("dso_collection.status_dispute_quality", "dispute"),
    "quick_missing": ("dso_collection.status_dispute_missing", "dispute"),
}


class DsoItemQualify(models.TransientModel):
    """Change status…: what a collector notes after a customer's answer, in three steps that can
    each be skipped: status and comment, e-mail, next action. [seeds 000, 004]"""

    _name = "dso.item.qualify"
    _description = "Change Status"
    _inherit = ["dso.wizard", "dso.action.draft"]
    _dso_writable = frozenset(
        {
            "amount",
            "answer_id",
            "attachment_ids",
            "attachments_public",
            "comment",
            "date",
            "email_addresses",
            "email_attach_invoices",
            "email_attachment_ids",
            "email_body",
            "email_mode",
            "email_proposed",
            "email_recipient_ids",
            "email_subject",
            "email_subject_proposed",
            "email_template_id",
            "email_user_ids",
            "held_line_ids",
            "line_ids",
            "next_action",
            "reply_done",
            "reply_id",
            "resolver_email",
            "resolver_id",
            "status_id",
            "step",
            "sure",
            "taken_line_ids",
        }
    )

    reply_id = fields.Many2one("dso.reply", help="Shows the customer's answer that is noted here.")
    answer_id = fields.Many2one(
        "dso.page.answer",
        help="Shows what was answered on an interactive page and is decided here.",
    )
    reply_done = fields.Boolean(
        string="The Reply Is Handled",
        default=True,
        help="If not ticked, it stays in the replies to handle, and more can be noted about it.",
    )
    step = fields.Selection(STEPS, string="Dialog Step", default="status", required=True)
    line_ids = fields.Many2many("account.move.line", string="Items")
    held_line_ids = fields.Many2many(
        "account.move.line",
        "dso_item_qualify_held_rel",
        string="Not Proposed",
        help="Lists items with something else going on.",
    )
    taken_line_ids = fields.Many2many(
        "account.move.line",
        "dso_item_qualify_taken_rel",
        string="Include These, Too",
        domain="[('id', 'in', held_line_ids)]",
        help="Lists items with something else going on: they are only included when ticked.",
    )
    replaced_text = fields.Text(
        compute="_compute_replaced_text", help="Lists what a new status or action would undo."
    )
    question = fields.Text(compute="_compute_question", help="Points out what looks like a slip.")
    sure = fields.Boolean(string="Yes, as Entered")
    line_count = fields.Integer(compute="_compute_lines")
    currency_id = fields.Many2one("res.currency", compute="_compute_lines")
    amount_total = fields.Monetary(string="Open Amount", compute="_compute_lines")
    customer_names = fields.Char(string="Customer", compute="_compute_lines")
    company_id = fields.Many2one("res.company", compute="_compute_lines")

    status_id = fields.Many2one("dso.item.status")
    kind = fields.Selection(related="status_id.kind")
    date = fields.Date(
        compute="_compute_date",
        store=True,
        readonly=False,
        help="Sets the day for which payment is promised.",
    )
    amount = fields.Monetary(
        string="Promised or Disputed Part",
        help="Leave empty for the full amount. With several items, the oldest come first; the "
        "rest stays in the scenario.",
    )
    parts_text = fields.Text(
        compute="_compute_parts_text", help="Shows how a part is shared out over several items."
    )
    comment = fields.Text(help="Notes what the customer said. Kept with the items for good.")
    resolver_id = fields.Many2one(
        "res.users",
        domain="[('share', '=', False)]",
        help="Is the colleague who is asked to resolve the dispute.",
    )
    resolver_email = fields.Char(
        string="Or by E-mail Address",
        help="Reaches a colleague who is not a user, at an address of the company.",
    )
    attachment_ids = fields.Many2many("ir.attachment", "dso_item_qualify_file_rel", string="Files")
    attachments_public = fields.Boolean(string="Visible to the Customer")

    email_mode = fields.Selection(
        EMAIL_MODES,
        string="Send an E-mail?",
        compute="_compute_from_status",
        store=True,
        readonly=False,
        precompute=True,
    )
    email_template_id = fields.Many2one(
        "mail.template",
        string="Text",
        domain="[('model', '=', 'dso.action')]",
        compute="_compute_email_template_id",
        store=True,
        readonly=False,
    )
    email_recipient_ids = fields.Many2many(
        "res.partner",
        "dso_item_qualify_recipient_rel",
        string="Recipients",
        compute="_compute_email_recipient_ids",
        store=True,
        readonly=False,
    )
    email_user_ids = fields.Many2many(
        "res.users",
        "dso_item_qualify_colleague_rel",
        string="Colleagues",
        domain="[('share', '=', False)]",
        compute="_compute_email_recipient_ids",
        store=True,
        readonly=False,
    )
    email_addresses = fields.Char(
        string="Other Addresses",
        compute="_compute_email_addresses",
        store=True,
        readonly=False,
        help="Reaches colleagues who are not users, at addresses of the company.",
    )
    email_subject = fields.Char(
        compute="_compute_email_content", store=True, readonly=False, string="E-mail Subject"
    )
    email_body = fields.Html(
        compute="_compute_email_content",
        store=True,
        readonly=False,
        sanitize="email_outgoing",
        string="Message",
    )
    email_proposed = fields.Html(
        sanitize=False, help="Keeps what was proposed, to see what was edited."
    )
    email_subject_proposed = fields.Char(help="Keeps what was proposed, to see what was edited.")
    email_attach_invoices = fields.Boolean(string="Attach Invoices to the E-mail")
    email_attachment_ids = fields.Many2many(
        "ir.attachment", "dso_item_qualify_email_file_rel", string="Files to Send"
    )

    next_action = fields.Selection(
        NEXT_ACTIONS,
        compute="_compute_from_status",
        store=True,
        readonly=False,
        precompute=True,
    )
    scenario_preview = fields.Text(compute="_compute_scenario_preview")
    # no defaults: one would keep a form from computing all that is computed with it
    action_type = ActionType(
        compute="_compute_from_status",
        store=True,
        readonly=False,
        precompute=True,
        default=None,
    )
    automatic = fields.Boolean(
        compute="_compute_from_status", store=True, readonly=False, precompute=True
    )
    to_confirm = fields.Boolean(
        compute="_compute_from_status",
        store=True,
        readonly=False,
        precompute=True,
        default=None,
    )
    mail_template_id = fields.Many2one(
        compute="_compute_from_status", store=True, readonly=False, precompute=True
    )
    sms_template_id = fields.Many2one(
        compute="_compute_from_status", store=True, readonly=False, precompute=True
    )
    letter_template_id = fields.Many2one(
        compute="_compute_from_status", store=True, readonly=False, precompute=True
    )
    action_date = fields.Date(compute="_compute_action_date", store=True, readonly=False)
    summary = fields.Text(compute="_compute_summary", help="Says what will happen.")
    quick_promise = fields.Char(compute="_compute_quick")
    quick_ongoing = fields.Char(compute="_compute_quick")
    quick_admin = fields.Char(compute="_compute_quick")
    quick_price = fields.Char(compute="_compute_quick")
    quick_quality = fields.Char(compute="_compute_quick")
    quick_missing = fields.Char(compute="_compute_quick")

    # ------------------------------------------------------------------
    # What the items are
    # ------------------------------------------------------------------

    @api.depends("line_ids", "taken_line_ids")
    def _compute_lines(self):
        for wizard in self:
            lines = wizard._get_lines()
            currency = lines.currency_id
            wizard.line_count = len(lines)
            wizard.company_id = lines.company_id[:1]
            # never added up over two currencies
            wizard.currency_id = currency if len(currency) == 1 else False
            wizard.amount_total = (
                sum(lines.mapped("amount_residual_currency")) if len(currency) == 1 else 0.0
            )
            wizard.customer_names = name_some(
                self.env, lines.partner_id.commercial_partner_id.mapped("display_name")
            )

    def _get_lines(self):
        """The real items: in an onchange the field holds images of them."""
        return (self.line_ids | self.taken_line_ids)._origin

    def _get_sorted_lines(self):
        """The same oldest first, in whatever order the screen sends them."""
        return self._get_lines().sorted(
            lambda line: (get_due_date(line) or fields.Date.today(), line.id)
        )

    @api.depends("line_ids", "taken_line_ids", "next_action")
    def _compute_replaced_text(self):
        for wizard in self:
            texts = wizard._get_sorted_lines()._dso_describe_withheld()
            wizard.replaced_text = "\n".join(
                f"{line._dso_get_document()}: {text}" for line, text in list(texts.items())[:10]
            )
            if len(texts) > 10:
                wizard.replaced_text += self.env._("\n… and %(count)s more", count=len(texts) - 10)

    def _get_today(self):
        return (self._get_lines().company_id[:1] or self.env.company)._dso_today()

    def _get_company(self):
        return self._get_lines().company_id[:1] or self.env.company

    # ------------------------------------------------------------------
    # Proposals
    # ------------------------------------------------------------------

    @api.depends("kind")
    def _compute_date(self):
        for wizard in self:
            if wizard.kind == "promise":
                wizard.date = wizard.date or wizard._get_day_in(7)
            else:
                # the day that was promised is not that of another status
                wizard.date = False

    @api.onchange("kind")
    def _onchange_kind(self):
        """What only some statuses have is gone with them."""
        if self.kind not in ("promise", "dispute"):
            self.amount = 0.0
        if self.kind != "dispute":
            self.resolver_id = self.resolver_email = False

    @api.onchange("resolver_id", "resolver_email")
    def _onchange_resolver_id(self):
        """Whoever is to solve a dispute is asked: by the interactive e-mail to colleagues."""
        if self.resolver_id or self.resolver_email:
            self.email_mode = "internal"
        elif self.email_mode == "internal":
            self.email_mode = self.status_id.email_mode or "none"

    def _get_day_in(self, days):
        """The first working day from so many days after today on."""
        return self._get_company()._dso_next_working_day(add_days(self._get_today(), days))

    @api.depends("status_id")
    def _compute_from_status(self):
        """What the status proposes; a status of none proposes to follow the scenario."""
        for wizard in self:
            status = wizard.status_id
            wizard.email_mode = status.email_mode or "none"
            wizard.next_action = status.next_action or "scenario"
            wizard.action_type = status.action_type or wizard.action_type or "call"
            wizard.automatic = status.automatic
            wizard.to_confirm = status.to_confirm if status else True
            for fname in PROPOSED_TEMPLATES:
                wizard[fname] = status[fname]

    @api.depends("date", "kind", "status_id")
    def _compute_action_date(self):
        """The promised date, else today and the status's follow-up days, on a working day."""
        for wizard in self:
            if wizard.kind == "promise" and wizard.date:
                wizard.action_date = wizard._get_company()._dso_next_working_day(wizard.date)
            else:
                days = wizard.status_id.followup_days if wizard.status_id else 7
                wizard.action_date = wizard._get_day_in(days)

    @api.depends("email_mode", "status_id")
    def _compute_email_template_id(self):
        for wizard in self:
            mode, proposed = wizard.email_mode, wizard.status_id.email_template_id
            if mode in (False, "none") or not wizard.status_id and not wizard.comment:
                # about nothing there is no text to propose
                wizard.email_template_id = False
            elif proposed and mode == wizard.status_id.email_mode:
                wizard.email_template_id = proposed
            else:
                wizard.email_template_id = self.env.ref(
                    DEFAULT_TEMPLATES[mode], raise_if_not_found=False
                )

    @api.onchange("comment")
    def _onchange_comment(self):
        """Now there is something to write about."""
        if self.comment and not self.email_template_id:
            self._compute_email_template_id()

    @api.depends("email_mode", "resolver_email")
    def _compute_email_addresses(self):
        for wizard in self:
            internal = wizard.email_mode == "internal"
            wizard.email_addresses = internal and (wizard.resolver_email or wizard.email_addresses)

    @api.depends("email_mode", "resolver_id", "line_ids", "taken_line_ids")
    def _compute_email_recipient_ids(self):
        for wizard in self:
            wizard.email_recipient_ids = False
            if wizard.email_mode == "customer":
                customers = wizard._get_customers()
                if len(customers) == 1:
                    contacts = customers._find_serving()[customers.id]
                    wizard.email_recipient_ids = contacts._dso_serving("email")
            if wizard.email_mode == "internal" and wizard.resolver_id:
                wizard.email_user_ids |= wizard.resolver_id
            elif wizard.email_mode != "internal":
                wizard.email_user_ids = False

    @api.depends(
        "step",
        "email_mode",
        "email_template_id",
        "email_recipient_ids",
        "email_user_ids",
        "status_id",
        "date",
        "comment",
        "amount",
    )
    def _compute_email_content(self):
        """The proposed message greets those who get it and holds what was noted in step one.
        Words that the user changed are kept."""
        for wizard in self:
            wizard.email_subject = wizard.email_subject
            wizard.email_body = wizard.email_body
            if wizard.email_mode not in (False, "none") and wizard.step != "status":
                wizard._propose_email(keep_edited=True)

    def _propose_email(self, keep_edited=False):
        customers = self._get_customers()
        if not customers or not self.email_template_id:
            return
        # several customers: each gets its own, see _send_email
        subject, body = self._render_email(customers[0])
        if not keep_edited or not _is_edited(self.email_subject, self.email_subject_proposed):
            self.email_subject = subject
        if not keep_edited or not _is_edited(self.email_body, self.email_proposed):
            self.email_body = body
        self.email_subject_proposed, self.email_proposed = subject, body

    def _render_email(self, customer):
        """Subject and body for one customer, with what was noted in step one."""
        return self.with_context(**self._get_status_context())._render_draft(
            customer,
            self._group_lines()[customer],
            self.email_template_id,
            recipients=self._get_email_recipients(customer),
            action_type="email_internal" if self.email_mode == "internal" else "email",
            comment=self.comment,
        )

    def _get_status_context(self):
        """The status of this dialog, for texts that are made before it is put on the items."""
        return {
            "dso_status_id": self.status_id.id,
            "dso_status_date": self.date and fields.Date.to_string(self.date),
            "dso_status_amount": self.amount,
            "dso_status_comment": self.comment,
        }

    def _get_email_recipients(self, customer):
        if self.email_mode == "internal":
            # sudo: addresses of colleagues
            return self.email_user_ids.sudo().partner_id | self._find_addressees(customer)
        return self.email_recipient_ids._origin

    def _find_addressees(self, customer, create=False):
        """The colleagues behind the addresses that were typed.

        :param create: whether new addresses of the house are kept; a dialog writes nothing
        :raise UserError: for an address outside, when they are kept
        """
        # sudo: colleagues, found by an address at the company's own domains
        found = self.env["res.partner"].sudo()
        for address in _split_addresses(self.email_addresses):
            colleague = customer.company_id._dso_find_colleague(
                address, customer.sudo().collector_id, create=create
            )
            if create and not colleague:
                raise self._get_outsider_error(address, customer.company_id)
            # sudo: an address at the company's own domains, added to the like
            found |= colleague.sudo()
        return found

    def _get_outsider_error(self, address, company):
        return UserError(
            self.env._(
                "“%(address)s” is not a colleague's address: internal e-mails only go to users "
                "and to addresses at the domains of %(company)s. Correct it.",
                address=address,
                company=company.name,
            )
        )

    def _check_resolver(self):
        """Whoever is to solve a dispute works here, whether or not an e-mail is sent now."""
        if self.kind != "dispute" or not self.resolver_email:
            return
        for customer in self._get_customers():
            # sudo: who the collector is, whose domain is the company's own, too
            collector = customer.sudo().collector_id
            if not customer.company_id._dso_is_colleague(self.resolver_email, collector):
                raise self._get_outsider_error(self.resolver_email, customer.company_id)

    # ------------------------------------------------------------------
    # What the scenario would do
    # ------------------------------------------------------------------

    @api.depends("next_action", "status_id", "date", "amount", "line_ids", "taken_line_ids", "step")
    def _compute_scenario_preview(self):
        for wizard in self:
            wizard.scenario_preview = False
            if wizard.next_action == "scenario" and wizard.step == "next":
                wizard.scenario_preview = wizard._preview_scenario()

    def _preview_scenario(self):
        """A line for each customer: what the scenario will propose once this is applied."""
        customers = self._get_customers()
        changes = self._get_engine_changes()
        texts = customers._describe_planning_if(changes)
        if len(customers) == 1:
            return texts[customers.id]
        return "\n".join(
            f"{customer.partner_id.display_name}: {texts[customer.id]}"
            for customer in customers[:10]
        )

    def _get_engine_changes(self):
        """{line id: what changes of it for the engine}"""
        changes = {}
        for line, part in self._get_parts().items():
            values = {}
            if self._replaces_follow_up():
                values.update(attached=False, attached_part=False)
            if self.status_id:
                promised = self.kind == "promise" and self.date
                values.update(
                    kind=self.kind,
                    promised_until=(
                        line.company_id._dso_promised_until(self.date) if promised else None
                    ),
                    part=line._dso_to_company_part(part),
                )
            changes[line.id] = values
        return changes

    # ------------------------------------------------------------------
    # Parts
    # ------------------------------------------------------------------

    def _get_parts(self):
        """The items that get the status: {line: its promised or disputed part in its currency,
        ``None`` for all of it}. An amount is shared out over the claims, oldest first; a credit
        that is ticked with them is deducted from what is promised, and promises nothing itself."""
        lines = self._get_lines()
        if self.kind not in ("promise", "dispute"):
            return dict.fromkeys(lines)
        claims = lines.filtered(lambda line: line.amount_residual > 0)
        left, parts = self._get_part(), {}
        if not left:
            return dict.fromkeys(claims if self.kind == "promise" else lines)
        for line in claims.sorted(lambda line: (get_due_date(line), line.id)):
            residual, currency = line.amount_residual_currency, line.currency_id
            part = min(left, residual)
            if currency.compare_amounts(part, 0.0) > 0:
                whole = currency.compare_amounts(part, residual) >= 0
                parts[line] = None if whole else currency.round(part)
            left -= part
        return parts

    def _get_part(self):
        """The part that is promised or disputed, in the currency of the items; 0 for all."""
        lines = self._get_lines()
        has_credits = any(line.amount_residual < 0 for line in lines)
        if self.amount or self.kind != "promise" or not has_credits or not self.currency_id:
            return self.amount
        net = sum(lines.mapped("amount_residual_currency"))
        return self.currency_id.round(max(net, 0.0))

    @api.depends("amount", "kind", "line_ids", "taken_line_ids")
    def _compute_parts_text(self):
        for wizard in self:
            wizard.parts_text = "\n".join(wizard._describe_parts())

    def _describe_parts(self):
        """A sentence for each item: what of the part it gets. Nothing where there is nothing to
        share out, or the part cannot be meant (see ``_check_amount``)."""
        lines = self._get_lines()
        if not self._is_allocated():
            return []
        parts, texts, without = self._get_parts(), [], []
        for line in lines.sorted(lambda line: (get_due_date(line), line.id)):
            document = line._dso_get_document()
            currency, residual = line.currency_id, line.amount_residual_currency
            if line not in parts:
                without.append(document)
            elif parts[line] is None:
                texts.append(
                    self.env._(
                        "%(document)s: %(amount)s, all of it",
                        document=document,
                        amount=format_amount(self.env, residual, currency),
                    )
                )
            else:
                texts.append(
                    self.env._(
                        "%(document)s: %(part)s of %(amount)s",
                        document=document,
                        part=format_amount(self.env, parts[line], currency),
                        amount=format_amount(self.env, residual, currency),
                    )
                )
        if without:
            texts.append(
                self.env._(
                    "%(documents)s: nothing, the status stays as it is",
                    documents=name_some(self.env, without),
                )
            )
        return texts

    def _is_allocated(self):
        """Whether a part is given of several items."""
        if self.kind not in ("promise", "dispute") or not self.currency_id:
            return False
        lines, part = self._get_lines(), self._get_part()
        claims = lines.filtered(lambda line: line.amount_residual > 0)
        total = sum(claims.mapped("amount_residual_currency"))
        return (
            # of a single item, what is deducted is told
            (len(claims) > 1 or len(lines) > len(claims) and not self.amount)
            and part > 0
            and self.currency_id.compare_amounts(part, total) <= 0
        )

    def _get_partial_lines(self):
        if not self._get_part():
            return super()._get_partial_lines()
        partial = [line.id for line, part in self._get_parts().items() if part is not None]
        return self.env["account.move.line"].browse(partial)

    def _check_amount(self):
        if self.kind == "promise" and self.currency_id and not self._get_part():
            lines = self._get_lines()
            net = sum(lines.mapped("amount_residual_currency"))
            if self.currency_id.compare_amounts(net, 0.0) <= 0:
                raise UserError(
                    self.env._(
                        "%(customer)s: these items add up to %(total)s, so there is nothing to "
                        "promise. Take the credits out, or choose another status.",
                        customer=self.customer_names,
                        total=format_amount(self.env, net, self.currency_id),
                    )
                )
        if not self.amount:
            return
        if self.kind not in ("promise", "dispute"):
            raise UserError(self.env._("Only a promise or a dispute can be about part of an item."))
        if not self.currency_id:
            raise UserError(
                self.env._(
                    "The items are in several currencies: a part can only be given in one. Choose "
                    "the items of one currency, or leave the part empty."
                )
            )
        claims = self._get_lines().filtered(lambda line: line.amount_residual > 0)
        total = sum(claims.mapped("amount_residual_currency"))
        if self.amount < 0 or self.currency_id.compare_amounts(self.amount, total) > 0:
            raise UserError(
                self.env._(
                    "%(customer)s: the part must be between zero and the open amount of these "
                    "items, %(total)s. Correct it, or enter 0 for the full amount.",
                    customer=self.customer_names,
                    total=format_amount(self.env, total, self.currency_id),
                )
            )

    # ------------------------------------------------------------------
    # Steps and quick buttons
    # ------------------------------------------------------------------

    def action_next(self):
        return self._move_step(1)

    def action_back(self):
        return self._move_step(-1)

    def _move_step(self, by):
        self.ensure_one()
        keys = [key for key, _label in STEPS]
        position = keys.index(self.step) + by
        self.step = keys[min(max(position, 0), len(keys) - 1)]
        return self._reopen()

    def action_propose_again(self):
        """Take the proposed message again, edited words are dropped."""
        self.ensure_one()
        self._propose_email()
        return self._reopen()

    @api.depends_context("lang")
    def _compute_quick(self):
        """What the buttons of one click are called: the ready-made statuses as they are now,
        without those that were archived."""
        names = {fname: self._find_status(xmlid, kind) for fname, (xmlid, kind) in QUICK.items()}
        for wizard in self:
            wizard.update(
                {
                    fname: _get_short_name(status) if status else False
                    for fname, status in names.items()
                }
            )

    def action_quick_promise(self):
        """Promise to pay in so many days, in one click (context: ``dso_days``)."""
        self.ensure_one()
        self.status_id = self._get_quick_status("dso_collection.status_promise", "promise")
        self.date = self._get_day_in(self.env.context.get("dso_days", 7))
        return self.action_apply()

    def action_quick_dispute(self):
        """Dispute for a reason, in one click (context: ``dso_status``, an XML id)."""
        self.ensure_one()
        self.status_id = self._get_quick_status(self.env.context.get("dso_status"), "dispute")
        return self.action_apply()

    def action_quick_ongoing(self):
        """It will be paid: noted, the scenario goes on."""
        self.ensure_one()
        self.status_id = self._get_quick_status("dso_collection.status_ongoing", "ongoing")
        self.comment = self.comment or self.env._("Will be paid.")
        return self.action_apply()

    def _find_status(self, xmlid, kind):
        """A ready-made status; where it is gone another active one of its kind, but for a dispute:
        another reason would be another thing. Empty without."""
        status = xmlid and self.env.ref(xmlid, raise_if_not_found=False)
        if status and status._name == "dso.item.status" and status.active and status.kind == kind:
            return status
        Status = self.env["dso.item.status"]
        return Status if kind == "dispute" else Status.search([("kind", "=", kind)], limit=1)

    def _get_quick_status(self, xmlid, kind):
        """:raise UserError: without such a status"""
        status = self._find_status(xmlid, kind)
        if not status:
            raise UserError(
                self.env._(
                    "This status was archived. Choose another one, or restore it in the item "
                    "statuses."
                )
            )
        return status

    # ------------------------------------------------------------------
    # Applying
    # ------------------------------------------------------------------

    def action_apply(self):
        """Put status and comment on the items, send the e-mail, plan what comes next.

        :raise ValidationError: for a dispute without its specific action (R13)
        :raise UserError: if something is missing, with what to choose
        """
        self.ensure_one()
        return self._close(*self._apply())

    def _apply(self):
        """
        :return: the actions that were made, sentences on what could not be done, and what was
            replaced, to take it back
        """
        if self.comment and not self.comment.strip():
            # nothing was said
            self.comment = False
        lines = self._get_lines()
        self._check(lines)
        Undo = self.env["dso.item.qualify.undo"]
        before = Undo._record_before(lines, self.reply_id, self.answer_id)
        marked = self.env["account.move.line"].browse([line.id for line in self._get_parts()])
        entries = self._qualify(lines, marked)
        mails, problems = self._send_emails()
        actions = mails | self._follow_up(marked or lines)
        if self.answer_id.state == "proposed":
            self.answer_id._decide("accepted" if self._is_as_answered() else "changed")
        undecided = "proposed" in self.reply_id.answer_ids.mapped("state")
        if self.reply_done and not undecided and self.reply_id.state == "to_handle":
            self.reply_id.action_handle()
        undo = Undo._record_after(self, before, entries, actions)
        return actions, self._find_problems(actions, problems), undo

    def _find_problems(self, actions, problems):
        """Sentences on what was not done of these actions, and why."""
        problems = problems + [
            action.error_message for action in actions if action.state == "error"
        ]
        if self.execute_now:
            # sudo: what hinders them is found as the dispatcher will find it; they were just made
            waiting = actions.sudo().filtered(
                lambda action: action.origin == "specific" and action.state == "planned"
            )
            blocked = self._find_blockers(waiting - waiting.child_ids.parent_id)
            problems += [
                self.env._(
                    "“%(action)s” could not be done now, it is in the agenda. %(problem)s",
                    action=action.name,
                    problem=action._describe_error(blocked[action.id]),
                )
                for action in waiting.browse(blocked)
            ]
        return [problem for problem in problems if problem]

    def _can_undo(self, actions):
        """What has left cannot be taken back."""
        return not (actions.filtered("done_date") | actions.child_ids)

    def _close(self, actions, problems, undo):
        """Close the dialog: what was done, what could not be, and how to take it back."""
        marked = self.env["account.move.line"].browse([line.id for line in self._get_parts()])
        lines = marked or self._get_lines()
        done = self.env._("%(count)s items: %(summary)s", count=len(lines), summary=self.summary)
        if len(lines) == 1:
            done = f"{lines._dso_get_document()}: {self.summary}"
        if self.kind == "promise" and (rest := len(self._get_lines() - lines)):
            told = len(self._describe_parts())
            if not told:
                done += " · " + self.env._(
                    "%(count)s more stay as they are: a credit cannot be promised", count=rest
                )
        return {
            "type": "ir.actions.client",
            "tag": "dso_collection.notify",
            "params": {
                "type": "warning" if problems else "success",
                # a toast has one line: what belongs to one item is told from the next by a mark
                "message": " · ".join([done, *self._describe_parts(), *problems]),
                "sticky": bool(problems),
                "undo": self._can_undo(actions) and {"model": self._name, "ids": self.ids},
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_undo(self):
        """Take back what these dialogs did, as long as nothing was sent or done since; what was
        done last first.

        :raise UserError: if something was, with what
        """
        undone = self.env._("This was already undone, or is too long ago to be undone.")
        if not self or self.exists() != self:
            raise UserError(undone)
        self.check_access("write")
        # sudo: only the module reads it; it belongs to these dialogs, which are the user's own
        Undo = self.env["dso.item.qualify.undo"].sudo()
        for wizard in self.sorted("id", reverse=True):
            undo = Undo.search([("wizard_id", "=", wizard.id), ("create_uid", "=", self.env.uid)])
            if not undo:
                raise UserError(undone)
            undo._undo()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Undone: everything is as it was before."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _check(self, lines):
        if not lines:
            raise UserError(self.env._("Tick at least one item that this is about."))
        lines = lines.filtered(lambda line: line._dso_is_open())
        if not lines or lines != self._get_lines():
            raise UserError(
                self.env._(
                    "An item was cleared in the meantime. Close this dialog and choose again."
                )
            )
        for company, group in lines.grouped("company_id").items():
            # sudo: a file for a customer whose items the dialog shows; they are checked below
            self.env["dso.customer"].sudo()._ensure_customers(
                company, group.partner_id.commercial_partner_id.ids
            )
        lines._dso_check_write()
        if not self.status_id and not self.comment and self.next_action == "scenario":
            if self.email_mode == "none":
                raise UserError(
                    self.env._("Choose a status, write a comment, or choose what comes next.")
                )
        if self.kind == "dispute" and self.next_action != "specific":
            raise ValidationError(
                self.env._(
                    "A dispute always has a specific action for its follow-up: choose it in step "
                    "three."
                )
            )
        self._check_dates()
        self._check_amount()
        self._check_resolver()
        self._check_email()
        if self.next_action == "specific":
            self._check_draft()

    def _check_dates(self):
        """Refuse dates that can only be slips, and ask for those that look like some."""
        if self.kind == "promise" and not self.date:
            raise UserError(self.env._("Choose the day for which payment is promised."))
        today = self._get_today()
        if self.kind == "promise" and promises.check_day(self.date, today) == "past":
            if self.answer_id:
                raise UserError(
                    self.env._(
                        "The payment was promised for %(date)s, which has since passed. Agree on "
                        "another day with “Change”, or refuse the answer.",
                        date=format_date(self.env, self.date),
                    )
                )
            self._get_company()._dso_check_promise_day(self.date)
        planned = self.next_action == "specific" and not self.execute_now and self.action_date
        if planned and self.action_date < today:
            raise UserError(
                self.env._(
                    "The next action would be on %(date)s, which has passed: choose today or a "
                    "later day.",
                    date=format_date(self.env, self.action_date),
                )
            )
        if self.question and not self.sure:
            raise UserError(
                self.env._(
                    "%(question)s\nCorrect it, or tick “Yes, as entered”.", question=self.question
                )
            )

    @api.depends("kind", "date", "next_action", "execute_now", "action_date", "line_ids")
    def _compute_question(self):
        for wizard in self:
            wizard.question = "\n".join(wizard._find_doubtful_dates())

    def _find_doubtful_dates(self):
        """Sentences on dates that are possible, but hardly meant."""
        slips, today = [], self._get_today()
        if self.date and abs((self.date - today).days) > promises.FAR_DAYS:
            slips.append(
                self.env._(
                    "%(date)s is more than a year away.", date=format_date(self.env, self.date)
                )
            )
        planned = self.next_action == "specific" and not self.execute_now and self.action_date
        if planned and self.kind == "promise" and self.date and self.action_date < self.date:
            slips.append(
                self.env._(
                    "The next action, on %(date)s, comes before the day for which payment is "
                    "promised, %(promised)s.",
                    date=format_date(self.env, self.action_date),
                    promised=format_date(self.env, self.date),
                )
            )
        if planned and (self.action_date - today).days > promises.FAR_DAYS:
            slips.append(
                self.env._(
                    "The next action, on %(date)s, is more than a year away.",
                    date=format_date(self.env, self.action_date),
                )
            )
        return slips

    def _check_email(self):
        """An e-mail is about something, and to somebody."""
        if self.email_mode in (False, "none"):
            return
        if self.email_mode == "internal" and not (
            self.email_user_ids or _split_addresses(self.email_addresses)
        ):
            raise UserError(self.env._("Choose the colleagues to write to in step two."))
        if self.email_mode == "customer" and not self.email_recipient_ids:
            customers = self._get_customers()
            serving = customers._find_serving()
            if len(customers) == 1 and serving[customers.id]._dso_serving("email"):
                # somebody was taken out: nobody is written to in their place
                raise UserError(
                    self.env._(
                        "Nobody is left in “Recipients”: choose in step two who gets the e-mail."
                    )
                )
        told = self.status_id or self.comment or self.email_body or self.body
        if not told and not self.email_template_id:
            raise UserError(
                self.env._(
                    "There is nothing to write about: choose a status, write a comment, or write "
                    "the message in step two."
                )
            )

    def _qualify(self, lines, marked):
        """Write and log: the status on those that it is about, the comment on all.

        :return: what was added to the log
        """
        if self._replaces_follow_up():
            # with a part that concerns only some of them, the others keep what they have
            self.env["dso.action"]._detach(marked if self.status_id else lines)
        quiet = {**QUIET, **inside(dso_skip_log=True)}
        entries = self.env["dso.qualification"]
        if not self.status_id:
            if self.comment or self.attachment_ids:
                noted = {"dso_comment": self.comment} if self.comment else {}
                # sudo: checked by _dso_check_write; only the module's own field is written
                lines.sudo().with_context(**quiet).write(noted)
                entries = self._log(lines, status_id=False, kind=False, date=False)
            return entries
        # what was said of the status before is in the log: here stands what is said of this one
        values = {
            "dso_status_id": self.status_id.id,
            "dso_status_date": self.date,
            "dso_comment": self.comment,
        }
        # sudo: checked by _dso_check_write; only the module's own fields are written
        marked.sudo().with_context(**quiet).write(values)
        whole = marked
        for line, part in self._get_parts().items():
            if part is not None:
                entries |= self._log(line, amount=part)
                whole -= line
        return entries | self._log(whole)

    def _log(self, lines, **values):
        """Into the append-only log, with the files: whoever may read it may read them."""
        entries = lines._dso_log(
            source=self._get_source(),
            comment=self.comment,
            resolver_id=self.resolver_id.id,
            resolver_email=email_normalize(self.resolver_email or "") or False,
            attachment_ids=[Command.set(self.attachment_ids.ids)],
            attachments_public=self.attachments_public,
            **values,
        )
        # sudo: only files that were uploaded in this dialog are handed over to the log
        loose = self.attachment_ids.sudo().filtered(lambda file: not file.res_id)
        if loose and entries:
            loose.write({"res_model": "dso.qualification", "res_id": entries[0].id})
        return entries

    def _get_source(self):
        """Whose words these are."""
        if not self.answer_id:
            return "collector"
        return "resolver" if self.answer_id.purpose == "colleague" else "customer"

    def _is_as_answered(self):
        """Whether nothing but what was proposed is put on the items."""
        answer = self.answer_id
        return (
            self.status_id == answer._get_status()
            and (self.date or False) == answer.date
            and float_is_zero(self.amount - answer._get_part(), precision_digits=6)
            and (self.comment or "") == (answer.comment or "")
            and self._get_lines() == answer._get_open_lines()
        )

    def _get_customers(self):
        """The files that the user may see: stored fields are computed as superuser, whom a
        collector must not see through."""
        lines = self._get_lines()
        if not self.env.user._is_superuser():
            lines = lines.sudo(False)
        return lines._dso_get_customers()

    def _group_lines(self):
        """{customer: its items}, of the customers that the user may see."""
        groups = self._get_lines().grouped(
            lambda line: (line.partner_id.commercial_partner_id, line.company_id)
        )
        return {
            customer: groups[customer.partner_id, customer.company_id]
            for customer in self._get_customers()
            if (customer.partner_id, customer.company_id) in groups
        }

    def _send_emails(self):
        """Step two: one e-mail for each customer, kept in its history with what it told. What
        keeps one from leaving does not keep the status from being noted.

        :return: the actions, and sentences on what could not be sent
        """
        actions, problems = self.env["dso.action"], []
        if self.email_mode in (False, "none"):
            return actions, problems
        groups = self._group_lines()
        for customer, lines in groups.items():
            try:
                action = self._make_email(customer, lines, edited=len(groups) == 1)
            except BrokenTemplate as error:
                problems.append(
                    self.env._("No e-mail was sent. %(problem)s", problem=error.args[0])
                )
                continue
            if not action:
                problems.append(
                    self.env._(
                        "No e-mail was sent: there is no text for it. Choose a template in “Change "
                        "status” and apply again, or ask a credit manager to write one."
                    )
                )
                continue
            problems += self._send_email(action)
            actions |= action
        return actions, problems

    def _make_email(self, customer, lines, edited):
        """The e-mail to one customer, not sent yet; empty where there is no text.

        :param edited: whether the message in the dialog is this customer's own
        :raise BrokenTemplate: if the text cannot be made
        """
        subject, body = self.email_subject, self.email_body
        if not body and self.body and not self._writes_follow_up():
            # a message given without saying of which step
            subject, body = self.subject, self.body
        if self.email_mode == "internal":
            self._find_addressees(customer, create=True)
        named = self.email_template_id
        if not body or not edited and self.email_template_id:
            if not self.email_template_id:
                return self.env["dso.action"]
            subject, body = self._render_email(customer)
        elif _is_edited(subject, self.email_subject_proposed):
            named = named.browse()
        action = (
            self.env["dso.action"]
            ._dso_as_module()
            .create(
                {
                    "customer_id": customer.id,
                    "origin": "manual",
                    "action_type": "email_internal" if self.email_mode == "internal" else "email",
                    "date": customer.company_id._dso_today(),
                    "collector_id": self._get_draft_sender(customer).id,
                    "recipient_ids": [Command.set(self._get_email_recipients(customer).ids)],
                    "subject": subject or self.status_id.name,
                    # after its template, whose subject is in the recipient's language
                    "name_data": {"template_id": named.id} if named else False,
                    "body": body,
                    "comment": self.comment,
                    "attach_invoices": self.email_attach_invoices,
                    "attachment_ids": [Command.set(self.email_attachment_ids.ids)],
                    "item_ids": self._prepare_draft_items(lines),
                }
            )
        )
        action._take_over_attachments()
        return action

    def _send_email(self, action):
        """Send it; what is in its way is told, and once that is corrected it leaves by itself.

        :return: sentences on whom it did not reach
        """
        # sudo: what hinders it is found as the dispatcher will find it; it was just made
        own = action.sudo()
        chosen = own.recipient_ids
        blockers = self._find_blockers(action)
        if blockers:
            own.write({"automatic": True, "to_confirm": False})
            own._set_errors(blockers)
            return [
                self.env._(
                    "The e-mail could not be sent. It is sent automatically as soon as this is "
                    "fixed:"
                )
            ]
        # what was noted is told, whether it asks for money or not
        action.action_execute(all_the_same=True)
        missed = chosen - own.recipient_ids
        return [
            self.env._(
                "%(contact)s did not get the e-mail: “%(address)s” is not a valid address. "
                "Correct it.",
                contact=contact.name or contact.display_name,
                address=contact.email or "",
            )
            for contact in missed
        ]

    def _carry_out_now(self, actions):
        """Do it now: what keeps an action back is told, the status is noted all the same."""
        blocked = self._find_blockers(actions)
        ready = actions.filtered(lambda action: action.id not in blocked)
        return super()._carry_out_now(ready) if ready else None

    def _find_blockers(self, actions):
        """{action id: what keeps it from being carried out by hand}"""
        # sudo: it needs contacts, templates and accounts; the right to act was checked
        by_hand = actions.sudo().with_context(**inside(dso_by_hand=True))
        blocked = {}
        for channel, group in by_hand._by_channel():
            blocked.update(group._get_blockers(channel))
        return blocked

    def _prepare_draft_values(self, customer, lines, origin):
        values = super()._prepare_draft_values(customer, lines, origin)
        if self.is_internal:
            # sudo: addresses of colleagues
            colleagues = (self.resolver_id | self.email_user_ids).sudo().partner_id
            colleagues |= self._find_addressees(customer, create=True)
            values["recipient_ids"] = [Command.set(colleagues.ids)]
        return values

    def _get_title(self):
        # the name under which it was opened
        return (
            self.env["ir.actions.act_window"]
            ._for_xml_id("dso_collection.dso_item_qualify_action")
            .get("name")
        )

    def _replaces_follow_up(self):
        """Whether what is decided here takes the place of earlier specific actions: a comment
        alone leaves them as they are."""
        return bool(self.status_id) or self.next_action == "specific"

    def _writes_follow_up(self):
        """Whether the words of step three are those of the specific action."""
        return self.next_action == "specific" and self.template_field == "mail_template_id"

    def _follow_up(self, lines):
        """Step three: the scenario goes on, or a specific action takes the items.

        :return: the specific actions
        """
        customers = self._get_customers()
        if self.next_action != "specific":
            customers._plan(customers)
            return self.env["dso.action"]
        marked = set(lines)
        by_customer = {
            customer: own.filtered(lambda line: line in marked)
            for customer, own in self._group_lines().items()
        }
        return self._make_actions(
            {customer: own for customer, own in by_customer.items() if own}, "specific"
        )

    @api.model
    def _make_follow_ups_of_statuses(self, lines):
        """The follow-ups of statuses that were written on these items without this dialog: those
        that it proposes, made as it makes them."""
        # the superuser: whoever writes a status need not have a right on actions; nothing that a
        # screen proposes (``default_…``) counts here
        context = clean_context(self.env.context)
        self = self.with_env(self.env(user=SUPERUSER_ID, su=True, context=context))
        lines = lines.with_env(self.env)
        groups = lines.grouped(
            lambda line: (line.company_id, line.dso_status_id, line.dso_status_date)
        )
        for (company, status, day), own in groups.items():
            self.env["dso.customer"]._ensure_customers(
                company, own.partner_id.commercial_partner_id.ids
            )
            today = company._dso_today()
            if status.kind == "promise" and day and company._dso_promised_until(day) < today:
                # broken by now: the scenario goes on
                continue
            dialog = self.with_company(company).create(
                {
                    "line_ids": [Command.set(own.ids)],
                    "status_id": status.id,
                    "date": day,
                    "email_mode": "none",
                    **status._get_required_follow_up(),
                }
            )
            if dialog.action_date and dialog.action_date < today:
                dialog.action_date = company._dso_next_working_day(today)
            self.env["dso.action"]._detach(own)
            dialog._follow_up(own)

    def _follows_up(self):
        return bool(self.status_id)

    def _get_draft_subject(self):
        return next(iter(self._group_lines().items()), (None, None))

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    @api.depends(
        "status_id",
        "date",
        "amount",
        "email_mode",
        "next_action",
        "action_type",
        "action_date",
        "execute_now",
        "automatic",
        "to_confirm",
    )
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = " · ".join(
                filter(
                    None,
                    (
                        wizard._describe_status(),
                        wizard._describe_email(),
                        wizard._describe_next(),
                    ),
                )
            )

    def _describe_status(self):
        if not self.status_id:
            return self.env._("Status unchanged")
        text = self.status_id.name
        if self.amount and self.currency_id:
            text += f" {format_amount(self.env, self.amount, self.currency_id)}"
        if self.date:
            text += f", {format_date(self.env, self.date)}"
        return text

    def _describe_email(self):
        return dict(self._fields["email_mode"]._description_selection(self.env)).get(
            self.email_mode or "none"
        )

    def _describe_next(self):
        if self.next_action != "specific":
            return self._describe_kept() or self.env._("Scenario continues")
        label = dict(self._fields["action_type"]._description_selection(self.env)).get(
            self.action_type
        )
        if self.execute_now:
            return self.env._("%(type)s now", type=label)
        when = self.action_date and format_date(self.env, self.action_date)
        if not self.automatic or not self.can_be_automatic:
            return self.env._("%(type)s on %(date)s", type=label, date=when)
        if self.to_confirm:
            return self.env._(
                "%(type)s on %(date)s, automatic, to be confirmed", type=label, date=when
            )
        return self.env._("%(type)s on %(date)s, automatic", type=label, date=when)

    def _describe_kept(self):
        """The follow-up that a comment alone leaves as it is; nothing where there is none."""
        if self._replaces_follow_up():
            return None
        # sudo: the next day of what is going on with items that the dialog shows
        action = (
            self.env["dso.action"]
            .sudo()
            .search(
                [
                    ("item_ids.line_id", "in", self._get_lines()._origin.ids),
                    ("origin", "=", "specific"),
                    ("state", "in", list(OPEN_STATES)),
                ],
                order="date, id",
                limit=1,
            )
        )
        if not action:
            return None
        day = format_date(self.env, action.date)
        return self.env._("The follow-up of %(date)s stays", date=day)


def _split_addresses(text):
    """The addresses in a text, those that are none as they were typed."""
    parts = (text or "").replace(";", ",").split(",")
    return [(email_split(part) or [part.strip()])[0] for part in parts if part.strip()]


def _is_edited(text, proposed):
    """Whether somebody wrote other words than those that were proposed."""
    return bool(text) and _to_plain_text(text) != _to_plain_text(proposed)


def _to_plain_text(html):
    """What is read of a text."""
    return " ".join(html2plaintext(html or "").split())


def _get_short_name(status):
    """ "Price" of "Dispute: price": the buttons stand beside each other."""
    _word, colon, cause = status.name.partition(":")
    short = cause.strip() if colon and cause.strip() else status.name
    return short[:1].upper() + short[1:]
