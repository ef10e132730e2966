"""Forecasts of the nights before, so that the comparison has something to show: what came of the
items that a night could know, more or less, and the less exact the longer ahead."""

from collections import defaultdict
from datetime import timedelta

from odoo.tools import SQL

from ..engine.forecast import WEEKS, monday_of
from ..tools.bulk import bulk_insert

#: Mondays before today of whose night a forecast was kept.
NIGHTS = 18
#: How far forecasts are off, of the week that begins and for each week more ahead.
SPREAD, SPREAD_A_WEEK = 0.04, 0.015
#: Everybody hopes a bit.
HOPE = 0.03


def load(env, companies, rng, today):
    """Keep the forecasts of the Mondays before today, and today's."""
    for company in companies:
        paid = read_paid(env, company, today)
        rows = []
        for number in range(NIGHTS, 0, -1):
            night = monday_of(today) - timedelta(weeks=number - 1)
            if night < today:
                rows += prepare(company, night, today, paid, rng)
        bulk_insert(env["dso.forecast.week"], rows)
        env["dso.forecast.week"]._keep(company, today)


def read_paid(env, company, today):
    """What came, of which it was known from which day on.

    :return: {(week, collector id): [(day on which it was booked what was paid, amount)]}
    """
    since = today - timedelta(weeks=NIGHTS)
    paid = defaultdict(list)
    for week, collector_id, day, amount in env.execute_query(
        SQL(
            """
            SELECT came.week, customer.collector_id, claim.date, partial.amount::float8
              FROM (%s) came
              JOIN account_partial_reconcile partial ON partial.credit_move_id = came.id
              JOIN account_move_line claim ON claim.id = partial.debit_move_id
              JOIN res_partner contact ON contact.id = came.partner_id
              JOIN dso_customer customer
                ON customer.partner_id = contact.commercial_partner_id
               AND customer.company_id = came.company_id
             ORDER BY came.id, claim.id
            """,
            env["dso.forecast"]._get_came_sql(company.ids, SQL("line.date >= %s", since)),
        )
    ):
        paid[week, collector_id].append((day, amount))
    return paid


def prepare(company, night, today, paid, rng):
    """The forecast of a night, of the weeks that have passed since."""
    rounded = company.currency_id.round
    collectors = sorted({collector_id for _week, collector_id in paid if collector_id})
    for number in range(WEEKS):
        week = night + timedelta(weeks=number)
        if week >= monday_of(today):
            break
        for collector_id in [None, *collectors]:
            known = sum(
                amount for day, amount in paid.get((week, collector_id), ()) if day <= night
            )
            spread = SPREAD + SPREAD_A_WEEK * number
            expected = max(0.0, known * (1 + HOPE + rng.gauss(0, spread)))
            yield {
                "company_id": company.id,
                "collector_id": collector_id,
                "made_on": night,
                "week": week,
                "expected": rounded(expected),
                "low": rounded(expected * max(0.1, 0.7 - spread)),
                "high": rounded(expected * (1.4 + 2 * spread)),
                "announced": 0.0,
                "promised": rounded(expected * rng.uniform(0, 0.25)),
                "disputed": 0.0,
                "late": 0.0,
            }
