"""Which money comes in which week, if everybody pays as they do.

Promised items come on their promised day; disputed ones when disputes of their reason are resolved
on average, and then as late as their customer pays; the others as late as their customer pays.
What should have come before today is *late against the forecast*: it is in no week. Items in
litigation and ignored ones are nobody's to expect, they stand apart.

Amounts are booked ones in the company's currency.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

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
    """An open item as the forecast knows it.

    ``amount``: its residual, above zero, or below for a credit. ``promised_on``: the day of a
    promise that still holds. ``resolution``: days that disputes of its reason take on average;
    ``None``: not in dispute. ``apart``: in litigation or ignored.
    """

    amount: float
    due_date: date
    delay: Delay
    promised_on: date | None = None
    resolution: float | None = None
    apart: bool = False


class Range(NamedTuple):
    """Days between which an item is expected, and the day in between that counts."""

    soonest: date
    expected: date
    latest: date


class Week(NamedTuple):
    """``monday``: its first day. ``low``: what comes in it even if each pays as early or as late
    as one of five does; ``high``: what may. Of ``expected``, ``promised`` and ``disputed`` are
    parts."""

    monday: date
    expected: float = 0.0
    low: float = 0.0
    high: float = 0.0
    promised: float = 0.0
    disputed: float = 0.0


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


def choose_delay(own: Delay | None, payments: int, *others: Delay | None) -> Delay:
    """The customer's own delay if it rests on enough payments, else the first that is known of the
    others: its scenario's, then the company's. Where nobody ever paid, people pay when due.

    >>> choose_delay(Delay(20, 10, 30), 2, None, Delay(5, 0, 12))
    Delay(days=5, soonest=0, latest=12)
    """
    known = [own if payments >= ENOUGH else None, *others]
    return next((delay for delay in known if delay is not None), Delay(0, 0, 0))


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
    if item.promised_on is not None:
        return Range(item.promised_on, item.promised_on, item.promised_on)
    resolved = item.due_date + timedelta(days=round(item.resolution or 0))
    soonest, expected, latest = (
        resolved + timedelta(days=round(days))
        for days in (item.delay.soonest, item.delay.days, item.delay.latest)
    )
    return Range(min(soonest, expected), expected, max(expected, latest))


def forecast(items: Iterable[Open], today: date, weeks: int = WEEKS) -> Forecast:
    """What comes in the week of ``today`` and those after it.

    In ``low`` counts what is expected in that week at the soonest and at the latest, in ``high``
    what the week is possible for. A credit is expected with what it is applied to, when it is due.
    """
    first = monday_of(today)
    mondays = [first + timedelta(weeks=number) for number in range(weeks)]
    sums = [dict.fromkeys(Week._fields[1:], 0.0) for _monday in mondays]
    late = beyond = apart = 0.0
    for item in items:
        if item.apart:
            apart += item.amount
            continue
        days = expect(item)
        if days.expected < today:
            late += item.amount
            continue
        number = (days.expected - first).days // 7
        if number >= weeks:
            beyond += item.amount
        else:
            sums[number]["expected"] += item.amount
            kind = "promised" if item.promised_on is not None else "disputed"
            if item.promised_on is not None or item.resolution is not None:
                sums[number][kind] += item.amount
        soonest = max(0, (max(days.soonest, today) - first).days // 7)
        latest = (days.latest - first).days // 7
        if soonest == latest < weeks:
            sums[soonest]["low"] += item.amount
        for possible in range(soonest, min(latest, weeks - 1) + 1):
            sums[possible]["high"] += item.amount
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
