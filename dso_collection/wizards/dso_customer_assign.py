from odoo import fields, models
from odoo.exceptions import UserError

from ..tools.toasts import name_some, toast


class DsoCustomerAssign(models.TransientModel):
    """Gives the selected customers a scenario, a collector or both."""

    _name = "dso.customer.assign"
    _description = "Assign Scenario and Collector"
    _inherit = ["dso.wizard"]
    _dso_writable = frozenset({"collector_id", "customer_ids", "scenario_id"})

    customer_ids = fields.Many2many("dso.customer", string="Customers")
    scenario_id = fields.Many2one("dso.scenario")
    collector_id = fields.Many2one("res.users", domain=[("share", "=", False)])

    def action_apply(self):
        self.ensure_one()
        values = {fname: self[fname].id for fname in ("scenario_id", "collector_id") if self[fname]}
        if not values:
            raise UserError(self.env._("Choose a scenario, a collector or both."))
        if self.env.context.get("dso_reassign"):
            return self._reassign(values)
        # before: who gives customers away may not be allowed to read them any more
        names = name_some(self.env, self.customer_ids.mapped("display_name"))
        self.customer_ids.write(values)
        return toast(self.env._("%(customers)s: assigned.", customers=names))

    def _reassign(self, values):
        """From the agenda: say how many customers and actions have moved, and which had not to."""
        customers = self.customer_ids
        moved = customers.filtered(
            lambda customer: any(customer[fname].id != value for fname, value in values.items())
        )
        # sudo: counted for a user who may just have given the customers away
        open_actions = moved.sudo().open_action_ids
        moved.write(values)
        lines = [
            self.env._(
                "%(customers)s customers assigned, with their %(actions)s planned actions.",
                customers=len(moved),
                actions=len(open_actions),
            )
        ]
        if customers - moved:
            lines.append(
                self.env._("%(count)s not: they had this already.", count=len(customers - moved))
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if moved else "warning",
                "message": "\n".join(lines),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
