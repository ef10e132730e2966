from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.forecast import monday_of
from ..tools.labels import WITHOUT_COLLECTOR

#: How many weeks before a week its forecast is looked at.
LEADS = (1, 4, 8)
#: Weeks of the past that are compared.
WEEKS = 26
SERIES = [
    ("came", "Came in"),
    ("lead_1", "1 week before"),
    ("lead_4", "4 weeks before"),
    ("lead_8", "8 weeks before"),
]
#: Measures that tell of one forecast: of several there is no sum, it is the same money.
OF_ONE = frozenset(
    f"{name}:{aggregate}"
    for name in ("amount", "low", "high", "came", "came_since")
    for aggregate in ("sum", "sum_currency")
)


class DsoForecastComparison(models.Model):
    """How good the forecast was: for each week that has passed, by collector, what was forecast 1,
    4 and 8 weeks before beside what came.

    The forecast *n* weeks before a week is the last one that was kept up to the Monday *n* weeks
    before, and at most six days before that. It knows the items of that day only: it is measured
    by what came of these. What came of invoices made since is told apart, and is no error. Money
    that is not allocated counts as if it had been expected.
    """

    _name = "dso.forecast.comparison"
    _description = "Accuracy of the Cash Forecast"
    _inherit = "dso.guard"
    _auto = False
    _order = "week desc, company_id, collector_id, series"
    _depends = {
        "account.account": ["account_type", "non_trade"],
        "account.journal": ["type"],
        "account.move.line": [
            "account_id",
            "balance",
            "company_id",
            "date",
            "journal_id",
            "parent_state",
            "partner_id",
        ],
        "account.partial.reconcile": ["amount", "credit_move_id", "debit_move_id"],
        "dso.customer": ["collector_id", "company_id", "partner_id"],
        "dso.forecast.week": ["collector_id", "company_id", "expected", "made_on", "week"],
        "res.partner": ["commercial_partner_id"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    collector_id = fields.Many2one("res.users", readonly=True, falsy_value_label=WITHOUT_COLLECTOR)
    currency_id = fields.Many2one("res.currency", readonly=True)
    week = fields.Date(readonly=True, help="Shows its Monday.")
    series = fields.Selection(
        SERIES, string="Forecast", readonly=True, help="What was forecast so long before, or came."
    )
    made_on = fields.Date(string="Forecast On", readonly=True)
    amount = fields.Monetary(
        readonly=True, help="What came in, or what was forecast to come; in company currency."
    )
    low = fields.Monetary(string="At Least", readonly=True)
    high = fields.Monetary(string="At Most", readonly=True)
    came = fields.Monetary(
        string="Came of It",
        readonly=True,
        help="Money that came in that week for what was open on the day of the forecast, and money "
        "that is not allocated.",
    )
    came_since = fields.Monetary(
        string="Came of Later Invoices",
        readonly=True,
        help="Money that came in that week for invoices made since the forecast, which could not "
        "know them.",
    )
    error = fields.Float(
        string="Error (%)",
        digits=(8, 1),
        readonly=True,
        aggregator="avg",
        help="By how much the forecast was wrong, in percent of what came of it; above zero if "
        "more was expected. In groups it is that of their sums; empty if nothing came.",
    )

    @property
    def _table_query(self):
        companies = self.env["res.company"]._dso_companies()
        thisweek = {company.id: monday_of(company._dso_today()) for company in companies}
        first = min(thisweek.values()) - timedelta(weeks=WEEKS)
        return SQL(
            """
            WITH day AS MATERIALIZED (
                SELECT * FROM unnest(%(ids)s::int[], %(mondays)s::date[])
                    AS day(company_id, this_week)
            ),
            -- what each forecast is measured by: the last night up to each Monday
            slot AS MATERIALIZED (
                SELECT night.company_id, lead.number, night.made_on,
                       night.monday + 7 * lead.number AS week
                  FROM (
                      SELECT company_id, %(monday)s AS monday, max(made_on) AS made_on
                        FROM dso_forecast_week GROUP BY 1, 2
                  ) night
                 CROSS JOIN unnest(%(leads)s::int[]) AS lead(number)
                  JOIN day ON day.company_id = night.company_id
                 WHERE night.monday + 7 * lead.number < day.this_week
                   AND night.monday + 7 * lead.number >= %(first)s
            ),
            came AS MATERIALIZED (
                SELECT came.id, came.company_id, came.week, customer.collector_id,
                       came.amount
                  FROM (%(came)s) came
                  LEFT JOIN res_partner contact ON contact.id = came.partner_id
                  LEFT JOIN dso_customer customer
                    ON customer.partner_id = contact.commercial_partner_id
                   AND customer.company_id = came.company_id
            ),
            -- by the day on which what was paid had been booked
            paid AS MATERIALIZED (
                SELECT came.company_id, came.week, came.collector_id, claim.date AS claimed_on,
                       sum(partial.amount) AS amount
                  FROM came
                  JOIN account_partial_reconcile partial ON partial.credit_move_id = came.id
                  JOIN account_move_line claim ON claim.id = partial.debit_move_id
                 GROUP BY 1, 2, 3, 4
            ),
            total AS MATERIALIZED (
                SELECT company_id, week, collector_id, sum(amount) AS amount
                  FROM came GROUP BY 1, 2, 3
            ),
            figure AS (
                SELECT slot.company_id, slot.number, slot.week, slot.made_on, kept.collector_id,
                       kept.expected AS amount, kept.low, kept.high, 0 AS came, 0 AS came_since
                  FROM slot
                  JOIN dso_forecast_week kept
                    ON kept.company_id = slot.company_id AND kept.made_on = slot.made_on
                   AND kept.week = slot.week
                 UNION ALL
                SELECT slot.company_id, slot.number, slot.week, slot.made_on, total.collector_id,
                       0, 0, 0, total.amount, 0
                  FROM slot
                  JOIN total ON total.company_id = slot.company_id AND total.week = slot.week
                 UNION ALL
                SELECT slot.company_id, slot.number, slot.week, slot.made_on, paid.collector_id,
                       0, 0, 0, -paid.amount, paid.amount
                  FROM slot
                  JOIN paid ON paid.company_id = slot.company_id AND paid.week = slot.week
                   AND paid.claimed_on > slot.made_on
            ),
            result AS (
                SELECT company_id, collector_id, week, 'lead_' || number AS series, made_on,
                       sum(amount) AS amount, sum(low) AS low, sum(high) AS high,
                       sum(came) AS came, sum(came_since) AS came_since
                  FROM figure
                 GROUP BY company_id, collector_id, week, number, made_on
                HAVING sum(amount) != 0 OR sum(came) != 0 OR sum(came_since) != 0
                 UNION ALL
                SELECT company_id, collector_id, week, 'came', NULL, amount, NULL, NULL, NULL, NULL
                  FROM total
                 WHERE (company_id, week) IN (SELECT company_id, week FROM slot)
            )
            SELECT row_number() OVER (
                       ORDER BY result.company_id, result.week, result.collector_id, result.series
                   ) AS id,
                   result.*, company.currency_id,
                   (100 * (result.amount - result.came) / NULLIF(result.came, 0))::float8 AS error
              FROM result
              JOIN res_company company ON company.id = result.company_id
            """,
            ids=list(thisweek),
            mondays=list(thisweek.values()),
            monday=self.env["dso.forecast.week"]._get_monday_sql(SQL("made_on")),
            leads=list(LEADS),
            first=first,
            came=self.env["dso.forecast"]._get_came_sql(
                companies.ids, SQL("line.date >= %s", first)
            ),
        )

    @api.depends("week", "series")
    def _compute_display_name(self):
        labels = dict(self._fields["series"]._description_selection(self.env))
        for record in self:
            record.display_name = f"{record.week}, {labels.get(record.series, '')}"

    def _read_group_select(self, aggregate_spec, query):
        """The error of several weeks is that of their sums: an average of percentages would weigh
        a week with nothing as much as one with a fortune. Forecasts of one week are never added
        up."""
        select = super()._read_group_select(aggregate_spec, query)
        amount, came, series = (
            self._field_to_sql(self._table, name, query) for name in ("amount", "came", "series")
        )
        if aggregate_spec == "error:avg":
            select = SQL(
                "(100 * (sum(%(amount)s) - sum(%(came)s)) / NULLIF(sum(%(came)s), 0))::float8",
                amount=amount,
                came=came,
            )
        elif aggregate_spec not in OF_ONE:
            return select
        return SQL("CASE WHEN min(%s) = max(%s) THEN %s END", series, series, select)

    def action_view_records(self):
        """Open what is behind the row: the payments of that week, or the forecast that was kept."""
        self.ensure_one()
        if self.series == "came":
            return self.action_view_came()
        return self._view("dso_forecast_week_action", [("made_on", "=", self.made_on)])

    def action_view_came(self):
        """Open the payments of that week."""
        self.ensure_one()
        return self._view("dso_forecast_came_action", [])

    def _view(self, name, domain):
        """An action on the records of the row's company, collector and week."""
        action = self.env["ir.actions.act_window"]._for_xml_id(f"dso_collection.{name}")
        own = [
            ("company_id", "=", self.company_id.id),
            ("collector_id", "=", self.collector_id.id),
            ("week", "=", self.week),
        ]
        return dict(action, domain=own + domain, context={})
