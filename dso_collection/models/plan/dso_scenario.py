from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...engine import facts, scenario
from ...tools.inside import get_inside, inside
from ...tools.toasts import name_some


class DsoScenario(models.Model):
    """An ordered series of dunning steps, driven by the customer's leader. [seed 003]"""

    _name = "dso.scenario"
    _description = "Collection Scenario"
    _inherit = ["dso.in.use", "dso.guard"]
    _order = "sequence, name, id"
    _check_company_auto = True
    _dso_writable = frozenset(
        {
            "active",
            "company_id",
            "description",
            "min_amount",
            "name",
            "restart_policy",
            "sequence",
            "step_ids",
        }
    )

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    description = fields.Text(
        translate=True, help="Says for which customers this scenario is meant."
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to serve all companies."
    )
    active = fields.Boolean(default=True)
    step_ids = fields.One2many("dso.scenario.step", "scenario_id", string="Steps", copy=True)
    removed_text = fields.Text(
        compute="_compute_removed_text",
        help="Says what removing steps does to the actions that are planned.",
    )
    used_fields = fields.Char(
        compute="_compute_used_fields", help="Says which columns the types of the steps need."
    )
    step_count = fields.Integer(compute="_compute_step_count")
    customer_count = fields.Integer(string="Customers", compute="_compute_customer_count")
    min_amount = fields.Float(
        string="Minimum Amount",
        digits=(16, 2),
        help="In each company's currency. Customers owing less are not chased. 0 means the "
        "minimum in the company's settings.",
    )
    restart_policy = fields.Selection(
        [
            ("first_step", "At the first step"),
            ("by_age", "Where the item's age and history place it"),
        ],
        string="A New Leader Starts",
        required=True,
        default="first_step",
        help="Decides what happens when the leader is paid or excluded, and another item "
        "takes its place.",
    )

    _min_amount_positive = models.Constraint(
        "CHECK (min_amount >= 0)", "The minimum amount cannot be negative."
    )

    @api.depends("step_ids.action_type")
    def _compute_used_fields(self):
        for record in self:
            used = {"recipient"} if any(record.step_ids.mapped("is_internal")) else set()
            for fname in ("template_field", "optional_template_field"):
                used.update(filter(None, record.step_ids.mapped(fname)))
            record.used_fields = ",".join(sorted(used))

    @api.depends("step_ids")
    @api.depends_context("lang")
    def _compute_removed_text(self):
        """Said before it is saved: there is no other way back."""
        for record in self:
            removed = record._origin.step_ids - record.step_ids._origin
            # sudo: how many actions there are of a step that the reader may change; only numbers
            # come of it
            planned = (
                self.env["dso.action"]
                .sudo()
                ._read_group(
                    [("step_id", "in", removed.ids), ("state", "in", ("planned", "error"))],
                    ["step_id"],
                    ["__count"],
                )
            )
            record.removed_text = "\n".join(
                self.env._(
                    "“%(step)s”: %(count)s planned actions will be replaced according to the "
                    "remaining steps once this is saved. Discard the changes to keep the step.",
                    step=step.name,
                    count=count,
                )
                for step, count in planned
            )

    @api.depends("step_ids")
    def _compute_step_count(self):
        for record in self:
            record.step_count = len(record.step_ids)

    def _compute_customer_count(self):
        counts = dict(
            self.env["dso.customer"]._read_group(
                [("scenario_id", "in", self.ids)], ["scenario_id"], ["__count"]
            )
        )
        for record in self:
            record.customer_count = counts.get(record, 0)

    @api.constrains("step_ids")
    def _check_steps(self):
        """A scenario whose steps cannot follow one another is refused on save (R3)."""
        if not get_inside(self.env, "dso_steps_together"):
            self._dso_check_steps()

    def _dso_check_steps(self, steps=None):
        """:param steps: those that changed, all by default
        :raise ValidationError: with everything that is wrong
        """
        texts = []
        for record in self:
            ordered = record.step_ids.sorted()
            found = [
                (error.position, record._describe_step_error(error, ordered))
                for error in scenario.faults(tuple(step._to_engine() for step in ordered))
            ]
            for position, step in enumerate(ordered):
                if steps is None or step in steps:
                    found += [(position, text) for text in step._find_faults()]
            found.sort(key=lambda fault: fault[0])
            texts += [text for _position, text in found]
        if len(texts) > 1:
            intro = self.env._("Correct these before the steps can be saved:")
            texts = [intro, *(f"- {text}" for text in texts)]
        if texts:
            raise ValidationError("\n".join(texts))

    def _describe_step_error(self, error, steps):
        step = steps[error.position]
        if error.code == "first_on_previous":
            return self.env._(
                "Scenario “%(scenario)s”: the first step, “%(step)s”, cannot wait for a previous "
                "action because there is none. Start it from the due date, or move it down.",
                scenario=self.name,
                step=step.name,
            )
        if error.code == "delay":
            return self.env._(
                "Scenario “%(scenario)s”: step %(position)s, “%(step)s”, has a delay of %(days)s "
                "days. Enter a number from -%(maximum)s to %(maximum)s.",
                scenario=self.name,
                position=error.position + 1,
                step=step.name,
                days=step.delay,
                maximum=facts.MOST_DAYS,
            )
        if error.code == "too_far":
            return self.env._(
                "Scenario “%(scenario)s”: step %(position)s, “%(step)s”, would come more than "
                "%(maximum)s days from the due date, with the delays of the steps above it. "
                "Shorten them.",
                scenario=self.name,
                position=error.position + 1,
                step=step.name,
                maximum=facts.MOST_DAYS,
            )
        return self.env._(
            "Scenario “%(scenario)s”: step %(position)s, “%(step)s”, would come before the step "
            "above it, “%(previous)s”. Increase its delay or move it up.",
            scenario=self.name,
            position=error.position + 1,
            step=step.name,
            previous=steps[error.position - 1].name,
        )

    def _dso_find_uses(self, deleting):
        # sudo: whoever follows it counts, in companies of others too; only the number is told
        customers = self.env["dso.customer"].sudo().with_context(active_test=not deleting)
        rules = self.env["dso.assignment.rule"].sudo().with_context(active_test=not deleting)
        domain = [("scenario_id", "=", self.id)]
        uses, action, label = [], None, ""
        if count := customers.search_count(domain):
            uses.append(
                self.env._("1 customer follows it.")
                if count == 1
                else self.env._("%(count)s customers follow it.", count=count)
            )
            shown = customers.sudo(False).search_count(domain)
            if shown < count:
                uses[-1] += " " + self.env._(
                    "In companies you are not viewing now: %(count)s.",
                    count=count - shown,
                )
            action = dict(self.action_view_customers(), context={"active_test": not deleting})
            label = self.env._("Show the customers")
        if companies := self._dso_name_companies("dso_default_scenario_id", self):
            uses.append(
                self.env._(
                    "New customers get it, according to the settings of: %(names)s.",
                    names=companies,
                )
            )
        if names := rules.search(domain).mapped("name"):
            uses.append(
                self.env._("Assignment rules use it: %(names)s.", names=name_some(self.env, names))
            )
        return uses, action, label

    def _dso_advise_unused(self):
        return self.env._(
            "Choose another scenario there first: for customers, select them in their list, then "
            "“Assign scenario and collector”; for the defaults of new customers, ask your "
            "administrator."
        )

    @api.model_create_multi
    def create(self, vals_list):
        """The steps are checked once all are there, so that everything wrong is said at once."""
        scenarios = super(DsoScenario, self.with_context(**inside(dso_steps_together=True))).create(
            vals_list
        )
        scenarios = scenarios.with_env(self.env)
        scenarios._dso_check_steps()
        return scenarios

    def write(self, vals):
        if "step_ids" in vals:
            super(DsoScenario, self.with_context(**inside(dso_steps_together=True))).write(vals)
            self._dso_check_steps()
        else:
            super().write(vals)
        result = True
        if {"active", "min_amount", "restart_policy", "step_ids", "company_id"} & vals.keys():
            self.env["dso.refresh.queue"]._enqueue_scenarios(self)
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if "name" in (default or {}):
            return vals_list
        return [
            dict(vals, name=self.env._("%(scenario)s (copy)", scenario=record.name))
            for record, vals in zip(self, vals_list, strict=True)
        ]

    def action_view_customers(self):
        """Open the customers that follow this scenario."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("dso_collection.dso_customer_action")
        return dict(action, domain=[("scenario_id", "=", self.id)], context={})

    def action_dry_run(self):
        """What this scenario would send to its customers if nobody paid, or two scenarios compared
        on the customers of the first. Where it has no customers yet: on all of them, beside what
        they have now."""
        if len(self) > 2:
            raise UserError(
                self.env._("Choose one scenario for a dry run, or two of them to compare.")
            )
        first, second = self[:1], self[1:]
        action = self.env["ir.actions.client"]._for_xml_id("dso_collection.dso_dry_run_action")
        if first.customer_count:
            params = {
                "population": "scenario",
                "population_scenario_id": first.id,
                "scenario_id": first.id,
                "compare_id": second.id,
            }
        else:
            params = {
                "population": "all",
                "scenario_id": first.id if second else False,
                "compare_id": (second or first).id,
            }
        return dict(action, params=params)

    def _to_engine(self):
        """The scenario as the engine knows it, one object for all its customers."""
        self.ensure_one()
        return facts.Scenario(
            id=self.id,
            steps=tuple(step._to_engine() for step in self.step_ids.sorted()),
            min_amount=self.min_amount,
            restart_policy=self.restart_policy,
        )
