from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.toasts import toast

#: What is assigned, with the field that says how.
MODES = {"scenario_id": "scenario_mode", "collector_id": "collector_mode"}


class DsoCustomerAssign(models.TransientModel):
    """Gives the selected customers a scenario, a collector or both, takes them away, or lets the
    assignment rules choose again."""

    _name = "dso.customer.assign"
    _description = "Assign Scenario and Collector"
    _inherit = ["dso.wizard"]
    _dso_writable = frozenset(
        {"collector_id", "collector_mode", "customer_ids", "scenario_id", "scenario_mode"}
    )

    customer_ids = fields.Many2many("dso.customer", string="Customers")
    scenario_mode = fields.Selection(
        [
            ("keep", "As it is"),
            ("set", "This one"),
            ("rules", "As the assignment rules say"),
            ("none", "None: nothing is planned automatically"),
        ],
        string="Scenario",
        required=True,
        compute="_compute_modes",
        store=True,
        precompute=True,
        readonly=False,
    )
    scenario_id = fields.Many2one("dso.scenario", string="New Scenario")
    collector_mode = fields.Selection(
        [
            ("keep", "As it is"),
            ("set", "This one"),
            ("rules", "As the assignment rules say"),
            ("none", "Nobody: the company's collector sends"),
        ],
        string="Collector",
        required=True,
        compute="_compute_modes",
        store=True,
        precompute=True,
        readonly=False,
    )
    collector_id = fields.Many2one(
        "res.users", string="New Collector", domain=[("share", "=", False)]
    )

    @api.depends("scenario_id", "collector_id")
    def _compute_modes(self):
        """Choosing one is meant to give it."""
        for wizard in self:
            for fname, mode in MODES.items():
                if wizard[fname] or wizard[mode] in (False, "set"):
                    wizard[mode] = "set" if wizard[fname] else "keep"

    def _prepare_values(self):
        """{field: what it becomes}, and the fields that go back to the rules.

        :raise UserError: where nothing is asked for, or a choice is not made
        """
        values, by_rules = {}, []
        for fname, mode in MODES.items():
            if self[mode] == "set" and not self[fname]:
                raise UserError(
                    self.env._(
                        "Choose the %(field)s for these customers.",
                        field=self._fields[mode]._description_string(self.env).lower(),
                    )
                )
            if self[mode] in ("set", "none"):
                values[fname] = self[fname].id if self[mode] == "set" else False
            elif self[mode] == "rules":
                by_rules.append(fname)
        if not values and not by_rules:
            raise UserError(self.env._("Choose what to do with the scenario or the collector."))
        return values, by_rules

    def action_apply(self):
        """Assign, and say how many customers have something else now."""
        self.ensure_one()
        values, by_rules = self._prepare_values()
        customers = self.customer_ids
        if not customers:
            raise UserError(self.env._("Select the customers to assign in their list."))
        # before: who gives customers away may not be allowed to read them any more
        name = customers.display_name if len(customers) == 1 else ""
        # sudo: counted for a user who may just have given the customers away
        open_actions = {customer: len(customer.sudo().open_action_ids) for customer in customers}
        moved = customers.filtered(
            lambda customer: any(customer[fname].id != value for fname, value in values.items())
        )
        if by_rules:
            moved |= customers._return_to_rules(by_rules)
        if values:
            # by hand from now on, also where it is the same as the rules gave
            customers.write(values)
        return self._report(moved, sum(open_actions[customer] for customer in moved), name)

    def _report(self, moved, actions, name):
        """:param name: of the only customer, if there is one"""
        values = {"name": name, "count": len(moved), "actions": actions}
        kept = len(self.customer_ids) - len(moved)
        if name and moved:
            return toast(self.env._("%(name)s: assigned.", **values))
        if name:
            return toast(self.env._("%(name)s already had this.", **values), "warning")
        lines = [
            self.env._(
                "Customers assigned: %(count)s. Planned actions that go with them: %(actions)s.",
                **values,
            )
        ]
        if kept:
            lines.append(self.env._("%(count)s unchanged: they already had this.", count=kept))
        return toast("\n".join(lines), "success" if moved else "warning")
