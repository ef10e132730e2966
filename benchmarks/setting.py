"""What a measurement needs before it starts: an accounting set up, a ledger, a collector."""

import ledger
from lab import environment


def chart(database):
    """A chart of accounts, and a company that can post invoices."""
    with environment(database) as env:
        env["account.chart.template"].try_loading(
            "generic_coa", company=env.company, install_demo=False
        )
        env.company.email = "company@example.com"


def fill(database, customers, items):
    with environment(database) as env:
        ledger.fill(env, customers=customers, items=items)


def collector(database):
    """A user with no more than a collector's rights, in charge of everything."""
    with environment(database) as env:
        user = env["res.users"].create(
            {
                "name": "Collector",
                "login": "bench.collector",
                "email": "collector@example.com",
                "group_ids": [(6, 0, [env.ref("dso_collection.group_dso_collector").id])],
            }
        )
        env.company.dso_default_collector_id = user
        return {"uid": user.id}
