from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ...tools.action_types import OPEN_STATES
from ...tools.inside import get_inside
from ...tools.labels import WITHOUT_COLLECTOR, WITHOUT_SCENARIO
from ...tools.toasts import name_some
from .dso_assignment_rule import GIVEN

#: Why nothing is planned for a customer, see ``engine.scenario.Decision.code``.
PLANNING_CODES = [
    ("no_item", "Nothing open"),
    ("excluded", "Everything is excluded"),
    ("no_scenario", "No scenario"),
    ("archived", "Contact archived"),
    ("own_company", "Company of this database"),
    ("no_step", "Scenario without steps"),
    ("scenario_done", "Scenario finished"),
    ("covered", "Covered by credits"),
    ("below_minimum", "Below the minimum"),
]

#: How many contacts of a customer are offered as contacts for collection.
OTHER_CONTACTS = 8

#: What a user enters on the page "Risk", and what goes with a file that is handed over.
RISK_FIELDS = (
    "guarantee_permanent",
    "guarantee_temporary",
    "guarantee_temporary_from",
    "guarantee_temporary_until",
    "insurance_amount",
    "insurer_id",
    "insurance_reference",
    "insurance_expiry",
    "insurance_declaration_days",
)


class DsoCustomer(models.Model):
    """A commercial partner's collection file in one company.

    Made and kept up to date by the module. The figures are stored, so that lists can be sorted by
    them, and written by the plan only; the screen of one customer shows them live
    (see the room ``plan``).
    """

    _name = "dso.customer"
    _description = "Collection Customer"
    _inherit = [
        "dso.guard",
        "mail.thread",
        "mail.activity.mixin",
        "dso.search",
    ]
    _order = "amount_overdue desc, id"
    _rec_names_search = ["partner_id.name", "partner_id.ref"]
    _mail_post_access = "read"
    _check_company_auto = True
    _dso_writable = frozenset(
        {
            "active",
            "collector_id",
            "penalty_enabled",
            "recovery_cost_enabled",
            "scenario_id",
        }
    )
    _dso_creatable = frozenset({"company_id", "partner_id"})

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    # on screens by buttons only, which say what follows
    active = fields.Boolean(default=True, readonly=True)
    scenario_id = fields.Many2one(
        "dso.scenario",
        falsy_value_label=WITHOUT_SCENARIO,
        tracking=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('company_id', 'in', [False, company_id])]",
    )
    collector_id = fields.Many2one(
        "res.users",
        falsy_value_label=WITHOUT_COLLECTOR,
        tracking=True,
        index=True,
        ondelete="set null",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Is in charge of this customer, and sends its e-mails.",
    )
    scenario_rule_id = fields.Many2one(
        "dso.assignment.rule",
        string="Scenario Given by Rule",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    scenario_by_hand = fields.Boolean(
        string="Scenario Chosen by Hand", readonly=True, copy=False, help="Rules do not change it."
    )
    collector_rule_id = fields.Many2one(
        "dso.assignment.rule",
        string="Collector Given by Rule",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    collector_by_hand = fields.Boolean(
        string="Collector Chosen by Hand", readonly=True, copy=False, help="Rules do not change it."
    )
    penalty_enabled = fields.Boolean(string="Late Payment Penalties", tracking=True)
    recovery_cost_enabled = fields.Boolean(string="Recovery Costs", tracking=True)

    leader_line_id = fields.Many2one(
        "account.move.line",
        string="Leader",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The oldest open invoice that may be collected: the scenario counts from its due "
        "date.",
    )
    leader_since = fields.Date(readonly=True)
    next_action_id = fields.Many2one(
        "dso.action", readonly=True, index="btree_not_null", ondelete="set null"
    )
    next_action_date = fields.Date(readonly=True)
    next_action_name = fields.Char(related="next_action_id.name")
    next_action_type = fields.Selection(related="next_action_id.action_type")
    next_action_agenda_state = fields.Selection(
        related="next_action_id.agenda_state", string="State of the Next Action"
    )
    # what the badge of the agenda's state asks of its record
    is_paused = fields.Boolean(related="next_action_id.is_paused")
    next_action_reason = fields.Char(related="next_action_id.reason")
    next_action_error = fields.Char(related="next_action_id.error_message")
    last_action_date = fields.Date(readonly=True)
    planning_code = fields.Selection(PLANNING_CODES, string="Nothing Planned", readonly=True)
    planning_data = fields.Json(readonly=True)
    planning_reason = fields.Char(
        compute="_compute_planning_reason",
        search="_search_planning_reason",
        help="Says why no scenario action is planned.",
    )

    amount_overdue = fields.Monetary(string="Overdue", readonly=True)
    amount_not_due = fields.Monetary(string="Not Due", readonly=True)
    credit_unallocated = fields.Monetary(string="Unapplied Credits", readonly=True)
    amount_due = fields.Monetary(string="Total Due", readonly=True)
    amount_disputed = fields.Monetary(string="Disputed", readonly=True)
    amount_promised = fields.Monetary(string="Promised", readonly=True)
    days_overdue_max = fields.Integer(
        string="Oldest Overdue",
        readonly=True,
        aggregator="max",
        help="Counts the days overdue of the oldest item.",
    )
    oldest_due_date = fields.Date(
        readonly=True, help="Due date of the oldest open item, overdue or not."
    )
    promise_broken_count = fields.Integer(
        string="Promises Broken in a Year",
        readonly=True,
        help="Promises that were not kept, or only in part, whose deadline was within a year.",
    )

    item_ids = fields.Many2many(
        "account.move.line",
        string="Open Items",
        compute="_compute_open_items",
        search="_search_item_ids",
    )
    credit_ids = fields.Many2many(
        "account.move.line",
        string="Open Credits",
        compute="_compute_open_items",
        search="_search_credit_ids",
    )
    action_ids = fields.One2many("dso.action", "customer_id", string="Actions")
    item_count = fields.Integer(compute="_compute_item_count")
    action_count = fields.Integer(compute="_compute_action_count")
    open_action_ids = fields.One2many(
        "dso.action",
        "customer_id",
        string="Planned Actions",
        domain=[("state", "in", ("planned", "error"))],
    )
    past_action_ids = fields.One2many(
        "dso.action",
        "customer_id",
        string="Past Actions",
        domain=[("state", "in", ("done", "cancelled"))],
    )
    qualification_ids = fields.One2many(
        "dso.qualification", "customer_id", string="Qualifications", readonly=True
    )
    contact_ids = fields.Many2many(
        "res.partner",
        string="Collections Contacts",
        compute="_compute_contact_ids",
        search="_search_contact_ids",
    )
    company_phone = fields.Char(
        compute="_compute_company_phone",
        help="The customer's own number, where no collections contact has one.",
    )
    other_contact_ids = fields.Many2many(
        "res.partner",
        string="Other Contacts",
        compute="_compute_other_contact_ids",
        help="Lists people at the customer who do not receive the reminders yet.",
    )
    # shown on the file, kept on the partner
    partner_ref = fields.Char(related="partner_id.ref", string="Reference")
    partner_vat = fields.Char(related="partner_id.vat", string="Tax ID")
    partner_email = fields.Char(related="partner_id.email", string="E-mail")
    partner_phone = fields.Char(related="partner_id.phone", string="Phone")
    partner_lang = fields.Selection(related="partner_id.lang", string="Language")
    country_id = fields.Many2one(related="partner_id.country_id")
    payment_term_id = fields.Many2one(
        "account.payment.term",
        string="Payment Terms",
        compute="_compute_payment_term_id",
        search="_search_payment_term_id",
    )
    credit_limit = fields.Monetary(
        compute="_compute_credit_limit",
        search="_search_credit_limit",
        help="Comes from Accounting, in company currency; 0 where the company sets none.",
    )
    credit_limit_exceeded = fields.Boolean(
        compute="_compute_credit_limit_exceeded", search="_search_credit_limit_exceeded"
    )

    _partner_company_uniq = models.UniqueIndex("(partner_id, company_id)")
    _company_overdue_idx = models.Index("(company_id, amount_overdue DESC, id)")
    _overdue_idx = models.Index("(amount_overdue DESC, id) WHERE active")
    _company_next_action_idx = models.Index(
        "(company_id, next_action_date) WHERE next_action_date IS NOT NULL"
    )

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends("partner_id.name", "company_id.name")
    @api.depends_context("allowed_company_ids")
    def _compute_display_name(self):
        several = len(self.env.companies) > 1
        for customer in self:
            name = customer.partner_id.display_name or ""
            customer.display_name = f"{name} ({customer.company_id.name})" if several else name

    @api.depends("planning_code", "planning_data", "scenario_rule_id")
    @api.depends_context("lang")
    def _compute_planning_reason(self):
        for customer in self:
            customer.planning_reason = customer._describe_planning()

    def _search_planning_reason(self, operator, value):
        """Only whether there is a reason can be searched for."""
        if operator not in ("in", "not in") or set(value) - {False, ""}:
            return NotImplemented
        negative = operator == "not in"
        return [("planning_code", "!=" if negative else "=", False)]

    @api.depends("partner_id", "company_id")
    def _compute_open_items(self):
        lines = self.env["account.move.line"].search(
            self._get_open_item_domain(), order="date_maturity, id"
        )
        by_customer = {}
        for line in lines:
            key = (line.company_id.id, line.partner_id.commercial_partner_id.id)
            by_customer.setdefault(key, []).append(line.id)
        for customer in self:
            ids = by_customer.get((customer.company_id.id, customer.partner_id.id), [])
            own = lines.browse(ids)
            customer.item_ids = own.filtered(lambda line: line.amount_residual > 0)
            customer.credit_ids = own.filtered(lambda line: line.amount_residual < 0)

    @api.depends("item_ids")
    def _compute_item_count(self):
        # what the statement calls "All open", credits too; counted by the database: the items
        # themselves may be thousands
        counts = {}
        groups = self.env["account.move.line"]._read_group(
            self._get_open_item_domain(),
            ["company_id", "partner_id"],
            ["__count"],
        )
        for company, partner, count in groups:
            key = (company, partner.commercial_partner_id)
            counts[key] = counts.get(key, 0) + count
        for customer in self:
            customer.item_count = counts.get((customer.company_id, customer.partner_id), 0)

    @api.depends("action_ids")
    def _compute_action_count(self):
        counts = dict(
            self.env["dso.action"]._read_group(
                [("customer_id", "in", self.ids)], ["customer_id"], ["__count"]
            )
        )
        for customer in self:
            customer.action_count = counts.get(customer._origin, 0)

    def _get_open_item_domain(self):
        """Open items and credits of these customers, whatever their status."""
        return (
            fields.Domain("partner_id.commercial_partner_id", "in", self.partner_id.ids)
            & fields.Domain("company_id", "in", self.company_id.ids)
            & self.env["account.move.line"]._dso_get_open_domain()
        )

    def _get_collector(self):
        """Who collects here, and in whose name (R12): the collector, or the company's default one
        where there is none or the collector has left."""
        self.ensure_one()
        return self.collector_id.filtered("active") or self.company_id._dso_default_collector()

    @api.model
    def _dso_has_own(self):
        """Whether the user is the collector of any customer, in the companies that are chosen."""
        # sudo: only whether there is one with the user's own name on it
        return bool(
            self.sudo().search_count(
                [
                    ("collector_id", "=", self.env.uid),
                    ("company_id", "in", self.env.companies.ids),
                ],
                limit=1,
            )
        )

    def _find_contacts(self):
        """The contacts for collection of these customers, as they are at this moment; of several
        companies' files, see ``_filter_contacts``."""
        return self.env["res.partner"].search(
            [
                ("commercial_partner_id", "in", self.partner_id.ids),
                ("dso_collection_contact", "=", True),
                # said here: files are planned with archived ones in sight
                ("active", "=", True),
                ("company_id", "in", [False, *self.company_id.ids]),
            ]
        )

    def _filter_contacts(self, contacts):
        """Those of these contacts of the customer that are not another company's."""
        return contacts.filtered(
            lambda contact: not contact.company_id or contact.company_id in self.company_id
        )

    def _filter_own(self, contacts):
        """Those of the contacts that were chosen who are still to be written to: nobody who is
        archived, another company's, or works for somebody else by now. Somebody outside who
        belongs to nobody, such as a lawyer, may be chosen."""
        return self._filter_contacts(contacts.filtered("active")).filtered(
            lambda contact: contact.commercial_partner_id in (self.partner_id, contact)
        )

    @api.depends(
        "partner_id",
        "partner_id.dso_collection_contact",
        "partner_id.child_ids.dso_collection_contact",
        "partner_id.child_ids.active",
        "partner_id.child_ids.company_id",
    )
    def _compute_contact_ids(self):
        contacts = self._find_contacts()
        by_partner = contacts.grouped("commercial_partner_id")
        for customer in self:
            customer.contact_ids = customer._filter_contacts(
                by_partner.get(customer.partner_id, contacts.browse())
            )

    @api.depends(
        "partner_id.phone",
        "partner_id.child_ids.phone",
        "partner_id.child_ids.dso_collection_contact",
    )
    def _compute_company_phone(self):
        for customer in self:
            customer.company_phone = customer._get_company_phone()

    def _get_company_phone(self):
        """The company's own number, where none of its contacts can be called: ``False`` where one
        can, or there is no number, or it is known to be wrong."""
        if not self:
            return False
        self.ensure_one()
        partner = self.partner_id
        contacts = self.contact_ids._dso_serving("phone")
        if contacts.filtered(lambda contact: contact.phone and not contact.dso_wrong_phone):
            return False
        return not partner.dso_wrong_phone and partner.phone

    @api.depends("partner_id", "partner_id.child_ids.dso_collection_contact")
    def _compute_other_contact_ids(self):
        """Those who can be made contacts for collection by one click: who takes the invoices
        first, and no more than a screen holds."""
        others = self.env["res.partner"].search(
            [
                ("commercial_partner_id", "in", self.partner_id.ids),
                ("dso_collection_contact", "=", False),
                ("active", "=", True),
                "|",
                ("email", "!=", False),
                ("phone", "!=", False),
            ]
        )
        by_partner = others.sorted(lambda contact: contact.type != "invoice").grouped(
            "commercial_partner_id"
        )
        for customer in self:
            found = by_partner.get(customer.partner_id, others.browse())
            customer.other_contact_ids = found[:OTHER_CONTACTS]

    @api.depends("partner_id", "company_id")
    def _compute_payment_term_id(self):
        for customer in self:
            partner = customer.partner_id.with_company(customer.company_id)
            customer.payment_term_id = partner.property_payment_term_id

    # ------------------------------------------------------------------
    # Deleting a file
    # ------------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        """A file with done actions or qualifications is evidence: it is archived, not deleted."""
        places = (
            ("dso.action", [("done_date", "!=", False)]),
            ("dso.qualification", []),
            ("dso.penalty.charge", []),
        )
        for model, domain in places:
            # sudo: history counts even where the user may not see it
            history = self.env[model].sudo()
            used = history.search([("customer_id", "in", self.ids), *domain], limit=1)
            if not used:
                continue
            raise ValidationError(
                self.env._(
                    "The collection file of %(customer)s has a history and cannot be deleted. "
                    "Archive it instead.",
                    customer=used.customer_id.display_name,
                )
            )

    def unlink(self):
        """What is only planned goes with the file; what was done keeps it from going."""
        # before the messages go, which the history still points to: the database refuses that in
        # words that nobody understands
        self._unlink_except_history()
        # sudo: whoever may delete the file, checked by super
        self.sudo().action_ids.filtered(lambda action: not action.done_date).unlink()
        return super().unlink()

    # ------------------------------------------------------------------
    # Changes by the user: the plan follows at once
    # ------------------------------------------------------------------

    @api.model
    def _dso_complete(self, vals_list, new=False):
        vals_list = [{**vals, **self._prepare_origins(vals)} for vals in vals_list]
        for vals in vals_list if new else ():
            company = self.env["res.company"].browse(vals.get("company_id"))
            company = company or self.env.company
            vals.setdefault("company_id", company.id)
            vals.setdefault("scenario_id", company._dso_get_default("scenario_id").id)
            vals.setdefault("collector_id", company._dso_get_default("collector_id").id)
            vals.setdefault("penalty_enabled", company.dso_default_penalty_enabled)
            vals.setdefault("recovery_cost_enabled", company.dso_default_recovery_cost_enabled)
        return super()._dso_complete(vals_list, new)

    @api.model
    def _prepare_origins(self, vals):
        """That a scenario or collector was chosen by hand, where no rule gives it."""
        if get_inside(self.env, "dso_by_rule"):
            return {}
        origins = {}
        for fname, (by_rule, by_hand) in GIVEN.items():
            if fname in vals:
                origins.update({by_rule: False, by_hand: True})
        return origins

    def write(self, vals):
        changed = self.browse()
        if "active" in vals:
            changed = self.filtered(lambda customer: customer.active != bool(vals["active"]))
        if changed and not vals["active"]:
            changed._check_archive()
        result = super().write(vals)
        if changed:
            changed._update_actions_of_archived()
        if set(RISK_FIELDS) & vals.keys():
            # sudo: the score of all actions follows, whoever may see them
            self.env["dso.action"].sudo()._score_customers(self.sudo())
        if "collector_id" in vals:
            # sudo: open actions follow their customer
            self.sudo().open_action_ids.write({"collector_id": vals["collector_id"]})
        if {"scenario_id", "collector_id", "active"} & vals.keys() and not get_inside(
            self.env, "dso_skip_plan"
        ):
            self._plan(self)
        return result

    def _check_archive(self):
        """Whoever archives a file decides that nobody chases its debts any more."""
        if not self.env.su and not self.env.user.has_group("dso_collection.group_dso_manager"):
            raise AccessError(
                self.env._(
                    "%(customers)s: only credit managers can archive customer files. Ask one, or "
                    "choose another scenario.",
                    customers=name_some(self.env, self.mapped("display_name")),
                )
            )

    def _update_actions_of_archived(self):
        """Of an archived file nothing is planned: what is open is withdrawn. What a user had
        planned comes back with it; what the scenario asks for, its plan decides."""
        # sudo: actions follow their file, whose right was checked
        actions = self.sudo().with_context(active_test=False).action_ids
        actions.filtered(
            lambda action: not action.customer_id.active and action.state in OPEN_STATES
        )._cancel("file_archived")
        actions.filtered(
            lambda action: (
                action.customer_id.active
                and action.state == "cancelled"
                and action.cancel_code == "file_archived"
                and action.origin != "scenario"
                and not action.done_date
            )
        ).write({"state": "planned", "cancel_code": False, "cancel_reason": False})

    def _return_to_rules(self, fnames):
        """Forget what was chosen by hand in these fields: the assignment rules give them again,
        else the default of the company.

        :param fnames: of ``scenario_id`` and ``collector_id``
        :return: the customers that have something else now
        """
        self.check_access("write")
        # sudo: which rule gives what is the module's to write, on files that the user may change
        rules = self.env["dso.assignment.rule"].sudo()
        return (
            rules.search([("active", "=", True)])._restore(self.sudo(), fnames).with_env(self.env)
        )
