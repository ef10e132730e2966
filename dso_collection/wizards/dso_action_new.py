from odoo import api, fields, models
from odoo.exceptions import UserError


class DsoActionNew(models.TransientModel):
    """New action, out of the scenario: for a customer, or a specific one for some of its items.
    [seed 000]"""

    _name = "dso.action.new"
    _description = "New Action"
    _inherit = "dso.action.draft"

    customer_id = fields.Many2one("dso.customer", required=True, ondelete="cascade")
    partner_id = fields.Many2one(related="customer_id.partner_id", string="Partner")
    open_line_ids = fields.Many2many("account.move.line", compute="_compute_open_line_ids")
    line_ids = fields.Many2many(
        "account.move.line",
        string="Items",
        domain="[('id', 'in', open_line_ids)]",
        help="With items it is a specific action: they leave the scenario until it is ended. "
        "Without, it is an action out of scenario that changes nothing else.",
    )
    recipient_ids = fields.Many2many(
        "res.partner",
        string="Recipients",
        help="Empty: the customer's contacts for collection.",
    )
    comment = fields.Text(string="Note")
    action_date = fields.Date(compute="_compute_action_date", store=True, readonly=False)
    company_id = fields.Many2one(related="customer_id.company_id")

    @api.depends("customer_id")
    def _compute_action_date(self):
        for wizard in self:
            company = wizard.customer_id.company_id
            if company:
                wizard.action_date = company._dso_next_working_day(company._dso_today())

    @api.depends("customer_id")
    def _compute_open_line_ids(self):
        for wizard in self:
            customer = wizard.customer_id
            wizard.open_line_ids = customer.item_ids | customer.credit_ids

    def _get_draft_subject(self):
        return self.customer_id, self.line_ids

    def action_apply(self):
        """Make the action; done at once if the user said so."""
        self.ensure_one()
        self.customer_id.check_access("write")
        self._check_draft()
        lines = self.line_ids
        if lines:
            lines._dso_check_write()
            foreign = lines - self.open_line_ids
            if foreign:
                raise UserError(
                    self.env._(
                        "%(document)s is no open item of %(customer)s.",
                        document=foreign[0]._dso_get_document(),
                        customer=self.customer_id.display_name,
                    )
                )
        origin = "specific" if lines else "manual"
        return self._make_actions({self.customer_id: lines}, origin)._get_closing()

    def _prepare_draft_values(self, customer, lines, origin):
        return {
            **super()._prepare_draft_values(customer, lines, origin),
            "recipient_ids": [(6, 0, self.recipient_ids.ids)],
            "comment": self.comment,
        }
