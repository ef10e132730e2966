"""The items status report, and qualifying many items at once."""

import datetime
import statistics

import ledger
from lab import environment, stopwatch

REPEAT = 9

#: Four items in ten are qualified, spread over all statuses.
QUALIFY = """
    WITH status AS (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS number, count(*) OVER () AS total
          FROM dso_item_status
         WHERE active
    )
    UPDATE account_move_line line
       SET dso_status_id = status.id, dso_status_date = %(today)s::date + 10 - (line.id %% 20)::int
      FROM status
     WHERE line.id %% 10 IN (1, 4, 6, 8)
       AND status.number = (line.id / 10) %% status.total
       AND line.account_id = ANY(
           SELECT id FROM account_account WHERE account_type = 'asset_receivable'
       )
"""

#: What somebody would write who knows the company, its date and nothing of rights.
BARE = """
    SELECT COALESCE(status.kind, 'none'), line.dso_status_id, sum(line.amount_residual), count(*),
           100 * sum(CASE WHEN line.dso_status_id IS NOT NULL THEN line.amount_residual ELSE 0 END)
               / sum(line.amount_residual),
           avg(CASE WHEN line.dso_status_id IS NOT NULL THEN 100 ELSE 0 END),
           max(%(today)s::date - line.date_maturity)
      FROM account_move_line line
      JOIN account_account account ON account.id = line.account_id
      LEFT JOIN dso_item_status status ON status.id = line.dso_status_id
     WHERE account.account_type = 'asset_receivable'
       AND line.company_id = %(company)s
       AND line.parent_state = 'posted'
       AND line.reconciled IS NOT TRUE
       AND line.amount_residual > 0
       AND line.date_maturity < %(today)s
"""
BARE_GROUPED = BARE + "GROUP BY 1, 2"
BARE_SETS = (
    BARE
    + """
    GROUP BY GROUPING SETS ((), (COALESCE(status.kind, 'none')),
                            (COALESCE(status.kind, 'none'), line.dso_status_id))
"""
)

#: As the pivot asks, with what it needs to tell currencies apart.
MEASURES = [
    "amount:sum",
    "currency_id:array_agg_distinct",
    "amount:sum_currency",
    "item_count:sum",
    "rate_value:avg",
    "rate_number:avg",
    "days_overdue:max",
    "__count",
]
SETS = [[], ["kind"], ["kind", "status_id"]]


def prepare(database):
    """Customers' files, and statuses on their items."""
    with environment(database) as env:
        env["dso.customer"]._ensure_customers()
        env.cr.execute(QUALIFY, {"today": env.company._dso_today()})
        env.cr.commit()
        ledger.vacuum(env.cr, "account_move_line", "dso_customer", "dso_item_status")


def side_by_side(database, uid):
    """Median seconds of the report and of the bare SQL, in turns, as a collector."""
    with environment(database) as env:
        values = {"company": env.company.id, "today": env.company._dso_today()}
    samples = {"report": [], "bare": [], "pivot": [], "bare_pivot": []}
    for number in range(2 + REPEAT):
        ours, samples_ours = _timed(database, uid, _read_groups)
        theirs, samples_theirs = _timed(database, uid, _bare, BARE_GROUPED, values)
        assert _numbers(ours) == {row[:2]: _rounded(row[2:]) for row in theirs}, "other numbers"
        _all, samples_pivot = _timed(database, uid, _read_sets)
        _all, samples_bare = _timed(database, uid, _bare, BARE_SETS, values)
        if number >= 2:
            samples["report"].append(samples_ours)
            samples["bare"].append(samples_theirs)
            samples["pivot"].append(samples_pivot)
            samples["bare_pivot"].append(samples_bare)
    return {
        "overdue": sum(row[3] for row in theirs),
        **{name: statistics.median(seconds) for name, seconds in samples.items()},
    }


def _timed(database, uid, method, *arguments):
    """What a method returns and its seconds, in a transaction with nothing in its cache."""
    with environment(database, uid) as env:
        with stopwatch() as clock:
            result = method(env, *arguments)
    return result, clock.seconds


def _read_groups(env):
    return env["dso.item.report"].formatted_read_group([], SETS[-1], MEASURES)


def _read_sets(env):
    return env["dso.item.report"].formatted_read_grouping_sets([], SETS, MEASURES)


def _bare(env, query, values):
    env.cr.execute(query, values)
    return env.cr.fetchall()


def _numbers(groups):
    return {
        (group["kind"], group["status_id"][0] if group["status_id"] else None): _rounded(
            group[measure]
            for measure in (
                "amount:sum",
                "item_count:sum",
                "rate_value:avg",
                "rate_number:avg",
                "days_overdue:max",
            )
        )
        for group in groups
    }


def _rounded(values):
    return tuple(round(float(value), 4) for value in values)


def qualify(database, uid, items):
    """Seconds to qualify items at once: through the dialog, where there is one, and below it."""
    result = {"items": items}
    with environment(database, uid) as env:
        company = env.company
        lines = env["account.move.line"].search(
            [
                *env["account.move.line"]._dso_get_open_domain(),
                ("amount_residual", ">", 0),
                ("dso_status_id", "=", False),
                ("company_id", "=", company.id),
            ],
            limit=2 * items,
            order="id",
        )
        assert len(lines) == 2 * items, f"only {len(lines)} items without a status"
        ids = lines.ids
        day = company._dso_today() + datetime.timedelta(days=14)
        status = env.ref("dso_collection.status_promise")
        has_dialog = "dso.item.qualify" in env
    with environment(database, uid) as env:
        with stopwatch() as clock:
            env["account.move.line"].browse(ids[:items])._dso_set_status(status.with_env(env), day)
            env.cr.commit()
        result["below"] = clock.seconds
        logged = [("line_id", "in", ids[:items]), ("deadline", "!=", False)]
        assert env["dso.qualification"].search_count(logged) == items, "not all are in the log"
    if has_dialog:
        with environment(database, uid) as env:
            with stopwatch() as clock:
                env["dso.item.qualify"].create(
                    {
                        "line_ids": [(6, 0, ids[items:])],
                        "status_id": status.id,
                        "date": day,
                        "comment": "Will be paid with the next run.",
                    }
                ).action_apply()
                env.cr.commit()
            result["dialog"] = clock.seconds
            logged = [("line_id", "in", ids[items:]), ("deadline", "!=", False)]
            assert env["dso.qualification"].search_count(logged) == items, "not all are in the log"
    return result
