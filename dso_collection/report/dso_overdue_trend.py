from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine.ageing import OVERDUE
from ..tools.ageing import bucket_sql, get_selection
from ..tools.inside import get_inside, inside
from ..tools.labels import WITHOUT_SCENARIO
from ..tools.receivable import CUSTOMER_JOINS, claims_sql

#: Ends of month before today that the trend tells of.
MONTHS = 12

#: Measures that tell of one day: over several days there is no sum.
OF_ONE_DAY = frozenset({"amount:sum", "amount:sum_currency", "item_count:sum"})

#: What a row can still tell that stands for many items, and what of its customer.
TOTAL_FIELDS = frozenset(
    {
        "amount",
        "bucket",
        "company_id",
        "currency_id",
        "day",
        "days_overdue",
        "due_date",
        "item_count",
    }
)
CUSTOMER_FIELDS = {
    "collector_id": SQL("customer.collector_id"),
    "customer_id": SQL("customer.id"),
    "scenario_id": SQL("customer.scenario_id"),
}

#: Of nearly all open claims nothing was ever settled: the same amount was open on each day since
#: they were made. (A claim is the debit side of its reconciliations, which only make it less.)
WHOLE = SQL("(claim.reconciled IS NOT TRUE AND claim.amount_residual >= claim.balance)")
NOT_WHOLE = SQL("%s IS NOT TRUE", WHOLE)


