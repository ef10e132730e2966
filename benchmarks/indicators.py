"""DSO of 24 months on the dashboard, in a ledger of which nearly all is paid, beside the bare
statements that give the same numbers."""

import forecast
import ledger
from client import Client
from lab import environment, in_turns

REPEAT = 5

#: Nine invoices of ten that were due are paid, as late as the customer's number says.
CHOSEN = """
    CREATE TEMPORARY TABLE paid ON COMMIT DROP AS
    SELECT line.id, line.balance, line.partner_id, line.account_id, line.company_id,
           line.currency_id, row_number() OVER (ORDER BY line.id) AS number,
           LEAST(line.date_maturity + (line.partner_id %% 40) - 5 + (line.id %% 15)::int,
                 %(today)s::date) AS day
      FROM account_move_line line
     WHERE line.account_id = %(receivable)s
       AND line.reconciled IS NOT TRUE
       AND line.balance > 0
       AND line.id %% 10 != 0
       AND line.date_maturity <= %(today)s
"""

#: What somebody would write who knows the account and the days: what is added up to a day, what of
#: it was not due, and sales by day.
RECEIVABLE = """
    SELECT date, sum(balance) FROM account_move_line
     WHERE account_id = %(receivable)s AND company_id = %(company)s AND parent_state = 'posted'
     GROUP BY date
"""
NOT_DUE = """
    SELECT point.day, sum(line.balance - COALESCE(settled.amount, 0))
      FROM unnest(%(days)s::date[]) AS point(day)
      JOIN account_move_line line
        ON line.date <= point.day AND line.date_maturity >= point.day
      LEFT JOIN LATERAL (
           SELECT sum(amount) AS amount FROM account_partial_reconcile
            WHERE debit_move_id = line.id AND max_date <= point.day
      ) settled ON TRUE
     WHERE line.account_id = %(receivable)s AND line.company_id = %(company)s
       AND line.parent_state = 'posted' AND line.balance > 0
     GROUP BY point.day
"""
SALES = """
    SELECT date, sum(amount_total_signed) FROM account_move
     WHERE company_id = %(company)s AND state = 'posted'
       AND move_type IN ('out_invoice', 'out_refund', 'out_receipt')
     GROUP BY date
"""


def prepare(database, uid):
    """Customers' files, half of them of one collector, and payments of nearly all that was due."""
    with environment(database) as env:
        env["dso.customer"]._ensure_customers()
        account = env["account.account"].search([("account_type", "=", "asset_receivable")])
        values = {
            "today": env.company._dso_today(),
            "receivable": account[:1].id,
            "journal": env["account.journal"].search([("type", "=", "bank")], limit=1).id,
        }
        env.flush_all()
        env.cr.execute("UPDATE dso_customer SET collector_id = %s WHERE id %% 2 = 0", [uid])
        for statement in (
            CHOSEN,
            forecast.MOVES,
            forecast.LINES,
            forecast.PARTIALS,
            forecast.SETTLED,
        ):
            env.cr.execute(statement, values)
        env.cr.commit()
        ledger.vacuum(
            env.cr,
            "account_move",
            "account_move_line",
            "account_partial_reconcile",
            "dso_customer",
        )
        return {
            "items": env["account.move.line"].search_count([]),
            "paid": env["account.partial.reconcile"].search_count([]),
            "customers": env["dso.customer"].search_count([]),
        }


def side_by_side(database, uid):
    """Median milliseconds and queries of tiles and curve, of those of one collector, and of the
    bare statements, in turns."""
    with environment(database, uid) as env:
        client, company = Client(env), env.company
        found = env["dso.indicator"]._measure_days(
            company, _days(env), env["dso.indicator"]._find_customers(company)
        )
        bare = _read_bare(env)
        for day, figures in found.items():
            assert abs(figures["receivable"] - bare[day][0]) < 0.01, day
            assert abs(figures["not_due"] - bare[day][1]) < 0.01, day
    sides = {
        "page": lambda: client.call(lambda env: env["dso.dashboard"].get_indicators(company.id)),
        "choice": lambda: client.call(
            lambda env: env["dso.dashboard"].get_indicators(company.id, choice={"collector": [uid]})
        ),
        "bare": lambda: client.call(_read_bare),
    }
    result = {}
    for name, (milliseconds, queries) in in_turns(sides, REPEAT, warm=1).items():
        result[name] = milliseconds
        result[f"{name}_queries"] = queries
    return result


def _days(env):
    from odoo.addons.dso_collection.engine import indicators

    return indicators.month_ends(env.company._dso_today(), 24)


def _read_bare(env):
    """:return: {day: (receivable, not due)}"""
    days = _days(env)
    account = env["account.account"].search([("account_type", "=", "asset_receivable")])
    values = {"company": env.company.id, "receivable": account[:1].id, "days": days}
    env.cr.execute(RECEIVABLE, values)
    by_day = env.cr.fetchall()
    env.cr.execute(NOT_DUE, values)
    not_due = dict(env.cr.fetchall())
    env.cr.execute(SALES, values)
    env.cr.fetchall()
    return {
        day: (
            float(sum(amount for each, amount in by_day if each <= day)),
            float(not_due.get(day, 0)),
        )
        for day in days
    }
