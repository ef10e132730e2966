from odoo import api, fields, models
from odoo.fields import Domain


class DsoAlertHit(models.Model):
    """A customer that an alert found, and since when. Written by the night's job only, in bulk; a
    customer that leaves and comes back is a new one."""

    _name = "dso.alert.hit"
    _description = "Customer Found by an Alert"
    _inherit = ["dso.guard"]
    _order = "date desc, id desc"
    _log_access = False

    alert_id = fields.Many2one("dso.alert", required=True, readonly=True, ondelete="cascade")
    # no index of its own, which millions of rows in one night would have to be put into: nothing
    # looks for the hits of one customer but its deletion, which is rare
    customer_id = fields.Many2one("dso.customer", required=True, readonly=True, ondelete="cascade")
    # the customer's, with which it stays and goes; no foreign key of its own, which for millions of
    # customers found in one night would be looked up as often
    company_id = fields.Integer(string="Company ID", required=True, readonly=True)
    date = fields.Date(string="Since", required=True, readonly=True)
    notified_date = fields.Date(
        string="Notified On", readonly=True, help="Shows when the collector was notified of it."
    )

    _alert_customer_uniq = models.UniqueIndex("(alert_id, customer_id)")
    # what the collectors have to be told of
    _pending_idx = models.Index("(company_id) WHERE notified_date IS NULL")

    @api.depends("alert_id.name", "customer_id.display_name")
    def _compute_display_name(self):
        for hit in self:
            hit.display_name = f"{hit.alert_id.name}: {hit.customer_id.display_name}"

    @api.model
    def _get_new_domain(self):
        """Those found today for the first time, each company on its own date."""
        by_day = {}
        for company in self.env["res.company"]._dso_companies():
            by_day.setdefault(company._dso_today(), []).append(company.id)
        return Domain.OR(
            Domain("company_id", "in", ids) & Domain("date", "=", day)
            for day, ids in by_day.items()
        )
