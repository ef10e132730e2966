from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import effect as rules
from ..engine.ageing import AROUND_DUE
from ..tools.action_types import ActionType
from ..tools.ageing import bucket_sql
from ..tools.inside import get_inside, inside
from ..tools.labels import NOT_IN_SCENARIO, WITHOUT_TEMPLATE
from ..tools.payments import is_payment_sql
from ..tools.receivable import CUSTOMER_JOINS, claims_sql

#: Measures that need those who waited.
BASE_MEASURES = frozenset(
    f"{name}_{window}" for name in ("base", "matched", "expected") for window in rules.WINDOWS
)


class DsoStepEffect(models.Model):
    """What each step brings: actions that were done, what they asked for, and what was paid of it
    within some days, beside what came without any action.

    One row for each action done in the last twelve months, under its id. What counts as paid, who
    waited and when there are too few, ``engine.effect`` says. A measure of a window that is not
    over yet is empty. Percentages are quotients of sums at every level, and those without an action
    are weighted by what these actions asked for: what would have come if their customers had
    behaved as those who waited. These are customers of the same scenario as it is today, and only
    such as the reader may see; of large scenarios a sample of them.

    Amounts are booked ones in the company's currency.
    """

    _name = "dso.step.effect"
    _description = "Effect of Steps"
    _inherit = "dso.report"
    _auto = False
    _booked_currency = "currency_id"
    _order = "day desc, id desc"
    _rec_name = "partner_id"
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
        "account.partial.reconcile": [
            "amount",
            "credit_move_id",
            "debit_amount_currency",
            "debit_move_id",
            "max_date",
        ],
        "dso.action": [
            "action_type",
            "automatic",
            "collector_id",
            "company_id",
            "customer_id",
            "done_date",
            "leader_line_id",
            "letter_template_id",
            "mail_template_id",
            "origin",
            "partner_id",
            "sms_template_id",
            "state",
            "step_id",
        ],
        "dso.action.item": [
            "action_id",
            "amount_company",
            "amount_residual",
            "due_date",
            "line_id",
        ],
        "dso.customer": ["company_id", "partner_id", "scenario_id"],
        "dso.letter.template": ["name"],
        "dso.qualification": ["kind", "line_id", "logged_on", "status_id", "undoes_id"],
        "dso.scenario.step": ["scenario_id"],
        "mail.template": ["name"],
        "res.company": ["currency_id"],
        "res.partner": ["commercial_partner_id"],
        "sms.template": ["name"],
    }

    action_id = fields.Many2one("dso.action", readonly=True)
    day = fields.Date(string="Done On", readonly=True)
    action_type = ActionType(string="Channel", readonly=True)
    origin = fields.Selection(selection=lambda self: self._get_origins(), readonly=True)
    automatic = fields.Boolean(readonly=True)
    step_id = fields.Many2one("dso.scenario.step", readonly=True, falsy_value_label=NOT_IN_SCENARIO)
    scenario_id = fields.Many2one("dso.scenario", readonly=True, falsy_value_label=NOT_IN_SCENARIO)
    template = fields.Char(
        readonly=True,
        falsy_value_label=WITHOUT_TEMPLATE,
        help="Shows the template of the e-mail, SMS or letter.",
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    action_count = fields.Integer(string="Actions", readonly=True)
    days_over = fields.Integer(
        string="Longest Window Over",
        readonly=True,
        aggregator=None,
        help="Counts the days of the longest window that is over: 3, 7, 14 or 30. Later ones do "
        "not count yet.",
    )
    amount_asked = fields.Monetary(
        string="Asked For", readonly=True, help="Shows what was open of the items it asked for."
    )
    paid_3 = fields.Monetary(string="Paid in 3 Days", readonly=True)
    paid_7 = fields.Monetary(string="Paid in 7 Days", readonly=True)
    paid_14 = fields.Monetary(string="Paid in 14 Days", readonly=True)
    paid_30 = fields.Monetary(
        string="Paid in 30 Days",
        readonly=True,
        help="Shows the payments of the items that it asked for, credit notes not included.",
    )
    rate_3 = fields.Float(
        string="3 Days (%)",
        digits=(5, 1),
        readonly=True,
        aggregator="avg",
        help="Shows how much of what was asked for was paid within so many days. Only actions "
        "whose days are over count; of fewer than 20 no percentage is shown.",
    )
    base_3 = fields.Float(
        string="3 Days, Without (%)",
        digits=(5, 1),
        readonly=True,
        aggregator="avg",
        help="Shows how much came in as many days without any action: from customers of the same "
        "scenario, for items of the same age, as long as nothing was done with them, from the "
        "Monday of that week on.",
    )
    rate_7 = fields.Float(
        string="7 Days (%)",
        digits=(5, 1),
        readonly=True,
        aggregator="avg",
        help="Shows how much of what was asked for was paid within so many days. Only actions "
        "whose days are over count; of fewer than 20 no percentage is shown.",
    )
    base_7 = fields.Float(
        string="7 Days, Without (%)",
        digits=(5, 1),
        readonly=True,
        aggregator="avg",
        help="Shows how much came in as many days without any action: from customers of the same "
        "scenario, for items of the same age, as long as nothing was done with them, from the "
        "Monday of that week on.",
    )
    rate_14 = fields.Float(
        string="14 Days (%)",
        digits=(5, 1),
        readonly=True,
        aggregator="avg",
        help="Shows how much of what was asked for was paid within so many days. Only actions "
        "whose days are over count; of fewer than 20 no percentage is shown.",
    )
    base_14 = fields.Float(
        string="14 Days, Without (%)",
        digits=(5, 1),
        readonly=True,
        aggregator="avg",
        help="Shows how much came in as many days without any action: from customers of the same "
        "scenario, for items of the same age, as long as nothing was done with them, from the "
        "Monday of that week on.",
    )
    rate_30 = fields.Float(
        string="30 Days (%)",
        digits=(5, 1),
        readonly=True,
        aggregator="avg",
        help="Shows how much of what was asked for was paid within so many days. Only actions "
        "whose days are over count; of fewer than 20 no percentage is shown.",
    )
    base_30 = fields.Float(
        string="30 Days, Without (%)",
        digits=(5, 1),
        readonly=True,
        aggregator="avg",
        help="Shows how much came in as many days without any action: from customers of the same "
        "scenario, for items of the same age, as long as nothing was done with them, from the "
        "Monday of that week on.",
    )
    days_to_payment = fields.Float(
        string="Days to Payment",
        digits=(8, 1),
        readonly=True,
        aggregator="avg",
        help="Shows the median of the days to the first payment, of actions that one followed "
        "within 30 days; of fewer than 20 actions none is shown.",
    )
    promise_count = fields.Integer(
        string="Followed by a Promise",
        readonly=True,
        help="Counts the actions after which an item they asked for was promised: within 30 days, "
        "and before the next action.",
    )
    dispute_count = fields.Integer(
        string="Followed by a Dispute",
        readonly=True,
        help="Counts the actions after which an item they asked for was disputed: within 30 days, "
        "and before the next action.",
    )

    # ------------------------------------------------------------------
    # The query
    # ------------------------------------------------------------------

    @property
    def _table_query(self):
        companies = self.env["res.company"]._dso_companies()
        todays = {company: company._dso_today() for company in companies}
        first = min(todays.values()) - relativedelta(months=rules.MONTHS)
        return SQL(
            """
            WITH sampled AS MATERIALIZED (%(sampled)s),
                 asked AS MATERIALIZED (%(asked)s)
            SELECT action.id, action.id AS action_id, action.customer_id, action.partner_id,
                   action.company_id, action.collector_id, action.leader_line_id AS line_id,
                   action.done_date AS day, action.action_type, action.origin,
                   COALESCE(action.automatic, FALSE) AS automatic,
                   action.step_id, step.scenario_id, %(template)s AS template,
                   company.currency_id, 1 AS action_count, %(days_over)s AS days_over,
                   COALESCE(asked.amount, 0) AS amount_asked,
                   %(measures)s,
                   CASE WHEN %(over)s
                        THEN (asked.first_day - action.done_date)::float8 END AS days_to_payment,
                   %(promise)s AS promise_count, %(dispute)s AS dispute_count
              FROM dso_action action
              JOIN res_company company ON company.id = action.company_id
              JOIN %(days)s AS day(company_id, today) ON day.company_id = action.company_id
              LEFT JOIN dso_scenario_step step ON step.id = action.step_id
              LEFT JOIN mail_template ON mail_template.id = action.mail_template_id
              LEFT JOIN sms_template ON sms_template.id = action.sms_template_id
              LEFT JOIN dso_letter_template ON dso_letter_template.id = action.letter_template_id
              LEFT JOIN asked ON asked.action_id = action.id
             WHERE action.state = 'done' AND action.done_date >= %(first)s
            """,
            sampled=self._get_sampled_sql(companies),
            asked=self._get_asked_sql(companies, first),
            template=self._get_template_sql(),
            days_over=SQL(
                "CASE %s ELSE 0 END",
                SQL(" ").join(
                    SQL("WHEN %s THEN %s", self._get_over_sql(window), window)
                    for window in reversed(rules.WINDOWS)
                ),
            ),
            measures=SQL(", ").join(self._get_measures_sql(window) for window in rules.WINDOWS),
            over=self._get_over_sql(rules.WINDOWS[-1]),
            promise=self._get_followed_sql("promise"),
            dispute=self._get_followed_sql("dispute"),
            days=self._get_days(),
            first=first,
        )

    def _get_over_sql(self, window, day="action.done_date"):
        """``engine.effect.is_over``"""
        return SQL("%s + %s < day.today", SQL(day), window)

    def _get_measures_sql(self, window):
        """The columns of a window: empty until it is over, and where nothing was asked for."""
        columns = {
            "asked": SQL("NULLIF(asked.amount, 0)"),
            "paid": SQL("asked.%s", SQL.identifier(f"paid_{window}")),
            # of one action alone it is what the engine calls too few; _read_group_select divides
            "rate": SQL("NULL::float8"),
            "base": SQL("NULL::float8"),
            "matched": SQL("asked.%s", SQL.identifier(f"matched_{window}")),
            "expected": SQL("asked.%s", SQL.identifier(f"expected_{window}")),
        }
        return SQL(", ").join(
            SQL(
                "CASE WHEN %s THEN %s END AS %s",
                self._get_over_sql(window),
                column,
                SQL.identifier(f"{name}_{window}"),
            )
            for name, column in columns.items()
        )

    def _get_template_sql(self):
        """The name of the template in the user's language."""
        language = self.env.lang or "en_US"
        names = [
            SQL("%s->>%s", SQL.identifier(table, "name"), key)
            if self.env[model]._fields["name"].translate
            else SQL.identifier(table, "name")
            for model, table in (
                ("mail.template", "mail_template"),
                ("sms.template", "sms_template"),
                ("dso.letter.template", "dso_letter_template"),
            )
            for key in (language, "en_US")
        ]
        return SQL("COALESCE(%s)", SQL(", ").join(names))

    def _get_followed_sql(self, kind):
        """1 where an item that the action asked for was qualified so, before the next one."""
        return SQL(
            """
            (EXISTS (
                SELECT 1
                  FROM dso_action_item item
                  JOIN dso_qualification said ON said.line_id = item.line_id
                 WHERE item.action_id = action.id
                   AND said.kind = %(kind)s
                   AND said.status_id IS NOT NULL
                   AND said.logged_on BETWEEN action.done_date AND action.done_date + %(days)s
                   AND %(stands)s
                   AND NOT EXISTS (
                       SELECT 1
                         FROM dso_action later
                        WHERE later.customer_id = action.customer_id
                          AND later.done_date > action.done_date
                          AND later.done_date <= said.logged_on
                          AND later.state = 'done'
                   )
            ))::int
            """,
            kind=kind,
            days=rules.ANSWER_DAYS,
            stands=self.env["dso.qualification"]._get_standing("said"),
        )

    def _get_asked_sql(self, companies, first):
        """What each action asked for, and what was paid of it and would have been without it.

        What was paid is calculated in the item's own currency, where no exchange difference is, and
        counts with its share of the booked amount: ``engine.effect.paid_within``.
        """
        return SQL(
            """
            SELECT item.action_id, sum(item.amount_company) AS amount,
                   min(came.first_day) AS first_day,
                   %(columns)s
              FROM dso_action action
              JOIN dso_action_item item
                ON item.action_id = action.id
               AND item.amount_company > 0 AND item.amount_residual > 0
              JOIN account_move_line line
                ON line.id = item.line_id AND line.parent_state = 'posted'
              LEFT JOIN LATERAL (%(settled)s) settled ON TRUE
             CROSS JOIN LATERAL (
                  SELECT GREATEST(0, LEAST(
                             settled.paid_same_day,
                             LEAST(item.amount_residual, line.amount_currency - settled.before)
                                 - (line.amount_currency - settled.evening)
                         )) AS at_once
                  -- not for each window anew
                  OFFSET 0
             ) day_of
             CROSS JOIN LATERAL (
                  SELECT CASE WHEN day_of.at_once > 0 THEN action.done_date
                              ELSE settled.first_day END AS first_day
             ) came
              %(baseline)s
             WHERE action.state = 'done'
               AND action.done_date >= %(first)s
               AND action.company_id = ANY(%(companies)s)
             GROUP BY item.action_id
            """,
            columns=SQL(", ").join(self._get_asked_columns()),
            settled=self._get_settled_sql(),
            baseline=self._get_baseline_join(companies, first),
            first=first,
            companies=companies.ids,
        )

    def _get_asked_columns(self):
        for window in rules.WINDOWS:
            share = SQL.identifier("baseline", f"share_{window}")
            if not self._needs_baseline():
                share = SQL("NULL::numeric")
            yield SQL(
                "sum(item.amount_company * LEAST(item.amount_residual, day_of.at_once + settled.%s)"
                " / item.amount_residual) AS %s,"
                " sum(item.amount_company) FILTER (WHERE %s IS NOT NULL) AS %s,"
                " sum(item.amount_company * %s) AS %s",
                SQL.identifier(f"later_{window}"),
                SQL.identifier(f"paid_{window}"),
                share,
                SQL.identifier(f"matched_{window}"),
                share,
                SQL.identifier(f"expected_{window}"),
            )

    def _get_settled_sql(self):
        """What was settled of an item around the day of the action, in its currency."""
        return SQL(
            """
            SELECT COALESCE(sum(amount) FILTER (WHERE day < action.done_date), 0) AS before,
                   COALESCE(sum(amount) FILTER (WHERE day <= action.done_date), 0) AS evening,
                   COALESCE(sum(amount) FILTER (
                       WHERE day = action.done_date AND is_payment), 0) AS paid_same_day,
                   min(day) FILTER (
                       WHERE day > action.done_date AND is_payment AND amount > 0) AS first_day,
                   %(windows)s
              FROM (
                   SELECT partial.max_date AS day, partial.debit_amount_currency AS amount,
                          %(is_payment)s AS is_payment
                     FROM account_partial_reconcile partial
                     JOIN account_move_line payment ON payment.id = partial.credit_move_id
                     JOIN account_move payment_move ON payment_move.id = payment.move_id
                    WHERE partial.debit_move_id = line.id
                      AND partial.max_date <= action.done_date + %(longest)s
                   ) part
            """,
            windows=SQL(", ").join(
                SQL(
                    "COALESCE(sum(amount) FILTER (WHERE is_payment AND day > action.done_date"
                    " AND day <= action.done_date + %s), 0) AS %s",
                    window,
                    SQL.identifier(f"later_{window}"),
                )
                for window in rules.WINDOWS
            ),
            is_payment=is_payment_sql("payment_move"),
            longest=rules.WINDOWS[-1],
        )

    # ------------------------------------------------------------------
    # Those who waited
    # ------------------------------------------------------------------

    def _needs_baseline(self):
        """Whether anybody asks for what came without an action: it is read from all claims."""
        return get_inside(self.env, "dso_effect_base", False)

    def _get_baseline_join(self, companies, first):
        """The claims of those who waited in the week of the action, as ``baseline``."""
        if not self._needs_baseline():
            return SQL()
        return SQL(
            """
              LEFT JOIN dso_scenario_step step ON step.id = action.step_id
              LEFT JOIN (%(baseline)s) baseline
                ON baseline.company_id = action.company_id
               AND baseline.scenario_id = step.scenario_id
               AND baseline.monday = date_trunc('week', action.done_date)::date
               AND baseline.band = %(band)s
            """,
            baseline=self._get_baseline_sql(companies, first),
            band=self._get_band_sql(SQL("action.done_date - item.due_date")),
        )

    def _get_sampled_sql(self, companies):
        """The customers whose waiting is looked at: of those that the reader may see. They are the
        same ones each time."""
        return SQL(
            """
            SELECT id
              FROM (
                   SELECT customer.id, row_number() OVER (
                              PARTITION BY customer.company_id, customer.scenario_id
                                  ORDER BY hashint4(customer.id)) AS number
                     FROM dso_customer customer
                    WHERE customer.scenario_id IS NOT NULL
                      AND customer.company_id = ANY(%(companies)s)
                      AND %(readable)s
              ) drawn
             WHERE number <= %(most)s
            """,
            companies=companies.ids,
            readable=self._get_readable_sql(),
            most=rules.MOST_CUSTOMERS,
        )

    def _get_baseline_sql(self, companies, first):
        """What share came by itself, by scenario, band and Monday: ``engine.effect.without_action``
        of all open claims of customers that the reader may see.

        Each claim tells when what was open of it begins to count, is settled, and no longer counts.
        """
        return SQL(
            """
            SELECT company_id, scenario_id, monday, band, %(shares)s
              FROM (
                   SELECT *, CASE WHEN came > 0 AND open > 0 THEN 1 - came / open
                                  ELSE 1 END AS stays
                     FROM (
                          SELECT company_id, scenario_id, monday, band, day, sum(came) AS came,
                                 sum(sum(change)) OVER (
                                     PARTITION BY company_id, scenario_id, monday, band ORDER BY day
                                 ) AS open
                            FROM (%(events)s) event
                           GROUP BY company_id, scenario_id, monday, band, day
                     ) morning
              ) day
             GROUP BY company_id, scenario_id, monday, band
            """,
            shares=SQL(", ").join(self._get_share_sql(window) for window in rules.WINDOWS),
            events=self._get_events_sql(companies, rules.week_of(first)),
        )

    def _get_share_sql(self, window):
        """What does not stay, of those who waited to the end."""
        return SQL(
            """
            CASE WHEN bool_or(stays <= 0 AND day <= %(window)s) THEN 1
                 WHEN min(day) FILTER (WHERE open <= 0) <= %(window)s THEN NULL
                 ELSE 1 - exp(COALESCE(
                     sum(ln(stays::float8)) FILTER (WHERE stays > 0 AND day <= %(window)s), 0)) END
                AS %(share)s
            """,
            window=window,
            share=SQL.identifier(f"share_{window}"),
        )

    def _get_events_sql(self, companies, monday):
        """What happened to the open claims in the days after each Monday: ``change`` of what is
        open in the morning of a ``day``, and what ``came`` on it."""
        return SQL(
            """
            SELECT claim.company_id, customer.scenario_id, point.monday, %(band)s AS band,
                   event.day, event.change, event.came
              FROM (%(claims)s) claim
                   %(joins)s
              JOIN %(days)s AS now(company_id, today) ON now.company_id = claim.company_id
              LEFT JOIN (
                   SELECT customer_id, array_agg(DISTINCT done_date) AS days
                     FROM dso_action
                    WHERE state = 'done' AND done_date >= %(monday)s
                      AND customer_id IN (SELECT id FROM sampled)
                    GROUP BY customer_id
              ) acted ON acted.customer_id = customer.id
             CROSS JOIN LATERAL (
                   SELECT array_agg(partial.max_date) AS days,
                          array_agg(partial.amount) AS amounts,
                          array_agg(%(is_payment)s) AS payments,
                          max(partial.max_date) AS last
                     FROM account_partial_reconcile partial
                     JOIN account_move_line payment ON payment.id = partial.credit_move_id
                     JOIN account_move payment_move ON payment_move.id = payment.move_id
                    WHERE partial.debit_move_id = claim.id
             ) change
             CROSS JOIN LATERAL (
                   -- the first Monday on which it was open
                   SELECT date_trunc('week', GREATEST(%(monday)s, claim.date) + 6)::date AS monday
             ) since
             CROSS JOIN LATERAL (
                   SELECT since.monday + 7 * week AS monday
                     FROM generate_series(0, (CASE
                         WHEN claim.reconciled IS TRUE THEN change.last
                         ELSE now.today END - since.monday) / 7) AS week
             ) point
             CROSS JOIN LATERAL (
                   SELECT LEAST(now.today, (
                              SELECT min(done) FROM unnest(acted.days) AS done
                               WHERE done >= point.monday)) - point.monday AS days
                   OFFSET 0
             ) free
             CROSS JOIN LATERAL (
                   SELECT claim.balance - COALESCE(
                              sum(amount) FILTER (WHERE day < point.monday), 0) AS amount,
                          claim.balance - COALESCE(
                              sum(amount) FILTER (WHERE day < point.monday + free.days), 0) AS rest
                     FROM unnest(change.days, change.amounts) AS part(day, amount)
                   OFFSET 0
             ) open
             CROSS JOIN LATERAL (
                   SELECT 0 AS day, open.amount AS change, 0 AS came
                    UNION ALL
                   SELECT free.days, -open.rest, 0 WHERE free.days <= %(longest)s
                    UNION ALL
                   SELECT part.day - point.monday + settled.next,
                          CASE WHEN settled.next = 1 THEN -part.amount ELSE 0 END,
                          CASE WHEN settled.next = 0 AND part.is_payment THEN part.amount ELSE 0 END
                     FROM unnest(change.days, change.amounts, change.payments)
                          AS part(day, amount, is_payment)
                    CROSS JOIN (VALUES (0), (1)) AS settled(next)
                    WHERE part.day BETWEEN point.monday AND point.monday + %(longest)s
                      AND part.day < point.monday + free.days
             ) event
             WHERE customer.id IN (SELECT id FROM sampled)
               AND open.amount > 0
               AND free.days > 0
            """,
            band=self._get_band_sql(SQL("point.monday - claim.due_date")),
            claims=claims_sql(companies.ids, monday, self._get_sampled_condition()),
            joins=CUSTOMER_JOINS,
            days=self._get_days(),
            monday=monday,
            is_payment=is_payment_sql("payment_move"),
            longest=rules.WINDOWS[-1],
        )

    def _get_sampled_condition(self):
        """Items of the customers drawn, as a condition on ``line``."""
        return SQL(
            """
            line.partner_id IN (
                SELECT contact.id
                  FROM sampled
                  JOIN dso_customer customer ON customer.id = sampled.id
                  JOIN res_partner contact ON contact.commercial_partner_id = customer.partner_id
            )
            """
        )

    def _get_band_sql(self, days):
        """``engine.effect.band_of``"""
        earliest, *others = AROUND_DUE
        return SQL("COALESCE(%s, %s)", bucket_sql(days, others), earliest.key)

    # ------------------------------------------------------------------
    # Aggregates
    # ------------------------------------------------------------------

    def _read_group_select(self, aggregate_spec, query):
        """Percentages are quotients of two sums, whatever the grouping, and the median is one of
        all actions at hand. Of too few there is neither, nor over several currencies."""
        name, _colon, _function = aggregate_spec.partition(":")
        if name == "days_to_payment":
            return SQL(
                "CASE WHEN count(%(asked)s) >= %(fewest)s"
                " THEN percentile_cont(0.5) WITHIN GROUP (ORDER BY %(days)s) END",
                asked=self._get_column(f"asked_{rules.WINDOWS[-1]}"),
                fewest=rules.FEWEST,
                days=self._get_column("days_to_payment"),
            )
        kind, _underscore, window = name.partition("_")
        if kind not in ("rate", "base"):
            return super()._read_group_select(aggregate_spec, query)
        whole, part = ("asked", "paid") if kind == "rate" else ("matched", "expected")
        asked = self._get_column(f"asked_{window}")
        return SQL(
            "CASE WHEN count(%(whole)s) >= %(fewest)s AND min(%(currency)s) = max(%(currency)s)"
            " AND sum(%(whole)s) >= %(least)s * sum(%(asked)s)"
            " THEN 100 * sum(%(part)s) FILTER (WHERE %(whole)s IS NOT NULL)"
            " / NULLIF(sum(%(whole)s), 0) END",
            whole=self._get_column(f"{whole}_{window}"),
            part=self._get_column(f"{part}_{window}"),
            currency=self._get_column("currency_id"),
            fewest=rules.FEWEST,
            least=rules.LEAST_MATCHED,
            asked=asked,
        )

    def _get_column(self, name):
        """A column of the query, whether it is a field or not."""
        return SQL.identifier(self._table, name)

    @api.model
    def _read_group(self, domain, groupby=(), aggregates=(), *args, **kwargs):
        model = self._with_baseline(aggregates)
        return super(DsoStepEffect, model)._read_group(domain, groupby, aggregates, *args, **kwargs)

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), *args, **kwargs):
        model = self._with_baseline(aggregates)
        return super(DsoStepEffect, model)._read_grouping_sets(
            domain, grouping_sets, aggregates, *args, **kwargs
        )

    def _with_baseline(self, aggregates):
        """This model, reading those who waited only where somebody asks for them."""
        asked = {spec.partition(":")[0] for spec in aggregates}
        return self.with_context(**inside(dso_effect_base=bool(asked & BASE_MEASURES)))

    @api.model
    def _get_origins(self):
        """Those of the actions, in the user's language."""
        return self.env["dso.action"]._fields["origin"]._description_selection(self.env)

    def action_view_action(self):
        """Open the action itself."""
        self.ensure_one()
        return self.action_id.get_formview_action()
