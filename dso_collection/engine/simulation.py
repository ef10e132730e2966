"""A scenario played forward, day by day, on facts alone (dry run).

Nothing is paid meanwhile and every action is done on its day: what comes out is what the customer
would receive at most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from .facts import Customer, Done, OpenAction, Settings, add_days
from .scenario import Decision, Planned, decide


def _same_day(day: date) -> date:
    return day


def _next_change(customer: Customer, today: date) -> date | None:
    """The next day on which the decision can change: an item falls due (R8), its due date has
    passed (R6), a promise has ended (R1), or money that was announced did not come (R17)."""
    days = [
        day
        for item in customer.items
        for day in (
            item.due_date,
            add_days(item.due_date, 1),
            item.promised_until and add_days(item.promised_until, 1),
            item.announced_until and add_days(item.announced_until, 1),
        )
        if day and day > today
    ]
    return min(days, default=None)


def _with_step_done(customer: Customer, planned: Planned, day: date) -> Customer:
    """The customer's facts once the decided step is done on ``day``.

    Which other items it told is of no account: an item can only become leader here when its
    promise has ended or its money did not come, and such an item is not told.
    """
    leader_id, history = planned.leader.id, customer.history
    entries = (*history.done.get(leader_id, ()), Done(planned.step.id, day))
    return customer._replace(
        history=history._replace(
            done={**history.done, leader_id: entries}, last_date=day, last_leader_id=leader_id
        ),
        open_action=None,
    )


def carried_out_on(
    planned: date, today: date, next_opening: Callable[[date], date] = _same_day
) -> date:
    """The day on which something planned is carried out: one that has passed is made up for as
    soon as that is possible (R7).

    >>> carried_out_on(date(2026, 2, 15), date(2026, 3, 6))
    datetime.date(2026, 3, 6)
    """
    return next_opening(max(planned, today))


def simulate(
    customer: Customer,
    today: date,
    until: date,
    settings: Settings,
    next_opening: Callable[[date], date] = _same_day,
) -> Iterator[tuple[date, Decision]]:
    """Yield ``(day, decision)`` for each step that would be done from ``today`` to ``until``.

    :param next_opening: the first day, that day or later, on which actions are carried out
    """
    day = today
    while day <= until:
        decision = decide(customer, day, settings)
        leader_id = decision.leader.id if decision.leader else None
        customer = customer._replace(leader_id=leader_id, leader_since=decision.leader_since)
        change = _next_change(customer, day)
        planned = decision.planned
        if planned is None:
            if change is None:
                return
            # What was open is cancelled, with the date that the user had set.
            customer = customer._replace(open_action=None)
            day = change
            continue
        done_on = carried_out_on(planned.day, day, next_opening)
        if change and change <= min(done_on, until):
            # Something changes before: decide again on that day, the proposal standing until then.
            customer = customer._replace(
                open_action=OpenAction(
                    leader_id, planned.step.id, planned.day, decision.cause == "forced"
                )
            )
            day = change
            continue
        if done_on > until:
            return
        yield done_on, decision
        customer = _with_step_done(customer, planned, done_on)
        day = done_on
