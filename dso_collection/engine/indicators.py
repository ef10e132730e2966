"""The figures of collection: DSO, its best possible part, delay, effectiveness, cost of a day.

Amounts are booked ones in the company's currency. Sales are posted customer invoices, receipts and
credit notes by accounting date, tax included. A figure that cannot be known is ``None``, never 0.
Sources: `docs/sources.md`, "Indicators".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from .items import to_company
from .leader import open_part

#: How far back sales are looked for, in months, that of the day included.
MONTHS = 36


class Amount(NamedTuple):
    """In the company's currency, and in the item's own."""

    company: float
    own: float


class Span(NamedTuple):
    """Days of one calendar month, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def months_back(day: date, count: int = MONTHS) -> Iterator[Span]:
    """The months from ``day`` back, the one that it lies in first, with those of its days that have
    passed.

    >>> [(str(span.first), span.days) for span in months_back(date(2026, 3, 10), 3)]
    [('2026-03-01', 10), ('2026-02-01', 28), ('2026-01-01', 31)]
    """
    last = day
    for _number in range(count):
        span = Span(last.replace(day=1), last)
        yield span
        last = span.first - timedelta(days=1)


def count_back(amount: float, sales: Sequence[float], day: date) -> float | None:
    """In how many days of sales an amount was made, counted from ``day`` back.

    Month by month, while the amount is not used up: a whole month adds its days of the calendar,
    the last one as many as its part of the sales. In a month without sales nothing is used up, and
    its days have passed all the same. A month whose credit notes exceed its invoices is left out:
    it adds no days, and what it gives back is not used up a second time.

    >>> round(count_back(2500, [1200, 800, 700], date(2026, 11, 30)), 1)
    82.4

    :param amount: the receivable, or a part of it; 0 and below are 0 days
    :param sales: of each month of :func:`months_back`, the latest first
    :return: days; all of the months' where sales do not reach; ``None`` without any sales
    """
    if not any(each > 0 for each in sales):
        return None
    left, days = amount, 0.0
    for span, sold in zip(months_back(day, len(sales)), sales, strict=True):
        if left <= 0:
            break
        if sold < 0:
            continue
        if sold >= left:
            return days + span.days * left / sold
        left -= sold
        days += span.days
    return days


def balance(amount: float, sales: float, days: int) -> float | None:
    """The same at the pace of the sales of the last ``days``.

    >>> balance(30000, 60000, 90)
    45.0

    :return: days; ``None`` where there were no sales
    """
    if sales <= 0:
        return None
    return max(0.0, amount) / sales * days


class Days:
    """A method with its sales: how many days an amount stands for."""

    def __call__(self, amount: float) -> float | None:
        raise NotImplementedError


class CountBack(Days):
    def __init__(self, sales: Sequence[float], day: date) -> None:
        self.sales, self.day = sales, day

    def __call__(self, amount: float) -> float | None:
        return count_back(amount, self.sales, self.day)


class Balance(Days):
    def __init__(self, sales: float, days: int) -> None:
        self.sales, self.days = sales, days

    def __call__(self, amount: float) -> float | None:
        return balance(amount, self.sales, self.days)


class Figures(NamedTuple):
    """Days of sales, ``None`` where nobody knows."""

    dso: float | None
    #: Best possible: of what is not due yet.
    best: float | None
    #: Average days delinquent: what lies between the two.
    delinquent: float | None
    disputed: float | None


def figures(
    receivable: float,
    not_due: float,
    disputed: float,
    days_of: Days,
) -> Figures:
    """DSO with its parts, all by the same method.

    Credits that nobody applied make the receivable less than what is not due: the best possible is
    the DSO itself then, never more.

    :param days_of: the method: an amount to its days
    """
    dso, best = days_of(receivable), days_of(min(not_due, receivable))
    if dso is None or best is None:
        return Figures(None, None, None, None)
    return Figures(dso, best, dso - best, days_of(disputed))


