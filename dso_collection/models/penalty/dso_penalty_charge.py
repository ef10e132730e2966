from odoo import fields, models
from odoo.fields import Domain


class DsoPenaltyCharge(models.Model):
    """What was invoiced of an item: its interest until a day, or its recovery cost, one for each
    line of the invoice. Goes with that line when it is deleted from the draft, or with the whole
    draft, and no longer counts once the invoice is cancelled or reversed: then the same days can be
    invoiced again."""

    _name = "dso.penalty.charge"
    _description = "Invoiced Late Payment Penalty"
    _inherit = ["dso.guard"]
    _order = "date_to desc, id desc"
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
        "account.move.line",
        string="Item",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
    )
    origin_move_id = fields.Many2one(
        "account.move",
        string="Late Invoice",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
        help="Kept alongside the item, whose line may be recreated when the invoice is changed.",
    )
    invoice_id = fields.Many2one(
        "account.move",
        string="Penalty Invoice",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    invoice_line_id = fields.Many2one(
        "account.move.line",
        string="Line of the Penalty Invoice",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    document = fields.Char(readonly=True)
    due_date = fields.Date(readonly=True)
    date_from = fields.Date(
        string="From", readonly=True, help="Empty where only the recovery cost was invoiced."
    )
    date_to = fields.Date(string="Until", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    interest = fields.Monetary(readonly=True, help="As it was calculated.")
    recovery_cost = fields.Monetary(readonly=True, help="As it was calculated.")
    amount_invoiced = fields.Monetary(
        string="Invoiced",
        # not stored: accounting has nothing to write here whenever it changes a line
        related="invoice_line_id.price_subtotal",
        help="What the line of the penalty invoice asks for, taxes excluded: less than was "
        "calculated where somebody lowered it.",
    )
    invoice_state = fields.Selection(related="invoice_id.state", string="State of the Invoice")
    invoice_payment_state = fields.Selection(
        related="invoice_id.payment_state", string="Payment of the Invoice"
    )

    _amounts_positive = models.Constraint(
        "CHECK (interest >= 0 AND recovery_cost >= 0)", "Penalties cannot be negative."
    )

    def _get_live_domain(self):
        """Those that still count: their invoice is neither cancelled nor reversed."""
        return Domain("invoice_id.state", "!=", "cancel") & Domain(
            "invoice_id.payment_state", "!=", "reversed"
        )

    def _overlaps(self, other):
        """Whether two charges have a day or the recovery cost of an item in common."""
        self.ensure_one()
        if self.origin_move_id != other.origin_move_id:
            return False
        if self.line_id and other.line_id and self.line_id != other.line_id:
            return False
        days = (
            self.date_from
            and other.date_from
            and self.date_from <= other.date_to
            and other.date_from <= self.date_to
        )
        return bool(days or (self.recovery_cost and other.recovery_cost))

    def _get_until_by_item(self, move_ids):
        """What was invoiced already of the items of these late invoices, in one query.

        A charge whose line is gone counts for every item of its invoice: rather a day too few
        than the same day twice.

        :return: {(origin move id, line id or False): (last day, recovery cost, interest)}
        """
        result = {}
        # sudo: what was charged counts, whoever may see it
        groups = self.sudo()._read_group(
            Domain("origin_move_id", "in", list(move_ids)) & self._get_live_domain(),
            ["origin_move_id", "line_id"],
            ["date_to:max", "recovery_cost:sum", "interest:sum"],
        )
        for move, line, until, cost, interest in groups:
            result[move.id, line.id] = (until, cost, interest)
        return result
