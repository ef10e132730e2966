from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    dso_is_leader = fields.Boolean(
        string="Leader", compute="_compute_dso_is_leader", search="_search_dso_is_leader"
    )

    def _compute_dso_is_leader(self):
        # sudo: the star is shown to whoever sees the item
        led = self.env["dso.customer"].sudo().search([("leader_line_id", "in", self.ids)])
        leaders = led.leader_line_id
        for line in self:
            line.dso_is_leader = line._origin in leaders

    def _search_dso_is_leader(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: the star is shown to whoever sees the item
        customers = self.env["dso.customer"].sudo()._search([("leader_line_id", "!=", False)])
        led = Domain("id", "in", customers.subselect("leader_line_id"))
        return led if True in value else ~led

    def _dso_group_by_customer(self):
        """{collection file: its items}, of the files that the user may see."""
        groups = self.grouped(lambda line: (line.partner_id.commercial_partner_id, line.company_id))
        return {
            customer: groups[customer.partner_id, customer.company_id]
            for customer in self._dso_get_customers()
            if (customer.partner_id, customer.company_id) in groups
        }

    def _dso_get_customers(self):
        """The collection files of these items that the user may see."""
        return self.env["dso.customer"].search(
            [
                ("partner_id", "in", self.partner_id.commercial_partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ]
        )

    def action_dso_view_customer(self):
        """Open the customer's file of this item."""
        self.ensure_one()
        customer = self.env["dso.customer"].search(
            [
                ("partner_id", "=", self.partner_id.commercial_partner_id.id),
                ("company_id", "=", self.company_id.id),
            ],
            limit=1,
        )
        if not customer:
            raise UserError(self.env._("This item has no collection file yet."))
        return customer.get_formview_action()
