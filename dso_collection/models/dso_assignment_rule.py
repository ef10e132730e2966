from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DsoAssignmentRule(models.Model):
    """Which customers get which scenario and collector: the first rule that matches wins."""

    _name = "dso.assignment.rule"
    _description = "Collection Assignment Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    domain = fields.Char(string="Customers", default="[]", required=True)
    scenario_id = fields.Many2one("dso.scenario", check_company=True, ondelete="cascade")
    collector_id = fields.Many2one("res.users", ondelete="set null")
    customer_count = fields.Integer(string="Matching", compute="_compute_customer_count")

    @api.depends("domain", "company_id")
    def _compute_customer_count(self):
        for rule in self:
            rule.customer_count = self.env["dso.customer"].search_count(rule._get_customer_domain())

    @api.constrains("domain")
    def _check_domain(self):
        for rule in self:
            try:
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
    @api.constrains("name", "scenario_id", "collector_id")
    def _check_effect(self):
        for rule in self:
            if not rule.scenario_id and not rule.collector_id:
                raise ValidationError(
                    self.env._(
                        "Rule “%(rule)s” assigns nothing. Choose a scenario, a collector or both.",
                        rule=rule.name,
                    )
                )

    def _get_customer_domain(self):
        """Domain of the customers that this rule is about, in its companies."""
        self.ensure_one()
        domain = fields.Domain(literal_eval(self.domain or "[]"))
        if self.company_id:
            domain &= fields.Domain("company_id", "=", self.company_id.id)
        return domain

    def _assign(self, customers):
        """Give each customer the scenario and collector of the first rule that matches it.

        :return: the customers that no rule matched
        """
        left = customers
        for rule in self.sorted():
            if not left:
                break
            matching = left.filtered_domain(rule._get_customer_domain())
            values = {
                fname: rule[fname].id for fname in ("scenario_id", "collector_id") if rule[fname]
            }
            matching.write(values)
            left -= matching
        return left

    def action_apply(self):
        """Apply all rules to all customers of the user's companies, on demand."""
        # all active rules take part, whichever was clicked: the order between them decides
        rules = self.search([("active", "=", True)])
        customers = self.env["dso.customer"].search([("company_id", "in", self.env.companies.ids)])
        left = rules._assign(customers)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(matched)s customers assigned by rule, %(left)s matched none and keep what "
                    "they have.",
                    matched=len(customers) - len(left),
                    left=len(left),
                ),
            },
        }
