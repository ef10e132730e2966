"""The ageing as of a day, customers by age, beside the bare statement; names and formats, which are
Odoo's affair, on neither side."""

import datetime

from client import Client
from lab import environment, in_turns, request

REPEAT = 7
#: How long ago the other day is, for which payments since then have to be taken back.
DAYS_AGO = 90

#: What somebody would write who knows the company and the day.
BARE = """
    WITH later AS (
        SELECT line_id, sum(amount) AS amount
          FROM (
              SELECT debit_move_id AS line_id, amount
                FROM account_partial_reconcile WHERE max_date > %(day)s
               UNION ALL
              SELECT credit_move_id, -amount
                FROM account_partial_reconcile WHERE max_date > %(day)s
          ) part
         GROUP BY line_id
    )
    SELECT contact.commercial_partner_id,
           CASE WHEN %(day)s - line.date_maturity > 90 THEN 4
                WHEN %(day)s - line.date_maturity > 60 THEN 3
                WHEN %(day)s - line.date_maturity > 30 THEN 2
                WHEN %(day)s - line.date_maturity > 0 THEN 1
                ELSE 0 END,
           sum(line.amount_residual + COALESCE(later.amount, 0)), count(*)
      FROM account_move_line line
      JOIN account_account account ON account.id = line.account_id
      LEFT JOIN res_partner contact ON contact.id = line.partner_id
      LEFT JOIN later ON later.line_id = line.id
     WHERE account.account_type = 'asset_receivable'
       AND line.company_id = %(company)s
       AND line.parent_state = 'posted'
       AND line.date <= %(day)s
       AND (line.reconciled IS NOT TRUE OR later.line_id IS NOT NULL)
       AND line.amount_residual + COALESCE(later.amount, 0) != 0
     GROUP BY 1, 2
"""
GROUPS = ["partner_id", "bucket"]
MEASURES = ["amount:sum", "company_currency_id:array_agg_distinct"]


def side_by_side(database, uid):
    """Median milliseconds and queries of today and of a day before."""
    with environment(database, uid) as env:
        client, company = Client(env), env.company.id
        today = env.company._dso_today()
        days = {"today": today, "then": today - datetime.timedelta(days=DAYS_AGO)}

    def ask(day):
        def show(env):
            env["dso.ageing"].with_context(dso_as_of=str(day))._read_group([], GROUPS, MEASURES)

        return lambda: client.call(show)

    def write(day):
        def run(env):
            env.cr.execute(BARE, {"day": day, "company": company})
            env.cr.fetchall()

        return lambda: request(database, uid, {}, run)

    sides = {}
    for name, day in days.items():
        sides[name], sides[f"{name}_bare"] = ask(day), write(day)
    result = {}
    for name, (milliseconds, queries) in in_turns(sides, REPEAT, warm=1).items():
        result[name], result[f"{name}_queries"] = milliseconds, queries
    with environment(database, uid) as env:
        for name, day in days.items():
            model = env["dso.ageing"].with_context(dso_as_of=str(day))
            [(ours, items)] = model._read_group([], [], ["amount:sum", "__count"])
            env.cr.execute(BARE, {"day": day, "company": company})
            theirs = sum(row[2] for row in env.cr.fetchall())
            assert round(ours, 2) == round(float(theirs), 2), f"{ours} and {theirs}"
            result[f"{name}_items"] = items
        result["customers"] = env["dso.customer"].search_count([])
        result["payments"] = env["account.partial.reconcile"].sudo().search_count([])
    return result
