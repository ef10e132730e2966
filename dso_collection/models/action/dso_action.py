"""One thing to do or done. The room ``plan`` writes it, ``dispatch`` carries it out, its words are
made in ``dso_action_content``."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ...engine import promises
from ...tools.action_types import OPEN_STATES, ActionType, get_channel
from ...tools.labels import WITHOUT_COLLECTOR
from ...tools.toasts import toast

AGENDA_STATES = [
    ("confirmed", "Confirmed"),
    ("late", "To do"),
    ("upcoming", "Upcoming"),
    ("error", "Error"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
]


#: What an automatic action says, and nobody edits.
AUTOMATIC_CONTENT = frozenset(
    {
        "subject",
        "body",
        "mail_template_id",
        "sms_template_id",
        "letter_template_id",
        "attach_invoices",
        "attachment_ids",
    }
)

#: What a user writes on an action that lacks it.
MENDING = AUTOMATIC_CONTENT | {"action_type", "collector_id", "recipient_ids", "sms_text"}

#: What was done, when, by whom and with which words: evidence, which only the module writes.
HISTORY = AUTOMATIC_CONTENT | {
    "action_type",
    "amount",
    "collector_id",
    "customer_id",
    "date",
    "done_by_id",
    "done_date",
    "leader_line_id",
    "mail_id",
    "message_id",
    "origin",
    "parent_id",
    "read_date",
    "recipient_ids",
    "sms_number",
    "sms_text",
    "state",
    "step_id",
}

RESULTS = [
    ("reached", "Reached"),
    ("promise", "Promised to pay"),
    ("dispute", "In dispute"),
    ("message", "Message left"),
    ("no_answer", "No answer"),
    ("wrong_number", "Wrong number"),
    ("other", "Other"),
]
#: Results after which items change their status, to one of the kind of the same name.
QUALIFIED = ("promise", "dispute")
#: Fields of an action by which it could let go of its items.
HOLDING_FIELDS = frozenset({"item_ids", "origin", "customer_id", "company_id", "partner_id"})


class DsoAction(models.Model):
    """A scenario action, a specific action or an action out of scenario. [seeds 000 to 003]"""

    _name = "dso.action"
    _description = "Collection Action"
    _inherit = [
        "dso.guard",
        "dso.search",
        "dso.template.fields",
    ]
    _dso_technical = frozenset(
        {
            "all_the_same",
            "attachment_ids",
            "cancel_code",
            "evidence_attachment_id",
            "letter_attachment_id",
            "mail_id",
            "message_id",
            "parent_id",
            "retry_count",
            "retry_date",
            "sms_id",
            "snailmail_letter_id",
        }
    )
    _order = "date, id"
    _rec_names_search = ["partner_id.name", "step_id.name", "subject", "mail_template_id.name"]
    _check_company_auto = True
    _dso_writable = frozenset(
        {
            "action_type",
            "attach_invoices",
            "attachment_ids",
            "automatic",
            "body",
            "collector_id",
            "comment",
            "date",
            "item_ids",
            "letter_template_id",
            "mail_template_id",
            "recipient_ids",
            "result",
            "sms_template_id",
            "sms_text",
            "subject",
            "to_confirm",
        }
    )
    _dso_creatable = frozenset({"customer_id", "origin"})

    customer_id = fields.Many2one(
        "dso.customer", required=True, index=True, ondelete="restrict", check_company=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        compute="_compute_from_customer",
        store=True,
        precompute=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_from_customer",
        store=True,
        precompute=True,
        index=True,
        ondelete="restrict",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    # the customer's class, to search by
    partner_category_ids = fields.Many2many(
        related="partner_id.category_id", string="Customer Tags"
    )
    partner_country_id = fields.Many2one(related="partner_id.country_id", string="Country")
    partner_user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    collector_id = fields.Many2one(
        "res.users",
        falsy_value_label=WITHOUT_COLLECTOR,
        compute="_compute_from_customer",
        store=True,
        precompute=True,
        readonly=False,
        ondelete="set null",
        help="Is in charge of the customer, and sends the message.",
    )
    origin = fields.Selection(
        [("scenario", "Scenario"), ("specific", "Specific"), ("manual", "Outside the scenario")],
        required=True,
        default="manual",
        help="Specific actions are attached to items, which leave the scenario in the meantime.",
    )
    step_id = fields.Many2one(
        "dso.scenario.step", readonly=True, index="btree_not_null", ondelete="set null"
    )
    scenario_id = fields.Many2one(related="step_id.scenario_id")
    parent_id = fields.Many2one(
        "dso.action",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Points to the specific action that this one was an execution of.",
    )
    child_ids = fields.One2many("dso.action", "parent_id", string="Executions", readonly=True)
    name = fields.Char(compute="_compute_name")
    name_data = fields.Json(
        readonly=True,
        help="Holds what it follows up, or the name of the template it was made from.",
    )
    action_type = ActionType(string="Type", required=True, default="call")
    date = fields.Date(required=True, default=lambda self: self.env.company._dso_today())
    date_forced = fields.Boolean(
        string="Date Set by Hand", readonly=True, help="The date was set by a user."
    )
    automatic = fields.Boolean()
    to_confirm = fields.Boolean(string="To Be Confirmed")
    confirmed = fields.Boolean(readonly=True, copy=False)
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("done", "Done"),
            ("error", "Error"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="planned",
        copy=False,
    )
    agenda_state = fields.Selection(
        AGENDA_STATES, compute="_compute_agenda_state", search="_search_agenda_state"
    )
    leader_line_id = fields.Many2one(
        "account.move.line",
        string="Leader",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    item_ids = fields.One2many("dso.action.item", "action_id", string="Items")
    amount = fields.Monetary(readonly=True, help="Shows the amount requested, in company currency.")
    recipient_ids = fields.Many2many(
        "res.partner",
        string="Recipients",
        help="Leave empty to use the customer's collections contacts.",
    )
    subject = fields.Char()
    body = fields.Html(sanitize="email_outgoing")
    mail_template_id = fields.Many2one(index="btree_not_null")
    sms_template_id = fields.Many2one(index="btree_not_null")
    letter_template_id = fields.Many2one(index="btree_not_null")
    attach_invoices = fields.Boolean(help="Attaches the PDFs of the invoices it is about.")
    attachment_ids = fields.Many2many(
        "ir.attachment", string="Attachments", help="Attached to the message as they are."
    )
    mail_id = fields.Many2one(
        "mail.mail",
        string="E-mail",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    message_id = fields.Many2one(
        "mail.message",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    sms_text = fields.Text(
        string="SMS Text",
        copy=False,
        help="Leave empty to use the template's. Once sent, shows what the customer received.",
    )
    sms_id = fields.Many2one(
        "sms.sms",
        string="SMS",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Odoo deletes it some time after it was sent; the rest stays.",
    )
    sms_uuid = fields.Char(
        string="SMS UUID", readonly=True, copy=False, help="Identifies the SMS at its provider."
    )
    sms_number = fields.Char(string="SMS Sent To", readonly=True, copy=False)
    error_data = fields.Json(readonly=True, copy=False)
    erm_letter_ids = fields.One2many(
        "dso.erm.letter", "action_id", string="Electronic Registered Mail", readonly=True
    )
    retry_count = fields.Integer(
        readonly=True, copy=False, help="Counts how often it failed for a temporary cause."
    )
    retry_date = fields.Datetime(
        string="Next Attempt",
        readonly=True,
        copy=False,
        help="Shows when a message that failed for a temporary cause is retried automatically.",
    )
    read_date = fields.Datetime(
        string="Read On",
        readonly=True,
        copy=False,
        help="Shows when a recipient first opened it, according to the read receipt.",
    )
    can_propose_contact = fields.Boolean(compute="_compute_can_propose_contact")
    error_message = fields.Char(
        compute="_compute_error_message",
        help="Says what holds this action back, and how to fix it.",
    )
    reason_data = fields.Json(readonly=True, copy=False)
    reason = fields.Char(
        compute="_compute_reason", help="Explains why this action, and why on this date."
    )
    cancel_code = fields.Char(readonly=True, copy=False, exportable=False)
    cancel_reason = fields.Char(readonly=True, copy=False)
    skipped = fields.Boolean(readonly=True, copy=False, help="Skipped by a user.")
    done_date = fields.Date(string="Done On", readonly=True, copy=False)
    done_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    result = fields.Selection(RESULTS, copy=False)
    comment = fields.Text(copy=False)

    customer_amount_overdue = fields.Monetary(
        related="customer_id.amount_overdue", string="Overdue", aggregator=None
    )
    is_automatic_email = fields.Boolean(compute="_compute_is_email")
    is_email = fields.Boolean(compute="_compute_is_email")
    phone = fields.Char(compute="_compute_phone")

    # R9: at most one, enforced by the database whatever the code does
    _one_open_scenario_action = models.UniqueIndex(
        "(customer_id) WHERE origin = 'scenario' AND state IN ('planned', 'error')",
        "A customer has at most one open scenario action.",
    )
    # what the dispatch cron looks for
    _dispatch_idx = models.Index(
        "(date, id) WHERE automatic AND state IN ('planned', 'error') AND done_date IS NULL"
        " AND (confirmed OR to_confirm IS NOT TRUE)"
    )
    # what the retry cron looks for
    _retry_idx = models.Index("(retry_date, id) WHERE retry_date IS NOT NULL")
    # the agenda: open actions by date, of everybody or of one collector
    _open_idx = models.Index("(date, id) WHERE state IN ('planned', 'error')")
    # with the very conditions that the ORM writes, so that they are found, and with all that the
    # counters of the agenda ask for, so that ten thousand actions are counted without reading them
    _open_manual_idx = models.Index(
        "(collector_id, date, id) INCLUDE (company_id, state, automatic, confirmed, to_confirm)"
        " WHERE automatic IS NOT TRUE AND state IN ('planned', 'error')"
    )
    _open_automatic_idx = models.Index(
        "(collector_id, date, id) INCLUDE (company_id, state, automatic, confirmed, to_confirm)"
        " WHERE automatic IS TRUE AND state IN ('planned', 'error')"
    )
    _open_customer_idx = models.Index("(customer_id, date, id) WHERE state IN ('planned', 'error')")
    _done_customer_idx = models.Index("(customer_id, done_date) WHERE done_date IS NOT NULL")
    # SMS whose failure may not have been noted yet
    _sms_idx = models.Index("(done_date) WHERE sms_uuid IS NOT NULL AND state = 'done'")
    _history_idx = models.Index(
        "(COALESCE(done_date, (write_date)::date) DESC, id DESC)"
        " WHERE state IN ('done', 'cancelled')"
    )

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends("customer_id")
    def _compute_from_customer(self):
        for action in self:
            customer = action.customer_id
            action.partner_id = customer.partner_id
            action.company_id = customer.company_id
            if not action.collector_id:
                action.collector_id = customer._get_collector() if customer else False

    @api.depends(
        "step_id.name",
        "done_date",
        "subject",
        "mail_template_id.name",
        "sms_template_id.name",
        "letter_template_id.name",
        "action_type",
        "name_data",
        "origin",
        "item_ids",
    )
    @api.depends_context("lang")
    def _compute_name(self):
        """What this action is about, in the reader's language: never the words of whoever made it
        where those are the module's or a template's."""
        labels = dict(self._fields["action_type"]._description_selection(self.env))
        subjects = self._render_subjects()
        templates = self._get_template_names()
        for action in self:
            action.name = (
                action._get_step_name()
                or action._describe_follow_up(action.name_data)
                or templates.get(action.id)
                or subjects.get(action.id)
                or action._describe_follow_up(action._get_name_data())
                or labels.get(action.action_type)
            )

    def _get_step_name(self):
        """The name of the step: of what was done, the one that it had then, in the reader's
        language where it had one."""
        kept = self.done_date and (self.name_data or {}).get("step") or {}
        return kept.get(self.env.lang or "en_US") or kept.get("en_US") or self.step_id.name

    @api.depends("name", "partner_id.name")
    def _compute_display_name(self):
        for action in self:
            action.display_name = f"{action.partner_id.name or ''}: {action.name or ''}"

    @api.depends("action_type", "automatic")
    def _compute_is_email(self):
        for action in self:
            action.is_email = bool(action._get_channel()._renders_mail)
            action.is_automatic_email = action.is_email and action.automatic

    @api.depends("error_data", "retry_date", "done_date", "partner_id.active")
    @api.depends_context("lang", "tz")
    def _compute_error_message(self):
        for action in self:
            action.error_message = (
                action._describe_error(action.error_data) if action.error_data else False
            )

    # ------------------------------------------------------------------
    # Constraints and protection of the history
    # ------------------------------------------------------------------

    @api.constrains("origin", "item_ids", "state")
    def _check_specific_items(self):
        for action in self:
            if action.origin == "specific" and action.state == "planned" and not action.item_ids:
                raise ValidationError(
                    self.env._(
                        "A specific action is always attached to at least one item. Choose the "
                        "items, or create an action outside the scenario."
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if self.filtered("done_date"):
            raise UserError(self.env._("What was done stays in the history: it cannot be deleted."))
        if unfollowed := self._find_unfollowed():
            self._raise_unfollowed(unfollowed)

    def write(self, vals):
        if not self.env.su and HISTORY & vals.keys():
            self._check_not_history()
        if not self.env.su and AUTOMATIC_CONTENT & vals.keys():
            self._check_content_is_free()
        moved = "date" in vals and "date_forced" not in vals and self._is_users_own_date(vals)
        if moved:
            self._check_new_date(fields.Date.to_date(vals["date"]), past=True)
        followed = self.browse().item_ids.line_id
        if not self.env.su and HOLDING_FIELDS & vals.keys():
            followed = self._find_unfollowed()
        result = super().write(vals)
        if moved:
            self._dso_as_module().write({"date_forced": True})
        if followed:
            self._check_followed(followed)
        if "state" in vals:
            # lists by state on the file do not follow a change of state by themselves
            self.customer_id.invalidate_recordset(
                ["open_action_ids", "past_action_ids"], flush=False
            )
        if moved or not self.env.su and MENDING & vals.keys():
            # their customers' next dates follow, as they do by action_reschedule; and what lacked a
            # text or a recipient may have it now (R11)
            # sudo: the queue is the module's; the right to move the action was checked
            self.env["dso.refresh.queue"].sudo()._enqueue_customers(self.sudo().customer_id)
        return result

    def _check_not_history(self):
        """What was done stays as it was: result and comment may be added to, nothing else. The
        administrators of the database, who could write it in other ways too, may fix it."""
        if self.env.user.has_group("base.group_system"):
            return
        done = self.filtered(lambda action: action.done_date and action.state not in OPEN_STATES)
        if done:
            raise UserError(
                self.env._(
                    "“%(action)s” of %(date)s is part of the history: it cannot be changed. "
                    "Create another action, or note it in the comment.",
                    action=done[0].display_name,
                    date=format_date(self.env, done[0].done_date),
                )
            )

    def _check_content_is_free(self):
        """What is automatic says what its template says; its date may be moved. [seed 001]
        Credit managers, who write the templates, may fix a single action all the same."""
        if self.env.user.has_group("dso_collection.group_dso_manager"):
            return
        fixed = self.filtered(lambda action: action.automatic and action.state in OPEN_STATES)
        if fixed:
            raise UserError(
                self.env._(
                    "“%(action)s” is automatic: its content cannot be edited, only its date. "
                    "Change the template, or skip it and create an action of your own.",
                    action=fixed[0].display_name,
                )
            )

    @api.model
    def _get_pending_domain(self):
        """Actions that are open and have not left yet; what has left and failed is open too."""
        return Domain("state", "in", OPEN_STATES) & Domain("done_date", "=", False)

    def _is_pending(self):
        """Whether this action is open and has not left yet."""
        self.ensure_one()
        return self.state in OPEN_STATES and not self.done_date

    def _filter_pending(self):
        return self.filtered(lambda action: action._is_pending())

    def _is_users_own_date(self, vals):
        """A date written from a screen (list, calendar) is the user's own and holds (R7)."""
        return not self.env.su and any(str(action.date) != str(vals["date"]) for action in self)

    # ------------------------------------------------------------------
    # What the user does
    # ------------------------------------------------------------------

    def action_confirm(self, all_the_same=False):
        """Let automatic actions leave at their date. Alone or in bulk.

        :param all_the_same: also those that ask for nothing, without a question
        """
        self.check_access("write")
        actions = self.filtered(lambda action: action.automatic and action._is_pending())
        if not actions:
            raise UserError(
                self.env._(
                    "There is nothing to confirm: only automatic actions that have not been sent "
                    "yet can be confirmed."
                )
            )
        if not all_the_same and (question := actions._ask_first("action_confirm")):
            return question
        if all_the_same:
            # sudo: a mark of the module's own; the right to confirm was checked
            actions.sudo().write({"all_the_same": True})
        actions._dso_as_module().write({"confirmed": True})
        actions._trigger_dispatch()
        return actions._report_confirmed()

    def _report_confirmed(self):
        """That these actions are confirmed, and which of them do not leave all the same."""
        stuck = self.filtered(lambda action: action.state == "error")
        lines = []
        if ready := self - stuck:
            lines.append(self.env._("%(actions)s: confirmed.", actions=ready._name_some()))
        if len(stuck) == 1:
            lines.append(
                self.env._(
                    "%(actions)s: confirmed, but in error. It is sent automatically once this is "
                    "fixed: %(error)s",
                    actions=stuck.display_name,
                    error=stuck.error_message,
                )
            )
        elif stuck:
            lines.append(
                self.env._(
                    "%(actions)s: confirmed, but in error. They are sent automatically once that "
                    "is fixed.",
                    actions=stuck._name_some(),
                )
            )
        return toast("\n".join(lines), "warning" if stuck else "success")

    def action_unconfirm(self):
        """Take a confirmation back."""
        self.check_access("write")
        actions = self._filter_pending()
        actions._dso_as_module().write({"confirmed": False})
        return toast(
            self.env._("%(actions)s: awaiting confirmation again.", actions=actions._name_some())
        )

    def action_cancel(self, reason=None):
        """Do not do these actions. A scenario step skipped so counts as done today (R4)."""
        self.check_access("write")
        open_actions = self.filtered(lambda action: action.state in OPEN_STATES)
        if not open_actions:
            raise UserError(self.env._("Only planned actions can be cancelled."))
        unfollowed = open_actions._find_unfollowed()
        if unfollowed and self.env.context.get("dso_ask"):
            # a button: what becomes of the dispute is asked (R13)
            return open_actions._open_end()
        if unfollowed:
            open_actions._raise_unfollowed(unfollowed)
        open_actions._cancel("user", reason=reason, skip=True)
        open_actions.customer_id._plan(open_actions.customer_id)
        return toast(
            self.env._("%(actions)s: skipped.", actions=open_actions._name_some())
            if set(open_actions.mapped("origin")) == {"scenario"}
            else self.env._("%(actions)s: cancelled.", actions=open_actions._name_some())
        )

    def action_reschedule(self, date, past=True):
        """Set the date of planned actions; it holds while leader and step stand (R7).

        :param past: whether a day that has passed is meant, as it may be of a program; where an
            action is dragged to another day it is a slip
        """
        self.check_access("write")
        date = fields.Date.to_date(date)
        if not date:
            raise UserError(self.env._("Choose the new date."))
        if self != self._filter_pending():
            raise UserError(self.env._("Only planned actions can be moved to another date."))
        self._check_new_date(date, past=past)
        self._dso_as_module().write({"date": date, "date_forced": True})
        # sudo: the plan looks at the whole file; the right to move the action was checked
        customers = self.sudo().customer_id
        customers._plan(customers)

    def _check_new_date(self, day, past=False):
        """Refuse a day that can only be a slip: what is moved into the past leaves at once, and
        what waits for a far year never comes.

        :param past: whether a day that has passed is meant: a program knows what it does
        """
        for company in self.company_id:
            fault = promises.check_day(day, company._dso_today())
            values = {"date": day and format_date(self.env, day), "actions": self._name_some()}
            if fault == "past" and not past:
                raise UserError(
                    self.env._(
                        "%(actions)s: %(date)s has passed. Choose today or a later day.", **values
                    )
                )
            if fault == "far":
                raise UserError(
                    self.env._(
                        "%(actions)s: %(date)s is more than a year away. Choose an earlier day.",
                        **values,
                    )
                )

    def _cancel(self, code, reason=None, skip=False):
        """Cancel with a reason that is kept; ``skip`` marks a step skipped by the user."""
        today = {company: company._dso_today() for company in self.company_id}
        for company, actions in self.grouped("company_id").items():
            values = {"state": "cancelled", "cancel_code": code, "cancel_reason": reason}
            if skip:
                values.update(skipped=True, done_date=today[company], done_by_id=self.env.uid)
            actions._dso_as_module().write(values)

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _get_channel(self):
        """The channel that carries this action out."""
        return get_channel(self.env, self.action_type)

    def _by_channel(self):
        """[(channel, actions)]"""
        return [
            (get_channel(self.env, action_type), actions)
            for action_type, actions in self.grouped("action_type").items()
        ]

    def _leaves_by_itself(self):
        """Whether this action leaves without anybody, once its day has come."""
        self.ensure_one()
        return self.automatic and (self.confirmed or not self.to_confirm)

    @api.model
    def _trigger_dispatch(self):
        """Wake the dispatcher: something may leave at once."""
        # sudo: waking the module's own cron is harmless
        self.env.ref("dso_collection.ir_cron_dispatch").sudo()._trigger()
