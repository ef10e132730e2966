"""The credit manager's page, in a ledger of fewer customers with a long past."""

import history
import ledger
import status
from client import Client
from lab import environment, in_turns

REPEAT = 15


def prepare(database, uid, actions):
    """Done actions up to so many in all; a status on four items in ten; every other customer has
    promised to pay."""
    with environment(database) as env:
        customers = env["dso.customer"].search([])
        open_actions = env["dso.action"].search_count([])
        history.add_done(env, uid, times=max(1, (actions - open_actions) // len(customers)))
        history.add_promises(env, customers[::2])
        env.cr.execute(status.QUALIFY, {"today": env.company._dso_today()})
        history.commit(env)
        ledger.vacuum(env.cr, "account_move_line")
        lines = env["account.move.line"]
        return {
            "items": lines.search_count(lines._dso_get_open_domain()),
            "actions": env["dso.action"].search_count([]),
            "customers": len(customers),
            "promises": env["dso.promise"].search_count([]),
        }


def side_by_side(small, large, uid):
    """Median milliseconds and queries of the page in two databases, in turns."""
    result = {"small": {}, "large": {}}
    pages = {}
    for name, database in (("small", small), ("large", large)):
        with environment(database, uid) as env:
            pages[name] = Dashboard(Client(env), env.company.id)
    for part in ("show", "trend"):
        sides = {name: getattr(page, part) for name, page in pages.items()}
        for name, (milliseconds, queries) in in_turns(sides, REPEAT).items():
            result[name][part] = milliseconds
            result[name][f"{part}_queries"] = queries
    return result


class Dashboard:
    """What the page asks for: what it shows at once, and the trend, for which it does not wait."""

    def __init__(self, client, company_id):
        self.client, self.company_id = client, company_id

    def show(self):
        return self.client.call(lambda env: env["dso.dashboard"].get_data(self.company_id))

    def trend(self):
        return self.client.call(lambda env: env["dso.dashboard"].get_trend(self.company_id))
