"""Which step comes next, and when (rules R3 to R8).

The one function that decides is :func:`decide`. Read it from the bottom: leader, next step, date,
minimum, outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from .amounts import asked_until
from .facts import (
    MOST_DAYS,
    NOISE,
    Customer,
    Day,
    Done,
    Item,
    OpenAction,
    Scenario,
    ScenarioError,
    Settings,
    Step,
    add_days,
    later,
)
from .leader import amount_to_collect, eligible_items, exclusion, leader_key


def offsets(steps: Sequence[Step]) -> list[int]:
    """Days from the leader's due date to each step (R3).

    :raise ScenarioError: ``first_on_previous`` if the first step waits for a previous action,
        ``backwards`` if a step would come before the one it follows

    >>> offsets([Step(1, "due_date", 5), Step(2, "due_date", 15),
    ...          Step(3, "previous_action", 10), Step(4, "due_date", 45)])
    [5, 15, 25, 45]
    """
    result: list[int] = []
    for position, step in enumerate(steps):
        if step.trigger == "previous_action":
            if not result:
                raise ScenarioError("first_on_previous", position)
            offset = result[-1] + step.delay
        else:
            offset = step.delay
        if result and offset < result[-1]:
            raise ScenarioError("backwards", position)
        result.append(offset)
    return result


def faults(steps: Sequence[Step]) -> list[ScenarioError]:
    """Everything in these steps that nobody can mean, in their order; what only follows from the
    fault of a step above it is not counted again.

    ``first_on_previous`` and ``backwards`` as in :func:`offsets`; ``delay`` if one is longer than
    ten years, ``too_far`` if a step comes more than ten years from the due date.

    >>> [(fault.code, fault.position) for fault in faults([
    ...     Step(1, "previous_action", 5), Step(2, "due_date", 99999), Step(3, "due_date", 2)])]
    [('first_on_previous', 0), ('delay', 1), ('backwards', 2)]
    """
    result = []
    before: int | None = None
    for position, step in enumerate(steps):
        if abs(step.delay) > MOST_DAYS:
            result.append(ScenarioError("delay", position))
            continue
        offset = step.delay
        if step.trigger == "previous_action":
            if position == 0:
                result.append(ScenarioError("first_on_previous", position))
            offset += before or 0
        if before is not None and offset < before:
            result.append(ScenarioError("backwards", position))
            continue
        if abs(offset) > MOST_DAYS:
            result.append(ScenarioError("too_far", position))
            continue
        before = offset
    return result


class Decision(NamedTuple):
    """What is to happen with one customer.

    With ``step`` set, that step is planned on ``date``, ``amount`` being what would be asked for
    in company currency. ``rule_date`` is the date by rule, before one forced by the user.
    Without, ``code`` says why nothing is planned: ``no_item``, ``no_scenario``, ``no_step``,
    ``excluded`` (``exclusions`` counts the items by cause), ``scenario_done``, ``covered``
    (credits cover all), ``below_minimum``.

    ``cause`` says what the date follows from: ``due_date``, ``previous_action``, ``interval``
    (the interval between two due-date steps was kept), ``leader_since``, ``contact_gap``,
    ``forced``. ``gap_from`` is the day of the customer's last scenario action, from which the
    contact gap counts, where the gap decides. ``previous`` is the step before and its day;
    ``lapsed`` whether it only lapsed. ``not_late`` is the part of ``amount`` that is due on the
    very day of the action, which its message leaves out (R2, R8), ``not_late_ids`` its items.
    """

    leader: Item | None = None
    leader_since: date | None = None
    code: str | None = None
    step: Step | None = None
    position: int | None = None
    date: Day | None = None
    rule_date: Day | None = None
    cause: str | None = None
    previous: Done | None = None
    lapsed: bool = False
    amount: float = 0.0
    minimum: float = 0.0
    exclusions: tuple[tuple[str, int], ...] = ()
    gap_from: Day | None = None
    not_late: float = 0.0
    not_late_ids: tuple[int, ...] = ()

    @property
    def planned(self) -> Planned | None:
        """What is planned, ``None`` where nothing is."""
        leader, since, step, position = self.leader, self.leader_since, self.step, self.position
        if leader is None or since is None or step is None or position is None or not self.date:
            return None
        return Planned(leader, since, step, position, self.date)


class Planned(NamedTuple):
    """A step that is to be done: for which leader, on which day."""

    leader: Item
    leader_since: date
    step: Step
    position: int
    day: date


def without_leader_since(customer: Customer, today: date) -> date:
    """The day since which a customer has no leader."""
    return today if customer.leader_id or not customer.leader_since else customer.leader_since


def since_when(customer: Customer, leader: Item, today: date) -> date:
    """The day the leader became leader (R2).

    For a customer never planned before, an item leads since its own date, as far as the ledger
    tells; afterwards a change is dated on the day it is found.
    """
    if leader.id == customer.leader_id and customer.leader_since:
        return customer.leader_since
    if customer.leader_since is None:
        return min(leader.date, today)
    return today


def _counting(
    done: Iterable[Done], leader: Item, positions: dict[int, int], today: date
) -> Done | None:
    """The highest step that counts as done for the leader, the latest of its occurrences.

    A restart dated ahead counts from today: what is done now must never be done again.
    """
    restarted = min(leader.restarted or date.min, today)
    return max(
        (entry for entry in done if entry.step_id in positions and entry.date >= restarted),
        key=lambda entry: (positions[entry.step_id], entry.date),
        default=None,
    )


class _Progress(NamedTuple):
    """Where a leader stands: the step to do, the one before it, and whether a contact gap to the
    customer's last scenario action has to be kept (R4)."""

    position: int
    previous: Done | None
    keep_gap: bool


