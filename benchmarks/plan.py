"""Planning: from the open items to the actions, ours and the peer's."""

from lab import environment, peak_memory_mb, stopwatch, trim

import ledger


def ours(database):
    """The plan of all customers from nothing, and again with nothing changed."""
    with environment(database) as env:
        env["dso.customer"]._get_items_query()
        trim()
        before = peak_memory_mb()
        with stopwatch() as first:
            env["dso.customer"]._plan()
            env.cr.commit()
        peak = peak_memory_mb()
        ledger.vacuum(env.cr, "dso_customer", "dso_action")
    with environment(database) as env:
        with stopwatch() as again:
            env["dso.customer"]._plan()
            env.cr.commit()
        env.cr.execute("SELECT count(*) FROM dso_action")
        (actions,) = env.cr.fetchone()
    return {
        "first": first.seconds,
        "again": again.seconds,
        "actions": actions,
        "memory_before": before,
        "memory": peak,
        "memory_after": peak_memory_mb(),
    }
