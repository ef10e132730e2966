from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_amount, format_date

from ...engine import leader as rules
from ...engine.items import to_company
from ...tools.labels import NOT_QUALIFIED
from ...tools.ledger import RECEIVABLE_ITEMS, get_due_date, is_receivable

#: Fields of an item whose change concerns the agenda.
WATCHED = frozenset(
    {
        "date_maturity",
        "partner_id",
        "account_id",
        "no_followup",
        "dso_status_id",
        "dso_status_date",
        "dso_ignored",
    }
)

#: Context under which own fields are written on posted items: they are no accounting, so none of
#: accounting's synchronisation has to run.
QUIET = {
    "skip_invoice_sync": True,
    "skip_account_move_synchronization": True,
    "skip_is_manually_modified": True,
    "tracking_disable": True,
}


class AccountMoveLine(models.Model):
    """Items: posted journal items on a receivable account.

    Only four nullable columns are stored, and nothing is computed into them, so that installing
    on a large ledger rewrites nothing.
    """

    _name = "account.move.line"
    _inherit = [
        "account.move.line",
        "dso.internal",
        "dso.search.plain",
    ]
    _dso_technical = frozenset(
        {
            "account_internal_group",
            "account_root_id",
            "collapse_composition",
            "collapse_prices",
            "company_currency_id",
            "display_type",
            "full_reconcile_id",
            "group_tax_id",
            "is_account_reconcile",
            "is_imported",
            "is_storno",
            "move_name",
            "parent_state",
            "product_uom_id",
            "reconcile_model_id",
            "statement_line_id",
            "tax_calculation_rounding_method",
            "tax_group_id",
            "tax_ids",
            "tax_line_id",
            "tax_repartition_line_id",
            "tax_tag_ids",
        }
    )

    dso_status_id = fields.Many2one(
        "dso.item.status",
        string="Item Status",
        falsy_value_label=NOT_QUALIFIED,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    dso_status_date = fields.Date(string="Status Date", copy=False)
    dso_comment = fields.Text(string="Collection Comment", copy=False)
    dso_ignored = fields.Boolean(
        string="Ignored in Collection",
        copy=False,
        help="Counts in the amounts, but no scenario chases it.",
    )
    dso_days_overdue = fields.Integer(
        string="Days Overdue",
        compute="_compute_dso_days_overdue",
        search="_search_dso_days_overdue",
    )
    dso_amount = fields.Monetary(
        string="Promised or Disputed Part",
        compute="_compute_dso_amount",
        currency_field="currency_id",
        help="Leave empty for the full amount. The rest stays in the scenario.",
    )
    dso_status_text = fields.Char(
        string="Status in Words",
        compute="_compute_dso_status_text",
        help="Shows the status; for a promise that was not kept, says so and gives its date.",
    )
    dso_promise_broken = fields.Boolean(
        string="Promise Not Kept", compute="_compute_dso_status_text"
    )
    dso_qualification_ids = fields.One2many(
        "dso.qualification",
        "line_id",
        string="Qualifications",
        readonly=True,
        groups="dso_collection.group_dso_reader",
    )

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends("date_maturity", "date", "amount_residual")
    def _compute_dso_days_overdue(self):
        todays = {company: company._dso_today() for company in self.company_id}
        for line in self:
            due = get_due_date(line)
            if not due or not line._dso_is_open() or line.amount_residual <= 0:
                line.dso_days_overdue = 0
                continue
            line.dso_days_overdue = max(0, (todays[line.company_id] - due).days)

    def _search_dso_days_overdue(self, operator, value):
        """Days overdue are a due date seen from today, of open items only."""
        mirrored = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
        overdue = self._dso_get_overdue_domain("<=", 1)
        if operator == "in":
            return Domain.OR(
                overdue & self._dso_get_overdue_domain("=", days) if days else ~overdue
                for days in value
            )
        if operator not in mirrored:
            return NotImplemented
        domain = self._dso_get_overdue_domain(mirrored[operator], value)
        zero_matches = {">": 0 > value, ">=": 0 >= value, "<": 0 < value, "<=": 0 <= value}
        if zero_matches[operator]:
            return domain | ~overdue
        return domain & overdue

    @api.model
    def _dso_get_due_domain(self, operator, day):
        """Items whose due date compares with a day; what has no due date is due on its own."""
        undated = Domain("date_maturity", "=", False) & Domain("date", operator, day)
        return Domain("date_maturity", operator, day) | undated

    @api.model
    def _dso_get_overdue_domain(self, operator, days):
        """Open claims whose due date compares with that of ``days`` days ago."""
        by_day = {}
        for company in self.env["res.company"]._dso_companies():
            by_day.setdefault(company._dso_today(), []).append(company.id)
        dates = Domain.OR(
            Domain("company_id", "in", ids)
            & self._dso_get_due_domain(operator, day - timedelta(days=days))
            for day, ids in by_day.items()
        )
        return self._dso_get_open_domain() & Domain("amount_residual", ">", 0) & dates

    @api.depends("dso_status_id", "amount_residual")
    def _compute_dso_amount(self):
        parts = self._dso_get_parts()
        for line in self:
            line.dso_amount = parts.get(line._origin.id, 0.0)

    @api.depends("dso_status_id", "dso_status_date", "amount_residual")
    @api.depends_context("lang")
    def _compute_dso_status_text(self):
        broken = self._dso_find_broken_promises()
        for line in self:
            text = broken.get(line._origin.id)
            line.dso_promise_broken = bool(text)
            # sudo: the name of the status, shown with the item
            text = text or line.sudo().dso_status_id.name
            if text and line.dso_amount:
                part = format_amount(self.env, line.dso_amount, line.currency_id)
                text = self.env._("%(status)s (%(amount)s of it)", status=text, amount=part)
            line.dso_status_text = text

    def _dso_find_broken_promises(self):
        """{line id: that the promise of it was not kept}, in the context's language, of open items
        whose promised day and its grace have passed and of which what was promised is still owed.
        """
        # sudo: a fact of the rules, shown with the item
        promised = self._origin.sudo().filtered(
            lambda line: (
                line.dso_status_id.kind == "promise"
                and line.dso_status_date
                and line.amount_residual > 0
                and line._dso_is_open()
            )
        )
        if not promised:
            return {}
        parts = promised._dso_get_parts()
        awaited = {
            company: company._dso_awaited_from(company._dso_today())
            for company in promised.company_id
        }
        return {
            line.id: self.env._(
                "Promise for %(date)s not kept", date=format_date(self.env, line.dso_status_date)
            )
            for line in promised
            if line.dso_status_date < awaited[line.company_id] and parts.get(line.id, 1.0) > 0
        }

    def _dso_get_parts(self):
        """{line id: what of it is disputed or promised, in its currency}, only of those that are
        so in part, or were before payments made it the whole."""
        # sudo: how much of an item is chased is a fact of the rules, shown with the item
        lines = {
            line.id: line
            for line in self._origin.sudo()
            if line.dso_status_id.kind in ("dispute", "promise")
        }
        if not lines:
            return {}
        log = self.env["dso.qualification"]
        log.flush_model(["amount", "amount_residual", "kind", "line_id"])
        query = log._get_part_query(SQL("qualification.line_id = ANY(%s)", list(lines)))
        return {
            line_id: rules.open_part(kind, part, then, lines[line_id].amount_residual_currency)
            for line_id, kind, part, then in self.env.execute_query(query)
            if kind == lines[line_id].dso_status_id.kind and part > 0
        }

    # ------------------------------------------------------------------
    # What an item is
    # ------------------------------------------------------------------

    @api.model
    def _dso_get_item_domain(self):
        """Items and credits of customers, open or not."""
        return (
            RECEIVABLE_ITEMS
            & Domain("parent_state", "=", "posted")
            & Domain("partner_id", "!=", False)
        )

    @api.model
    def _dso_get_unsettled_domain(self):
        """What is left of an item."""
        return Domain("reconciled", "=", False) & Domain("amount_residual", "!=", 0)

    @api.model
    def _dso_get_open_domain(self):
        """Open items and credits of customers."""
        return self._dso_get_item_domain() & self._dso_get_unsettled_domain()

    def _dso_is_open(self):
        self.ensure_one()
        return (
            self.parent_state == "posted"
            and is_receivable(self.account_id)
            and not self.reconciled
            and bool(self.amount_residual)
        )

    def _dso_get_document(self):
        """The number that the customer knows this item by: the label of an opening balance, say,
        not the number of the entry that booked it."""
        self.ensure_one()
        if self._dso_has_own_label():
            return self.name
        return self.move_id.name or self.move_name or self.ref or self.name or ""

    def _dso_has_own_label(self):
        """Whether the line itself says what it is, as those of an opening balance do."""
        return bool(self.move_type == "entry" and self.journal_id.type == "general" and self.name)

    def _dso_get_document_label(self):
        """``Invoice INV/2026/0042``, in the user's language."""
        self.ensure_one()
        number = self._dso_get_document()
        if self._dso_has_own_label():
            return number
        if self.move_type in ("out_invoice", "out_receipt"):
            return self.env._("Invoice %(number)s", number=number)
        if self.move_type == "out_refund":
            return self.env._("Credit note %(number)s", number=number)
        if self._dso_get_kind() == "payment":
            return self.env._("Payment %(number)s", number=number)
        return self.env._("Item %(number)s", number=number)

    def _dso_get_kind(self):
        """What this item is to the customer, see :meth:`_dso_get_kind_words`."""
        self.ensure_one()
        if self.move_type != "entry":
            return {"out_invoice": "invoice", "out_refund": "refund", "out_receipt": "receipt"}.get(
                self.move_type, "entry"
            )
        move = self.move_id
        if (
            self.payment_id
            or self.statement_line_id
            or self.journal_id.type in ("bank", "cash", "credit")
        ):
            return "payment" if self.amount_residual < 0 else "payout"
        # sudo: which entry opened the books, and where exchange differences are booked
        company = self.company_id.sudo()
        if move == company.account_opening_move_id:
            return "opening"
        if self.journal_id == company.currency_exchange_journal_id:
            return "exchange"
        return "entry"

    @api.model
    def _dso_get_kind_words(self):
        """{kind of an item: what it is called, in the context's language}"""
        return {
            "invoice": self.env._("Invoice"),
            "refund": self.env._("Credit note"),
            "receipt": self.env._("Receipt"),
            "payment": self.env._("Payment on account"),
            "payout": self.env._("Payment to you"),
            "opening": self.env._("Opening balance"),
            "exchange": self.env._("Exchange difference"),
            "entry": self.env._("Journal entry"),
        }

    def _dso_get_kind_text(self):
        """What this item is called beside its number: nothing where the number says it, as it does
        of an invoice, or its own label."""
        kind = self._dso_get_kind()
        if kind == "invoice" or (kind == "entry" and self._dso_has_own_label()):
            return ""
        return self._dso_get_kind_words()[kind]

    def _dso_get_reference(self):
        """What the customer knows this item by besides its number: (whether it is the customer's
        own reference, text). What accounting wrote on other entries is for itself."""
        self.ensure_one()
        kind = self._dso_get_kind()
        if kind in ("invoice", "refund", "receipt"):
            return True, self.move_id.ref or ""
        if kind in ("payment", "payout"):
            return False, self.statement_line_id.payment_ref or self.move_id.ref or ""
        return False, ""

    def _dso_get_banks(self, own):
        """The bank accounts to which these items are paid: those of their invoices, and the
        company's where an item has none.

        :param own: the company's, see ``res.company._dso_get_banks``
        :return: res.partner.bank
        """
        # sudo: the account of an invoice is printed on it
        lines = self.sudo()
        # each at once, however many they are
        lines.fetch(["amount_residual", "move_id"])
        claims = lines.filtered(lambda line: line.amount_residual >= 0) or lines
        claims.move_id.fetch(["move_type", "partner_bank_id"])
        banks = own.browse()
        for move in claims.move_id:
            # of a credit note it is the customer's own
            is_claim = move.move_type in ("out_invoice", "out_receipt")
            bank = is_claim and move.partner_bank_id.filtered("active")
            banks |= bank or own
        return banks or own

    def _dso_prepare_row(self, today, part=None):
        """One line of a statement, see ``dso.action._get_rows``.

        :param part: what of it is asked for, in its currency; default all that is open
        """
        self.ensure_one()
        due = get_due_date(self)
        return {
            "line_id": self.id,
            "document": self._dso_get_document(),
            "kind": self._dso_get_kind(),
            "invoice_date": self.invoice_date or self.date,
            "due_date": due,
            "days_overdue": max(0, (today - due).days) if self.amount_residual > 0 else 0,
            "currency_id": self.currency_id,
            "amount_residual": self.amount_residual_currency if part is None else part,
            "amount_company": (
                self.amount_residual
                if part is None
                else self.company_currency_id.round(self._dso_to_company_part(part))
            ),
            "partial": part is not None,
            "penalty": 0.0,
            "recovery_cost": 0.0,
            "breakdown": (),
        }

    # ------------------------------------------------------------------
    # Freshness
    # ------------------------------------------------------------------

    def write(self, vals):
        if not WATCHED & vals.keys():
            return super().write(vals)
        # of the partner or account before, too
        moved = {"partner_id", "account_id"} & vals.keys()
        before = self.partner_id.ids if moved else ()
        result = super().write(vals)
        self.env["dso.refresh.queue"]._note(line_ids=self.ids, partner_ids=before)
        return result

    def unlink(self):
        posted = self.filtered(lambda line: line.parent_state == "posted")
        if posted:
            self.env["dso.refresh.queue"]._note(partner_ids=posted.partner_id.ids)
        return super().unlink()

    # ------------------------------------------------------------------
    # What is done from lists and forms
    # ------------------------------------------------------------------

    def action_dso_view_item(self):
        """Open the item itself, with who said what of it."""
        self.ensure_one()
        return self.get_formview_action()

    def _dso_to_company_part(self, part):
        """A part of this item in its currency, as booked in the company's."""
        residual = self.amount_residual_currency
        if part is None or not residual:
            return None
        return to_company(self.amount_residual, residual, part)
