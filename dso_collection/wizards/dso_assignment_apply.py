from odoo import api, fields, models

#: How many of the customers that change are shown.
SHOWN = 100


class DsoAssignmentApply(models.TransientModel):
    """What the assignment rules would change of the customers that exist, before it is done."""

    _name = "dso.assignment.apply"
    _description = "Apply Assignment Rules"
    _inherit = ["dso.wizard"]
    _dso_writable = frozenset({"overrule"})

    overrule = fields.Boolean(string="Also What Was Chosen by Hand")
    scenario_count = fields.Integer(string="Get Another Scenario", compute="_compute_counts")
    collector_count = fields.Integer(string="Get Another Collector", compute="_compute_counts")
    never_count = fields.Integer(string="Are Not Chased Any More", compute="_compute_counts")
    kept_count = fields.Integer(
        string="Keep What Was Chosen by Hand",
        compute="_compute_counts",
    )
    change_count = fields.Integer(compute="_compute_counts")
    customer_ids = fields.Many2many("dso.customer", compute="_compute_counts", string="Customers")

    @api.depends("overrule")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_counts(self):
        rules, customers = self.env["dso.assignment.rule"]._get_applied()
        changes = rules._get_changes(customers, fill_empty=True, overrule=self[:1].overrule)
        changed = {"scenario_id": customers.browse(), "collector_id": customers.browse()}
        never = customers.browse()
        for some, values in changes:
            for fname in changed.keys() & values.keys():
                differing = some.filtered(
                    lambda each, fname=fname, values=values: (
                        (each[fname].id or False) != (values[fname] or False)
                    )
                )
                changed[fname] |= differing
                if fname == "scenario_id" and not values[fname]:
                    never |= differing
        everybody = changed["scenario_id"] | changed["collector_id"]
        kept = (customers - everybody).filtered(
            lambda each: (
                each.scenario_by_hand
                and each.scenario_id
                or each.collector_by_hand
                and each.collector_id
            )
        )
        self.update(
            {
                "scenario_count": len(changed["scenario_id"] - never),
                "collector_count": len(changed["collector_id"]),
                "never_count": len(never),
                "kept_count": len(kept),
                "change_count": len(everybody),
                "customer_ids": everybody[:SHOWN],
            }
        )

    def action_apply(self):
        self.ensure_one()
        return self.env["dso.assignment.rule"].action_apply(self.overrule)
