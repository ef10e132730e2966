from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import SQL

from ..engine import ageing

#: Ends of month before today that the trend tells of.
MONTHS = 12

BUCKETS = [
    ("001", "1 to 30 days"),
    ("031", "31 to 60 days"),
    ("061", "61 to 90 days"),
    ("091", "More than 90 days"),
]

#: Measures that tell of one day: over several days there is no sum.
OF_ONE_DAY = frozenset({"amount:sum", "amount:sum_currency", "item_count:sum"})


class DsoOverdueTrend(models.Model):
    """What was overdue at the end of each of the last twelve months, and what is today. [Q2]

    One row for each item and day. The past is read from the ledger: a posted claim was overdue on
    a day if it was due before that day and its entry had been made by then, for what was left open
    by reconciliations with an accounting date (``max_date``) up to that day. Of an entry that was
    cancelled since then nothing is left. Today's rows are the present residuals, so that they add
    up to the customers' figures.

    Amounts are booked ones in the company's currency.
    """

    _name = "dso.overdue.trend"
    _description = "Trend of Overdue Items"
    _inherit = "dso.report"
    _auto = False
    _order = "day desc, days_overdue desc, id"
    _rec_name = "document"
    _depends = {
        "account.account": ["account_type"],
        "account.move": ["name"],
        "account.move.line": [
            "account_id",
            "amount_residual",
            "balance",
            "company_currency_id",
            "company_id",
            "date",
            "date_maturity",
            "move_id",
            "parent_state",
            "partner_id",
            "reconciled",
        ],
        "account.partial.reconcile": ["amount", "credit_move_id", "debit_move_id", "max_date"],
        "dso.customer": ["collector_id", "company_id", "partner_id", "scenario_id"],
        "res.partner": ["commercial_partner_id"],
    }

    day = fields.Date(readonly=True, help="The end of a month, or today.")
    document = fields.Char(readonly=True)
    scenario_id = fields.Many2one("dso.scenario", readonly=True)
    due_date = fields.Date(readonly=True)
    days_overdue = fields.Integer(
        string="Oldest Overdue", readonly=True, aggregator="max", help="In days, on that day."
    )
    bucket = fields.Selection(BUCKETS, string="Age", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(
        string="Overdue", readonly=True, help="Open on that day; none over several days."
    )
    item_count = fields.Integer(string="Items", readonly=True)

    @property
    def _table_query(self):
        companies = self.env["res.company"]._dso_companies()
        points = [
            (company.id, number, day)
            for company in companies
            for number, day in enumerate(self._get_days_of_trend(company._dso_today()))
        ]
        company_ids, numbers, days = zip(*points, strict=True)
        return SQL(
            """
            WITH point AS (
                SELECT * FROM unnest(%(ids)s::int[], %(numbers)s::int[], %(days)s::date[])
                    AS point(company_id, number, day)
            ),
            claim AS (
                SELECT line.id, line.company_id, line.partner_id, line.move_id, line.date,
                       line.balance, line.amount_residual, line.reconciled,
                       line.company_currency_id,
                       COALESCE(line.date_maturity, line.date) AS due_date
                  FROM account_move_line line
                 WHERE line.company_id = ANY(%(ids)s)
                   AND line.account_id IN (
                       SELECT id FROM account_account WHERE account_type = 'asset_receivable'
                   )
                   AND line.parent_state = 'posted'
                   AND line.balance > 0
                   AND line.partner_id IS NOT NULL
                   -- what was settled before the first of the days is of no account
                   AND (
                       line.reconciled IS NOT TRUE
                       OR line.id IN (
                           SELECT debit_move_id FROM account_partial_reconcile
                            WHERE max_date > %(first)s
                       )
                   )
            )
            SELECT claim.id::bigint * %(points)s + overdue.number AS id,
                   claim.id AS line_id, overdue.day, claim.company_id,
                   contact.commercial_partner_id AS partner_id,
                   customer.id AS customer_id, customer.collector_id, customer.scenario_id,
                   move.name AS document, claim.due_date,
                   overdue.day - claim.due_date AS days_overdue,
                   %(bucket)s AS bucket,
                   claim.company_currency_id AS currency_id,
                   overdue.amount, 1 AS item_count
              FROM claim
             -- each claim is read once, its reconciliations too, and nothing is joined that the
             -- planner could guess wrong; few claims have any: most are open in full
             CROSS JOIN LATERAL (
                  SELECT array_agg(part.day) AS days, array_agg(part.amount) AS amounts
                    FROM (
                        SELECT max_date AS day, -amount AS amount
                          FROM account_partial_reconcile
                         WHERE debit_move_id = claim.id
                         UNION ALL
                        SELECT max_date, amount
                          FROM account_partial_reconcile
                         WHERE credit_move_id = claim.id
                    ) part
             ) change
             CROSS JOIN LATERAL (
                  SELECT point.number, point.day,
                         CASE WHEN point.number = 0
                              THEN CASE WHEN claim.reconciled IS NOT TRUE
                                        THEN claim.amount_residual END
                              ELSE CASE WHEN claim.date <= point.day THEN claim.balance ELSE 0 END
                                   + CASE WHEN change.days IS NULL THEN 0 ELSE (
                                         SELECT COALESCE(sum(part.amount), 0)
                                           FROM unnest(change.days, change.amounts)
                                                AS part(day, amount)
                                          WHERE part.day <= point.day
                                     ) END
                         END AS amount
                    FROM point
                   WHERE point.company_id = claim.company_id AND point.day > claim.due_date
                  OFFSET 0
             ) overdue
              LEFT JOIN res_partner contact ON contact.id = claim.partner_id
              LEFT JOIN dso_customer customer
                ON customer.partner_id = contact.commercial_partner_id
               AND customer.company_id = claim.company_id
              LEFT JOIN account_move move ON move.id = claim.move_id
             WHERE overdue.amount > 0
            """,
            ids=list(company_ids),
            numbers=list(numbers),
            days=list(days),
            first=min(days),
            points=MONTHS + 1,
            bucket=self._get_bucket_sql(),
        )

    def _get_days_of_trend(self, today):
        """Today, then the ends of the months before, the latest first.

        :param today: the company's date
        """
        first = today.replace(day=1)
        return [
            today,
            *(
                first - relativedelta(months=months) - relativedelta(days=1)
                for months in range(MONTHS)
            ),
        ]

    def _get_bucket_sql(self):
        """``engine.ageing.bucket`` in SQL, the oldest first; the tests compare the two."""
        return SQL(
            "CASE %s END",
            SQL(" ").join(
                SQL("WHEN overdue.day - claim.due_date >= %s THEN %s", each.first, each.key)
                for each in reversed(ageing.BUCKETS)
                if each.first is not None
            ),
        )

    def _read_group_select(self, aggregate_spec, query):
        """What was overdue on one day and on another is never added up: the same item would count
        twice."""
        select = super()._read_group_select(aggregate_spec, query)
        if aggregate_spec not in OF_ONE_DAY:
            return select
        day = self._field_to_sql(self._table, "day", query)
        return SQL("CASE WHEN min(%s) = max(%s) THEN %s END", day, day, select)
