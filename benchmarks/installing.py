"""Installing the module on a ledger that is already there."""

from lab import environment, stopwatch

from odoo.modules.registry import Registry

TABLE = "account_move_line"


def install(database):
    """Seconds, and what became of the journal items' rows."""
    with environment(database) as env:
        before = _look_at(env.cr)
        env.cr.execute("SELECT pg_current_xact_id()::xid::text")
        (xid,) = env.cr.fetchone()
    with stopwatch() as clock:
        Registry.new(database, update_module=True, install_modules=["dso_collection"])
    with environment(database) as env:
        after = _look_at(env.cr)
        # a row version made since then would be younger than that transaction
        env.cr.execute(f"SELECT count(*) FROM {TABLE} WHERE age(xmin) < age(%s::xid)", [xid])
        (rewritten,) = env.cr.fetchone()
        env.cr.execute("SELECT count(*) FROM dso_customer")
        (customers,) = env.cr.fetchone()
    return {
        "seconds": clock.seconds,
        "items": after["rows"],
        "customers": customers,
        "rewritten": rewritten,
        "same_file": before["file"] == after["file"],
    }


def _look_at(cr):
    cr.execute(f"SELECT pg_relation_filenode('{TABLE}') AS file, count(*) AS rows FROM {TABLE}")
    return cr.dictfetchone()
