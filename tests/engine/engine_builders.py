"""Short ways to write the facts of an example."""

from datetime import date, timedelta

from engine.facts import (
    NO_HISTORY,
    Customer,
    Done,
    History,
    Item,
    Scenario,
    Settings,
    Step,
)
from engine.scenario import decide

#: The scenario of the worked examples: A due+5, B due+15, C previous+10, D due+45.
A, B, C, D = 1, 2, 3, 4
STEPS = (
    Step(A, "due_date", 5),
    Step(B, "due_date", 15),
    Step(C, "previous_action", 10),
    Step(D, "due_date", 45),
)
SCENARIO = Scenario(1, STEPS)
BY_AGE = Scenario(1, STEPS, restart_policy="by_age")

#: One with a friendly reminder before due: P due-5, Q due+5.
P, Q = 11, 12
BEFORE_DUE = Scenario(2, (Step(P, "due_date", -5), Step(Q, "due_date", 5)))

SETTINGS = Settings()


def day(month, number, year=2026):
    """A day of 2026, the year of the examples; 1 March 2026 is a Sunday."""
    return date(year, month, number)


def item(id_, due, amount=100.0, **values):
    """An invoice of 30 days unless its ``date`` is given."""
    if "date" not in values:
        values["date"] = due - timedelta(days=30)
    return Item(id_, due, amount=amount, **values)


def done(*entries):
    return tuple(Done(step_id, when) for step_id, when in entries)


def history(leader_id, *entries, told=None, last=None):
    """Steps done with one leader; ``last`` is (date, leader) if that was another action."""
    entries = done(*entries)
    last_date, last_leader = last or (max(entry.date for entry in entries), leader_id)
    return History({leader_id: entries}, told or {}, last_date, last_leader)


def customer(*items, scenario=SCENARIO, past=NO_HISTORY, leader=None, since=None, action=None):
    """``leader`` and ``since`` are those of the plan before."""
    return Customer(items, scenario, past, leader, since, action)


def plan(today, *items, settings=SETTINGS, **values):
    return decide(customer(*items, **values), today, settings)


def step_and_date(decision):
    assert decision.step is not None, f"nothing planned: {decision.code}"
    return decision.step.id, decision.date
