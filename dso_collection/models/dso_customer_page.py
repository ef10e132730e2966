from odoo import fields, models


class DsoCustomerPage(models.AbstractModel):
    """The part of ``dso.customer`` that is about interactive pages."""

    _name = "dso.customer.page"
    _description = "Interactive Pages of Collection Customers"

    page_enabled = fields.Boolean(
        string="Interactive Page",
        tracking=True,
        help="E-mails to this customer have a button that opens a page with the account, where "
        "the customer answers. Without it, the button begins an e-mail to the collector.",
    )
    page_ids = fields.One2many("dso.page", "customer_id", string="Interactive Pages", readonly=True)
    answer_ids = fields.One2many("dso.page.answer", "customer_id", string="Answers", readonly=True)

    def action_revoke_pages(self):
        """Nobody can open any page of these customers any more."""
        self.page_ids.filtered(
            lambda page: page.state not in ("revoked", "expired")
        ).action_revoke()
