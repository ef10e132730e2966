from odoo import Command, api, fields, models

#: How many of the customers that change are shown.
SHOWN = 100


class DsoAssignmentApply(models.TransientModel):
    """What the assignment rules would change of the customers that exist, before it is done."""

    _name = "dso.assignment.apply"
    _description = "Apply Assignment Rules"
    _inherit = ["dso.wizard"]
    # the lines are made while one looks, and are sent back with the form
    _dso_writable = frozenset({"line_ids", "overrule"})

    overrule = fields.Boolean(string="Also What Was Chosen by Hand")
    # each customer is counted once: these add up to all of them
    scenario_count = fields.Integer(string="Get Another Scenario", compute="_compute_counts")
    never_count = fields.Integer(string="Are Not Chased Any More", compute="_compute_counts")
    collector_count = fields.Integer(string="Get Only Another Collector", compute="_compute_counts")
    kept_count = fields.Integer(
        string="Keep What Was Chosen by Hand",
        compute="_compute_counts",
    )
    same_count = fields.Integer(string="Stay as They Are", compute="_compute_counts")
    customer_count = fields.Integer(string="All Customers", compute="_compute_counts")
    change_count = fields.Integer(compute="_compute_counts")
    hidden_count = fields.Integer(compute="_compute_counts", help="Changes that are not shown.")
    customer_ids = fields.Many2many("dso.customer", compute="_compute_counts", string="Customers")
    line_ids = fields.One2many(
        "dso.assignment.apply.line",
        "apply_id",
        string="Customers That Change",
        compute="_compute_line_ids",
        # with the rights of whoever looks
        compute_sudo=False,
        store=True,
        readonly=False,
    )

    def _find_changes(self):
        """(all customers, {customer that gets something else: {field: what it gets}})"""
        rules, customers = self.env["dso.assignment.rule"]._get_applied()
        return customers, rules._get_differences(
            customers, fill_empty=True, overrule=self[:1].overrule
        )

    @api.depends("overrule")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_counts(self):
        customers, changes = self._find_changes()
        changed = customers.filtered(changes.get)
        scenario = changed.filtered(lambda each: "scenario_id" in changes[each])
        never = scenario.filtered(lambda each: not changes[each]["scenario_id"])
        kept = (customers - changed).filtered(
            lambda each: (
                each.scenario_by_hand
                and each.scenario_id
                or each.collector_by_hand
                and each.collector_id
            )
        )
        self.update(
            {
                "scenario_count": len(scenario - never),
                "never_count": len(never),
                "collector_count": len(changed - scenario),
                "kept_count": len(kept),
                "same_count": len(customers - changed - kept),
                "customer_count": len(customers),
                "change_count": len(changed),
                "hidden_count": max(len(changed) - SHOWN, 0),
                "customer_ids": changed,
            }
        )

    @api.depends("overrule")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_line_ids(self):
        for wizard in self:
            customers, changes = wizard._find_changes()
            lines = [
                Command.create(wizard._prepare_line(customer, changes[customer]))
                for customer in customers.filtered(changes.get)[:SHOWN]
            ]
            wizard.line_ids = [Command.clear(), *lines]

    def _prepare_line(self, customer, values):
        """Now and then, of what changes only."""
        result = {"name": customer.display_name}
        for fname, name in (("scenario_id", "scenario"), ("collector_id", "collector")):
            if fname not in values:
                continue
            nothing = {
                "scenario_id": self.env._("None: not chased"),
                "collector_id": self.env._("Nobody"),
            }[fname]
            then = customer[fname].browse(values[fname])
            result[f"{name}_now"] = customer[fname].display_name or nothing
            result[f"{name}_then"] = then.display_name or nothing
        return result

    def action_apply(self):
        self.ensure_one()
        return self.env["dso.assignment.rule"].action_apply(self.overrule)
