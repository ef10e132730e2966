from odoo import api, fields, models
from odoo.exceptions import UserError

from .dso_item_status import KINDS


class DsoQualification(models.Model):
    """Who said what of an item, when: an append-only log. Nobody changes or deletes it; it
    outlives the journal item, of which it keeps a copy."""

    _name = "dso.qualification"
    _description = "Item Qualification"
    _order = "id desc"
    _rec_name = "document"

    customer_id = fields.Many2one(
        "dso.customer", required=True, index=True, ondelete="restrict", readonly=True
    )
    partner_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict", readonly=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="restrict", readonly=True
    )
    line_id = fields.Many2one(
        "account.move.line", index="btree_not_null", ondelete="set null", readonly=True
    )
    document = fields.Char(readonly=True)
    due_date = fields.Date(readonly=True)
    currency_id = fields.Many2one("res.currency", ondelete="restrict", readonly=True)
    amount_residual = fields.Monetary(readonly=True, help="What was open at that moment.")
    status_id = fields.Many2one(
        "dso.item.status", index="btree_not_null", ondelete="restrict", readonly=True
    )
    kind = fields.Selection(KINDS, readonly=True, help="The status's kind at that moment.")
    date = fields.Date(readonly=True, help="Given with the status: a promise's promised date.")
    amount = fields.Monetary(readonly=True, help="The promised or disputed part.")
    comment = fields.Text(readonly=True)
    resolver_id = fields.Many2one("res.users", ondelete="restrict", readonly=True)
    user_id = fields.Many2one("res.users", ondelete="restrict", readonly=True)
    source = fields.Selection(
        [
            ("collector", "Collector"),
            ("customer", "Customer"),
            ("resolver", "Resolver"),
            ("system", "System"),
        ],
        required=True,
        default="collector",
        readonly=True,
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Attachments", readonly=True)
    attachments_public = fields.Boolean(
        string="Visible to the Customer",
        readonly=True,
        help="Else the attachments are internal.",
    )
    logged_on = fields.Date(required=True, readonly=True, help="In the company's time zone.")

    # what part of an item is disputed or promised: the last one of its kind says it
    _part_idx = models.Index("(customer_id, line_id, id DESC) WHERE kind IN ('dispute', 'promise')")
    # R5: from when on earlier actions no longer count for an item
    _resolved_idx = models.Index("(customer_id, line_id) WHERE kind = 'dispute_resolved'")

    def write(self, vals):
        if self:
            raise UserError(
                self.env._(
                    "A qualification is part of the history: it cannot be changed. Add another."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A qualification is part of the history: it cannot be deleted."))
