from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.ledger import get_due_date


class DsoActionItem(models.Model):
    """An item of an action: attached to a specific one while it is open, and once the action is
    done the snapshot of what the customer was told. It outlives the journal item."""

    _name = "dso.action.item"
    _description = "Item of a Collection Action"
    _inherit = ["dso.guard"]
    _order = "due_date, id"
    _rec_name = "document"
    _dso_writable = frozenset({"line_id", "partial"})
    _dso_creatable = frozenset({"action_id"})

    action_id = fields.Many2one("dso.action", required=True, index=True, ondelete="cascade")
    customer_id = fields.Many2one(related="action_id.customer_id")
    company_id = fields.Many2one(related="action_id.company_id")
    company_currency_id = fields.Many2one(
        related="action_id.company_id.currency_id", string="Company Currency"
    )
    line_id = fields.Many2one(
        "account.move.line", index="btree_not_null", ondelete="set null", string="Journal Item"
    )
    partial = fields.Boolean(
        string="Part Only",
        help="Only its disputed or promised part is attached: the rest stays in the scenario.",
    )
    document = fields.Char(compute="_compute_snapshot", store=True, precompute=True)
    invoice_date = fields.Date(compute="_compute_snapshot", store=True, precompute=True)
    due_date = fields.Date(compute="_compute_snapshot", store=True, precompute=True)
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_snapshot",
        store=True,
        precompute=True,
        ondelete="restrict",
    )
    amount_residual = fields.Monetary(
        string="Open Amount",
        compute="_compute_snapshot",
        store=True,
        precompute=True,
        help="In the item's currency.",
    )
    amount_company = fields.Monetary(
        string="In Company Currency",
        compute="_compute_snapshot",
        store=True,
        precompute=True,
        currency_field="company_currency_id",
    )
    days_overdue = fields.Integer()
    penalty = fields.Monetary(
        string="Late Payment Interest", help="In the item's currency, as are the recovery costs."
    )
    recovery_cost = fields.Monetary()

    @api.depends("line_id")
    def _compute_snapshot(self):
        """Copied when the item is attached, and never again once its line is gone."""
        for item in self:
            line = item.line_id
            if not line:
                continue
            item.document = line._dso_get_document()
            item.invoice_date = line.invoice_date or line.date
            item.due_date = get_due_date(line)
            item.currency_id = line.currency_id
            item.amount_residual = line.amount_residual_currency
            item.amount_company = line.amount_residual

    @api.constrains("line_id", "action_id")
    def _check_customer(self):
        """An action tells a customer of its own items, and nobody reads others' through one."""
        for item in self:
            # sudo: compared only; the item may be one that the user must not see
            line, customer = item.sudo().line_id, item.sudo().action_id.customer_id
            if line and (line.partner_id.commercial_partner_id, line.company_id) != (
                customer.partner_id,
                customer.company_id,
            ):
                raise ValidationError(
                    self.env._(
                        "An action of %(customer)s can only be attached to its own items.",
                        customer=customer.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        if not self.env.su and items.action_id.filtered("done_date"):
            raise UserError(
                self.env._(
                    "What the customer was told is part of the history: nothing can be added to it."
                )
            )
        return items

    def write(self, vals):
        if self.action_id.filtered("done_date"):
            raise UserError(
                self.env._(
                    "What the customer was told is part of the history: it cannot be changed."
                )
            )
        followed = self._find_followed(vals)
        result = super().write(vals)
        if followed:
            self.env["dso.action"]._check_followed(followed)
        return result

    def unlink(self):
        """An item in dispute leaves its follow-up for another one only (R13)."""
        followed = self._find_followed({"line_id": False})
        result = super().unlink()
        if followed:
            self.env["dso.action"]._check_followed(followed)
        return result

    def _find_followed(self, vals):
        """The disputes that these items, changed by a user, are looked after by."""
        if self.env.su or not {"line_id", "action_id"} & vals.keys():
            return self.env["account.move.line"]
        return self.action_id._find_unfollowed()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if self.action_id.filtered("done_date"):
            raise UserError(
                self.env._(
                    "What the customer was told is part of the history: it cannot be deleted."
                )
            )