class DsoOverdueTrend(models.Model):
    """What was overdue at the end of each of the last twelve months, and what is today. [Q2]

    One row for each item and day. The past is read from the ledger, as ``tools.receivable`` says: a
    posted claim was overdue on a day if it was due before that day and its entry had been made by
    then, for what was left open of it. Today's rows are the present residuals, so that they add up
    to the customers' figures.

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
    scenario_id = fields.Many2one("dso.scenario", readonly=True, falsy_value_label=WITHOUT_SCENARIO)
    due_date = fields.Date(readonly=True)
    days_overdue = fields.Integer(
        string="Oldest Overdue", readonly=True, aggregator="max", help="In days, on that day."
    )
    bucket = fields.Selection(get_selection(OVERDUE), string="Age", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(
        string="Overdue", readonly=True, help="Open on that day; empty across several days."
    )
    item_count = fields.Integer(string="Items", readonly=True)

    @property
    def _table_query(self):
        customer_fields = get_inside(self.env, "dso_trend_totals")
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
            claim AS NOT MATERIALIZED (%(claims)s)
            %(rows)s
            """,
            ids=list(company_ids),
            numbers=list(numbers),
            days=list(days),
            claims=claims_sql(companies.ids, min(days), SQL("line.partner_id IS NOT NULL")),
            rows=(
                self._get_items_sql()
                if customer_fields is None
                else self._get_totals_sql(customer_fields)
            ),
        )

    def _get_items_sql(self):
        """A row for each claim and day."""
        return SQL(
            """
            SELECT claim.id::bigint * %(points)s + overdue.number AS id,
                   claim.id AS line_id, overdue.day, claim.company_id,
                   contact.commercial_partner_id AS partner_id,
                   customer.id AS customer_id, customer.collector_id, customer.scenario_id,
                   move.name AS document, claim.due_date,
                   overdue.day - claim.due_date AS days_overdue,
                   %(bucket)s AS bucket,
                   claim.company_currency_id AS currency_id,
                   overdue.amount, 1 AS item_count
              FROM %(overdue)s
                   %(joins)s
              LEFT JOIN account_move move ON move.id = claim.move_id
             WHERE overdue.amount > 0
            """,
            points=MONTHS + 1,
            bucket=bucket_sql(SQL("overdue.day - claim.due_date"), OVERDUE),
            overdue=self._get_overdue_sql(),
            joins=CUSTOMER_JOINS,
        )

    def _get_overdue_sql(self):
        """Each claim with what was open of it on each of the days, as ``claim`` and ``overdue``."""
        return SQL(
            """
                   claim
             -- each claim is read once, its reconciliations too, and nothing is joined that the
             -- planner could guess wrong
             CROSS JOIN LATERAL (
                  SELECT array_agg(part.day) AS days, array_agg(part.amount) AS amounts
                    FROM (
                        SELECT max_date AS day, -amount AS amount
                          FROM account_partial_reconcile
                         WHERE debit_move_id = claim.id AND %(not_whole)s
                         UNION ALL
                        SELECT max_date, amount
                          FROM account_partial_reconcile
                         WHERE credit_move_id = claim.id AND %(not_whole)s
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
            """,
            not_whole=NOT_WHOLE,
        )

    def _get_totals_sql(self, customer_fields):
        """Rows that stand for many items. The claims of which nothing was settled are added up by
        what makes a difference before they are looked at day by day: a million of them have some
        hundred due dates. The others follow one by one.

        :param customer_fields: those of ``CUSTOMER_FIELDS`` that are asked for
        """
        asked = [name for name in CUSTOMER_FIELDS if name in customer_fields]
        keys = SQL("").join(SQL(", %s", CUSTOMER_FIELDS[name]) for name in asked)
        columns = SQL("").join(
            SQL(", %s AS %s", CUSTOMER_FIELDS[name], SQL.identifier(name)) for name in asked
        )
        return SQL(
            """,
            -- once, and not for each day anew
            whole AS MATERIALIZED (
                SELECT claim.company_id, claim.company_currency_id, claim.due_date, claim.date,
                       sum(claim.balance) AS balance, sum(claim.amount_residual) AS residual,
                       count(*) AS item_count %(columns)s
                  FROM claim
                       %(joins)s
                 WHERE %(whole)s
                 GROUP BY claim.company_id, claim.company_currency_id, claim.due_date, claim.date
                          %(keys)s
            )
            SELECT NULL::bigint AS id, point.day, whole.company_id, %(whole_columns)s,
                   whole.due_date, point.day - whole.due_date AS days_overdue,
                   %(whole_bucket)s AS bucket, whole.company_currency_id AS currency_id,
                   CASE WHEN point.number = 0 THEN whole.residual ELSE whole.balance END AS amount,
                   whole.item_count
              FROM whole
              JOIN point
                ON point.company_id = whole.company_id
               AND point.day > whole.due_date
               AND (point.number = 0 OR point.day >= whole.date)
             UNION ALL
            SELECT NULL, overdue.day, claim.company_id, %(claim_columns)s,
                   claim.due_date, overdue.day - claim.due_date, %(claim_bucket)s,
                   claim.company_currency_id, overdue.amount, 1
              FROM %(overdue)s
                   %(joins)s
             WHERE overdue.amount > 0 AND %(not_whole)s
            """,
            keys=keys,
            columns=columns,
            joins=CUSTOMER_JOINS if asked else SQL(),
            whole=WHOLE,
            not_whole=NOT_WHOLE,
            whole_columns=self._get_customer_columns(
                asked, lambda name: SQL.identifier("whole", name)
            ),
            claim_columns=self._get_customer_columns(asked, CUSTOMER_FIELDS.get),
            whole_bucket=bucket_sql(SQL("point.day - whole.due_date"), OVERDUE),
            claim_bucket=bucket_sql(SQL("overdue.day - claim.due_date"), OVERDUE),
            overdue=self._get_overdue_sql(),
        )

    def _get_customer_columns(self, asked, get_column):
        """``CUSTOMER_FIELDS``, those that nobody asks for without value.

        :param get_column: from the name of one to where it stands
        """
        return SQL(", ").join(
            SQL("%s AS %s", get_column(name), SQL.identifier(name))
            if name in asked
            else SQL("NULL::int AS %s", SQL.identifier(name))
            for name in CUSTOMER_FIELDS
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

    def _read_group_select(self, aggregate_spec, query):
        """What was overdue on one day and on another is never added up: the same item would count
        twice."""
        if aggregate_spec == "__count" and get_inside(self.env, "dso_trend_totals") is not None:
            # as many as there would be, item by item
            return SQL("COALESCE(sum(%s), 0)", self._field_to_sql(self._table, "item_count", query))
        select = super()._read_group_select(aggregate_spec, query)
        if aggregate_spec not in OF_ONE_DAY:
            return select
        day = self._field_to_sql(self._table, "day", query)
        return SQL("CASE WHEN min(%s) = max(%s) THEN %s END", day, day, select)

    # ------------------------------------------------------------------
    # Totals, for which no item has to be told apart
    # ------------------------------------------------------------------

    @api.model
    def _read_group(self, domain, groupby=(), aggregates=(), *args, **kwargs):
        model = self._for_totals(domain, [*groupby, *aggregates])
        return super(DsoOverdueTrend, model)._read_group(
            domain, groupby, aggregates, *args, **kwargs
        )

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), *args, **kwargs):
        groupby = [spec for each in grouping_sets for spec in each]
        model = self._for_totals(domain, [*groupby, *aggregates])
        return super(DsoOverdueTrend, model)._read_grouping_sets(
            domain, grouping_sets, aggregates, *args, **kwargs
        )

    def _for_totals(self, domain, specs):
        """This model with rows that stand for many items, where neither the question nor a record
        rule asks for a single one; else as it is.

        :param specs: groups and aggregates, as of ``_read_group``
        """
        domain = Domain(domain)
        if not self.env.su:
            # as the search itself asks for them
            domain &= self.env["ir.rule"]._compute_domain(self._name, "read")
        # of a path, what stands in the row
        asked = {condition.field_expr.split(".")[0] for condition in domain.iter_conditions()}
        asked |= {spec.partition(":")[0] for spec in specs} - {"__count"}
        if asked - TOTAL_FIELDS - set(CUSTOMER_FIELDS):
            return self
        return self.with_context(**inside(dso_trend_totals=sorted(asked & set(CUSTOMER_FIELDS))))
