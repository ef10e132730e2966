"""A customer's scenario as a line of steps: what was done for the leader, what comes next, what
would follow.

Where nothing else changes, the dates are those of :func:`simulation.simulate`; but only the steps
are looked at, whatever the number of items.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from .facts import Customer, Done, Item, Step, later
from .scenario import Decision, Planned, offsets, rule_date


class Stage(NamedTuple):
    """One step of the line. ``state`` and ``date`` say:

    - ``done``: done, or skipped by the user, on ``date``
    - ``passed``: never done and never will be; it lapsed (R6), or the scenario began after it
    - ``next``: planned for ``date``
    - ``later``: comes on ``date`` if the ones before are done on theirs; ``None``: nobody knows
    """

    step: Step
    state: str
    date: date | None = None


def same_day(day: date) -> date:
    return day


def _done_dates(customer: Customer, leader: Item | None, today: date) -> dict[int, date]:
    """{step id: the last day on which it was done for the leader}, since its restart (R5)."""
    if leader is None:
        return {}
    restarted = min(leader.restarted or date.min, today)
    result: dict[int, date] = {}
    for entry in customer.history.done.get(leader.id, ()):
        if entry.date >= restarted:
            result[entry.step_id] = later(entry.date, result.get(entry.step_id))
    return result


def outlook(
    customer: Customer,
    decision: Decision,
    today: date,
    next_opening: Callable[[date], date] = same_day,
) -> list[Stage]:
    """The steps of the customer's scenario, in their order; empty without a scenario.

    :param decision: what :func:`scenario.decide` says of this customer
    :param next_opening: the first day, that day or later, on which actions are carried out
    """
    if customer.scenario is None:
        return []
    steps = customer.scenario.steps
    done = _done_dates(customer, decision.leader, today)
    # up to here the line lies behind
    behind = max((number + 1 for number, step in enumerate(steps) if step.id in done), default=0)
    planned = decision.planned
    if planned is not None:
        behind = planned.position
    elif decision.code == "scenario_done":
        behind = len(steps)
    result = [
        Stage(step, "done", done[step.id]) if step.id in done else Stage(step, "passed")
        for step in steps[:behind]
    ]
    if planned is None:
        return result + [Stage(step, "later") for step in steps[behind:]]
    result.append(Stage(planned.step, "next", planned.day))
    done_on = next_opening(later(planned.day, today))
    return result + _following(steps, planned, done_on, next_opening)


def _following(
    steps: tuple[Step, ...],
    planned: Planned,
    day: date,
    next_opening: Callable[[date], date],
) -> list[Stage]:
    """What comes after the next step once that is done on ``day`` (R3, R4, R6)."""
    leader = planned.leader
    step_offsets = offsets(steps)
    previous = Done(planned.step.id, day)
    result = []
    for position in range(planned.position + 1, len(steps)):
        step = steps[position]
        by_rule, _cause = rule_date(
            leader, step, step_offsets[position], previous, step_offsets[position - 1]
        )
        earliest = later(by_rule, planned.leader_since)
        done_on = next_opening(later(earliest, day))
        if step.delay < 0 and done_on > leader.due_date:
            previous = Done(step.id, by_rule)
            result.append(Stage(step, "passed"))
            continue
        previous, day = Done(step.id, done_on), done_on
        result.append(Stage(step, "later", done_on))
    return result
