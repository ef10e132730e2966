"""The cash forecast: what is open, by the week in which it is expected."""

from datetime import date, timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine import behaviour, forecast as rules
from ...tools.inside import inside
from ...tools.ledger import due_date_sql, is_receivable_sql

#: Journals by which money comes in.
MONEY = ("bank", "cash", "credit")
#: Parts of an item, as they are told apart in the id of a row.
PARTS = 4


class Point(NamedTuple):
    """What the forecast of one company has to know besides its ledger."""

    company_id: int
    today: date
    #: the day before the payments that delays rest on
    after: date
    #: the first date of which a promise is still awaited
    awaited_from: date
    ignore_below: float


class DsoForecast(models.AbstractModel):
    """When open items are paid, if everybody pays as they do: ``engine.forecast`` says the rules.

    The ledger is read by one statement, whatever the number of customers: delays from the payments
    of the last six months (the window of the average delay on the customer's screen, weighted by
    amount as that is), items with what was said of them. Amounts are booked ones, in the company's
    currency.
    """

    _name = "dso.forecast"
    _description = "Cash Forecast"

    @api.model
    def _forecast(self, company, today, weeks=rules.WEEKS, customers=None):
        """What is expected, week by week.

        :param today: the company's date; what was posted since then counts as well
        :param customers: ``dso.customer`` or a query of their ids, only of these; default the
            company's whole receivables, items of nobody included
        :return: list of dicts, sorted: ``week`` (its Monday), ``expected``, of which ``announced``,
            ``promised`` and ``disputed`` are parts, ``low``, ``high``, and ``late``: what should
            have come before today, which is in no week. It stands in the first row, the others have
            0, so that the rows may be added up.
        """
        found = self._read(company, today, weeks, customers)
        rounded = company.currency_id.round
        return [
            {
                "week": week.monday,
                "expected": rounded(week.expected),
                "low": rounded(week.low),
                "high": rounded(week.high),
                "announced": rounded(week.announced),
                "promised": rounded(week.promised),
                "disputed": rounded(week.disputed),
                "late": rounded(found.late) if week is found.weeks[0] else 0.0,
            }
            for week in found.weeks
        ]

    @api.model
    def _get_totals(self, company, today, weeks=rules.WEEKS, customers=None):
        """What the weeks of :meth:`_forecast` add up to, and what is in none of them.

        :return: dict with ``expected`` (in all the weeks), ``late``, ``beyond`` (later than these
            weeks), ``apart`` (in litigation or ignored, and credits that nothing is owed for) and
            ``total``: all that is open, credits deducted
        """
        found = self._read(company, today, weeks, customers)
        rounded = company.currency_id.round
        totals = {
            "expected": rounded(sum(week.expected for week in found.weeks)),
            "late": rounded(found.late),
            "beyond": rounded(found.beyond),
            "apart": rounded(found.apart),
        }
        return {**totals, "total": rounded(sum(totals.values()))}

    @api.model
    def _find_items(self, company, today, weeks=rules.WEEKS, customers=None):
        """The items behind the figures.

        :return: {Monday of a week, ``late``, ``beyond`` or ``apart``: ids of ``account.move.line``}
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT place, week, array_agg(DISTINCT line_id ORDER BY line_id)
                  FROM (%s) part GROUP BY place, week
                """,
                self._get_placed_sql({company: today}, weeks, customers),
            )
        )
        return {week if place == "week" else place: ids for place, week, ids in rows}

    @api.model
    def _get_domain(self, company, key):
        """The rows of ``dso.forecast.item`` behind a figure of today's forecast over the usual
        weeks.

        :param key: Monday of a week, ``late``, ``beyond`` or ``apart``
        """
        domain = Domain("company_id", "=", company.id)
        if isinstance(key, date):
            return domain & Domain("week", "=", key)
        return domain & Domain("place", "=", key)

    @api.model
    def _read_came(self, company, first, last, customers=None):
        """Money that customers paid: what bank and cash journals booked on receivable accounts,
        allocated or not, less what was paid back or bounced, by accounting date. Credit notes and
        other entries are none.

        :param first, last: both included
        :param customers: see :meth:`_forecast`
        :return: {Monday: amount}, of weeks in which any came
        """
        self.env.flush_all()
        came = self._get_came_sql(
            [company.id],
            SQL(
                "line.date BETWEEN %s AND %s AND %s",
                first,
                last,
                self.env["dso.indicator"]._get_customer_condition(company, customers),
            ),
        )
        rows = self.env.execute_query(
            SQL("SELECT week, sum(amount) FROM (%s) came GROUP BY week ORDER BY week", came)
        )
        return {week: company.currency_id.round(float(amount)) for week, amount in rows}

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    @api.model
    def _read(self, company, today, weeks, customers):
        """:return: :class:`engine.forecast.Forecast`"""
        found = self._read_by(SQL("NULL"), company, today, weeks, customers)
        return found.get(None) or self._get_empty(today, weeks)

    @api.model
    def _get_empty(self, today, weeks=rules.WEEKS):
        """Where nothing is open."""
        return rules.add_up([], today, weeks)

    @api.model
    def _read_by(self, key, company, today, weeks=rules.WEEKS, customers=None):
        """Forecasts of groups of items.

        :param key: SQL on ``part``, what they are grouped by
        :return: {key: :class:`engine.forecast.Forecast`}
        """
        end = rules.monday_of(today) + timedelta(weeks=weeks)
        amounts = {}
        # what the rules do not tell apart comes as one sum
        for group, apart, kind, *days, amount in self.env.execute_query(
            SQL(
                """
                SELECT %(key)s, part.apart, part.kind,
                       %(soonest)s AS soonest_on,
                       CASE WHEN part.expected_on < %(today)s THEN %(today)s - 1
                            ELSE GREATEST(%(expected)s, %(today)s) END AS expected_on,
                       %(latest)s AS latest_on,
                       sum(part.amount)::float8
                  FROM (%(parts)s) part
                 GROUP BY 1, 2, 3, 4, 5, 6
                """,
                key=key,
                today=today,
                soonest=_monday_sql(
                    SQL("LEAST(GREATEST(part.soonest_on, %s::date), %s::date)", today, end)
                ),
                expected=_monday_sql(SQL("LEAST(part.expected_on, %s::date)", end)),
                latest=_monday_sql(
                    SQL("LEAST(GREATEST(part.latest_on, %s::date), %s::date)", today, end)
                ),
                parts=self._get_parts_sql({company: today}, customers),
            )
        ):
            found = rules.Expected(amount, None if apart else rules.Range(*days), kind)
            amounts.setdefault(group, []).append(found)
        return {group: rules.add_up(found, today, weeks) for group, found in amounts.items()}

    @api.model
    def _get_placed_sql(self, todays, weeks=rules.WEEKS, customers=None):
        """The parts of :meth:`_get_parts_sql` with the place in which they stand.

        :return: a query with their columns, ``place`` (``week``, ``late``, ``beyond``, ``apart``)
            and ``week`` (its Monday, of those in a week)
        """
        return SQL(
            """
            SELECT part.*, CASE WHEN part.place = 'week' THEN part.monday END AS week
              FROM (
                  SELECT part.*, %(monday)s AS monday,
                         CASE WHEN part.apart THEN 'apart'
                              WHEN part.expected_on < part.today THEN 'late'
                              WHEN part.expected_on >= %(first)s + %(days)s THEN 'beyond'
                              ELSE 'week' END AS place
                    FROM (%(parts)s) part
              ) part
            """,
            monday=_monday_sql(SQL("part.expected_on")),
            first=_monday_sql(SQL("part.today")),
            days=7 * weeks,
            parts=self._get_parts_sql(todays, customers),
        )

    @api.model
    def _get_parts_sql(self, todays, customers=None):
        """What is open, a row for each part of an item that is expected for another reason.

        :param todays: {company: its date}
        :param customers: see :meth:`_forecast`; of one company only
        :return: a query with ``id``, ``line_id``, ``company_id``, ``today``, ``customer_id``,
            ``collector_id``, ``scenario_id``, ``payer_id`` (the commercial partner), ``move_id``,
            ``currency_id``, ``due_date``, ``delay``, ``delay_of``, ``resolution``, ``kind``,
            ``amount``, ``soonest_on``, ``expected_on``, ``latest_on`` and ``apart``
        """
        self.env.flush_all()
        points = [self._get_point(company, today) for company, today in todays.items()]
        condition = SQL("TRUE")
        if customers is not None:
            (company,) = todays
            condition = self.env["dso.indicator"]._get_customer_condition(company, customers)
        ids, *columns = zip(*points, strict=True)
        announced = self._read_announced(todays, condition)
        resolutions = self._read_resolutions(ids)
        return SQL(
            """
            WITH point AS MATERIALIZED (
                SELECT * FROM unnest(%(points)s)
                    AS point(company_id, today, after, awaited_from, ignore_below)
            ),
            announced AS MATERIALIZED (
                SELECT * FROM unnest(%(announced)s) AS announced(line_id, day, amount)
            ),
            resolution AS MATERIALIZED (
                SELECT * FROM unnest(%(resolutions)s) AS resolution(company_id, status_id, days)
            ),
            delay AS MATERIALIZED (%(delays)s),
            item AS MATERIALIZED (%(items)s),
            -- what credits are set against: the first of what nobody announced
            owing AS MATERIALIZED (%(owing)s),
            credit AS (
                SELECT payer_id, company_id, sum(-amount) AS amount
                  FROM item WHERE lessens GROUP BY payer_id, company_id
            )
            %(claims)s
             UNION ALL
            %(credits)s
            """,
            points=SQL(
                "%s::int[], %s::date[], %s::date[], %s::date[], %s::float8[]",
                list(ids),
                *map(list, columns),
            ),
            announced=SQL("%s::int[], %s::date[], %s::float8[]", *announced),
            resolutions=SQL("%s::int[], %s::int[], %s::int[]", *resolutions),
            delays=self._get_delays_sql(min(point.after for point in points)),
            items=self._get_items_sql(ids, condition),
            owing=self._get_owing_sql(),
            claims=self._get_claims_sql(),
            credits=self._get_credits_sql(),
        )

    @api.model
    def _get_point(self, company, today):
        # sudo: how the company takes promises and small items is a setting
        settings = company.sudo()
        return Point(
            company.id,
            today,
            behaviour.window(today)[0],
            settings._dso_awaited_from(today),
            settings.dso_ignore_below,
        )

    @api.model
    def _read_announced(self, todays, condition):
        """Money that is on its way and awaited still.

        :return: ids of items, days (not before today: what is late and still awaited may come any
            day), amounts in the items' currencies
        """
        # sudo: what is announced is a fact of the rules, as in the plan
        Line = self.env["account.move.line"].sudo()
        worth = Line._dso_get_announced_domain() & Domain("reconciled", "=", False)
        worth &= Domain("amount_residual", ">", 0) & Domain("parent_state", "=", "posted")
        ids, days, amounts = [], [], []
        for company, today in todays.items():
            query = Line._search(worth & Domain("company_id", "=", company.id))
            rows = self.env.execute_query(
                SQL(
                    "SELECT line.id FROM account_move_line line WHERE line.id IN %s AND %s",
                    query.subselect(),
                    condition,
                )
            )
            lines = Line.browse(row[0] for row in rows).with_context(**inside(dso_today=today))
            awaited_from = company._dso_announced_from(today)
            for line_id, (day, amount, _words) in lines._dso_get_announced().items():
                if not day or day >= awaited_from:
                    ids.append(line_id)
                    days.append(max(day or today, today))
                    amounts.append(amount)
        return ids, days, amounts

    @api.model
    def _read_resolutions(self, company_ids):
        """How long disputes take, by reason; of a reason of which none has ended, all of the
        company's.

        :return: ids of companies, ids of reasons (``None``: all of them), days
        """
        # sudo: an average over all disputes of the company, whoever looks at a forecast
        disputes = self.env["dso.dispute.report"].sudo()
        by_reason, overall = disputes._read_grouping_sets(
            [("company_id", "in", list(company_ids)), ("state", "!=", "open")],
            [["company_id", "status_id"], ["company_id"]],
            ["days:avg"],
        )
        rows = [(company.id, status.id, days) for company, status, days in by_reason]
        rows += [(company.id, None, days) for company, days in overall]
        if not rows:
            return [], [], []
        companies, statuses, days = zip(*rows, strict=True)
        return list(companies), list(statuses), [round(each) for each in days]

    @api.model
    def _get_delays_sql(self, first):
        """How late was paid, by customer, scenario and company: on average, weighted by amount, and
        the 10th and the 90th percentile of the payments; and how many payments that rests on.

        :param first: no earlier payment counts
        """
        return SQL(
            """
            SELECT company_id, customer_id, scenario_id,
                   CASE WHEN grouping(customer_id) = 0 THEN 'customer'
                        WHEN grouping(scenario_id) = 0 THEN 'scenario' ELSE 'company' END AS of,
                   round((sum(amount * days) / sum(amount))::float8)::int AS days,
                   percentile_disc(0.1) WITHIN GROUP (ORDER BY days) AS soonest,
                   percentile_disc(0.9) WITHIN GROUP (ORDER BY days) AS latest,
                   count(DISTINCT payment_id) AS payments
              FROM (
                  SELECT line.company_id, customer.id AS customer_id, customer.scenario_id,
                         payment.move_id AS payment_id, partial.amount,
                         partial.max_date - %(due_date)s AS days
                    FROM account_partial_reconcile partial
                    JOIN account_move_line line ON line.id = partial.debit_move_id
                    JOIN point ON point.company_id = line.company_id
                    JOIN account_account account
                      ON account.id = line.account_id AND %(is_receivable)s
                    JOIN account_move move
                      ON move.id = line.move_id AND move.move_type = 'out_invoice'
                    JOIN account_move_line payment ON payment.id = partial.credit_move_id
                    JOIN account_move payment_move
                      ON payment_move.id = payment.move_id
                     AND payment_move.move_type != 'out_refund'
                    LEFT JOIN res_partner contact ON contact.id = line.partner_id
                    LEFT JOIN dso_customer customer
                      ON customer.partner_id = contact.commercial_partner_id
                     AND customer.company_id = line.company_id
                   WHERE partial.max_date > %(first)s
                     AND partial.max_date > point.after
                     AND partial.max_date <= point.today
                     AND partial.amount > 0
                     AND line.parent_state = 'posted'
                     AND NOT EXISTS (
                         SELECT 1 FROM account_partial_reconcile other
                          WHERE other.exchange_move_id = payment.move_id
                     )
              ) paid
             GROUP BY GROUPING SETS (
                 (company_id, customer_id), (company_id, scenario_id), (company_id)
             )
            """,
            due_date=due_date_sql(),
            is_receivable=is_receivable_sql(),
            first=first,
        )

    @api.model
    def _get_items_sql(self, company_ids, condition):
        """Open items with what decides when they are expected.

        ``announced`` and ``said`` (promised or disputed, as ``kind`` tells) are parts of ``amount``
        in the company's currency, rounded, so that all parts add up to it. What of a part is left
        after payments is said by ``engine.leader.open_part``.
        """
        return SQL(
            """
            SELECT item.*,
                   item.due_date + COALESCE(resolution, 0) AS resolved_on,
                   item.amount < 0 AND kind IS NULL AND NOT apart AS lessens,
                   -- what is announced comes first, of an item in dispute too
                   CASE WHEN kind IS NULL THEN 0
                        ELSE LEAST(said_whole, amount - announced) END AS said
              FROM (
                  SELECT line.id AS line_id, line.company_id, point.today, line.move_id,
                         customer.id AS customer_id, customer.collector_id, customer.scenario_id,
                         COALESCE(contact.commercial_partner_id, 0) AS payer_id,
                         line.company_currency_id AS currency_id,
                         %(due_date)s AS due_date, line.amount_residual AS amount,
                         said.kind, line.dso_status_date AS promised_on,
                         CASE WHEN said.kind = 'disputed'
                              THEN COALESCE(resolution.days, usual.days, 0) END AS resolution,
                         COALESCE(status.kind = 'litigation', FALSE)
                             OR COALESCE(line.dso_ignored, FALSE)
                             OR line.amount_residual > 0
                                AND line.amount_residual < point.ignore_below AS apart,
                         announced.day AS announced_on,
                         CASE WHEN announced.amount IS NULL THEN 0 ELSE
                             round(LEAST(
                                 announced.amount * line.amount_residual
                                     / line.amount_residual_currency,
                                 line.amount_residual
                             )::numeric, currency.decimal_places) END AS announced,
                         CASE WHEN part.amount IS NULL THEN line.amount_residual
                              ELSE round((
                                  LEAST(
                                      CASE WHEN said.kind = 'promised' THEN GREATEST(
                                          0, part.amount - part.amount_residual
                                             + line.amount_residual_currency
                                      ) ELSE part.amount END,
                                      line.amount_residual_currency
                                  ) * line.amount_residual / line.amount_residual_currency
                              )::numeric, currency.decimal_places) END AS said_whole,
                         choice.days AS delay, choice.of AS delay_of,
                         LEAST(choice.soonest, choice.days) AS soonest,
                         GREATEST(choice.latest, choice.days) AS latest
                    FROM account_move_line line
                    JOIN point ON point.company_id = line.company_id
                    JOIN res_currency currency ON currency.id = line.company_currency_id
                    LEFT JOIN res_partner contact ON contact.id = line.partner_id
                    LEFT JOIN dso_customer customer
                      ON customer.partner_id = contact.commercial_partner_id
                     AND customer.company_id = line.company_id
                    LEFT JOIN dso_item_status status ON status.id = line.dso_status_id
                   CROSS JOIN LATERAL (
                         SELECT CASE
                             WHEN status.kind = 'dispute' THEN 'disputed'
                             WHEN status.kind = 'promise' AND line.amount_residual > 0
                                  AND line.dso_status_date >= point.awaited_from THEN 'promised'
                         END AS kind
                   ) said
                    LEFT JOIN (%(parts)s) part
                      ON part.line_id = line.id AND part.kind = status.kind AND part.amount > 0
                     AND line.amount_residual > 0 AND line.amount_residual_currency > 0
                    LEFT JOIN announced
                      ON announced.line_id = line.id
                     AND line.amount_residual > 0 AND line.amount_residual_currency > 0
                    LEFT JOIN resolution
                      ON resolution.company_id = line.company_id
                     AND resolution.status_id = line.dso_status_id
                    LEFT JOIN resolution usual
                      ON usual.company_id = line.company_id AND usual.status_id IS NULL
                    LEFT JOIN delay own
                      ON own.of = 'customer' AND own.payments >= %(enough)s
                     AND own.company_id = line.company_id AND own.customer_id = customer.id
                    LEFT JOIN delay scenario
                      ON scenario.of = 'scenario' AND scenario.payments >= %(enough)s
                     AND scenario.company_id = line.company_id
                     AND scenario.scenario_id = customer.scenario_id
                    LEFT JOIN delay company
                      ON company.of = 'company' AND company.company_id = line.company_id
                   CROSS JOIN LATERAL (
                         SELECT COALESCE(own.of, scenario.of, company.of) AS of,
                                COALESCE(own.days, scenario.days, company.days, 0) AS days,
                                COALESCE(own.soonest, scenario.soonest, company.soonest, 0)
                                    AS soonest,
                                COALESCE(own.latest, scenario.latest, company.latest, 0) AS latest
                   ) choice
                   WHERE line.company_id = ANY(%(companies)s)
                     AND line.account_id IN (
                         SELECT id FROM account_account account WHERE %(is_receivable)s
                     )
                     AND line.parent_state = 'posted'
                     AND line.reconciled IS NOT TRUE
                     AND line.amount_residual != 0
                     AND %(condition)s
              ) item
            """,
            due_date=due_date_sql(),
            parts=self.env["dso.qualification"]._get_part_query(
                SQL(
                    "qualification.amount > 0 AND qualification.company_id = ANY(%s)",
                    [*company_ids],
                )
            ),
            enough=rules.ENOUGH,
            companies=list(company_ids),
            is_receivable=is_receivable_sql(),
            condition=condition,
        )

    @api.model
    def _get_owing_sql(self):
        """What a payer of credits owes, and the days of what it pays first."""
        return SQL(
            """
            SELECT DISTINCT ON (company_id, payer_id) company_id, payer_id,
                   soonest_on, expected_on, latest_on,
                   sum(amount) OVER (PARTITION BY company_id, payer_id) AS amount
              FROM (%s) claim
             WHERE amount > 0 AND NOT apart AND kind IS DISTINCT FROM 'announced'
               AND (company_id, payer_id) IN (
                   SELECT company_id, payer_id FROM item WHERE lessens
               )
             ORDER BY company_id, payer_id, expected_on, soonest_on, latest_on
            """,
            self._get_claims_sql(),
        )

    @api.model
    def _get_claims_sql(self):
        """The parts of ``item`` that are no credits to be set against others."""
        columns = SQL(
            """
            line_id, company_id, today, customer_id, collector_id, scenario_id, payer_id, move_id,
            currency_id, due_date, delay, delay_of, resolution
            """
        )
        return SQL(
            """
            SELECT line_id::bigint * %(parts)s AS id, %(columns)s, 'announced' AS kind,
                   announced AS amount, announced_on AS soonest_on, announced_on AS expected_on,
                   announced_on AS latest_on, FALSE AS apart
              FROM item WHERE announced > 0
             UNION ALL
            SELECT line_id::bigint * %(parts)s + 1, %(columns)s, kind, said,
                   CASE kind WHEN 'promised' THEN promised_on ELSE resolved_on + soonest END,
                   CASE kind WHEN 'promised' THEN promised_on ELSE resolved_on + delay END,
                   CASE kind WHEN 'promised' THEN promised_on ELSE resolved_on + latest END,
                   apart
              FROM item WHERE kind IS NOT NULL AND said != 0
             UNION ALL
            SELECT line_id::bigint * %(parts)s + 2, %(columns)s, NULL, amount - announced - said,
                   due_date + soonest, due_date + delay, due_date + latest, apart
              FROM item WHERE amount != announced + said AND NOT lessens
            """,
            parts=PARTS,
            columns=columns,
        )

    @api.model
    def _get_credits_sql(self):
        """Credits: what lessens the first of what its payer owes, and what is more than that."""
        return SQL(
            """
            SELECT line_id::bigint * %(parts)s + number, line_id, item.company_id, today,
                   customer_id, collector_id, scenario_id, item.payer_id, move_id, currency_id,
                   due_date, delay, delay_of, resolution, NULL,
                   CASE number WHEN 2 THEN used ELSE item.amount - used END,
                   CASE number WHEN 2 THEN owing.soonest_on ELSE due_date END,
                   CASE number WHEN 2 THEN owing.expected_on ELSE due_date END,
                   CASE number WHEN 2 THEN owing.latest_on ELSE due_date END,
                   number = 3
              FROM item
              JOIN credit USING (company_id, payer_id)
              JOIN res_currency currency ON currency.id = item.currency_id
              LEFT JOIN owing USING (company_id, payer_id)
             CROSS JOIN LATERAL (
                   SELECT round(
                       item.amount * LEAST(1, COALESCE(owing.amount, 0) / credit.amount),
                       currency.decimal_places
                   ) AS used
             ) part
             CROSS JOIN unnest(ARRAY[2, 3]) AS number
             WHERE lessens AND CASE number WHEN 2 THEN used ELSE item.amount - used END != 0
            """,
            parts=PARTS,
        )

    @api.model
    def _get_came_sql(self, company_ids, condition):
        """Money that came in, see :meth:`_read_came`: a row for each item of a payment.

        :param condition: SQL on ``line``
        :return: a query with ``id``, ``company_id``, ``partner_id``, ``date``, ``week`` and
            ``amount``
        """
        return SQL(
            """
            SELECT line.id, line.company_id, line.partner_id, line.date,
                   %(monday)s AS week, -line.balance AS amount
              FROM account_move_line line
              JOIN account_journal journal
                ON journal.id = line.journal_id AND journal.type = ANY(%(money)s)
             WHERE line.company_id = ANY(%(companies)s)
               AND line.account_id IN (
                   SELECT id FROM account_account account WHERE %(is_receivable)s
               )
               AND line.parent_state = 'posted'
               AND %(condition)s
            """,
            monday=_monday_sql(SQL("line.date")),
            money=list(MONEY),
            companies=list(company_ids),
            is_receivable=is_receivable_sql(),
            condition=condition,
        )


def _monday_sql(day):
    """:func:`engine.forecast.monday_of` of an SQL date."""
    return SQL("(%s - (EXTRACT(isodow FROM %s)::int - 1))", day, day)