def _progress(
    customer: Customer, scenario: Scenario, leader: Item, step_offsets: list[int], today: date
) -> _Progress:
    history = customer.history
    positions = {step.id: position for position, step in enumerate(scenario.steps)}
    by_age = scenario.restart_policy == "by_age"
    done = history.done.get(leader.id, ())
    own = previous = _counting(done, leader, positions, today)
    if by_age:
        claimed = history.claimed.get(leader.id, ())
        previous = _counting((*done, *claimed), leader, positions, today)
    if previous:
        keep_gap = own is None or history.last_leader_id != leader.id
        return _Progress(positions[previous.step_id] + 1, previous, keep_gap)
    if by_age:
        # A proposal once made is kept: growing older must not skip a step nobody has done.
        proposed = customer.open_action
        if proposed and proposed.leader_id == leader.id and proposed.step_id in positions:
            return _Progress(positions[proposed.step_id], None, True)
        age = (today - leader.due_date).days
        reached = [position for position, offset in enumerate(step_offsets) if offset <= age]
        return _Progress(reached[-1] if reached else 0, None, True)
    return _Progress(0, None, True)


def rule_date(
    leader: Item, step: Step, offset: int, previous: Done | None, previous_offset: int | None
) -> tuple[date, str]:
    """Date of a step by R4, before the limits, and what it follows from.

    :param previous: the step before and the day it was done, skipped or lapsed
    :return: the date, and ``due_date``, ``previous_action`` or ``interval``

    >>> leader = Item(1, date(2026, 3, 1), date(2026, 2, 1), 100.0)
    >>> rule_date(leader, Step(4, "due_date", 45), 45, Done(3, date(2026, 3, 30)), 25)
    (datetime.date(2026, 4, 19), 'interval')
    """
    if previous is None or previous_offset is None:
        return add_days(leader.due_date, offset), "due_date"
    if step.trigger == "previous_action":
        return add_days(previous.date, step.delay), "previous_action"
    by_due_date = add_days(leader.due_date, step.delay)
    by_interval = add_days(previous.date, offset - previous_offset)
    return (by_interval, "interval") if by_interval > by_due_date else (by_due_date, "due_date")


class _Next(NamedTuple):
    """The next step of a leader and its date by rule, see :class:`Decision`."""

    step: Step
    position: int
    day: date
    cause: str
    previous: Done | None
    lapsed: bool
    gap_from: date | None


def _next_step(
    customer: Customer,
    scenario: Scenario,
    leader: Item,
    since: date,
    today: date,
    settings: Settings,
) -> _Next | None:
    """The next step of the leader and its date (R3 to R6), ``None`` when all are done."""
    step_offsets = offsets(scenario.steps)
    progress = _progress(customer, scenario, leader, step_offsets, today)
    position, previous, lapsed = progress.position, progress.previous, False
    # Entered at the step that the age has reached: the steps before it are of no account, those
    # that lapse neither. So a proposal planned again says what it said the first time.
    entered = previous is None and scenario.restart_policy == "by_age"
    last = customer.history.last_date
    gap_end = add_days(last, settings.contact_gap_days) if progress.keep_gap and last else None
    while position < len(scenario.steps):
        step = scenario.steps[position]
        previous_offset = step_offsets[position - 1] if previous else None
        by_rule, cause = rule_date(leader, step, step_offsets[position], previous, previous_offset)
        planned = by_rule
        for limit, limit_cause in ((since, "leader_since"), (gap_end, "contact_gap")):
            if limit and limit > planned:
                planned, cause = limit, limit_cause
        # R6: what was meant to come before the due date makes no sense after it. (Offsets do not
        # decrease: only a due-date step can have a negative delay.)
        if step.delay < 0 and later(planned, today) > leader.due_date:
            if not entered:
                previous, lapsed = Done(step.id, by_rule), True
            position += 1
            continue
        gap_from = last if cause == "contact_gap" else None
        return _Next(step, position, planned, cause, previous, lapsed, gap_from)
    return None


