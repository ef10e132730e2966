from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..tools.action_types import get_channel, get_types
from ..tools.payments import is_payment_sql
from ..tools.receivable import CUSTOMER_JOINS, claims_sql

#: How many months are told of, the present one included.
MONTHS = 12

#: Of one month: what was open when one began and when another did is partly the same.
OF_ONE_MONTH = frozenset(
    {
        "amount_opening:sum",
        "amount_opening:sum_currency",
        "amount_overdue:sum",
        "amount_overdue:sum_currency",
    }
)

#: Percentages: {measure: (part, whole)}
RATES = {
    "kept_rate": ("kept_count", "judged_count"),
    "qualified_rate": ("amount_qualified", "amount_overdue"),
}


class DsoCollectorReport(models.Model):
    """What each collector was entrusted with, month by month, and what came of it.

    One row for each month, collector and company. Customers, their money and their promises count
    with the collector who has them now; calls and e-mails with whose action it was. What was open
    and what was overdue is told as it was booked by the days in question (``tools.receivable``).
    Only customers that the reader may see are counted.

    Amounts are booked ones in the company's currency.
    """

    _name = "dso.collector.report"
    _description = "Performance by Collector"
    _inherit = "dso.report"
    _auto = False
    _booked_currency = "currency_id"
    _order = "month desc, collector_id"
    _rec_name = "month_text"
    _depends = {
        "account.account": ["account_type", "non_trade"],
        "account.move": ["move_type"],
        "account.move.line": [
            "account_id",
            "amount_currency",
            "balance",
            "company_id",
            "date",
            "date_maturity",
            "parent_state",
            "partner_id",
            "reconciled",
        ],
        "account.partial.reconcile": ["amount", "credit_move_id", "debit_move_id", "max_date"],
        "dso.action": [
            "action_type",
            "collector_id",
            "company_id",
            "customer_id",
            "done_date",
            "state",
        ],
        "dso.customer": ["collector_id", "company_id", "partner_id"],
        "dso.qualification": ["line_id", "logged_on", "status_id", "undoes_id"],
        "res.company": ["currency_id"],
        "res.partner": ["commercial_partner_id"],
    }

    month = fields.Date(string="First Day", readonly=True)
    month_text = fields.Char(string="Month", compute="_compute_month_text")
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_opening = fields.Monetary(
        string="Entrusted",
        readonly=True,
        help="Shows what was open of these customers' items when the month began; empty across "
        "several months.",
    )
    amount_collected = fields.Monetary(
        string="Collected",
        readonly=True,
        help="Shows what was paid in the month, credit notes not included.",
    )
    promise_count = fields.Integer(
        string="Promised", readonly=True, help="Counts the promises for a day of the month."
    )
    kept_count = fields.Integer(
        string="Kept", readonly=True, help="Counts those of them that were kept."
    )
    judged_count = fields.Integer(
        string="Past Their Deadline",
        readonly=True,
        help="Counts the promises that were kept, partly kept or broken.",
    )
    kept_rate = fields.Float(
        string="Share Kept (%)",
        digits=(5, 1),
        readonly=True,
        aggregator="avg",
        help="Promises kept, of those kept, partly kept and broken.",
    )
    call_count = fields.Integer(string="Calls", readonly=True)
    email_count = fields.Integer(
        string="E-mails",
        readonly=True,
        help="Counts those to customers, automatic ones included.",
    )
    amount_overdue = fields.Monetary(
        string="Overdue at the End",
        readonly=True,
        help="Shows what was overdue at the end of the month, or is today; empty across several "
        "months.",
    )
    qualified_rate = fields.Float(
        string="With a Status (%)",
        digits=(5, 1),
        readonly=True,
        aggregator="avg",
        help="Shows how much of what was overdue at the end of the month, or is today, had a "
        "status by then, by value.",
    )

    @api.depends("month")
    @api.depends_context("lang")
    def _compute_month_text(self):
        for row in self:
            row.month_text = format_date(self.env, row.month, date_format="MMMM yyyy")

    # ------------------------------------------------------------------
    # The query
    # ------------------------------------------------------------------

    @property
    def _table_query(self):
        companies = self.env["res.company"]._dso_companies()
        points = [
            (company.id, month, min(month + relativedelta(day=31), company._dso_today()))
            for company in companies
            for month in self._get_months(company._dso_today())
        ]
        company_ids, months, endings = zip(*points, strict=True)
        parts = [
            self._get_ledger_sql(),
            self._get_collected_sql(),
            self._get_promises_sql(),
            self._get_actions_sql(),
        ]
        columns = ("opening overdue qualified collected promised kept judged calls emails").split()
        return SQL(
            """
            WITH point AS (
                SELECT *
                  FROM unnest(%(company_ids)s::int[], %(months)s::date[], %(endings)s::date[])
                       AS point(company_id, month, ending)
            ),
            claim AS NOT MATERIALIZED (%(claims)s),
            part AS (%(parts)s)
            SELECT to_char(part.month, 'YYMM')::bigint * 10000000000
                       + part.company_id * 1000000::bigint + COALESCE(part.collector_id, 0) AS id,
                   part.company_id, part.collector_id, part.month, company.currency_id,
                   NULL::int AS customer_id, NULL::int AS partner_id, NULL::int AS line_id,
                   sum(part.opening) AS amount_opening, sum(part.collected) AS amount_collected,
                   sum(part.promised)::int AS promise_count, sum(part.kept)::int AS kept_count,
                   sum(part.judged)::int AS judged_count,
                   100.0 * sum(part.kept) / NULLIF(sum(part.judged), 0) AS kept_rate,
                   sum(part.calls)::int AS call_count, sum(part.emails)::int AS email_count,
                   sum(part.overdue) AS amount_overdue, sum(part.qualified) AS amount_qualified,
                   100.0 * sum(part.qualified) / NULLIF(sum(part.overdue), 0) AS qualified_rate
              FROM part
              JOIN res_company company ON company.id = part.company_id
             GROUP BY part.company_id, part.collector_id, part.month, company.currency_id
            HAVING sum(part.opening) + sum(part.collected) + sum(part.overdue) > 0
                OR sum(part.promised) + sum(part.calls) + sum(part.emails) > 0
            """,
            company_ids=list(company_ids),
            months=list(months),
            endings=list(endings),
            claims=claims_sql(
                companies.ids,
                min(months) - timedelta(days=1),
                SQL("line.partner_id IS NOT NULL"),
            ),
            parts=SQL(" UNION ALL ").join(
                SQL(
                    "SELECT company_id, collector_id, month, %s FROM (%s) %s",
                    SQL(", ").join(
                        SQL.identifier(name)
                        if name in names
                        else SQL("0 AS %s", SQL.identifier(name))
                        for name in columns
                    ),
                    query,
                    SQL.identifier(names[0]),
                )
                for names, query in parts
            ),
        )

    def _get_months(self, today):
        """The first days of the months that are told of, the present one first."""
        first = today.replace(day=1)
        return [first - relativedelta(months=number) for number in range(MONTHS)]

    def _get_ledger_sql(self):
        """What was open when each month began, what was overdue when it ended, and what of that had
        a status then."""
        return ["opening", "overdue", "qualified"], SQL(
            """
            SELECT claim.company_id, customer.collector_id, open.month, open.opening, open.overdue,
                   CASE WHEN open.overdue > 0 AND said.days IS NOT NULL AND (
                            SELECT entry.has_status
                              FROM unnest(said.days, said.statuses) WITH ORDINALITY
                                   AS entry(day, has_status, number)
                             WHERE entry.day <= open.ending
                             ORDER BY entry.number DESC
                             LIMIT 1
                        ) THEN open.overdue ELSE 0 END AS qualified
              FROM claim
                   %(joins)s
              LEFT JOIN (
                   SELECT entry.line_id, array_agg(entry.logged_on ORDER BY entry.id) AS days,
                          array_agg(entry.status_id IS NOT NULL ORDER BY entry.id) AS statuses
                     FROM dso_qualification entry
                    WHERE %(stands)s
                    GROUP BY entry.line_id
              ) said ON said.line_id = claim.id
             -- each claim is read once, its reconciliations too
             CROSS JOIN LATERAL (
                  SELECT array_agg(max_date) AS days, array_agg(amount) AS amounts
                    FROM account_partial_reconcile
                   WHERE debit_move_id = claim.id
             ) change
             CROSS JOIN LATERAL (
                  SELECT point.month, point.ending,
                         CASE WHEN claim.date < point.month
                              THEN GREATEST(0, claim.balance - settled.before) ELSE 0 END
                             AS opening,
                         CASE WHEN claim.due_date < point.ending
                              THEN GREATEST(0, claim.balance - settled.until) ELSE 0 END
                             AS overdue
                    FROM point
                   CROSS JOIN LATERAL (
                         SELECT COALESCE(sum(amount) FILTER (WHERE day < point.month), 0)
                                    AS before,
                                COALESCE(sum(amount) FILTER (WHERE day <= point.ending), 0)
                                    AS until
                           FROM unnest(change.days, change.amounts) AS part(day, amount)
                   ) settled
                   WHERE point.company_id = claim.company_id AND claim.date <= point.ending
                  OFFSET 0
             ) open
             WHERE customer.id IS NOT NULL AND %(readable)s AND open.opening + open.overdue > 0
            """,
            joins=CUSTOMER_JOINS,
            stands=self.env["dso.qualification"]._get_standing("entry"),
            readable=self._get_readable_sql(),
        )

    def _get_collected_sql(self):
        """What was paid of claims, by the accounting date of the reconciliation."""
        return ["collected"], SQL(
            """
            SELECT claim.company_id, customer.collector_id, point.month,
                   partial.amount AS collected
              FROM account_partial_reconcile partial
              JOIN claim ON claim.id = partial.debit_move_id
                   %(joins)s
              JOIN point ON point.company_id = claim.company_id
               AND partial.max_date BETWEEN point.month AND point.ending
              JOIN account_move_line payment ON payment.id = partial.credit_move_id
              JOIN account_move payment_move ON payment_move.id = payment.move_id
             WHERE %(is_payment)s AND customer.id IS NOT NULL AND %(readable)s
            """,
            joins=CUSTOMER_JOINS,
            is_payment=is_payment_sql("payment_move"),
            readable=self._get_readable_sql(),
        )

    def _get_promises_sql(self):
        """Promises by the month for which they were given, with what came of them."""
        return ["promised", "kept", "judged"], SQL(
            """
            SELECT promise.company_id, promise.collector_id, point.month, 1 AS promised,
                   (promise.state = 'kept')::int AS kept,
                   (promise.state IN ('kept', 'partly', 'broken'))::int AS judged
              FROM (%(promises)s) promise
              JOIN dso_customer customer ON customer.id = promise.customer_id
              JOIN point ON point.company_id = promise.company_id
               AND promise.promised_date BETWEEN point.month
                       AND point.month + INTERVAL '1 month' - INTERVAL '1 day'
             WHERE %(readable)s
            """,
            promises=self.env["dso.promise"]._table_query,
            readable=self._get_readable_sql(),
        )

    def _get_actions_sql(self):
        """Calls, and e-mails to customers."""
        return ["calls", "emails"], SQL(
            """
            SELECT action.company_id, action.collector_id, point.month,
                   (action.action_type = 'call')::int AS calls,
                   (action.action_type != 'call')::int AS emails
              FROM dso_action action
              JOIN dso_customer customer ON customer.id = action.customer_id
              JOIN point ON point.company_id = action.company_id
               AND action.done_date BETWEEN point.month AND point.ending
             WHERE action.state = 'done' AND action.action_type = ANY(%(types)s) AND %(readable)s
            """,
            types=["call", *self._get_email_types()],
            readable=self._get_readable_sql(),
        )

    def _get_email_types(self):
        """Types of actions that e-mail the customer."""
        channels = {each: get_channel(self.env, each) for each in get_types(self.env)}
        return [
            action_type
            for action_type, channel in channels.items()
            if channel._channel_medium == "email" and not channel._is_internal
        ]

    # ------------------------------------------------------------------
    # Aggregates
    # ------------------------------------------------------------------

    def _read_group_select(self, aggregate_spec, query):
        """Percentages are quotients of sums at every level; what was open at the beginning of one
        month and of another is never added up."""
        name = aggregate_spec.partition(":")[0]
        if name in RATES:
            part, whole = (SQL.identifier(self._table, column) for column in RATES[name])
            currency = SQL.identifier(self._table, "currency_id")
            return SQL(
                "CASE WHEN min(%(currency)s) = max(%(currency)s) OR %(numbers)s"
                " THEN 100.0 * sum(%(part)s) / NULLIF(sum(%(whole)s), 0) END",
                currency=currency,
                numbers=name == "kept_rate",
                part=part,
                whole=whole,
            )
        select = super()._read_group_select(aggregate_spec, query)
        if aggregate_spec not in OF_ONE_MONTH:
            return select
        month = SQL.identifier(self._table, "month")
        return SQL("CASE WHEN min(%s) = max(%s) THEN %s END", month, month, select)

    # ------------------------------------------------------------------
    # What is behind a row
    # ------------------------------------------------------------------

    def _get_ending(self):
        """The last day of the month."""
        return self.month + relativedelta(day=31)

    def _get_customers_domain(self):
        return Domain("company_id", "=", self.company_id.id) & Domain(
            "collector_id", "=", self.collector_id.id
        )

    def _get_lines_domain(self):
        """Items of these customers."""
        partners = self.env["dso.customer"].with_context(active_test=False)
        partners = partners.search_fetch(self._get_customers_domain(), ["partner_id"]).partner_id
        return (
            Domain("company_id", "=", self.company_id.id)
            & Domain("partner_id.commercial_partner_id", "in", partners.ids)
            & self.env["account.move.line"]._dso_get_item_domain()
        )

    def action_view_opening(self):
        """Open the items of which something was open when the month began."""
        self.ensure_one()
        domain = (
            self._get_lines_domain()
            & Domain("balance", ">", 0)
            & Domain("date", "<", self.month)
            & (
                Domain("reconciled", "=", False)
                | Domain("matched_credit_ids.max_date", ">=", self.month)
            )
        )
        return self._open("dso_collection.dso_item_action", self.env._("Entrusted"), domain)

    def action_view_overdue(self):
        """Open the items that were overdue at the end of the month, or are today."""
        self.ensure_one()
        # sudo: what day it is where the company collects is no secret
        day = min(self._get_ending(), self.company_id.sudo()._dso_today())
        late = Domain("date_maturity", "<", day) | (
            Domain("date_maturity", "=", False) & Domain("date", "<", day)
        )
        domain = (
            self._get_lines_domain()
            & Domain("balance", ">", 0)
            & Domain("date", "<=", day)
            & late
            & (Domain("reconciled", "=", False) | Domain("matched_credit_ids.max_date", ">", day))
        )
        return self._open("dso_collection.dso_item_action", self.env._("Overdue"), domain)

    def action_view_collected(self):
        """Open the payments of the month."""
        self.ensure_one()
        paid = Domain("max_date", ">=", self.month) & Domain("max_date", "<=", self._get_ending())
        domain = (
            self._get_lines_domain()
            & Domain("balance", "<", 0)
            & Domain("matched_debit_ids", "any", paid)
            & Domain("move_id.move_type", "!=", "out_refund")
        )
        return self._open("dso_collection.dso_item_action", self.env._("Collected"), domain)

    def action_view_promises(self):
        """Open the promises for a day of the month."""
        self.ensure_one()
        domain = (
            self._get_customers_domain()
            & Domain("promised_date", ">=", self.month)
            & Domain("promised_date", "<=", self._get_ending())
        )
        return self._open("dso_collection.dso_promise_action", self.env._("Promises"), domain)

    def action_view_calls(self):
        """Open the calls of the month."""
        return self._open_actions(["call"], self.env._("Calls"))

    def action_view_emails(self):
        """Open the e-mails of the month."""
        return self._open_actions(self._get_email_types(), self.env._("E-mails"))

    def _open_actions(self, types, name):
        self.ensure_one()
        domain = (
            self._get_customers_domain()
            & Domain("action_type", "in", types)
            & Domain("state", "=", "done")
            & Domain("done_date", ">=", self.month)
            & Domain("done_date", "<=", self._get_ending())
        )
        return self._open("dso_collection.dso_action_action_history", name, domain)

    def _open(self, xml_id, name, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        who = self.collector_id.name or self.env._("Without collector")
        name = f"{name}: {who}, {self.month_text}"
        return dict(action, name=name, display_name=name, domain=list(domain), context={})
