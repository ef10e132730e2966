"""One thing to do or done. Planning writes it (``dso_customer_plan``), dispatch carries it out
(``dso_action_dispatch``), its words are made in ``dso_action_content``."""

from collections import defaultdict
from datetime import date as Date

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_amount, format_date

from ...engine import promises
from ...tools.action_types import OPEN_STATES, ActionType, get_channel
from ...tools.clauses import join_clauses
from ...tools.labels import WITHOUT_COLLECTOR
from ...tools.ledger import get_due_date
from ...tools.toasts import name_some, toast
from ..customer.dso_customer_contact import CONTACT_CODES

AGENDA_STATES = [
    ("confirmed", "Confirmed"),
    ("late", "To do"),
    ("upcoming", "Upcoming"),
    ("error", "Error"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
]

#: Beyond this the counters say "10000+", as Odoo's pager does: nobody counts on, the page is fast.
COUNT_LIMIT = 10_000

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
#: Fields of an action by which it could let go of its items.
HOLDING_FIELDS = frozenset({"item_ids", "origin", "customer_id", "company_id", "partner_id"})


class DsoAction(models.Model):
    """A scenario action, a specific action or an action out of scenario. [seeds 000 to 003]"""

    _name = "dso.action"
    _description = "Collection Action"
    _inherit = [
        "dso.guard",
        "dso.search",
    ]
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
    date_forced = fields.Boolean(readonly=True, help="The date was set by a user.")
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
        "account.move.line", readonly=True, index="btree_not_null", ondelete="set null"
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
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail Template",
        domain="[('model', '=', 'dso.action')]",
        ondelete="set null",
        index="btree_not_null",
    )
    sms_template_id = fields.Many2one(
        "sms.template",
        string="SMS Template",
        domain="[('model', '=', 'dso.action')]",
        ondelete="set null",
        index="btree_not_null",
    )
    letter_template_id = fields.Many2one(
        "dso.letter.template",
        ondelete="set null",
        index="btree_not_null",
    )
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
    cancel_code = fields.Char(readonly=True, copy=False)
    cancel_reason = fields.Char(readonly=True, copy=False)
    skipped = fields.Boolean(readonly=True, copy=False, help="Skipped by a user.")
    done_date = fields.Date(readonly=True, copy=False)
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

    @api.depends("state", "automatic", "confirmed", "to_confirm", "date")
    def _compute_agenda_state(self):
        todays = {company: company._dso_today() for company in self.company_id}
        for action in self:
            if action.state != "planned":
                action.agenda_state = action.state
            elif action.automatic and (action.confirmed or not action.to_confirm):
                action.agenda_state = "confirmed"
            else:
                today = todays.get(action.company_id) or fields.Date.context_today(action)
                late = action.date and action.date <= today
                action.agenda_state = "late" if late else "upcoming"

    def _search_agenda_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR(self._get_agenda_state_domain(state) for state in value)

    @api.model
    def _get_agenda_state_domain(self, agenda_state):
        """Domain of the actions in one state of the agenda, each company on its own date."""
        if agenda_state not in dict(AGENDA_STATES):
            return Domain.FALSE
        if agenda_state in ("done", "error", "cancelled"):
            return Domain("state", "=", agenda_state)
        ready = Domain("automatic", "=", True) & (
            Domain("confirmed", "=", True) | Domain("to_confirm", "=", False)
        )
        planned = Domain("state", "=", "planned")
        if agenda_state == "confirmed":
            return planned & ready
        operator = "<=" if agenda_state == "late" else ">"
        by_day = self._get_companies_by_day()
        if len(by_day) == 1:
            dates = Domain("date", operator, next(iter(by_day)))
        else:
            dates = Domain.OR(
                Domain("company_id", "in", ids) & Domain("date", operator, day)
                for day, ids in by_day.items()
            )
        return planned & ~ready & dates

    @api.model
    def _get_companies_by_day(self):
        """{today's date: ids of the companies where it is that day}"""
        by_day = {}
        for company in self.env["res.company"]._dso_companies():
            by_day.setdefault(company._dso_today(), []).append(company.id)
        return by_day

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """The agenda's state sorts by what waits for somebody: to do and in error, to come,
        confirmed, past. The day when something was done sorts by what happened: what was withdrawn
        stands at the day when it was."""
        if field_name == "done_date":
            done, written = (
                self._field_to_sql(alias, name, query) for name in ("done_date", "write_date")
            )
            return SQL("COALESCE(%s, (%s)::date) %s %s", done, written, direction, nulls)
        if field_name != "agenda_state":
            return super()._order_field_to_sql(alias, field_name, direction, nulls, query)
        columns = {
            name: self._field_to_sql(alias, name, query)
            for name in ("state", "automatic", "confirmed", "to_confirm", "date", "company_id")
        }
        due = SQL(" OR ").join(
            SQL("%s <= %s AND %s = ANY(%s)", columns["date"], day, columns["company_id"], ids)
            for day, ids in self._get_companies_by_day().items()
        )
        return SQL(
            """
            CASE WHEN %(state)s = 'error' THEN 0
                 WHEN %(state)s != 'planned' THEN 3
                 WHEN %(automatic)s AND (%(confirmed)s OR %(to_confirm)s IS NOT TRUE) THEN 2
                 WHEN %(due)s THEN 0
                 ELSE 1
            END %(direction)s
            """,
            due=due,
            direction=direction,
            **columns,
        )

    @api.depends("action_type", "automatic")
    def _compute_is_email(self):
        for action in self:
            action.is_email = bool(action._get_channel()._renders_mail)
            action.is_automatic_email = action.is_email and action.automatic

    def _compute_phone(self):
        callable_contacts = self._find_callable_contacts()
        for action in self:
            action.phone = callable_contacts[action.id][:1].phone

    def _find_callable_contacts(self):
        """Who can be called for each action: its recipients or the customer's contacts by phone,
        else the customer itself; nobody whose number is known to be wrong.

        :return: {action id: res.partner}
        """
        # sudo: contacts of the customer, whoever calls
        serving = self.sudo().customer_id._find_serving()
        contacts = self.env["res.partner"].sudo().union(*serving.values())
        # read at once: a union of records forgets what it is read together with
        everybody = contacts | self.sudo().partner_id | self.sudo().recipient_ids
        result = {}
        # sudo: recipients and customer of these actions, which the caller has read already
        for action in self.sudo():
            partner = action.partner_id
            # who was archived since is not called, nor is anybody else in their place
            chosen = action.with_context(active_test=False).recipient_ids.with_env(partner.env)
            own = chosen.filtered("active")
            if not chosen:
                own = serving[action.customer_id.id]._dso_serving("phone")
            candidates = (own | partner).with_prefetch(everybody.ids)
            result[action.id] = candidates.filtered(
                lambda contact: contact.phone and not contact.dso_wrong_phone
            )
        return result

    @api.depends(
        "reason_data",
        "leader_line_id",
        "state",
        "cancel_code",
        "done_date",
        "customer_id.reply_ids.state",
        "is_paused",
    )
    @api.depends_context("lang")
    def _compute_reason(self):
        todays = {company: company._dso_today() for company in self.company_id}
        # which of the steps before still exist: asked once for all
        previous = {(action.reason_data or {}).get("previous_step") for action in self}
        previous = self.env["dso.scenario.step"].browse(previous - {None}).exists()
        skipped = self._find_skipped()
        broken = self._find_broken_promises()
        pausing = self._find_pausing_replies()
        substitutes = self._find_substitutes()
        returned = self._describe_returns()
        unsent = self._find_unsent()
        for action in self:
            sentences = broken[action]._describe_not_kept() if action in broken else []
            if action in pausing:
                sentences.insert(0, action._describe_pause(pausing[action]))
            if action.state == "cancelled":
                sentences.append(action._describe_cancellation())
            if action.reason_data:
                as_of = action.reason_data.get("as_of")
                day = action.done_date or (
                    Date.fromisoformat(as_of) if as_of else todays[action.company_id]
                )
                sentences.append(action._describe_reason(day, previous, skipped))
                sentences.append(
                    action.customer_id._describe_money(action.reason_data.get("money"))
                )
                sentences.append(action._describe_not_late())
                if action in returned:
                    sentences.append(returned[action])
            elif action.origin == "manual":
                sentences.append(action._describe_manual())
            elif action.origin == "specific":
                sentences.append(action._describe_specific())
            if action in unsent:
                sentences.append(action._describe_unsent_briefly(unsent[action]))
            if action in substitutes:
                sentences.append(action._describe_substitute(substitutes[action]))
            action.reason = " ".join(filter(None, sentences))

    def _describe_returns(self):
        """{action: what of its customer's money came back, with the bank's reason}, of those still
        to be done."""
        waiting = self.filtered(lambda action: action.reason_data and action._is_pending())
        # sudo: what came back is a reason of the action that the user may see
        lines = waiting.sudo().customer_id.item_ids
        returned = lines._dso_get_returned()
        if not returned:
            return {}
        by_customer = lines.browse(returned).grouped(
            lambda line: (line.partner_id.commercial_partner_id, line.company_id)
        )
        texts = {}
        for action in waiting:
            # sudo: keys of what was grouped, nothing of them is shown
            own = by_customer.get((action.sudo().partner_id, action.sudo().company_id), ())
            texts[action] = " ".join(
                self.env._(
                    "%(document)s: %(text)s",
                    document=line._dso_get_document(),
                    text=line.with_env(self.env)._dso_describe_returned(*returned[line.id]),
                )
                for line in own
            )
        return texts

    @api.depends("state", "error_data", "done_date")
    def _compute_can_propose_contact(self):
        for action in self:
            code = (action.error_data or {}).get("code")
            action.can_propose_contact = action._is_pending() and code in CONTACT_CODES

    def action_propose_contacts(self):
        """Contacts for collection for the customers of the selected actions."""
        return self.customer_id.action_propose_contacts()

    def _find_substitutes(self):
        """{action: who receives it without having been chosen}, of those still to be sent."""
        waiting = self.filtered(
            lambda action: (
                action._is_pending()
                and not action.recipient_ids
                and not action._get_channel()._is_internal
            )
        )
        # sudo: contacts of customers whose action the reader may see
        found = waiting.sudo().customer_id._find_substitutes()
        return {
            action: found[action.customer_id.id]
            for action in waiting
            if action.customer_id.id in found
        }

    def _describe_substitute(self, contact):
        if contact.type == "invoice" and contact != self.partner_id:
            return self.env._(
                "No collections contact is chosen: %(contact)s, who gets the invoices, stands in.",
                contact=contact.name or contact.display_name,
            )
        return self.env._(
            "No collections contact is chosen: the customer's own address, %(email)s, is used.",
            email=contact.email,
        )

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

    @api.model
    @api.readonly
    def dso_count_agenda(self, domain):
        """The two counters above the agenda, within the filters of the screen.

        :param domain: what the list shows
        :return: ``{"all": number of actions, "todo": those that wait for somebody, "limit"}``:
            late and unconfirmed ones, and those in error; a number above the limit means "more
            than that", as in the pager of Odoo's lists
        """
        domain = Domain(domain)
        # what was done waits for nobody: said by the state, Odoo need not even ask the database
        todo = domain & Domain("state", "in", list(OPEN_STATES))
        todo &= Domain("agenda_state", "in", ["late", "error"])
        return {
            "all": self.search_count(domain, limit=COUNT_LIMIT + 1),
            "todo": self.search_count(todo, limit=COUNT_LIMIT + 1),
            "limit": COUNT_LIMIT,
        }

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
    # Buttons that ask something first
    # ------------------------------------------------------------------

    def _open_wizard(self, xmlid, **context):
        action = self.env["ir.actions.act_window"]._for_xml_id(f"dso_collection.{xmlid}")
        return dict(action, context=context)

    def action_log(self):
        """Carry out by hand: asks the result and a comment. What goes out as a letter or message
        is printed or previewed instead, wherever the button was pressed: it is not done before."""
        self.ensure_one()
        offers = self.offers or ()
        if "print" in offers:
            return self.action_print_letters()
        if "send" in offers:
            return self.action_preview()
        return self._open_wizard("dso_action_log_action", default_action_id=self.id)

    def action_open_reschedule(self):
        return self._open_wizard("dso_action_reschedule_action", default_action_ids=self.ids)

    def action_preview(self):
        """Show the exact message before it goes."""
        self.ensure_one()
        return self._open_wizard("dso_action_preview_action", default_action_id=self.id)

    def action_preview_selected(self):
        """Leaf through the exact messages of the selected actions, and confirm them."""
        actions = self.filtered(lambda action: action.automatic and action._is_pending()).sorted(
            lambda action: (action.date, action.id)
        )
        if not actions:
            raise UserError(
                self.env._(
                    "None of the selected actions is automatic and still to be sent. Select "
                    "automatic actions that have not been sent yet."
                )
            )
        first = actions.filtered(lambda action: action.to_confirm and not action.confirmed)
        return self._open_wizard(
            "dso_action_preview_action",
            default_action_id=(first or actions)[0].id,
            default_action_ids=actions.ids,
        )

    def action_view_items(self):
        """Open the items that this action tells of, or told of."""
        lines = self._get_shown_lines()
        action = self.env["ir.actions.act_window"]._for_xml_id("dso_collection.dso_item_action")
        return dict(action, domain=[("id", "in", lines.ids)], context={})

    def action_qualify_items(self):
        """Change status… of what this action is about, without leaving the agenda."""
        lines = self._get_shown_lines().filtered(
            lambda line: line._dso_is_open() and line.amount_residual > 0
        )
        if not lines:
            raise UserError(
                self.env._(
                    "%(action)s: there is nothing left to collect. Its items are paid, promised, "
                    "disputed or left out. Open the customer and change the status there.",
                    action=self.display_name,
                )
            )
        return lines._dso_propose_qualify(own=self)

    def _get_shown_lines(self):
        """The journal items that this action tells of, or told of."""
        self.ensure_one()
        return self.item_ids.line_id if self.done_date else self._get_claimed_lines()[self.id]

    def action_view_customer(self):
        self.ensure_one()
        return self.customer_id.get_formview_action()

    def action_view_message(self):
        """Open the message that was sent."""
        self.ensure_one()
        return self._open_wizard("dso_action_preview_action", default_action_id=self.id)

    def action_fix(self):
        """Open the record that keeps this action back."""
        self.ensure_one()
        data = self.error_data or {}
        if data.get("code") == "unreachable":
            # no record is wrong
            return toast(self.error_message, "warning")
        if data.get("code") == "no_sender_email":
            return self._fix_sender()
        model, res_id = data.get("model"), data.get("res_id")
        if not model or not res_id or model not in self.env:
            return self.customer_id.get_formview_action()
        if model == "res.config.settings":
            return self.env["ir.actions.act_window"]._for_xml_id(
                "dso_collection.dso_settings_action"
            )
        record = self.env[model].browse(res_id)
        action = record.get_formview_action()
        if model == "res.partner":
            # what decides whether the customer can be reached stands on its first tab
            view = self.env.ref("dso_collection.res_partner_view_form_mend")
            action.update(view_id=view.id, views=[(view.id, "form")])
        return action

    def _fix_sender(self):
        """Open the user who has no e-mail address, in the form that has a field for it.

        :raise UserError: for whoever may not change users, with who may
        """
        user = self.env["res.users"].browse(self.error_data["res_id"])
        if user.has_access("write") and self.env.user.has_group("base.group_erp_manager"):
            action = user.get_formview_action()
            view = self.env.ref("base.view_users_form")
            return dict(action, view_id=view.id, views=[(view.id, "form")])
        # sudo: names of colleagues, to be asked
        administrators = (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "=", self.env.ref("base.group_erp_manager").id),
                    ("share", "=", False),
                    ("company_ids", "in", self.company_id.ids),
                    ("id", "!=", SUPERUSER_ID),
                ],
                order="id",
            )
        )
        names = name_some(self.env, administrators.mapped("name"))
        if not names:
            names = self.env._("your administrator")
        raise UserError(
            self.env._(
                "%(user)s has no e-mail address to send from. Only an administrator can enter "
                "one, in the user's “Email” field, which is not the login. Ask %(names)s.",
                # sudo: the name of who cannot send, for who tried it
                user=user.sudo().name,
                names=names,
            )
        )

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

    def _name_some(self):
        """These actions in a sentence: the first ones by name."""
        return name_some(self.env, self.mapped("display_name"))

    def _describe_manual(self):
        """Who planned an action out of scenario, what it tells of, and the note for whoever does
        it."""
        self.ensure_one()
        # sudo: the name of a colleague
        user = self.sudo().create_uid
        text = (
            self.env._("Action outside the scenario.")
            if not user or user._is_superuser()
            else self.env._("Action outside the scenario, by %(user)s.", user=user.name)
        )
        documents = name_some(self.env, self.item_ids.mapped("document"))
        if self._is_statement():
            text = f"{text} {self._describe_statement()}"
        elif documents:
            about = self.env._("About %(documents)s.", documents=documents)
            text = f"{text} {about}"
        if self.comment and not self.done_date:
            said = self.env._("“%(comment)s”", comment=self.comment)
            text = f"{text} {said}"
        return text

    def _describe_statement(self):
        """What the statement came to, each currency by itself."""
        totals = defaultdict(float)
        for item in self.item_ids:
            totals[item.currency_id] += item.amount_residual
        if not totals:
            return self.env._("Statement of account.")
        return self.env._(
            "Statement of account: %(totals)s.",
            totals=self._join_amounts(sorted(totals.items(), key=lambda entry: entry[0].id)),
        )

    def _describe_specific(self):
        """What a specific action follows up: the statuses that it found on its items."""
        self.ensure_one()
        documents = self._name_documents(self.item_ids)
        statuses = self._get_statuses()
        # sudo: compared with what was read as superuser
        if len(statuses) == 1 and statuses[0][1] == self.sudo().item_ids:
            return self.env._(
                "Specific action for %(documents)s: %(statuses)s.",
                documents=documents,
                statuses=statuses[0][0].name,
            )
        sentences = [self.env._("Specific action for %(documents)s.", documents=documents)]
        # some of its items have a status, or each another one
        for status, items in statuses:
            sentences.append(
                self.env._(
                    "%(documents)s: %(status)s.",
                    documents=self._name_documents(items),
                    status=status.name,
                )
            )
        return " ".join(sentences)

    def _name_documents(self, items):
        documents = ", ".join(items[:3].mapped("document"))
        if len(items) <= 3:
            return documents
        return self.env._(
            "%(documents)s and %(count)s more", documents=documents, count=len(items) - 3
        )

    def _describe_reason(self, day, previous, skipped):
        """Why this action and why on this date, from what the decision left behind.

        :param day: the day from which days overdue are counted
        :param previous: the steps before, those that still exist
        :param skipped: see :meth:`_find_skipped`
        """
        self.ensure_one()
        data = self.reason_data
        sentences = [self._describe_leader(day), self._describe_step(data)]
        if data.get("previous_date"):
            sentences.append(self._describe_previous(data, previous, skipped))
        sentences.append(self._describe_cause(data))
        return join_clauses(self.env, sentences) + "."

    def _describe_not_late(self):
        """The part of the amount that is due on the very day, which the message leaves out."""
        amount = (self.reason_data or {}).get("not_late")
        if not amount or self.done_date:
            return None
        return self.env._(
            "%(amount)s of it only falls due on that day: it is not overdue, so the message "
            "leaves it out.",
            amount=format_amount(self.env, amount, self.company_id.currency_id),
        )

    def _describe_leader(self, day):
        line = self.leader_line_id
        if not line:
            return self.env._("The leader no longer exists")
        due = get_due_date(line)
        document = line._dso_get_document_label()
        late = (day - due).days
        if late > 0:
            if late == 1:
                return self.env._("%(document)s (leader) is one day overdue", document=document)
            return self.env._(
                "%(document)s (leader) is %(days)s days overdue", document=document, days=late
            )
        if late == 0:
            return self.env._("%(document)s (leader) is due today", document=document)
        if late == -1:
            return self.env._("%(document)s (leader) is due tomorrow", document=document)
        return self.env._(
            "%(document)s (leader) is due in %(days)s days", document=document, days=-late
        )

    def _describe_step(self, data):
        values = {
            "position": data["position"],
            "step": self._get_step_name() or self.name,
            "days": abs(data["delay"]),
        }
        if data["trigger"] == "previous_action":
            if data["delay"] == 1:
                return self.env._(
                    "step %(position)s “%(step)s” is due one day after the previous action",
                    **values,
                )
            return self.env._(
                "step %(position)s “%(step)s” is due %(days)s days after the previous action",
                **values,
            )
        if data["delay"] == 0:
            return self.env._("step %(position)s “%(step)s” is due on the due date", **values)
        if data["delay"] == -1:
            return self.env._(
                "step %(position)s “%(step)s” is due one day before the due date", **values
            )
        if data["delay"] == 1:
            return self.env._(
                "step %(position)s “%(step)s” is due one day after the due date", **values
            )
        if data["delay"] < 0:
            return self.env._(
                "step %(position)s “%(step)s” is due %(days)s days before the due date", **values
            )
        return self.env._(
            "step %(position)s “%(step)s” is due %(days)s days after the due date", **values
        )

    def _find_skipped(self):
        """Which of the steps before these actions a user skipped.

        :return: {(customer id, step id, day as it is in ``reason_data``)}
        """
        before = [
            action.reason_data
            for action in self
            if action.reason_data and action.reason_data.get("previous_date")
        ]
        if not before:
            return set()
        # sudo: the word "skipped", of the same customers' actions
        found = (
            self.env["dso.action"]
            .sudo()
            .search_fetch(
                [
                    ("customer_id", "in", self.customer_id.ids),
                    ("step_id", "in", list({data["previous_step"] for data in before})),
                    ("state", "=", "cancelled"),
                    ("skipped", "=", True),
                ],
                ["customer_id", "step_id", "done_date"],
            )
        )
        return {
            (action.customer_id.id, action.step_id.id, action.done_date.isoformat())
            for action in found
        }

    def _describe_previous(self, data, previous, skipped):
        step = previous.filtered(lambda step: step.id == data["previous_step"])
        values = {
            "step": step.name or self.env._("the previous step"),
            "date": format_date(self.env, Date.fromisoformat(data["previous_date"])),
        }
        if data.get("lapsed"):
            return self.env._("“%(step)s” lapsed because the due date had passed", **values)
        if (self.customer_id.id, step.id, data["previous_date"]) in skipped:
            return self.env._("“%(step)s” was skipped on %(date)s", **values)
        return self.env._("“%(step)s” was done on %(date)s", **values)

    def _describe_cause(self, data):
        """What moved the date away from where the step alone would put it."""
        customer = self.customer_id
        cause = "forced" if self.date_forced else data.get("cause")
        return {
            "interval": self.env._("the interval between the two steps is kept"),
            "leader_since": self.env._(
                "it has been the leader since %(date)s",
                date=format_date(self.env, customer.leader_since),
            ),
            "contact_gap": self._describe_contact_gap(data),
            "forced": self.env._("the date was set by hand"),
        }.get(cause)

    def _describe_contact_gap(self, data):
        """From which day the gap counts: else its end looks like a day that is about another
        item, such as one promised for the same day."""
        days = self.company_id.dso_contact_gap_days
        if not data.get("gap_from"):
            return self.env._(
                "at least %(days)s days must pass after the last action for another leader",
                days=days,
            )
        return self.env._(
            "at least %(days)s days must pass after the customer's last reminder, of %(date)s, "
            "which was about another leader",
            days=days,
            date=format_date(self.env, Date.fromisoformat(data["gap_from"])),
        )

    def _describe_cancellation(self):
        line = self.leader_line_id
        values = {
            "document": line._dso_get_document_label() if line else self.env._("the leader"),
        }
        text = {
            "cleared": self.env._("Cancelled: all its items were cleared."),
            "nothing_asked": self.env._(
                "Cancelled: there was nothing left to collect. What was open is paid, covered by "
                "credits, promised, in dispute or ignored."
            ),
            "user": (
                self.env._("Skipped by the user.")
                if self.origin == "scenario"
                else self.env._("Cancelled by the user.")
            ),
            "ended": self.env._("Ended by the user: its items are back in the scenario."),
            "followed": self.env._("Ended by the user: its disputed items have a new follow-up."),
            "undone": self.env._("Cancelled: the change of status that planned it was undone."),
            "requalified": self.env._("Cancelled: its items were given another follow-up."),
            "excluded": self.env._("Cancelled: every item is excluded from the scenario."),
            "no_scenario": self.env._("Cancelled: the customer no longer has a scenario."),
            "no_step": self.env._("Cancelled: the scenario no longer has any steps."),
            "scenario_done": self.env._("Cancelled: the scenario is finished for the leader."),
            "archived": self.env._("Cancelled: the customer was archived."),
            "own_company": self.env._("Cancelled: the customer is a company of this database."),
            "covered": self.env._("Cancelled: unapplied credits cover what is due."),
            "below_minimum": self.env._("Cancelled: the amount to collect is below the minimum."),
            "kept": self.env._("Closed: what was promised is paid."),
            "replaced": self.env._("Cancelled: another step took its place."),
            "leader_cleared": self.env._(
                "Cancelled: %(document)s is no longer open, another item is the leader.", **values
            ),
            "leader_excluded": self.env._(
                "Cancelled: %(document)s left the scenario, another item is the leader.", **values
            ),
            "leader_changed": self.env._(
                "Cancelled: another item is now the leader, ahead of %(document)s.", **values
            ),
            "scenario_changed": self.env._("Cancelled: the scenario was changed."),
            "undelivered": self.env._("Withdrawn: the previous message was not delivered."),
            "file_archived": self.env._("Withdrawn: the customer's file was archived."),
            "merged": self.env._("Cancelled: the customer was merged into another one."),
        }.get(self.cancel_code, self.env._("Cancelled."))
        return f"{text} {self.cancel_reason}" if self.cancel_reason else text
