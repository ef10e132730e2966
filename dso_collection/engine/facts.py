"""What the engine is told: small immutable values, in the units named here.

Dates are ``datetime.date``. Amounts are ``float`` in the company's currency, as booked, unless a
field says otherwise. Ids are those of the database; the engine only compares them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple, TypeAlias

#: The type of a date, for values that have a field of the name ``date`` themselves.
Day: TypeAlias = date

#: Half a cent: amounts are sums of booked values, only binary noise has to be absorbed.
NOISE = 0.005

#: The most days that a delay takes: ten years. More is a slip, and no calendar goes so far.
MOST_DAYS = 3650

#: Kinds of item status that take an item out of the scenario (R1).
EXCLUDING_KINDS = frozenset({"dispute", "litigation"})


class ScenarioError(ValueError):
    """A scenario that cannot run. ``code`` says why, ``position`` (from 0) names the step."""

    def __init__(self, code: str, position: int) -> None:
        super().__init__(f"{code} at step {position + 1}")
        self.code = code
        self.position = position


class Item(NamedTuple):
    """An open journal item of a customer on a receivable account.

    ``amount`` is the booked residual in company currency: positive for what the customer owes,
    negative for a credit. ``promised_until`` is the last day on which a promise is still awaited
    (promised date plus grace), ``None`` without a promise. ``restarted`` is the day from which
    earlier actions no longer count for this item (its dispute was resolved, R5).

    ``part`` is what of it is disputed or promised, ``None`` for all of it: the rest stays in the
    scenario. ``attached`` means: wholly, to an open specific action; ``attached_part``: its
    disputed or promised part only.

    ``blocked``: by Odoo's *Block payment*. ``unsent``: an invoice that was never sent to the
    customer. ``announced`` is money on its way to this item (R17),
    expected on ``announced_for`` and awaited up to and including ``announced_until``; both are
    ``None`` where it was received and never will be booked.

    ``discount`` is what an early payment saves, where one is agreed until ``discount_until``;
    ``paid_on`` the day of the last payment that was matched with the item.
    """

    id: int
    due_date: Day
    date: Day
    amount: float
    no_followup: bool = False
    ignored: bool = False
    kind: str | None = None
    promised_until: Day | None = None
    attached: bool = False
    restarted: Day | None = None
    part: float | None = None
    attached_part: bool = False
    blocked: bool = False
    announced: float = 0.0
    announced_for: Day | None = None
    announced_until: Day | None = None
    discount: float = 0.0
    discount_until: Day | None = None
    paid_on: Day | None = None
    unsent: bool = False


class Step(NamedTuple):
    """One dunning step. ``trigger`` is ``due_date`` or ``previous_action``; ``delay`` in days,
    negative means before the due date."""

    id: int
    trigger: str
    delay: int


class Scenario(NamedTuple):
    """An ordered series of steps. ``min_amount`` 0 means: the company's."""

    id: int
    steps: tuple[Step, ...]
    min_amount: float = 0.0
    restart_policy: str = "first_step"


class Done(NamedTuple):
    """A scenario step that was done, or skipped by the user, on ``date`` (R4)."""

    step_id: int
    date: date


class Settings(NamedTuple):
    """A company's settings, see ``res.company``. Amounts in company currency, gap in days.
    ``hold_unsent``: whether invoices that were never sent wait until they are."""

    ignore_below: float = 0.0
    min_amount: float = 0.0
    contact_gap_days: int = 7
    hold_unsent: bool = False


class OpenAction(NamedTuple):
    """The customer's open scenario action, if there is one (R7, R9)."""

    leader_id: int | None
    step_id: int | None
    date: date
    date_forced: bool = False


class History(NamedTuple):
    """What was done before in a customer's scenarios.

    ``done``: for each leader (item id), what was done with it as leader, in this scenario.
    ``claimed``: for each item id, the steps of this scenario whose snapshot contained it.
    ``last_date``, ``last_leader_id``: the customer's last scenario action of all.
    """

    done: Mapping[int, tuple[Done, ...]] = {}
    claimed: Mapping[int, tuple[Done, ...]] = {}
    last_date: date | None = None
    last_leader_id: int | None = None


NO_HISTORY = History()


class Customer(NamedTuple):
    """All that decides what happens next with one customer.

    ``leader_id`` and ``leader_since`` are those found by the plan before, ``None`` if there was
    none; ``leader_since`` without ``leader_id`` is the day since which there is no leader.
    """

    items: tuple[Item, ...]
    scenario: Scenario | None
    history: History = NO_HISTORY
    leader_id: int | None = None
    leader_since: date | None = None
    open_action: OpenAction | None = None


def later(first: date, second: date | None) -> date:
    """The later of two dates, the second of which may be missing."""
    return first if second is None or first >= second else second


def add_days(day: date, days: int) -> date:
    """``day`` moved by ``days``, kept inside what a date can hold."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min
