from ast import literal_eval

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from ...tools.criteria import check_criteria, is_empty, read_fields
from ...tools.inside import inside

#: What of a customer's partner lies behind fields of the file that are computed.
BEHIND = {
    "contact_ids": ("dso_collection_contact", "parent_id"),
    "contact_missing": ("dso_collection_contact", "parent_id"),
    "credit_limit": ("credit_limit", "use_partner_credit_limit"),
    "credit_limit_exceeded": ("credit_limit", "use_partner_credit_limit"),
    "email_missing": ("dso_collection_contact", "dso_serves_email", "email"),
    "payment_term_id": ("property_payment_term_id",),
}
#: What the plan writes on a file: rules that ask for it are applied with each plan.
FIGURES = frozenset(
    {
        "amount_disputed",
        "amount_due",
        "amount_not_due",
        "amount_overdue",
        "amount_promised",
        "credit_ids",
        "credit_limit_exceeded",
        "credit_unallocated",
        "days_overdue_max",
        "item_ids",
        "oldest_due_date",
        "promise_broken_count",
    }
)

#: What a rule gives, with the field that says which rule gave it and the one that says that
#: somebody chose it by hand.
GIVEN = {
    "scenario_id": ("scenario_rule_id", "scenario_by_hand"),
    "collector_id": ("collector_rule_id", "collector_by_hand"),
}


