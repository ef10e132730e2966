from odoo import fields, models
from odoo.exceptions import UserError


class DsoCustomerAssign(models.TransientModel):
    """Gives the selected customers a scenario, a collector or both."""

    _name = "dso.customer.assign"
    _description = "Assign Scenario and Collector"

    customer_ids = fields.Many2many("dso.customer", string="Customers")
    scenario_id = fields.Many2one("dso.scenario")
    collector_id = fields.Many2one("res.users", domain=[("share", "=", False)])

    def action_apply(self):
        self.ensure_one()
        values = {fname: self[fname].id for fname in ("scenario_id", "collector_id") if self[fname]}
        if not values:
            raise UserError(self.env._("Choose a scenario, a collector or both."))
        self.customer_ids.write(values)
        return {"type": "ir.actions.act_window_close"}
