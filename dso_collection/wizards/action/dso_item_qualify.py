from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_is_zero
from odoo.tools.mail import email_normalize
from odoo.tools.misc import format_date

from ...engine import promises
from ...engine.facts import add_days
from ...models.ledger.account_move_line import QUIET
from ...models.ledger.dso_item_status import EMAIL_MODES, NEXT_ACTIONS
from ...tools.action_types import ActionType
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


class DsoItemQualify(models.TransientModel):
    """Change status…: what a collector notes after a customer's answer, in three steps that can
    each be skipped: status and comment, e-mail, next action. [seeds 000, 004]"""

    _name = "dso.item.qualify"
    _description = "Change Status"
    _inherit = ["dso.wizard", "dso.action.draft"]
    _dso_writable = frozenset(
        {
            "after_call",
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
    after_call = fields.Boolean(
        help="Set where a call was logged before: its items do not say yet what came of it."
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
    # Steps
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

    def _get_title(self):
        # the name under which it was opened
        return (
            self.env["ir.actions.act_window"]
            ._for_xml_id("dso_collection.dso_item_qualify_action")
            .get("name")
        )
