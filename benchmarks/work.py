"""What a collector does in the agenda: many actions at once, a call, the calendar's month; and a
dry run of a scenario. What is changed is taken back, so that each round finds the same."""

import re

from client import Client, specify
from lab import environment, in_turns, stopwatch
from lxml import etree

REPEAT = 7
#: Actions changed at once.
FEW, MANY = 100, 1000
DRY_RUN_CUSTOMERS = 20_000
REMINDERS = [("automatic", "=", True), ("state", "=", "planned")]


def side_by_side(small, large, uid):
    """Median milliseconds and queries: of few and many actions at once in the larger database, of
    everything else in both, in turns."""
    workers = {}
    for name, database in (("small", small), ("large", large)):
        with environment(database, uid) as env:
            workers[name] = Worker(env)
    result = {"few": FEW, "many": MANY}
    large = workers["large"]
    for part, method in (
        ("confirm", lambda actions: actions.action_confirm_selected()),
        ("move", lambda actions: actions._reschedule_selected("2099-01-01")),
        ("skip", lambda actions: actions.action_cancel_selected()),
    ):
        sides = {
            number: lambda number=number, method=method: large.change(number, method)
            for number in (FEW, MANY)
        }
        _keep(result, part, in_turns(sides, REPEAT, warm=1))
    for part in ("call", "month", "chunk"):
        sides = {name: getattr(worker, part) for name, worker in workers.items()}
        _keep(result, part, in_turns(sides, REPEAT, warm=1))
    result["month_actions"] = large.month_actions
    result["dry_run_customers"], result["dry_run"] = large.dry_run()
    return result


def _keep(result, part, samples):
    for side, (milliseconds, queries) in samples.items():
        result[f"{part}_{side}"] = milliseconds
        result[f"{part}_{side}_queries"] = queries


class Worker:
    """A collector at work."""

    def __init__(self, env):
        self.client = Client(env)
        calendar = env.ref("dso_collection.dso_action_view_calendar").id
        arch = env["dso.action"].get_views([(calendar, "calendar")])["views"]["calendar"]["arch"]
        self.calendar_fields = sorted(set(re.findall(r'<field name="(\w+)"', arch)))
        arch = env["dso.action.log"].get_views([(False, "form")])["views"]["form"]["arch"]
        self.dialog = specify(env["dso.action.log"], etree.fromstring(arch))
        first = env.company._dso_today().replace(day=1)
        # of any automatic or manual action: more than a collector has in one tab
        self.month_domain = [("state", "in", ["planned", "error"]), ("date", ">=", str(first))]
        self.month_actions = env["dso.action"].search_count(self.month_domain)
        # a call that nobody planned: a customer who owes something, for whom one is added
        owing = env["dso.customer"].search([("amount_overdue", ">", 0)], order="id", limit=1)
        self.calling_id = (
            env["dso.action"].create({"customer_id": owing.id, "action_type": "call"}).id
        )
        scenario = env.ref("dso_collection.scenario_standard").id
        self.dry_run_params = {
            "population": "scenario",
            "population_scenario_id": scenario,
            "scenario_id": scenario,
        }

    def _undone(self, method):
        """Seconds and queries of a request, with what it writes, which is taken back."""

        def call(env):
            method(env)
            env.flush_all()
            env.cr.rollback()

        return self.client.call(call)

    def change(self, number, method):
        def call(env):
            actions = env["dso.action"].search(REMINDERS, order="id", limit=number)
            assert len(actions) == number, f"only {len(actions)} actions to change"
            method(actions)

        return self._undone(call)

    def call(self):
        """The dialog of a call opened, and its result noted."""

        def call(env):
            dialog = env["dso.action.log"]
            dialog.with_context(default_action_id=self.calling_id).onchange({}, [], self.dialog)
            dialog.create({"action_id": self.calling_id, "result": "reached"}).action_apply()

        return self._undone(call)

    def month(self):
        """As the calendar asks, where there are too many to draw them all."""
        first_of_days = {}

        def count(env):
            env["dso.action"].formatted_read_group(
                self.month_domain, ["date:day", "collector_id"], ["__count"]
            )

        def rank(env):
            first_of_days["ids"] = env["dso.action"].dso_get_first_of_days(self.month_domain, 3)

        def read(env):
            drawn = [("id", "in", first_of_days["ids"])]
            env["dso.action"].search_read(drawn, self.calendar_fields)

        return self.client.call(count, rank, read)

    def chunk(self):
        """The first chunk of a dry run."""
        return self.client.call(lambda env: env["dso.dry.run"].run_chunk(self.dry_run_params))

    def dry_run(self):
        """All chunks of so many customers, each a request.

        :return: number of customers and seconds
        """
        done = after_id = 0
        chunk = {}

        def run(env):
            chunk.update(env["dso.dry.run"].run_chunk(self.dry_run_params, after_id))

        with stopwatch() as clock:
            while done < DRY_RUN_CUSTOMERS:
                self.client.call(run)
                if not chunk["done"]:
                    break
                done, after_id = done + chunk["done"], chunk["after_id"]
        return done, clock.seconds