def effectiveness(
    opening: float, sales: float, closing: float, closing_not_due: float
) -> float | None:
    """Collection effectiveness index (CEI): how much of what could be collected in a period was.

    >>> round(effectiveness(6200, 3630, 6340, 3590), 1)
    55.9

    :param opening: the receivable when the period began
    :param sales: of the period
    :param closing: the receivable when it ended, and what of it was not due
    :return: percent; ``None`` where nothing was to be collected
    """
    collectable = opening + sales - closing_not_due
    if collectable <= 0:
        return None
    return (opening + sales - closing) / collectable * 100


def disputed_part(booked: Amount, settled: Amount, part: float, residual_then: float) -> float:
    """What of a disputed item was in dispute, in company currency.

    >>> disputed_part(Amount(1100, 1000), Amount(0, 0), 0, 1000)
    1100
    >>> disputed_part(Amount(1100, 1000), Amount(880, 800), 400, 1000)
    220.0

    :param booked: the item
    :param settled: what was paid or credited of it
    :param part: what was disputed, in the item's currency; 0: all of it
    :param residual_then: what was open when it was, in the item's currency
    """
    left = Amount(booked.company - settled.company, booked.own - settled.own)
    if left.company <= 0:
        return 0
    if not part:
        return left.company
    return to_company(left.company, left.own, open_part("dispute", part, residual_then, left.own))


class Cost(NamedTuple):
    """Of one day of DSO: the money bound by it, and what that costs in a year."""

    amount: float
    yearly: float


def cost_of_day(yearly_sales: float, rate: float) -> Cost:
    """
    >>> cost_of_day(3_650_000, 6)
    Cost(amount=10000.0, yearly=600.0)

    :param yearly_sales: of the last twelve months
    :param rate: the company's cost of capital, in percent a year
    """
    amount = max(0.0, yearly_sales) / 365
    return Cost(amount, amount * rate / 100)


def percentile(values: Iterable[float], share: float) -> float | None:
    """The value below which a share of all lies, between two of them in proportion, as
    ``PERCENTILE_CONT`` of SQL has it.

    >>> percentile([10, 20, 30, 40], 0.5), percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 0.9)
    (25.0, 10.0)
    """
    ordered = sorted(values)
    if not ordered:
        return None
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (ordered[above] - ordered[below]) * (place - below))


class Change(NamedTuple):
    """How a figure stands to another one: to that of the month before, or to a target."""

    value: float
    #: ``better``, ``worse`` or ``same``
    verdict: str


def compare(now: float | None, other: float | None, more_is_better: bool = False) -> Change | None:
    """The difference as it is told, in tenths: what rounds to nothing is no change.

    >>> compare(45.2, 48.5)
    Change(value=-3.3, verdict='better')
    >>> compare(80, 75.5, more_is_better=True)
    Change(value=4.5, verdict='better')
    >>> compare(45.02, 45)
    Change(value=0.0, verdict='same')

    :return: ``None`` where one of the two is not known
    """
    if now is None or other is None:
        return None
    value = round(now - other, 1) + 0.0
    if not value:
        return Change(0.0, "same")
    return Change(value, "better" if (value > 0) == more_is_better else "worse")


def month_ends(day: date, count: int) -> list[date]:
    """The last days of months up to ``day``, and ``day`` itself for the month that it lies in; the
    latest last.

    >>> [str(each) for each in month_ends(date(2026, 3, 10), 3)]
    ['2026-01-31', '2026-02-28', '2026-03-10']
    """
    return [span.last for span in months_back(day, count)][::-1]


def is_month_end(day: date) -> bool:
    """
    >>> is_month_end(date(2026, 2, 28)), is_month_end(date(2026, 2, 27))
    (True, False)
    """
    return (day + timedelta(days=1)).day == 1


def month_before(day: date) -> date:
    """The day that a figure is compared to: the same of the month before, or the end of that month
    to the end of this one.

    >>> [str(month_before(date(2026, *each))) for each in ((3, 10), (3, 30), (2, 28), (1, 1))]
    ['2026-02-10', '2026-02-28', '2026-01-31', '2025-12-01']
    """
    last = day.replace(day=1) - timedelta(days=1)
    return last if is_month_end(day) else last.replace(day=min(day.day, last.day))
