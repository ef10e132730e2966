"""What steps bring, and performance by collector: over a year of actions and payments."""

import statistics

import ledger
from lab import environment, stopwatch

REPEAT = 3

#: A reminder five days after the due date of each item that was open then, and another ten days
#: later: what was asked for is that item.
ACTIONS = """
    INSERT INTO dso_action (
        customer_id, partner_id, company_id, collector_id, origin, action_type, automatic, step_id,
        leader_line_id, date, done_date, done_by_id, state, amount, score, create_uid, write_uid,
        create_date, write_date
    )
    SELECT customer.id, customer.partner_id, customer.company_id, customer.collector_id,
           'scenario', step.action_type, TRUE, step.id, line.id, made.day, made.day, 1, 'done',
           line.balance, 0, 1, 1, made.day, made.day
      FROM account_move_line line
      JOIN dso_customer customer ON customer.partner_id = line.partner_id
      JOIN LATERAL (
          SELECT id, action_type, row_number() OVER (ORDER BY sequence, id) AS number
            FROM dso_scenario_step WHERE scenario_id = %(scenario)s
      ) step ON step.number <= 2
     CROSS JOIN LATERAL (
          SELECT line.date_maturity - 5 + 10 * step.number::int AS day
     ) made
      LEFT JOIN account_partial_reconcile paid ON paid.debit_move_id = line.id
     WHERE line.account_id = %(receivable)s
       AND line.balance > 0
       AND line.id %% 3 != 0
       AND made.day < %(today)s
       AND made.day < COALESCE(paid.max_date, %(today)s)
"""
ITEMS = """
    INSERT INTO dso_action_item (
        action_id, line_id, document, due_date, currency_id, amount_residual, amount_company,
        days_overdue, create_uid, write_uid, create_date, write_date
    )
    SELECT action.id, line.id, line.move_name, line.date_maturity, line.currency_id, line.balance,
           line.balance, action.done_date - line.date_maturity, 1, 1, now(), now()
      FROM dso_action action
      JOIN account_move_line line ON line.id = action.leader_line_id
     WHERE action.state = 'done'
"""

#: What somebody would write who knows the ledger: what was paid within 30 days, by step.
BARE = """
    SELECT action.step_id, count(DISTINCT action.id), sum(item.amount_company),
           sum(paid.amount) / sum(item.amount_company)
      FROM dso_action action
      JOIN dso_action_item item ON item.action_id = action.id
      LEFT JOIN LATERAL (
          SELECT sum(partial.amount) AS amount
            FROM account_partial_reconcile partial
           WHERE partial.debit_move_id = item.line_id
             AND partial.max_date BETWEEN action.done_date AND action.done_date + 30
      ) paid ON TRUE
     WHERE action.state = 'done' AND action.done_date + 30 < %(today)s
     GROUP BY action.step_id
"""

RATES = [f"rate_{window}:avg" for window in (3, 7, 14, 30)]
BASES = [f"base_{window}:avg" for window in (3, 7, 14, 30)]
OTHERS = [
    "action_count:sum",
    "amount_asked:sum",
    "days_to_payment:avg",
    "promise_count:sum",
    "dispute_count:sum",
    "__count",
]


def prepare(database):
    """What was done, on a ledger with payments and twenty collectors (``forecast.prepare``)."""
    with environment(database) as env:
        scenario = env.ref("dso_collection.scenario_standard")
        account = env["account.account"].search([("account_type", "=", "asset_receivable")])
        values = {
            "today": env.company._dso_today(),
            "scenario": scenario.id,
            "receivable": account[:1].id,
        }
        env.flush_all()
        env.cr.execute("UPDATE dso_customer SET scenario_id = %s", [scenario.id])
        for statement in (ACTIONS, ITEMS):
            env.cr.execute(statement, values)
        env.cr.commit()
        ledger.vacuum(env.cr, "dso_action", "dso_action_item", "dso_customer")


def side_by_side(database, uid):
    """Median seconds of the screen, of it without those who waited, of the bare statement and of
    performance by collector, in turns, as a collector."""
    with environment(database) as env:
        values = {"today": env.company._dso_today()}
        env.cr.execute("SELECT count(*) FROM dso_action WHERE state = 'done'")
        result = {
            "actions": env.cr.fetchone()[0],
            "payments": env["account.partial.reconcile"].search_count([]),
            "items": env["account.move.line"].search_count(
                [("account_id.account_type", "=", "asset_receivable"), ("balance", ">", 0)]
            ),
        }
    asked = {
        "screen": lambda env: env["dso.step.effect"].formatted_read_group(
            [], ["step_id"], [*RATES, *BASES, *OTHERS]
        ),
        "plain": lambda env: env["dso.step.effect"].formatted_read_group(
            [], ["step_id"], [*RATES, *OTHERS]
        ),
        "bare": lambda env: env.cr.execute(BARE, values),
        "collectors": lambda env: env["dso.collector.report"].search_read([], ["amount_opening"]),
    }
    samples = {name: [] for name in asked}
    for _number in range(REPEAT):
        for name, method in asked.items():
            with environment(database, uid) as env:
                before = env.cr.sql_log_count
                with stopwatch() as clock:
                    method(env)
                samples[name].append(clock.seconds)
                result[f"{name}_queries"] = env.cr.sql_log_count - before
    for name, seconds in samples.items():
        result[name] = statistics.median(seconds)
    return result
