from odoo import fields, models

from ...engine.facts import MOST_DAYS


class ResCompany(models.Model):
    _inherit = "res.company"
    _dso_ranges = {
        "dso_min_amount": (0, None),
        "dso_contact_gap_days": (0, MOST_DAYS),
    }
    _dso_plan_settings = frozenset({"dso_min_amount", "dso_contact_gap_days"})

    dso_default_scenario_id = fields.Many2one(
        "dso.scenario",
        string="Default Scenario",
        default=lambda self: self.env.ref(
            "dso_collection.scenario_standard", raise_if_not_found=False
        ),
        ondelete="set null",
    )
    dso_min_amount = fields.Monetary(
        string="Minimum Amount for Collection",
        help="Customers owing less are not chased by a scenario.",
    )
    dso_contact_gap_days = fields.Integer(
        string="Days Between Two Leaders",
        default=7,
        help="The first action for a new leader never comes sooner than this after the last "
        "scenario action.",
    )
    dso_last_plan_date = fields.Date(
        string="Last Full Plan", readonly=True, copy=False, groups="base.group_system"
    )

    _dso_delays_positive = models.Constraint(
        "CHECK (dso_contact_gap_days >= 0 AND dso_promise_grace_days >= 0)",
        "Delays of collection cannot be negative.",
    )
