from odoo import api, fields, models


class DsoCustomer(models.Model):
    """The part of ``dso.customer`` that is about interactive pages."""

    _inherit = "dso.customer"
    _dso_writable = frozenset({"page_enabled"})

    page_enabled = fields.Boolean(
        string="Interactive Page",
        tracking=True,
        help="E-mails to this customer have a button that opens a page with the account, where "
        "the customer answers. Without it, the button starts an e-mail to the collector.",
    )
    page_ids = fields.One2many("dso.page", "customer_id", string="Interactive Pages", readonly=True)
    answer_ids = fields.One2many("dso.page.answer", "customer_id", string="Answers", readonly=True)
    page_opened_date = fields.Datetime(
        string="Page Last Opened", compute="_compute_page_dates", compute_sudo=True
    )
    page_answered_date = fields.Datetime(
        string="Page Last Answered", compute="_compute_page_dates", compute_sudo=True
    )

    @api.depends("page_ids.opened_date", "page_ids.answered_date")
    def _compute_page_dates(self):
        """Of the customer's own page, not of colleagues' ones."""
        dates = {
            customer: found
            for customer, *found in self.env["dso.page"]._read_group(
                [("customer_id", "in", self.ids), ("purpose", "=", "customer")],
                ["customer_id"],
                ["opened_date:max", "answered_date:max"],
            )
        }
        for customer in self:
            opened, answered = dates.get(customer._origin, (False, False))
            customer.page_opened_date = opened
            customer.page_answered_date = answered

    def action_revoke_pages(self):
        """Nobody can open any page of these customers any more, nor ask for a new link in place of
        one that has expired."""
        self.page_ids.action_revoke()
