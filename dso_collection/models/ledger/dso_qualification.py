from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.settled import settled_by
from .dso_item_status import KINDS
from .dso_promise import STATES as PROMISE_STATES


class DsoQualification(models.Model):
    """Who said what of an item, when: an append-only log. Nobody changes or deletes it; it
    outlives the journal item, of which it keeps a copy."""

    _name = "dso.qualification"
    _inherit = ["dso.guard", "dso.search"]
    _dso_technical = frozenset(
        {
            "attachment_ids",
            "line_id",
            "undoes_id",
        }
    )
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
        "account.move.line",
        string="Item",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
    )
    document = fields.Char(readonly=True)
    due_date = fields.Date(readonly=True)
    currency_id = fields.Many2one("res.currency", ondelete="restrict", readonly=True)
    amount_residual = fields.Monetary(
        string="Open Amount Then", readonly=True, help="Shows what was open at that moment."
    )
    status_id = fields.Many2one(
        "dso.item.status", index="btree_not_null", ondelete="restrict", readonly=True
    )
    kind = fields.Selection(KINDS, readonly=True, help="The status's kind at that moment.")
    date = fields.Date(readonly=True, help="Given with the status: the promised date of a promise.")
    amount = fields.Monetary(readonly=True, help="The promised or disputed part.")
    amount_said = fields.Monetary(
        string="Promised or Disputed",
        compute="_compute_amount_said",
        help="Shows how much of the item was promised or disputed: the part, or else all that "
        "was open then.",
    )
    comment = fields.Text(readonly=True)
    resolver_id = fields.Many2one("res.users", ondelete="restrict", readonly=True)
    resolver_email = fields.Char(
        string="Resolver's Address", readonly=True, help="Reaches a colleague who is not a user."
    )
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
        help="Shows the attachments to the customer; otherwise they are internal.",
    )
    undoes_id = fields.Many2one(
        "dso.qualification",
        string="Entry Taken Back",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Points to the entry that was taken back: the item is again what it was before.",
    )
    logged_on = fields.Date(required=True, readonly=True, help="In the company's time zone.")

    # what part of an item is disputed or promised: the last one of its kind says it
    _part_idx = models.Index("(customer_id, line_id, id DESC) WHERE kind IN ('dispute', 'promise')")
    deadline = fields.Date(
        readonly=True,
        help="For a promise: its date plus the grace, the last day on which a payment still "
        "keeps it.",
    )
    amount_open = fields.Monetary(
        string="Open at the Deadline",
        readonly=True,
        help="For a promise: shows what would still be open at its deadline, according to "
        "what was booked then.",
    )
    amount_settled = fields.Monetary(
        string="Settled by the Deadline",
        readonly=True,
        help="For a promise: shows what was already reconciled by its deadline, and so does "
        "not count towards it.",
    )
    promise_state = fields.Selection(
        PROMISE_STATES,
        string="Promise",
        compute="_compute_promise_state",
        search="_search_promise_state",
        help="Shows what came of a promise, see the promise ledger.",
    )

    # the promise ledger of a customer (R15)
    _promise_idx = models.Index("(customer_id, deadline) WHERE deadline IS NOT NULL")
    # R5: from when on earlier actions no longer count for an item
    _resolved_idx = models.Index("(customer_id, line_id) WHERE kind = 'dispute_resolved'")

    @api.depends("kind", "amount", "amount_residual")
    def _compute_amount_said(self):
        for qualification in self:
            said = qualification.amount or qualification.amount_residual
            about = qualification.kind in ("promise", "dispute")
            qualification.amount_said = said if about else 0.0

    # ------------------------------------------------------------------
    # Promises
    # ------------------------------------------------------------------

    def _compute_promise_state(self):
        promises = self.env["dso.promise"].search([("id", "in", self.ids)])
        states = {promise.id: promise.state for promise in promises}
        for qualification in self:
            qualification.promise_state = states.get(qualification._origin.id, False)

    def _search_promise_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        promises = self.env["dso.promise"]
        states = [state for state in value if state]
        domain = fields.Domain("id", "in", promises._search([("state", "in", states)]))
        if len(states) < len(list(value)):
            domain |= fields.Domain("deadline", "=", False)
        return domain

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(self._add_promise_values(vals_list))

    @api.model
    def _add_promise_values(self, vals_list):
        """Keep with each promise what it will be judged by (R15): until when money counts, and
        what was settled without it. In one query, whatever their number.

        Promises without a date, or of items of which nothing is open, cannot be judged. What was
        open and settled may be given: by those who bring a history with them, whose later payments
        are booked already.
        """
        vals_list = [dict(vals) for vals in vals_list]
        deadlines = {}
        promises = []
        for vals in vals_list:
            if vals.get("kind") != "promise" or not vals.get("status_id"):
                continue
            day = fields.Date.to_date(vals.get("date"))
            if not day or not vals.get("line_id"):
                continue
            key = (vals["company_id"], day)
            if key not in deadlines:
                # sudo: the grace is a setting of the company
                company = self.env["res.company"].sudo().browse(vals["company_id"])
                deadlines[key] = company._dso_promised_until(day)
            promises.append((vals, deadlines[key]))
        figures = self._get_figures_by([(vals["line_id"], deadline) for vals, deadline in promises])
        for vals, deadline in promises:
            total, settled = figures.get((vals["line_id"], deadline), (0, 0))
            vals.setdefault("amount_settled", settled)
            vals.setdefault("amount_open", total - vals["amount_settled"])
            if vals["amount_open"] > 0:
                vals["deadline"] = deadline
        return vals_list

    def _without_undone(self):
        """Those that stand: neither what was taken back nor that it was."""
        said = self.filtered(lambda entry: not entry.undoes_id)
        return said - said.search([("undoes_id", "in", said.ids)]).undoes_id

    @api.model
    def _get_standing(self, alias):
        """SQL condition for entries that count: neither taken back nor there to take one back."""
        table = SQL.identifier(alias)
        return SQL(
            "%(table)s.undoes_id IS NULL AND NOT EXISTS ("
            "SELECT 1 FROM dso_qualification undo WHERE undo.undoes_id = %(table)s.id)",
            table=table,
        )

    @api.model
    def _get_part_query(self, condition):
        """What part of an item is disputed or promised: the last entry of either kind says it, for
        items whose status is of that kind still. An amount of 0 is all of it. What of the part is
        left after payments, ``engine.leader.open_part`` says.

        :param condition: SQL, on ``qualification``
        :return: a query with ``line_id``, ``kind``, ``amount`` and ``amount_residual`` (what was
            open then), both in the item's currency
        """
        return SQL(
            """
            SELECT DISTINCT ON (qualification.line_id)
                   qualification.line_id, qualification.kind,
                   COALESCE(qualification.amount, 0)::float8 AS amount,
                   COALESCE(qualification.amount_residual, 0)::float8 AS amount_residual
              FROM dso_qualification qualification
             WHERE qualification.kind IN ('dispute', 'promise') AND %s
             ORDER BY qualification.line_id, qualification.id DESC
            """,
            condition,
        )

    @api.model
    def _get_figures_by(self, keys):
        """Amounts of items, as of some days and as booked now, in the items' currencies.

        :param keys: list of (line id, day)
        :return: {(line id, day): (total, what is settled by that day)}
        """
        if not keys:
            return {}
        self.env["account.move.line"].flush_model(["amount_currency"])
        self.env["account.partial.reconcile"].flush_model(
            ["debit_amount_currency", "debit_move_id", "max_date"]
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, wanted.day, line.amount_currency, settled.amount
                  FROM (SELECT DISTINCT * FROM unnest(%s::int[], %s::date[]))
                       AS wanted(line_id, day)
                  JOIN account_move_line line ON line.id = wanted.line_id
                 CROSS JOIN LATERAL %s settled
                """,
                [line_id for line_id, _day in keys],
                [day for _line_id, day in keys],
                settled_by(SQL("line.id"), SQL("wanted.day")),
            )
        )
        return {
            (line_id, day): (float(total), float(settled)) for line_id, day, total, settled in rows
        }

    # ------------------------------------------------------------------
    # Protection of the history
    # ------------------------------------------------------------------

    def write(self, vals):
        if self:
            raise UserError(
                self.env._(
                    "A recorded status is part of the history: it cannot be changed. Add another."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A recorded status is part of the history: it cannot be deleted.")
        )
