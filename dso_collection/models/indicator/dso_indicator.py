"""DSO and its kin, read from the ledger for any days of the past."""

from collections import defaultdict
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date, formatLang

from ...engine import indicators as rules
from ...tools.receivable import claims_sql, lines_sql

#: What counts as sales: entries by which the company bills its customers.
SALES = ("out_invoice", "out_receipt", "out_refund")


#: Days of all months in which sales are looked for, or nearly so.
LONGEST = 30 * rules.MONTHS


class Balances(NamedTuple):
    """What was open at the end of a day, in company currency."""

    receivable: float
    overdue: float
    not_due: float
    disputed: float


class DsoIndicator(models.AbstractModel):
    """The figures of collection, in company currency, at booked amounts.

    Each is read for all days that are asked for at once, by a number of queries that depends
    neither on the days nor on the customers. What they mean, ``engine.indicators`` says.
    """

    _name = "dso.indicator"
    _description = "Indicators of Collection"

    @api.model
    def _measure(self, company, day, customers=None, method="count_back"):
        """The figures of one day, its end included.

        :param day: a date; the past is told as it was booked up to then
        :param customers: ``dso.customer``, only of these; default the company's whole receivables,
            items of nobody included
        :param method: ``count_back`` or ``balance``
        :return: dict with ``receivable`` (credits deducted), ``overdue``, ``not_due``,
            ``disputed``, ``sales_12_months``, ``sales`` (of the month that the day lies in, up to
            it) and ``cost_of_day`` in company currency; ``dso``,
            ``bpdso``, ``add`` and ``disputed_dso`` in days; ``cei`` in percent, of the month that
            the day lies in; ``cost_of_day_yearly``: what the money of a day costs in a year. What
            cannot be known is ``None``.
        """
        return self._measure_days(company, [day], customers, method)[day]

    @api.model
    def _measure_days(self, company, days, customers=None, method="count_back"):
        """:meth:`_measure` of several days.

        :return: {day: dict}
        """
        if method not in ("count_back", "balance"):
            raise ValueError(f"no method: {method}")
        self.env.flush_all()
        # what was open before the months of the days begin tells how well these were collected
        openings = {day: day.replace(day=1) - timedelta(days=1) for day in days}
        asked = sorted({*days, *openings.values()})
        balances = self._read_balances(company, asked, customers)
        sales = Sales(self._read_sales(company, asked[0], asked[-1], customers))
        # sudo: how the company calculates is a setting, whoever looks at the figures
        settings = company.sudo()
        return {
            day: self._calculate(
                day,
                balances[day],
                balances[openings[day]].receivable,
                sales,
                method,
                settings,
            )
            for day in days
        }

    @api.model
    def _measure_periods(self, company, spans, customers=None, method="count_back"):
        """The figures at the ends of some periods, with the effectiveness of these.

        :param spans: [(first day before the period, its last day)]
        :return: {span: dict as of :meth:`_measure`, but for ``cei``}
        """
        days = sorted({day for span in spans for day in span})
        found = self._measure_days(company, days, customers, method)
        sales = Sales(self._read_sales(company, days[0], days[-1], customers))
        return {
            (before, day): {
                **found[day],
                "cei": rules.effectiveness(
                    found[before]["receivable"],
                    sales.between(before + timedelta(days=1), day),
                    found[day]["receivable"],
                    found[day]["not_due"],
                ),
            }
            for before, day in spans
        }

    @api.model
    def _get_curve(self, company, days, customers=None, method="count_back"):
        """DSO of some days, split into best possible and delinquent, for a chart of bars in texts
        that know no scripts: e-mails, printed reports.

        :return: [dict with ``label``, ``dso``, ``text``, ``best_height`` and
            ``delinquent_height``, in percent of the highest bar]; empty where nothing is known
        """
        found = self._measure_days(company, days, customers, method)
        known = [found[day]["dso"] for day in days if found[day]["dso"]]
        if not known:
            return []
        # what the sales of all months do not reach, as after a start with opening balances, would
        # leave the others too low to be told apart
        highest = max([value for value in known if value < LONGEST] or known)
        bars = []
        for day in days:
            dso, best = found[day]["dso"], found[day]["bpdso"]
            height = min(100, round(100 * (dso or 0) / highest))
            best_height = round(height * best / dso) if dso else 0
            text = "" if dso is None else formatLang(self.env, dso, digits=0)
            bars.append(
                {
                    "label": format_date(self.env, day, date_format="MMM"),
                    "dso": dso,
                    "text": f"> {text}" if dso and dso > highest else text,
                    "best_height": best_height,
                    "delinquent_height": height - best_height,
                }
            )
        return bars

    @api.model
    def _calculate(self, day, found, opening, sales, method, settings):
        """The figures of a day.

        :param found: :class:`Balances` of the day
        :param opening: the receivable when its month began
        :param sales: :class:`Sales`
        :param settings: the company
        """
        if method == "balance":
            period = settings.dso_sales_days
            days_of = rules.Balance(sales.between(day - timedelta(days=period - 1), day), period)
        else:
            months = [sales.between(*span) for span in rules.months_back(day)]
            days_of = rules.CountBack(months, day)
        figures = rules.figures(found.receivable, found.not_due, found.disputed, days_of)
        yearly = sales.between(day - relativedelta(years=1) + timedelta(days=1), day)
        cost = rules.cost_of_day(yearly, settings.dso_capital_cost)
        of_month = sales.between(day.replace(day=1), day)
        return {
            **found._asdict(),
            "sales": of_month,
            "sales_12_months": yearly,
            "dso": figures.dso,
            "bpdso": figures.best,
            "add": figures.delinquent,
            "disputed_dso": figures.disputed,
            "cost_of_day": cost.amount,
            "cost_of_day_yearly": cost.yearly,
            "cei": rules.effectiveness(
                opening,
                of_month,
                found.receivable,
                found.not_due,
            ),
        }

    @api.model
    def _find_customers(self, company, domain=Domain.TRUE):
        """Whose figures the user gets: the customers of a domain whom the rules let them see.

        :param domain: of ``dso.customer``, without the company
        :return: what :meth:`_measure` takes for ``customers``: a query, or ``None`` for whoever
            asks for the whole company and sees every file of it
        """
        files = self.env["dso.customer"].with_context(active_test=False)
        own = Domain("company_id", "=", company.id)
        query = files._search(own & Domain(domain))
        # sudo: whether there is a file that the user does not see, and nothing else of it
        hidden = own & Domain("id", "not in", query)
        if Domain(domain).is_true() and not files.sudo().search_count(hidden, limit=1):
            return None
        return query

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    @api.model
    def _get_customer_condition(self, company, customers):
        """Items of these customers, as a condition on ``line``.

        :param customers: ``dso.customer``, or a query of their ids; ``None``: of all and nobody
        """
        if customers is None:
            return SQL("TRUE")
        return SQL(
            """
            line.partner_id IN (
                SELECT contact.id
                  FROM dso_customer customer
                  JOIN res_partner contact ON contact.commercial_partner_id = customer.partner_id
                 WHERE customer.company_id = %s AND customer.id IN (%s)
            )
            """,
            company.id,
            self._get_ids_sql(customers),
        )

    @api.model
    def _get_ids_sql(self, customers):
        """Their ids as a query, whether they are records or a query themselves."""
        if isinstance(customers, models.BaseModel):
            return SQL("SELECT unnest(%s::int[])", customers.ids)
        return customers.subselect()

    @api.model
    def _read_balances(self, company, days, customers):
        """What was open on some days.

        The receivable is what is open now less what was booked since: reconciliations leave the
        balance of an account as it is. Of the claims, each booking and each settlement is an event
        that counts from its day on, among what is overdue from the day after the due date at the
        earliest.

        :param days: sorted
        :return: {day: :class:`Balances`}
        """
        condition = self._get_customer_condition(company, customers)
        after = [day + timedelta(days=1) for day in days]
        rows = self.env.execute_query(
            SQL(
                """
                WITH claim AS MATERIALIZED (%(claims)s),
                     event AS (
                         SELECT date AS day, due_date, balance AS amount FROM claim
                          UNION ALL
                         SELECT partial.max_date, claim.due_date, -partial.amount
                           FROM claim
                           JOIN account_partial_reconcile partial
                             ON partial.debit_move_id = claim.id
                          UNION ALL
                         SELECT partial.max_date, claim.due_date, partial.amount
                           FROM claim
                           JOIN account_partial_reconcile partial
                             ON partial.credit_move_id = claim.id
                     )
                SELECT 'open' AS what, width_bucket(day, %(after)s::date[]) AS place, sum(amount)
                  FROM event GROUP BY place
                 UNION ALL
                SELECT 'overdue', width_bucket(GREATEST(day, due_date + 1), %(after)s::date[])
                           AS place, sum(amount)
                  FROM event GROUP BY place
                 UNION ALL
                SELECT 'now', 0, sum(amount_residual)
                  FROM (%(open)s) line
                 UNION ALL
                SELECT 'since', width_bucket(line.date, %(after)s::date[]) AS place, sum(balance)
                  FROM (%(since)s) line GROUP BY place
                """,
                after=after,
                claims=claims_sql([company.id], days[0], condition),
                open=lines_sql([company.id], SQL("line.reconciled IS NOT TRUE AND %s", condition)),
                since=lines_sql([company.id], SQL("line.date > %s AND %s", days[0], condition)),
            )
        )
        sums = {what: [0.0] * (len(days) + 1) for what in ("open", "overdue", "now", "since")}
        for what, place, amount in rows:
            sums[what][place] += float(amount or 0)
        claims, overdue, since = (
            list(accumulate(sums[key])) for key in ("open", "overdue", "since")
        )
        disputed = self._read_disputed(company, days, condition)
        rounded = company.currency_id.round
        result = {}
        for number, day in enumerate(days):
            receivable = sums["now"][0] - (since[-1] - since[number])
            result[day] = Balances(
                receivable=rounded(receivable),
                overdue=rounded(overdue[number]),
                not_due=rounded(claims[number] - overdue[number]),
                disputed=rounded(disputed[day]),
            )
        return result

    @api.model
    def _read_disputed(self, company, days, condition):
        """What was in dispute on some days, whole items or parts of them.

        An item was in dispute if its last status by then was one of a dispute.

        :param condition: SQL on ``line``
        :return: {day: amount}
        """
        # what of a part is left after payments is for the engine to say, and disputes are few
        rows = self.env.execute_query(
            SQL(
                """
                SELECT point.day, claim.balance, claim.amount_currency, settled.amount,
                       settled.amount_currency, said.amount, said.amount_residual
                  FROM unnest(%(days)s::date[]) AS point(day)
                 CROSS JOIN (
                       SELECT line.id, line.date, line.balance, line.amount_currency
                         FROM account_move_line line
                        WHERE line.company_id = %(company)s
                          AND line.parent_state = 'posted'
                          AND line.balance > 0
                          AND line.id IN (
                              SELECT line_id FROM dso_qualification
                               WHERE kind = 'dispute' AND company_id = %(company)s
                          )
                          AND %(condition)s
                       ) claim
                 CROSS JOIN LATERAL (
                       SELECT entry.kind, entry.amount, entry.amount_residual
                         FROM dso_qualification entry
                        WHERE entry.line_id = claim.id
                          AND entry.logged_on <= point.day
                          AND entry.status_id IS NOT NULL
                          AND %(stands)s
                        ORDER BY entry.id DESC
                        LIMIT 1
                       ) said
                 CROSS JOIN LATERAL (
                       SELECT COALESCE(sum(partial.amount), 0) AS amount,
                              COALESCE(sum(partial.debit_amount_currency), 0) AS amount_currency
                         FROM account_partial_reconcile partial
                        WHERE partial.debit_move_id = claim.id
                          AND partial.max_date <= point.day
                       ) settled
                 WHERE said.kind = 'dispute' AND claim.date <= point.day
                """,
                days=days,
                company=company.id,
                condition=condition,
                stands=self.env["dso.qualification"]._get_standing("entry"),
            )
        )
        found = dict.fromkeys(days, 0.0)
        for day, *amounts in rows:
            booked, own, settled, settled_own, part, then = (float(each or 0) for each in amounts)
            found[day] += rules.disputed_part(
                rules.Amount(booked, own), rules.Amount(settled, settled_own), part, then
            )
        return found

    @api.model
    def _read_sales(self, company, first, last, customers):
        """Sales by accounting date, as far back as any figure of these days may look.

        :return: {day: amount}
        """
        since = first.replace(day=1) - relativedelta(months=rules.MONTHS)
        # sudo: how the company calculates is a setting
        since = min(since, first - timedelta(days=company.sudo().dso_sales_days))
        condition = SQL("TRUE")
        if customers is not None:
            condition = SQL(
                "move.commercial_partner_id IN "
                "(SELECT partner_id FROM dso_customer WHERE id IN (%s))",
                self._get_ids_sql(customers),
            )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT move.date, sum(move.amount_total_signed)
                  FROM account_move move
                 WHERE move.company_id = %(company)s
                   AND move.move_type = ANY(%(types)s)
                   AND move.state = 'posted'
                   AND move.date BETWEEN %(since)s AND %(last)s
                   AND %(condition)s
                 GROUP BY move.date
                """,
                company=company.id,
                types=list(SALES),
                since=since,
                last=last,
                condition=condition,
            )
        )
        return {day: float(amount) for day, amount in rows}


class Sales:
    """Sales by day, asked for by period."""

    def __init__(self, by_day):
        """
        :param by_day: {day: amount}
        """
        self.by_month = defaultdict(float)
        self.by_day = by_day
        for day, amount in by_day.items():
            self.by_month[day.replace(day=1)] += amount

    def between(self, first: date, last: date) -> float:
        """Sales of a period, both days included."""
        if first.day == 1 and last == first + relativedelta(day=31):
            return self.by_month.get(first, 0.0)
        return sum(amount for day, amount in self.by_day.items() if first <= day <= last)
