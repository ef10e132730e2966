"""Promises to pay: what was promised, and whether it was kept (rule R15).

Amounts are in the currency of the item, dates are accounting dates: money counts on the day on
which it is booked, not on the day on which somebody typed it in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple

OPEN = "open"
KEPT = "kept"
PARTLY = "partly"
BROKEN = "broken"
REPLACED = "replaced"

#: States in which the customer did not do what it said.
NOT_KEPT = (PARTLY, BROKEN)

#: A promise for a day further away than this is taken for a slip.
FAR_DAYS = 366


class Promise(NamedTuple):
    """A promise to pay (a part of) an item.

    ``amount`` is the promised part, ``None`` or 0 for all of it. ``open`` is what was still to pay
    when it was promised, and ``settled`` what was reconciled already, both as of the ``deadline``
    (the promised date plus grace). ``replaced``: another status was given by the deadline, or the
    item itself is no more.
    """

    amount: float | None
    open: float
    settled: float
    deadline: date
    replaced: bool = False


class KeptShare(NamedTuple):
    """How many of the promises that can be judged were kept."""

    kept: int
    judged: int

    @property
    def percent(self) -> int | None:
        """Whole percent, halves rounded up; ``None`` as long as there is nothing to judge.

        >>> KeptShare(3, 4).percent, KeptShare(1, 8).percent, KeptShare(0, 0).percent
        (75, 13, None)
        """
        return (200 * self.kept + self.judged) // (2 * self.judged) if self.judged else None


def check_day(day: date | None, today: date, longest: int = FAR_DAYS) -> str | None:
    """What is wrong with the day for which payment is promised: ``missing``, ``past`` or ``far``.
    A promise for a day that has passed would be broken at once, and held against the customer.

    >>> check_day(date(2026, 3, 6), date(2026, 3, 6))
    >>> check_day(date(2026, 3, 5), date(2026, 3, 6)), check_day(None, date(2026, 3, 6))
    ('past', 'missing')
    >>> check_day(date(2062, 3, 6), date(2026, 3, 6))
    'far'
    """
    if day is None:
        return "missing"
    if day < today:
        return "past"
    return "far" if day > today + timedelta(days=longest) else None


def promised_amount(promise: Promise) -> float:
    """The promised part: all that was open where no amount was given, and never more than that.

    >>> promised_amount(Promise(40.0, 100.0, 0.0, date(2026, 3, 3)))
    40.0
    >>> promised_amount(Promise(None, 100.0, 0.0, date(2026, 3, 3)))
    100.0
    """
    return min(promise.amount, promise.open) if promise.amount else promise.open


def received_amount(promise: Promise, settled: float) -> float:
    """What was paid because of the promise: reconciled by its deadline, less what was before.

    Payments undone since are not in ``settled`` any more and so leave by themselves.

    :param settled: what is reconciled as of the deadline, as it is known now

    >>> received_amount(Promise(60.0, 70.0, 30.0, date(2026, 3, 3)), 80.0)
    50.0
    """
    return max(0.0, settled - promise.settled)


def state(promise: Promise, settled: float, today: date, rounding: float = 0.01) -> str:
    """Whether a promise was kept (R15).

    Kept as soon as the promised amount is there, however early. Until its deadline it is open,
    the deadline's own day included; afterwards it is partly kept or broken. A promise in whose
    place another status came in time is neither.

    :param settled: what is reconciled as of the deadline, as it is known now
    :param rounding: the currency's smallest unit; half of it decides
    :return: ``open``, ``kept``, ``partly``, ``broken`` or ``replaced``

    >>> half = Promise(50.0, 100.0, 0.0, date(2026, 3, 4))
    >>> [state(half, settled, date(2026, 3, 5)) for settled in (0.0, 20.0, 50.0)]
    ['broken', 'partly', 'kept']
    >>> state(half, 20.0, date(2026, 3, 4))
    'open'
    """
    cases = state_cases(
        received_amount(promise, settled),
        promised_amount(promise),
        rounding,
        promise.replaced,
        today,
        promise.deadline,
    )
    return next((name for name, holds in cases if holds), BROKEN)


def state_cases(
    received: Any, promised: Any, rounding: Any, replaced: Any, today: Any, deadline: Any
) -> tuple[tuple[str, Any], ...]:
    """The rule of :func:`state`: states with their conditions, the first that holds decides; where
    none does, it is ``BROKEN``.

    Nothing is done with the values but to compare and subtract them. So they may be expressions of
    a query, too, of which the promise ledger (``dso.promise``) makes the column that it is searched
    and grouped by.
    """
    return (
        (KEPT, received > promised - rounding / 2),
        (REPLACED, replaced),
        (OPEN, today <= deadline),
        (PARTLY, received > rounding / 2),
    )


def kept_share(states: Iterable[str]) -> KeptShare:
    """Promises kept, of those whose deadline has passed; open and replaced ones are left out, and
    one kept before its deadline counts at once.

    >>> kept_share(["kept", "kept", "open", "broken", "kept", "replaced"])
    KeptShare(kept=3, judged=4)
    """
    states = list(states)
    kept = states.count(KEPT)
    return KeptShare(kept, kept + sum(states.count(each) for each in NOT_KEPT))