def forced_date(action: OpenAction | None, leader: Item, step: Step) -> date | None:
    """The date set by the user, which holds while leader and step stand (R7)."""
    if action and action.date_forced and (action.leader_id, action.step_id) == (leader.id, step.id):
        return action.date
    return None


def withdrawal(customer: Customer, decision: Decision, today: date, settings: Settings) -> str:
    """Why the customer's open action gives way to the one that was decided on: ``leader_cleared``
    (what it was about is paid), ``leader_excluded`` (it left the scenario), ``leader_changed``
    (an older item came before it), ``scenario_changed``, ``replaced`` (another step's turn).

    :raise ValueError: where there is no open action, or none was decided on
    """
    action, scenario = customer.open_action, customer.scenario
    if action is None or scenario is None or decision.leader is None:
        raise ValueError("nothing gives way")
    if action.leader_id != decision.leader.id:
        item = next((item for item in customer.items if item.id == action.leader_id), None)
        if item is None:
            return "leader_cleared"
        return "leader_excluded" if exclusion(item, today, settings) else "leader_changed"
    steps = {step.id for step in scenario.steps}
    return "replaced" if action.step_id in steps else "scenario_changed"


def _nothing(customer: Customer, today: date, settings: Settings) -> Decision:
    """No item is eligible: say whether there is none at all, or what keeps them out."""
    counts: dict[str, int] = {}
    for item in customer.items:
        cause = exclusion(item, today, settings)
        if cause and item.amount > 0:
            counts[cause] = counts.get(cause, 0) + 1
    code = "excluded" if counts else "no_item"
    since = without_leader_since(customer, today)
    return Decision(None, since, code=code, exclusions=tuple(sorted(counts.items())))


def decide(customer: Customer, today: date, settings: Settings) -> Decision:
    """What is to be done next with a customer, when, and why; or why nothing is (R1 to R8).

    Pure: same facts, same decision. Nothing is rounded; amounts in company currency.

    >>> scenario = Scenario(1, (Step(1, "due_date", 5), Step(2, "due_date", 15)))
    >>> items = (Item(7, date(2026, 3, 1), date(2026, 2, 1), 100.0),)
    >>> decision = decide(Customer(items, scenario), date(2026, 3, 2), Settings())
    >>> decision.step.id, decision.date
    (1, datetime.date(2026, 3, 6))
    """
    eligible = eligible_items(customer.items, today, settings)
    leader = min(eligible, key=leader_key, default=None)
    if leader is None:
        return _nothing(customer, today, settings)
    since = since_when(customer, leader, today)
    scenario = customer.scenario
    if scenario is None or not scenario.steps:
        return Decision(leader, since, code="no_step" if scenario else "no_scenario")
    following = _next_step(customer, scenario, leader, since, today, settings)
    if following is None:
        return Decision(leader, since, code="scenario_done")
    forced = forced_date(customer.open_action, leader, following.step)
    day = forced or following.day
    # A date in the past is carried out today at the earliest: what is due by then counts (R8).
    until = max(day, today, leader.due_date)
    amount = amount_to_collect(eligible, customer.items, until, today, settings)
    minimum = scenario.min_amount or settings.min_amount
    if amount < NOISE or amount < minimum - NOISE:
        return Decision(
            leader,
            since,
            code="covered" if amount < NOISE else "below_minimum",
            amount=amount,
            minimum=minimum,
        )
    # What is due on that very day is not late yet: it counts, and the message leaves it out.
    asked = asked_until(max(day, today), leader.due_date)
    not_late = amount - amount_to_collect(eligible, customer.items, asked, today, settings)
    return Decision(
        leader,
        since,
        step=following.step,
        position=following.position,
        date=day,
        rule_date=following.day,
        cause="forced" if forced else following.cause,
        previous=following.previous,
        lapsed=following.lapsed,
        amount=amount,
        minimum=minimum,
        gap_from=None if forced else following.gap_from,
        not_late=not_late,
        not_late_ids=tuple(sorted(item.id for item in eligible if asked < item.due_date <= until)),
    )
