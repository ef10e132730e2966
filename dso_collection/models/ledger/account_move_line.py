from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import SQL
from odoo.tools.misc import format_amount, format_date

from ...engine import leader as rules
from ...engine.facts import EXCLUDING_KINDS, Settings
from ...engine.items import Booked, Money, build_item, to_company
from ...tools.inside import get_inside, inside
from ...tools.labels import NOT_QUALIFIED
from ...tools.ledger import RECEIVABLE_ITEMS, get_due_date, is_receivable
from ...tools.toasts import name_some, toast

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
    dso_is_leader = fields.Boolean(
        string="Leader", compute="_compute_dso_is_leader", search="_search_dso_is_leader"
    )
    dso_has_specific = fields.Boolean(
        string="Has a Specific Action", compute="_compute_dso_has_specific"
    )
    dso_excluded = fields.Boolean(
        string="Excluded From the Scenario",
        compute="_compute_dso_excluded",
        search="_search_dso_excluded",
    )
    dso_amount = fields.Monetary(
        string="Promised or Disputed Part",
        compute="_compute_dso_amount",
        currency_field="currency_id",
        help="Leave empty for the full amount. The rest stays in the scenario.",
    )
    dso_excluded_reason = fields.Char(
        string="Reason for Exclusion", compute="_compute_dso_excluded"
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
    dso_penalty = fields.Monetary(
        string="Interest to Date",
        compute="_compute_dso_penalty",
        currency_field="currency_id",
        groups="dso_collection.group_dso_reader",
        help="Late payment interest to date, not invoiced yet.",
    )
    dso_recovery_cost = fields.Monetary(
        string="Recovery Cost",
        compute="_compute_dso_penalty",
        currency_field="currency_id",
        groups="dso_collection.group_dso_reader",
        help="Not invoiced yet.",
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

    def _compute_dso_is_leader(self):
        # sudo: the star is shown to whoever sees the item
        led = self.env["dso.customer"].sudo().search([("leader_line_id", "in", self.ids)])
        leaders = led.leader_line_id
        for line in self:
            line.dso_is_leader = line._origin in leaders

    def _compute_dso_has_specific(self):
        # sudo: the star is shown to whoever sees the item
        items = self.env["dso.action.item"].sudo()
        followed = items.search(
            [
                ("line_id", "in", self.ids),
                ("action_id.origin", "=", "specific"),
                ("action_id.state", "in", ("planned", "error")),
            ]
        ).line_id
        for line in self:
            line.dso_has_specific = line._origin in followed

    def _search_dso_is_leader(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: the star is shown to whoever sees the item
        customers = self.env["dso.customer"].sudo()._search([("leader_line_id", "!=", False)])
        led = Domain("id", "in", customers.subselect("leader_line_id"))
        return led if True in value else ~led

    def _compute_dso_excluded(self):
        reasons = self._dso_get_exclusions()
        labels = self._dso_get_exclusion_labels()
        for line in self:
            reason = reasons.get(line._origin.id)
            line.dso_excluded = bool(reason)
            line.dso_excluded_reason = labels.get(reason, False)

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

    @api.model
    def _dso_get_exclusion_labels(self):
        return {
            "dispute": self.env._("In dispute"),
            "litigation": self.env._("In litigation"),
            "promise": self.env._("Promised"),
            "specific": self.env._("Specific action"),
            "ignored": self.env._("Ignored"),
            "no_followup": self.env._("Excluded from follow-up"),
            "blocked": self.env._("Payment blocked"),
            "announced": self.env._("Payment on its way"),
            "discount": self.env._("Early-payment discount"),
            "unsent": self.env._("Never sent"),
        }

    def _dso_get_exclusions(self):
        """{line id: why the scenario leaves it out}, for open items, by the engine's rule. Of a
        credit it says why it reduces nothing that the scenario asks for."""
        claims = self.filtered(lambda line: line._dso_is_open())
        if not claims:
            return {}
        announced = claims._dso_get_announced()
        # sudo: whether an item is chased is a fact of the rules, shown with the item
        items = self.env["dso.action.item"].sudo()
        attached = items.search(
            [
                ("line_id", "in", claims.ids),
                ("action_id.origin", "=", "specific"),
                ("action_id.state", "in", ("planned", "error")),
            ]
        )
        wholly = attached.filtered(lambda item: not item.partial).line_id
        partly = attached.line_id - wholly
        parts = claims._dso_get_parts()
        result = {}
        for company, lines in claims.grouped("company_id").items():
            today = company._dso_today()
            # sudo: settings of the company, for items that the caller may read
            settings = Settings(
                ignore_below=company.sudo().dso_ignore_below,
                hold_unsent=company.sudo().dso_hold_unsent,
            )
            for line in lines:
                item = line._dso_to_engine(
                    company,
                    announced.get(line.id),
                    attached=line in wholly,
                    attached_part=line in partly,
                    part=parts.get(line.id),
                )
                cause = rules.exclusion(item, today, settings)
                result[line.id] = None if cause == "credit" else cause
        return result

    def _dso_to_company_part(self, part):
        """A part of this item in its currency, as booked in the company's."""
        residual = self.amount_residual_currency
        if part is None or not residual:
            return None
        return to_company(self.amount_residual, residual, part)

    def _dso_to_engine(self, company, announced=None, **values):
        """This item as the engine knows it.

        :param announced: money on its way, see ``_dso_get_announced``
        :param values: what is attached to it, and what of it is disputed or promised, see
            :class:`engine.items.Booked`
        """
        self.ensure_one()
        # sudo: the status's kind decides, whoever may read statuses
        kind = self.sudo().dso_status_id.kind or None
        promised = kind == "promise" and self.dso_status_date
        booked = Booked(
            id=self.id,
            due_date=get_due_date(self),
            date=self.invoice_date or self.date,
            amount=self.amount_residual,
            residual=self.amount_residual_currency,
            no_followup=self.no_followup,
            ignored=self.dso_ignored,
            kind=kind,
            promised_until=company._dso_promised_until(promised) if promised else None,
            # sudo: whether an invoice is blocked is shown with the item
            blocked=self.sudo().move_id.payment_state == "blocked",
            unsent=self.sudo().move_id._dso_is_unsent(),
            **self._dso_prepare_discount(),
            **values,
        )
        money = None
        if announced:
            day, amount, _words = announced
            money = Money(day or None, amount, company._dso_announced_until(day) if day else None)
        return build_item(booked, money)

    def _dso_get_early_discount(self, day):
        """What a payment on a day saves of this item, in its currency: nothing after the date of
        the early-payment discount, nor once a part is paid."""
        self.ensure_one()
        if not self.discount_date or not self.discount_amount_currency or day > self.discount_date:
            return 0.0
        if self.amount_residual <= 0 or self.currency_id.compare_amounts(
            self.amount_residual_currency, self.amount_currency
        ):
            return 0.0
        return max(0.0, self.amount_currency - self.discount_amount_currency)

    def _dso_prepare_discount(self):
        """The early-payment discount of this item, see :class:`engine.items.Booked`."""
        if not self.discount_date or not self.discount_amount_currency:
            return {}
        # sudo: when an item was paid is shown with it
        days = self.sudo().matched_credit_ids.mapped("max_date")
        return {
            "discount": self.amount_currency - self.discount_amount_currency,
            "discount_until": self.discount_date,
            "paid_on": max(days, default=None),
        }

    def _search_dso_excluded(self, operator, value):
        if operator != "in":
            return NotImplemented
        excluded = self._dso_get_open_domain() & Domain.OR(self._dso_get_exclusion_domains())
        return excluded if True in value else ~excluded

    @api.model
    def _dso_get_exclusion_domains(self):
        """The engine's :func:`exclusion` as domains, to search by it."""
        # sudo: the same facts as in the compute
        items = self.env["dso.action.item"].sudo()
        attached = items._search(
            [
                ("line_id", "!=", False),
                ("partial", "=", False),
                ("action_id.origin", "=", "specific"),
                ("action_id.state", "in", ("planned", "error")),
            ]
        )
        # those of which only a part is disputed or promised stay in
        whole = Domain("id", "not in", self._dso_get_partial_ids())
        claims = Domain("amount_residual", ">", 0)
        domains = [
            Domain("no_followup", "=", True),
            Domain("dso_ignored", "=", True),
            Domain("move_id.payment_state", "=", "blocked"),
            Domain("id", "in", self._dso_find_paid_excluded()),
            Domain("dso_status_id.kind", "in", list(EXCLUDING_KINDS - {"dispute"})),
            Domain("dso_status_id.kind", "=", "dispute") & whole,
            Domain("id", "in", attached.subselect("line_id")),
        ]
        for company in self.env["res.company"]._dso_companies():
            own = Domain("company_id", "=", company.id)
            if company.dso_ignore_below:
                domains.append(
                    own & claims & Domain("amount_residual", "<", company.dso_ignore_below)
                )
            if company.dso_hold_unsent:
                unsent = self.env["account.move"]._dso_get_unsent_domain()
                domains.append(own & claims & Domain("move_id", "any", unsent))
            today = company._dso_today()
            awaited = company._dso_awaited_from(today)
            domains.append(
                own
                & claims
                & Domain("dso_status_id.kind", "=", "promise")
                & Domain("dso_status_date", ">=", awaited)
                & whole
            )
        return domains

    @api.model
    def _dso_find_paid_excluded(self):
        """Ids of open claims that are left out for money that came or is on its way."""
        # sudo: the same facts as in the compute
        Line = self.sudo()
        claims = self._dso_get_open_domain() & Domain("amount_residual", ">", 0)
        lines = Line.search(claims & Line._dso_get_announced_domain())
        causes = lines._dso_get_exclusions()
        return [key for key, cause in causes.items() if cause in ("announced", "discount")]

    @api.model
    def _dso_get_partial_ids(self):
        """Open items of which less than all is disputed or promised."""
        # sudo: the same facts as in the compute
        entries = (
            self.env["dso.qualification"]
            .sudo()
            .search(
                [
                    ("kind", "in", ("dispute", "promise")),
                    ("amount", ">", 0),
                    ("line_id.reconciled", "=", False),
                ]
            )
        )
        lines = entries.line_id
        parts = lines._dso_get_parts()
        return [
            line.id
            for line in lines
            if line.id in parts
            and line.currency_id.compare_amounts(parts[line.id], line.amount_residual_currency) < 0
        ]

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
        logged = self._dso_get_statuses(vals)
        if request and not self.env.su:
            # at a keyboard it is a slip; code that brings a history along means it
            self._dso_check_promise(vals)
        result = super().write(vals)
        self._dso_clear_former_status(logged, vals)
        self.env["dso.refresh.queue"]._note(line_ids=self.ids, partner_ids=before)
        self._dso_log_changes(logged, vals)
        self._dso_follow_changes(logged)
        return result

    def unlink(self):
        posted = self.filtered(lambda line: line.parent_state == "posted")
        if posted:
            self.env["dso.refresh.queue"]._note(partner_ids=posted.partner_id.ids)
        return super().unlink()

    # ------------------------------------------------------------------
    # Qualification
    # ------------------------------------------------------------------

    def _dso_get_statuses(self, vals):
        if not {"dso_status_id", "dso_status_date"} & vals.keys():
            return {}
        return {line: (line.dso_status_id, line.dso_status_date) for line in self}

    def _dso_clear_former_status(self, before, vals):
        """A new status takes the date and the comment of the one before away, where none of its
        own are given: what is shown of an item belongs to its latest qualification."""
        gone = {"dso_status_date": False, "dso_comment": False}
        gone = {fname: value for fname, value in gone.items() if fname not in vals}
        changed = [
            line.id for line, (status, _day) in before.items() if status != line.dso_status_id
        ]
        if gone and changed and "dso_status_id" in vals:
            # sudo: fields of the module's own, on items that were just written
            lines = self.browse(changed).sudo()
            lines.with_context(**QUIET, **inside(dso_skip_log=True)).write(gone)

    def _dso_check_promise(self, vals):
        """A promise is for a day that is still to come, however it is written.

        :raise UserError: otherwise, with what to correct
        """
        if not {"dso_status_id", "dso_status_date"} & vals.keys():
            return
        # sudo: the status's kind decides, whoever may read statuses
        Status = self.env["dso.item.status"].sudo()
        for line in self:
            status = line.sudo().dso_status_id
            if "dso_status_id" in vals:
                status = Status.browse(vals["dso_status_id"] or [])
            day = line.dso_status_date
            if "dso_status_date" in vals:
                day = fields.Date.to_date(vals["dso_status_date"])
            # sudo: what stands there, compared only
            same = (status, day) == (line.sudo().dso_status_id, line.dso_status_date)
            if status.kind == "promise" and day and not same:
                line.company_id._dso_check_promise_day(day)

    def _dso_is_told_to_skip(self, *keys):
        """Whether the module itself said so, which writes as superuser: a client says nothing."""
        return self.env.su and any(get_inside(self.env, key) for key in keys)

    def _dso_log_changes(self, before, vals):
        """Keep every change of status in the append-only log, however it was made. A comment that
        was not given with it was said on another day."""
        changed = [
            line
            for line, status in before.items()
            if status != (line.dso_status_id, line.dso_status_date)
        ]
        if changed and not self._dso_is_told_to_skip("dso_skip_log"):
            lines = self.browse([line.id for line in changed])
            said = {} if "dso_comment" in vals else {"comment": False}
            lines._dso_log(source="system" if self.env.su else "collector", **said)

    def _dso_follow_changes(self, before):
        """A status that was written on items, by a list, an import or another program, gets the
        follow-up that "Change status" would have made (R13). Refusing it instead would stop
        imports of opening balances with their disputes, and Odoo's own lists.

        :param before: see ``_dso_get_statuses``; what the module itself does says what follows
        """
        if self._dso_is_told_to_skip("dso_skip_log", "dso_skip_follow_up"):
            return
        changed = self.browse(
            line.id for line, (status, _day) in before.items() if status != line.dso_status_id
        )
        # as in the dialog, what followed the status before ends with it
        self.env["dso.action"]._detach(changed)
        changed._dso_make_follow_ups()

    def _dso_make_follow_ups(self):
        """Make the follow-ups of statuses that came with items, or were written on them."""
        # sudo: the module looks after disputes, whoever writes the status
        lines = self.sudo().filtered(lambda line: line.dso_status_id and line._dso_is_open())
        lines = lines.filtered(
            lambda line: line.amount_residual > 0 and line.dso_status_id._needs_follow_up()
        )
        if lines:
            self.env["dso.item.qualify"]._make_follow_ups_of_statuses(lines)

    def _dso_log(self, source="collector", **values):
        """Add the present status of these items to the log.

        :param values: further values of ``dso.qualification``
        """
        # sudo: the log is written by the module only
        Customer = self.env["dso.customer"].sudo().with_context(active_test=False)
        lines = self.filtered("partner_id")
        by_company = defaultdict(set)
        for line in lines:
            by_company[line.company_id].add(line.partner_id.commercial_partner_id.id)
        customers = {}
        for company, partner_ids in by_company.items():
            Customer._ensure_customers(company, partner_ids)
            for customer in Customer.search(
                [("company_id", "=", company.id), ("partner_id", "in", list(partner_ids))]
            ):
                customers[company, customer.partner_id] = customer
        values_list = []
        for line in lines:
            customer = customers.get(
                # sudo: found among files that were read as superuser
                (line.company_id, line.partner_id.commercial_partner_id.sudo())
            )
            if not customer:
                continue
            # sudo: the log tells the status as it is, whoever may read statuses
            status = line.sudo().dso_status_id
            values_list.append(
                {
                    "customer_id": customer.id,
                    "partner_id": customer.partner_id.id,
                    "company_id": line.company_id.id,
                    "line_id": line.id,
                    "document": line._dso_get_document(),
                    "due_date": get_due_date(line),
                    "currency_id": line.currency_id.id,
                    "amount_residual": line.amount_residual_currency,
                    "status_id": status.id,
                    "kind": status.kind,
                    "date": line.dso_status_date,
                    "comment": line.dso_comment,
                    "user_id": self.env.uid,
                    "source": source,
                    "logged_on": line.company_id._dso_today(),
                    **values,
                }
            )
        # sudo: the log is written by the module only, of items that the caller changed
        return self.env["dso.qualification"].sudo().create(values_list)

    def _dso_set_status(self, status, date=None):
        """Put a status on items, as the module itself does."""
        # sudo: own fields of the module, which accounting's rights are not about
        # what follows from it, the caller knows
        lines = self.sudo().with_context(**QUIET, **inside(dso_skip_follow_up=True))
        lines.write({"dso_status_id": status.id, "dso_status_date": date, "dso_comment": False})

    def _dso_resolve(self):
        """The disputes of these items are resolved: they re-enter the scenario (R5, R13)."""
        status = self.env.ref("dso_collection.status_dispute_resolved", raise_if_not_found=False)
        # sudo: statuses are configuration
        Status = self.env["dso.item.status"].sudo()
        status = (status and status.sudo()) or Status.search(
            [("kind", "=", "dispute_resolved")], limit=1
        )
        if not status:
            raise UserError(
                self.env._(
                    "There is no item status of the kind “Dispute resolved”. Ask a credit manager "
                    "to add one in the item statuses."
                )
            )
        # sudo: the status's kind decides, whoever may read statuses
        lines = self.filtered(lambda line: line.sudo().dso_status_id.kind == "dispute")
        lines.with_context(**inside(dso_skip_log=True))._dso_set_status(status)
        lines._dso_log()

    def _dso_check_write(self):
        """Who may change the collection fields of these items: an accountant who may change the
        items themselves, or a collector who sees the customers of all of them.

        :raise AccessError: otherwise
        """
        if self.env.su:
            return
        if not self.env.user.has_group("dso_collection.group_dso_collector"):
            self.check_access("write")
            return
        self.check_access("read")
        partners = self.partner_id.commercial_partner_id
        # an archived file is somebody's as well
        seen = (
            self.env["dso.customer"]
            .with_context(active_test=False)
            .search([("partner_id", "in", partners.ids), ("company_id", "in", self.company_id.ids)])
        )
        pairs = {(customer.partner_id, customer.company_id) for customer in seen}
        for line in self:
            if (line.partner_id.commercial_partner_id, line.company_id) not in pairs:
                raise AccessError(
                    self.env._(
                        "%(document)s belongs to a customer you are not in charge of.",
                        document=line._dso_get_document(),
                    )
                )

    def _dso_write_own(self, vals):
        """Write collection fields as a collector, who has no right on journal items."""
        lines = self.filtered(lambda line: line._dso_is_open())
        if not lines:
            raise UserError(self.env._("Only open items of customers can be changed here."))
        lines._dso_check_write()
        lines._dso_check_promise(vals)
        # sudo: checked above; only the module's own fields and the follow-up flag are written
        lines.sudo().with_context(**QUIET).write(vals)

    def action_dso_qualify(self):
        """Change status…: the dialog in three steps for these items. [seed 004]"""
        lines = self.filtered(lambda line: line._dso_is_open())
        if not lines:
            raise UserError(self.env._("Choose open items of customers to change their status."))
        lines._dso_check_write()
        lines = lines._dso_leave_out_archived()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dso_collection.dso_item_qualify_action"
        )
        context = dict(self.env.context, default_line_ids=lines.ids)
        return dict(action, context=context)

    def _dso_leave_out_archived(self):
        """These items without those of archived files: nothing is planned there.

        :raise UserError: if none is left
        """
        # sudo: which files are archived, of items that the user may change
        archived = self.sudo().with_context(active_test=False)._dso_get_customers()
        archived = archived.filtered(lambda customer: not customer.active)
        pairs = {(customer.partner_id.id, customer.company_id.id) for customer in archived}
        lines = self.filtered(
            lambda line: (line.partner_id.commercial_partner_id.id, line.company_id.id) not in pairs
        )
        if not lines:
            raise UserError(
                self.env._(
                    "%(customers)s: archived, so nothing is planned. Restore the file first.",
                    customers=name_some(self.env, archived.mapped("display_name")),
                )
            )
        return lines

    def _dso_propose_qualify(self, own=None, told=None):
        """The same dialog where nobody chose the items: those with which something else is going
        on are offered, and taken only when they are ticked.

        :param own: the action that is about these items
        :param told: those of them that somebody spoke of, default all; the others are taken only
            when they are ticked, too
        """
        lines = self.filtered(lambda line: line._dso_is_open())
        held = lines if told is not None and not told else lines._dso_find_withheld(own)
        action = lines.action_dso_qualify()
        free = lines.filtered(lambda line: line not in held)
        return dict(
            action,
            context=dict(
                action["context"],
                default_line_ids=free.ids,
                default_held_line_ids=[line.id for line in held],
            ),
        )

    def _dso_find_withheld(self, own=None):
        """What a new status would undo: disputes, litigation, open promises, specific actions.

        :param own: an action that is about these items anyway
        :return: {line: (its kind or ``specific``, the open specific actions it is attached to)}
        """
        # sudo: what is going on with an item is a fact of the rules, shown with the item
        items = self.env["dso.action.item"].sudo()
        attached = items.search(
            [
                ("line_id", "in", self.ids),
                ("action_id.origin", "=", "specific"),
                ("action_id.state", "in", ("planned", "error")),
            ]
        )
        by_line = attached.grouped("line_id")
        todays = {company: company._dso_today() for company in self.company_id}
        held = {}
        for line in self:
            # sudo: compared with what was read as superuser
            actions = by_line.get(line.sudo(), items).action_id
            if own and own.sudo() in actions:
                continue
            item = line._dso_to_engine(line.company_id)
            promised = item.kind == "promise" and (
                not item.promised_until or rules.is_promised(item, todays[line.company_id])
            )
            kind = item.kind if promised or item.kind in EXCLUDING_KINDS else None
            if kind or actions:
                held[line] = (kind or "specific", actions)
        return held

    def _dso_describe_withheld(self, own=None):
        """{line: what a new status would undo of it, in a few words}"""
        texts = {}
        for line, (kind, actions) in self._dso_find_withheld(own).items():
            # sudo: shown with the item
            status = line.sudo().dso_status_id
            words = [] if kind == "specific" else [status.name]
            if kind != "specific" and line.dso_status_date:
                words.append(format_date(self.env, line.dso_status_date))
            words += [
                self.env._(
                    "“%(action)s” on %(date)s",
                    action=action.name,
                    date=format_date(self.env, action.date),
                )
                for action in actions
            ]
            texts[line] = ", ".join(words)
        return texts

    @api.depends_context("dso_held")
    def _compute_display_name(self):
        """In the list of what is only taken when ticked, with what is going on."""
        super()._compute_display_name()
        if not self.env.context.get("dso_held"):
            return
        texts = self._dso_describe_withheld()
        for line in self:
            line.display_name = " · ".join(
                filter(
                    None,
                    (
                        line._dso_get_document(),
                        format_amount(self.env, line.amount_residual_currency, line.currency_id),
                        texts.get(line),
                    ),
                )
            )

    def action_dso_new_action(self):
        """A new action for these items of one customer."""
        customer = self._dso_leave_out_archived()._dso_get_customers()
        if len(customer) != 1:
            raise UserError(self.env._("Choose items of one customer for a new action."))
        return customer.with_context(default_line_ids=self.ids).action_new_action()

    def _dso_group_by_customer(self):
        """{collection file: its items}, of the files that the user may see."""
        groups = self.grouped(lambda line: (line.partner_id.commercial_partner_id, line.company_id))
        return {
            customer: groups[customer.partner_id, customer.company_id]
            for customer in self._dso_get_customers()
            if (customer.partner_id, customer.company_id) in groups
        }

    def _dso_get_follow_up_date(self):
        """When disputes are looked at again: after the follow-up days of their statuses."""
        company = self.company_id[:1]
        # sudo: statuses are configuration
        days = min(self.sudo().dso_status_id.mapped("followup_days"), default=7) or 1
        return company._dso_next_working_day(company._dso_today() + timedelta(days=days))

    def _dso_get_customers(self):
        """The collection files of these items that the user may see."""
        return self.env["dso.customer"].search(
            [
                ("partner_id", "in", self.partner_id.commercial_partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ]
        )

    def _dso_report(self, what):
        """A word on what was done with these items."""
        names = name_some(self.env, [line._dso_get_document() for line in self])
        return toast(self.env._("%(documents)s: %(what)s.", documents=names, what=what))

    def action_dso_ignore(self):
        """Leave these items out of dunning; they still count in the amounts."""
        self._dso_write_own({"dso_ignored": True})
        return self._dso_report(self.env._("left out of the scenario"))

    def action_dso_unignore(self):
        """Chase these items again."""
        self._dso_write_own({"dso_ignored": False})
        return self._dso_report(self.env._("chased again"))

    def action_dso_include(self):
        """Include in collection: take away the follow-up flag that Odoo sets by default in
        general journals, so that opening balances are chased (R1)."""
        self._dso_write_own({"no_followup": False})
        return self._dso_report(self.env._("included in collection"))

    def action_dso_exclude(self):
        """Exclude from follow-up, in Odoo's own words and for all of its reports."""
        self._dso_write_own({"no_followup": True})
        return self._dso_report(self.env._("excluded from follow-up"))

    def action_dso_view_item(self):
        """Open the item itself, with who said what of it."""
        self.ensure_one()
        return self.get_formview_action()

    def action_dso_view_customer(self):
        """Open the customer's file of this item."""
        self.ensure_one()
        customer = self.env["dso.customer"].search(
            [
                ("partner_id", "=", self.partner_id.commercial_partner_id.id),
                ("company_id", "=", self.company_id.id),
            ],
            limit=1,
        )
        if not customer:
            raise UserError(self.env._("This item has no collection file yet."))
        return customer.get_formview_action()
