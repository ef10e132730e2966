from odoo import api, fields, models

from ...engine.facts import MOST_DAYS


class ResCompany(models.Model):
    _inherit = "res.company"
    _dso_ranges = {"dso_declaration_days": (0, MOST_DAYS)}
    _dso_plan_settings = frozenset(
        {"dso_chase_companies", "dso_proposed_contact_serves", "dso_declaration_days"}
    )

    dso_chase_companies = fields.Boolean(
        string="Chase Companies of This Database",
        help="Otherwise nothing is planned for customers that are companies of this database, "
        "including archived ones and branches; their figures stay.",
    )
    dso_proposed_contact_serves = fields.Boolean(
        string="Who Gets the Invoices Gets the Reminders",
        help="Customers without a collections contact: reminders go to their invoice contact, or "
        "else to the customer's own e-mail address, without anybody choosing it.",
    )
    dso_declaration_days = fields.Integer(
        string="Days to Report to the Insurer",
        default=60,
        help="Days after the due date by which an unpaid claim has to be reported to the credit "
        "insurer, where the customer's file does not say otherwise.",
    )
    _dso_declaration_days_positive = models.Constraint(
        "CHECK (dso_declaration_days >= 0)",
        "The days until a claim is reported to the insurer cannot be negative.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._dso_follow_partner()
        return companies

    def _dso_follow_partner(self):
        """Customers who become companies of this database are not chased, and the reverse."""
        # sudo: files of all companies, which are planned anew only
        files = self.env["dso.customer"].sudo().with_context(active_test=False)
        self.env["dso.refresh.queue"].sudo()._enqueue_customers(
            files.search([("partner_id", "in", self.sudo().partner_id.ids)])
        )

    def _dso_get_default(self, fname):
        """What new customers get where no rule says otherwise; nothing that was archived.

        :param fname: of a customer: ``scenario_id`` or ``collector_id``
        """
        # sudo: a setting of the company, whoever makes the file
        return self.sudo()[f"dso_default_{fname}"].filtered("active")

    def write(self, vals):
        if "partner_id" in vals:
            self._dso_follow_partner()
        result = super().write(vals)
        if "partner_id" in vals:
            self._dso_follow_partner()
        return result
