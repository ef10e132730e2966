"""Which money comes in which week, if everybody pays as they do.

Announced money comes on its day, a promised item on the promised one; disputed items when disputes
of their reason are resolved on average, and then as late as their customer pays; the others as late
as their customer pays. What should have come before today is *late against the forecast*: it is in
no week. Items in litigation and ignored ones are nobody's to expect, they stand apart.

A credit is no payment to come: it lessens what its customer pays first. What of it is more than the
customer owes stands apart, too.

Amounts are booked ones in the company's currency. The dates of :func:`expect` and the choice of
:func:`choose_delay` are made in SQL as well, for a ledger of a million items (``dso.forecast``); a
test compares the two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from .facts import add_days

#: Weeks that are looked ahead.
WEEKS = 13
#: Payments that a customer's own delay rests on at least; with fewer its scenario's stands in.
ENOUGH = 3


class Delay(NamedTuple):
    """How many days after the due date somebody pays: on average, and between which days four of
    five payments lie (the 10th and the 90th percentile)."""

    days: float
    soonest: float
    latest: float


class Open(NamedTuple):
    """An open item, or a part of one, as the forecast knows it.

    ``amount``: its residual, above zero, or below for a credit. ``announced_on``: the day for which
    its payment is announced, and awaited still. ``promised_on``: the day of a promise that still
    holds. ``resolution``: days that disputes of its reason take on average; ``None``: not in
    dispute. ``apart``: in litigation or ignored. ``payer``: who pays it, by whatever id; ``None``:
    a credit of nobody known, which stands by itself.
    """

    amount: float
    due_date: date
    delay: Delay
    promised_on: date | None = None
    resolution: float | None = None
    apart: bool = False
    announced_on: date | None = None
    payer: int | None = None

    @property
    def kind(self) -> str | None:
        """Of what it is a part, as in :class:`Week`."""
        if self.announced_on is not None:
            return "announced"
        if self.promised_on is not None:
            return "promised"
        return None if self.resolution is None else "disputed"


class Range(NamedTuple):
    """Days between which an item is expected, and the day in between that counts."""

    soonest: date
    expected: date
    latest: date


class Expected(NamedTuple):
    """An amount and the days between which it is expected (``None``: it stands apart). ``kind`` as
    of :class:`Open`."""

    amount: float
    days: Range | None
    kind: str | None = None


class Week(NamedTuple):
    """``monday``: its first day. ``low``: what comes in it even if each pays as early or as late
    as one of five does; ``high``: what may. Of ``expected``, ``promised``, ``disputed`` and
    ``announced`` are parts."""

    monday: date
    expected: float = 0.0
    low: float = 0.0
    high: float = 0.0
    promised: float = 0.0
    disputed: float = 0.0
    announced: float = 0.0


class Forecast(NamedTuple):
    """All that is open stands in one place: in a week, ``late``, ``beyond`` the last week, or
    ``apart``."""

    weeks: tuple[Week, ...]
    late: float
    beyond: float
    apart: float


def monday_of(day: date) -> date:
    """
    >>> monday_of(date(2026, 12, 2))
    datetime.date(2026, 11, 30)
    """
    return day - timedelta(days=day.weekday())


def choose_delay(
    own: Delay | None, payments: int, scenario: Delay | None, others: int, company: Delay | None
) -> Delay:
    """The customer's own delay if it rests on enough payments, else its scenario's if that does,
    else the company's. Where nobody ever paid, people pay when due.

    :param payments: that the customer's own delay rests on
    :param others: that its scenario's does

    >>> choose_delay(Delay(20, 10, 30), 2, None, 0, Delay(5, 0, 12))
    Delay(days=5, soonest=0, latest=12)
    """
    if own is not None and payments >= ENOUGH:
        return own
    if scenario is not None and others >= ENOUGH:
        return scenario
    return company or Delay(0, 0, 0)


def expect(item: Open) -> Range:
    """When an item is expected.

    >>> late = Delay(10.4, 0, 25)
    >>> str(expect(Open(100, date(2026, 11, 30), late)).expected)
    '2026-12-10'
    >>> str(expect(Open(100, date(2026, 11, 30), late, resolution=20)).expected)
    '2026-12-30'
    >>> str(expect(Open(100, date(2026, 11, 30), late, date(2026, 12, 4))).latest)
    '2026-12-04'
    """
    said = item.announced_on or item.promised_on
    if said is not None:
        return Range(said, said, said)
    resolved = add_days(item.due_date, round(item.resolution or 0))
    soonest, expected, latest = (
        add_days(resolved, round(days))
        for days in (item.delay.soonest, item.delay.days, item.delay.latest)
    )
    return Range(min(soonest, expected), expected, max(expected, latest))


def place(items: Iterable[Open]) -> Iterator[Expected]:
    """Each item with its days. Credits come with what their payer pays first of what nobody
    announced, and lessen no more than the payer owes.

    >>> day, delay = date(2026, 11, 30), Delay(5, 5, 5)
    >>> found = place([Open(80, day, delay, payer=1), Open(-100, date.min, delay, payer=1)])
    >>> [(each.amount, each.days and str(each.days.expected)) for each in found]
    [(80, '2026-12-05'), (-80.0, '2026-12-05'), (-20.0, None)]
    """
    credits = []
    owed: dict[int | None, float] = defaultdict(float)
    first: dict[int | None, Range] = {}
    for item in items:
        if item.amount < 0 and item.payer is not None and item.kind is None and not item.apart:
            credits.append(item)
            continue
        days = None if item.apart else expect(item)
        yield Expected(item.amount, days, item.kind)
        if days is not None and item.amount > 0 and item.announced_on is None:
            owed[item.payer] += item.amount
            first[item.payer] = min(
                first.get(item.payer, days),
                days,
                key=lambda each: (each.expected, each.soonest, each.latest),
            )
    sums: dict[int | None, float] = defaultdict(float)
    for item in credits:
        sums[item.payer] -= item.amount
    for item in credits:
        used = item.amount * min(1.0, owed[item.payer] / sums[item.payer])
        if used:
            yield Expected(used, first[item.payer])
        if used != item.amount:
            yield Expected(item.amount - used, None)


def forecast(items: Iterable[Open], today: date, weeks: int = WEEKS) -> Forecast:
    """What comes in the week of ``today`` and those after it."""
    return add_up(place(items), today, weeks)


def add_up(amounts: Iterable[Expected], today: date, weeks: int = WEEKS) -> Forecast:
    """Amounts by week.

    In ``low`` counts what is expected in that week at the soonest and at the latest, in ``high``
    what the week is possible for.
    """
    first = monday_of(today)
    mondays = [first + timedelta(weeks=number) for number in range(weeks)]
    sums = [dict.fromkeys(Week._fields[1:], 0.0) for _monday in mondays]
    late = beyond = apart = 0.0
    for amount, days, kind in amounts:
        if days is None:
            apart += amount
            continue
        if days.expected < today:
            late += amount
            continue
        number = (days.expected - first).days // 7
        if number >= weeks:
            beyond += amount
        else:
            sums[number]["expected"] += amount
            if kind is not None:
                sums[number][kind] += amount
        soonest = max(0, (max(days.soonest, today) - first).days // 7)
        latest = (days.latest - first).days // 7
        if soonest == latest < weeks:
            sums[soonest]["low"] += amount
        for possible in range(soonest, min(latest, weeks - 1) + 1):
            sums[possible]["high"] += amount
    return Forecast(
        tuple(Week(monday, **each) for monday, each in zip(mondays, sums, strict=True)),
        late,
        beyond,
        apart,
    )


def error(expected: float, came: float) -> float | None:
    """By how many percent of what came a forecast was wrong; above zero: more was expected.

    >>> error(120, 100), error(5, 0)
    (20.0, None)
    """
    return (expected - came) / came * 100 if came else None
