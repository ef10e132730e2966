"""Planning: from the open items to the actions, ours and the peer's."""

import ledger
from lab import environment, peak_memory_mb, stopwatch, trim


def ours(database):
    """The plan of all customers from nothing, and again with nothing changed."""
    with environment(database) as env:
        trim()
        with stopwatch() as first:
            env["dso.customer"]._plan()
            env.cr.commit()
        ledger.vacuum(env.cr, "dso_customer", "dso_action")
    with environment(database) as env:
        trim()
        with stopwatch() as again:
            env["dso.customer"]._plan()
            env.cr.commit()
        env.cr.execute("SELECT count(*) FROM dso_action")
        (actions,) = env.cr.fetchone()
    return {
        "first": first.seconds,
        "again": again.seconds,
        "actions": actions,
        "memory": peak_memory_mb(),
    }