class DsoAssignmentRule(models.Model):
    """Which customers get which scenario and collector: the first rule that matches wins.

    New customers are assigned when their files are made, others when something that the rules look
    at changes, or on demand. What somebody chose by hand stays.
    """

    _name = "dso.assignment.rule"
    _description = "Collection Assignment Rule"
    _inherit = ["dso.guard"]
    _order = "sequence, id"
    _check_company_auto = True
    _dso_writable = frozenset(
        {
            "active",
            "collector_id",
            "company_id",
            "domain",
            "name",
            "never_chase",
            "scenario_id",
            "sequence",
        }
    )

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Leave empty for all companies.")
    domain = fields.Char(string="Customers", default="[]", required=True)
    scenario_id = fields.Many2one("dso.scenario", check_company=True, ondelete="restrict")
    never_chase = fields.Boolean(
        help="These customers have no scenario: nothing is planned for them automatically."
    )
    collector_id = fields.Many2one("res.users", ondelete="set null")
    customer_count = fields.Integer(string="Matching", compute="_compute_customer_count")
    takes_all = fields.Boolean(
        string="Applies to All", compute="_compute_takes_all", help="It has no condition."
    )

    @api.depends("domain", "company_id")
    def _compute_customer_count(self):
        for rule in self:
            try:
                domain = rule._get_customer_domain()
                rule.customer_count = self.env["dso.customer"].search_count(domain)
            except Exception:  # noqa: BLE001 (what is being typed; saved, it is refused with words)
                rule.customer_count = 0

    @api.depends("domain")
    def _compute_takes_all(self):
        for rule in self:
            rule.takes_all = is_empty(rule.domain)

    @api.onchange("never_chase")
    def _onchange_never_chase(self):
        if self.never_chase:
            self.scenario_id = False

    @api.constrains("domain")
    def _check_domain(self):
        for rule in self:
            try:
                check_criteria(self.env["dso.customer"], rule.domain)
                self.env["dso.customer"].search(rule._get_customer_domain(), limit=1)
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The condition of rule “%(rule)s” cannot be used: %(error)s",
                        rule=rule.name,
                        error=error,
                    )
                ) from error

    # "name" is always given: the check also runs where neither field is
    @api.constrains("name", "scenario_id", "collector_id", "never_chase")
    def _check_effect(self):
        for rule in self:
            if rule.never_chase and rule.scenario_id:
                raise ValidationError(
                    self.env._(
                        "Rule “%(rule)s” gives a scenario and says never to chase. Choose one.",
                        rule=rule.name,
                    )
                )
            if not rule.scenario_id and not rule.collector_id and not rule.never_chase:
                raise ValidationError(
                    self.env._(
                        "Rule “%(rule)s” assigns nothing. Choose a scenario, a collector or both, "
                        "or “Never chase”.",
                        rule=rule.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self.env.registry.clear_cache()
        return rules

    def write(self, vals):
        result = super().write(vals)
        if {"active", "domain"} & vals.keys():
            self.env.registry.clear_cache()
        if "name" in vals:
            # why nothing is planned names the rule
            self.env["dso.customer"].invalidate_model(["planning_reason"], flush=False)
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def _get_customer_domain(self):
        """Domain of the customers that this rule is about, in its companies."""
        self.ensure_one()
        domain = fields.Domain(literal_eval(self.domain or "[]"))
        if self.company_id:
            domain &= fields.Domain("company_id", "=", self.company_id.id)
        return domain

    # ------------------------------------------------------------------
    # When to apply them again
    # ------------------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _get_watched(self):
        """The names of all fields that the rules look at, whatever model has them."""
        # sudo: rules apply whoever changes what they look at
        rules = self.sudo().search([("active", "=", True)])
        names = set()
        for rule in rules:
            names |= read_fields(self.env["dso.customer"], rule.domain)
        for name in names & BEHIND.keys():
            names.update(BEHIND[name])
        return frozenset(names)

    @api.model
    def _depend_on_figures(self):
        """Whether a rule looks at what each plan may change."""
        return bool(FIGURES & self._get_watched())

    # ------------------------------------------------------------------
    # Applying them
    # ------------------------------------------------------------------

    def _match(self, customers):
        """The first of these rules that matches each customer, one search for each rule.

        :return: {rule: customers}, and those that no rule matches under an empty rule
        """
        left = customers
        result = {}
        for rule in self.sorted():
            if not left:
                break
            domain = rule._get_customer_domain() & fields.Domain("id", "in", left.ids)
            matching = left & customers.search(domain)
            if matching:
                result[rule] = matching
            left -= matching
        if left:
            result[self.browse()] = left
        return result

    def _prepare_assignment(self, fname):
        """What this rule gives customers in a field, ``None`` where it says nothing of it."""
        if fname == "scenario_id" and self.never_chase:
            return False
        # one that was archived is not given any more
        return self[fname].filtered("active").id or None

    def _get_changes(self, customers, fill_empty=False, overrule=False):
        """What these rules would change, without writing.

        Chosen by hand stays, unless asked for; what came from a rule that matches no more goes
        back to the default of the company.

        :param fill_empty: whether those left without by hand get something; so do those that are
            without since the rule that wanted it was deleted
        :param overrule: whether those with something chosen by hand do, too
        :return: [(customers, values)]
        """
        result = []
        for rule, matching in self._match(customers).items():
            for fname, (by_rule, by_hand) in GIVEN.items():
                value = rule._prepare_assignment(fname) if rule else None
                free = matching.filtered(
                    lambda each, fname=fname, by_hand=by_hand: (
                        overrule or not each[by_hand] or fill_empty and not each[fname]
                    )
                )
                if value is None:
                    given = free.filtered(
                        lambda each, fname=fname, by_rule=by_rule, by_hand=by_hand: (
                            each[by_rule] or fill_empty and not each[fname] and not each[by_hand]
                        )
                    )
                    for company, own in given.grouped("company_id").items():
                        default = company._dso_get_default(fname).id
                        result.append((own, {fname: default, by_rule: False, by_hand: False}))
                    continue
                changed = free.filtered(
                    lambda each, fname=fname, by_rule=by_rule, value=value, rule=rule: (
                        (each[fname].id or False) != value or each[by_rule] != rule
                    )
                )
                if changed:
                    result.append((changed, {fname: value, by_rule: rule.id, by_hand: False}))
        return result

    def _get_differences(self, customers, fill_empty=False, overrule=False):
        """What these rules would give customers that they do not have yet: not what only comes
        from another rule now.

        :param fill_empty, overrule: see ``_get_changes``
        :return: {customer: {field: id or ``False``}}
        """
        result = {}
        for some, values in self._get_changes(customers, fill_empty, overrule):
            for fname in GIVEN.keys() & values.keys():
                for customer in some:
                    if (customer[fname].id or False) != (values[fname] or False):
                        result.setdefault(customer, {})[fname] = values[fname] or False
        return result

    def _assign(self, customers, fill_empty=False, overrule=False):
        """Give each customer the scenario and collector of the first rule that matches it.

        :param fill_empty, overrule: see ``_get_changes``
        :return: the customers that changed
        """
        changed = customers.browse()
        for some, values in self._get_changes(customers, fill_empty, overrule):
            some.with_context(**inside(dso_by_rule=True))._dso_as_module().write(values)
            changed |= some
        return changed

    def _restore(self, customers, fnames):
        """Give customers what these rules say, else the default of the company, as to new ones,
        whatever was chosen by hand.

        :param fnames: names of the fields, of ``GIVEN``
        :return: the customers that have something else now
        """
        changed = customers.browse()
        for rule, matching in self._match(customers).items():
            for company, own in matching.grouped("company_id").items():
                values = {}
                for fname in fnames:
                    by_rule, by_hand = GIVEN[fname]
                    value = rule._prepare_assignment(fname) if rule else None
                    values[by_hand] = False
                    values[by_rule] = rule.id if value is not None else False
                    values[fname] = company._dso_get_default(fname).id if value is None else value
                changed |= own.filtered(
                    lambda each, values=values: any(
                        (each[fname].id or False) != (values[fname] or False) for fname in fnames
                    )
                )
                own.with_context(**inside(dso_by_rule=True)).write(values)
        return changed

    def _get_applied(self):
        """All active rules and all customers of the user's companies: whichever rule was clicked,
        the order between them decides."""
        rules = self.search([("active", "=", True)])
        customers = self.env["dso.customer"].search([("company_id", "in", self.env.companies.ids)])
        return rules, customers

    def action_open_apply(self):
        """Apply to existing customers, after a look at what would change."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dso_collection.dso_assignment_apply_action"
        )
        return dict(action, context={})

    def action_apply(self, overrule=False):
        """Apply all rules to all customers of the user's companies, on demand.

        :param overrule: see ``_get_changes``
        """
        if not self.env.user.has_group("dso_collection.group_dso_manager") and not self.env.su:
            raise UserError(
                self.env._("Only credit managers can apply the rules to all customers.")
            )
        rules, customers = self._get_applied()
        changed = rules._get_differences(customers, fill_empty=True, overrule=overrule)
        rules._assign(customers, fill_empty=True, overrule=overrule)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(changed)s customers assigned by rule, %(left)s keep what they have.",
                    changed=len(changed),
                    left=len(customers) - len(changed),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
