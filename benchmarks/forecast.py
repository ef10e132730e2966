"""The night's keeping of the cash forecast, and its screen."""

import ledger
import status
from lab import environment, peak_memory_mb, stopwatch, trim

#: Days that each night is later: a forecast is kept once a day.
NIGHTS = 3

#: Payments of two items in five that were due in the last seven months: as late as the customer's
#: number says, give or take a week. Each has an entry of its own in the bank's journal.
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
       AND line.id %% 5 IN (0, 3)
       AND line.date_maturity BETWEEN %(today)s::date - 210 AND %(today)s
"""
MOVES = """
    INSERT INTO account_move (
        name, sequence_prefix, sequence_number, journal_id, company_id, currency_id, state,
        move_type, auto_post, posted_before, payment_state, partner_id, commercial_partner_id,
        date, create_uid, write_uid, create_date, write_date
    )
    SELECT 'BNK/' || lpad(number::text, 7, '0'), 'BNK/', number, %(journal)s, company_id,
           currency_id, 'posted', 'entry', 'no', TRUE, 'not_paid', partner_id, partner_id, day,
           1, 1, now(), now()
      FROM paid
"""
LINES = """
    INSERT INTO account_move_line (
        move_id, move_name, journal_id, company_id, company_currency_id, currency_id, partner_id,
        account_id, parent_state, display_type, name, sequence, date, date_maturity, debit, credit,
        balance, amount_currency, amount_residual, amount_residual_currency, reconciled,
        no_followup, create_uid, write_uid, create_date, write_date
    )
    SELECT move.id, move.name, move.journal_id, move.company_id, move.currency_id,
           move.currency_id, move.partner_id, paid.account_id, 'posted', 'payment_term', 'Payment',
           10, paid.day, paid.day, 0, paid.balance, -paid.balance, -paid.balance, 0, 0, TRUE, TRUE,
           1, 1, now(), now()
      FROM paid
      JOIN account_move move
        ON move.journal_id = %(journal)s AND move.sequence_number = paid.number
"""
PARTIALS = """
    INSERT INTO account_partial_reconcile (
        debit_move_id, credit_move_id, debit_currency_id, credit_currency_id, amount,
        debit_amount_currency, credit_amount_currency, company_id, max_date,
        create_uid, write_uid, create_date, write_date
    )
    SELECT paid.id, payment.id, paid.currency_id, paid.currency_id, paid.balance, paid.balance,
           paid.balance, paid.company_id, paid.day, 1, 1, now(), now()
      FROM paid
      JOIN account_move move
        ON move.journal_id = %(journal)s AND move.sequence_number = paid.number
      JOIN account_move_line payment ON payment.move_id = move.id
"""
SETTLED = """
    UPDATE account_move_line line
       SET amount_residual = 0, amount_residual_currency = 0, reconciled = TRUE
      FROM paid WHERE paid.id = line.id
"""

#: What somebody would write who knows the company and its date: open items by week of the due date
#: plus the customer's average delay.
BARE = """
    SELECT (line.date_maturity + COALESCE(paid.days, 0) - %(today)s::date) / 7,
           sum(line.amount_residual)
      FROM account_move_line line
      JOIN account_account account ON account.id = line.account_id
      LEFT JOIN (
          SELECT claim.partner_id,
                 round(sum(partial.amount * (partial.max_date - claim.date_maturity))
                       / sum(partial.amount))::int AS days
            FROM account_partial_reconcile partial
            JOIN account_move_line claim ON claim.id = partial.debit_move_id
           WHERE partial.max_date > %(today)s::date - 183
           GROUP BY claim.partner_id
      ) paid ON paid.partner_id = line.partner_id
     WHERE account.account_type = 'asset_receivable'
       AND line.company_id = %(company)s
       AND line.parent_state = 'posted'
       AND line.reconciled IS NOT TRUE
     GROUP BY 1
"""


def prepare(database):
    """Customers' files, twenty collectors, payments of the last months, and statuses."""
    with environment(database) as env:
        env["dso.customer"]._ensure_customers()
        users = env["res.users"].create(
            [{"name": f"Collector {number}", "login": f"bench.{number}"} for number in range(20)]
        )
        account = env["account.account"].search([("account_type", "=", "asset_receivable")])
        values = {
            "today": env.company._dso_today(),
            "receivable": account[:1].id,
            "journal": env["account.journal"].search([("type", "=", "bank")], limit=1).id,
        }
        env.flush_all()
        env.cr.execute(
            "UPDATE dso_customer SET collector_id = (%s::int[])[1 + id %% 20]", [users.ids]
        )
        for statement in (CHOSEN, MOVES, LINES, PARTIALS, SETTLED):
            env.cr.execute(statement, values)
        env.cr.execute(status.QUALIFY, values)
        env.cr.commit()
        ledger.vacuum(
            env.cr,
            "account_move",
            "account_move_line",
            "account_partial_reconcile",
            "dso_customer",
            "dso_item_status",
        )


def keep(database):
    """Nights of keeping beside the bare statement, in turns; the fastest of each."""
    import datetime

    samples = {"kept": [], "bare": []}
    with environment(database) as env:
        company, today = env.company, env.company._dso_today()
        result = {
            "customers": env["dso.customer"].search_count([("company_id", "=", company.id)]),
            "items": env["account.move.line"].search_count(
                [
                    ("account_id.account_type", "=", "asset_receivable"),
                    ("reconciled", "=", False),
                    ("parent_state", "=", "posted"),
                ]
            ),
            "payments": env["account.partial.reconcile"].search_count([]),
        }
    for number in range(NIGHTS):
        trim()
        with environment(database) as env:
            with stopwatch() as clock:
                night = today + datetime.timedelta(days=number)
                rows = env["dso.forecast.week"]._keep(env.company, night)
            samples["kept"].append(clock.seconds)
            assert len(rows) > 100, "a forecast was kept"
        with environment(database) as env:
            with stopwatch() as clock:
                env.cr.execute(BARE, {"company": env.company.id, "today": today})
                env.cr.fetchall()
            samples["bare"].append(clock.seconds)
    for name, seconds in samples.items():
        result[name] = min(seconds)
    with environment(database) as env:
        with stopwatch() as clock:
            env["dso.forecast.item"].formatted_read_group(
                [("place", "in", ("late", "week"))], ["week:week", "kind"], ["amount:sum"]
            )
        result["screen"] = clock.seconds
    result["memory"] = peak_memory_mb()
    return result
