"""How old a claim is: the one rule for every ageing that the module shows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from .facts import Item, add_days


class Bucket(NamedTuple):
    """An age, in days overdue: from ``first`` to ``last``, both included, ``None`` being open. Keys
    sort as the buckets do, in graphs and groups too."""

    key: str
    first: int | None
    last: int | None


_YOUNG = (Bucket("001", 1, 30), Bucket("031", 31, 60), Bucket("061", 61, 90))
#: Those of overdue claims, from the youngest to the oldest; they follow one another without a gap.
OVERDUE = (*_YOUNG, Bucket("091", 91, None))
#: The same, where what is older than 90 days is told apart: no key means two things.
OVERDUE_FINE = (*_YOUNG, Bucket("091_180", 91, 180), Bucket("181", 181, None))
#: Of all claims: those that are not overdue come first.
BUCKETS = (Bucket("000", None, 0), *OVERDUE)
#: Of all claims, where those due within a week are told apart: they come sooner than what is due in
#: two months.
AROUND_DUE = (Bucket("000_later", None, -8), Bucket("000_soon", -7, 0), *OVERDUE)
OVERDUE_KEYS = tuple(entry.key for entry in OVERDUE)

_BY_KEY = {entry.key: entry for entry in (*BUCKETS, *OVERDUE_FINE)}


class Age(NamedTuple):
    """What is in a bucket: an amount in company currency, not rounded, and how many claims."""

    amount: float = 0.0
    claims: int = 0


def bucket_of(days: int) -> str:
    """The key of the bucket of a claim that is ``days`` overdue: 0 on its due date, which is not
    overdue yet, negative before it.

    >>> [bucket_of(days) for days in (-5, 0, 1, 30, 31, 90, 91)]
    ['000', '000', '001', '001', '031', '061', '091']
    """
    return next(entry.key for entry in BUCKETS if entry.last is None or days <= entry.last)


def widen(key: str) -> str:
    """The bucket of :data:`BUCKETS` that a finer one is a part of.

    :raise KeyError: where there is no such bucket

    >>> widen("061"), widen("091_180"), widen("181")
    ('061', '091', '091')
    """
    return bucket_of(_BY_KEY[key].first or 0)


def due_dates(key: str, today: date) -> tuple[date | None, date | None]:
    """The first and the last due date of a bucket as seen on ``today``, ``None`` being open.

    :raise ValueError: where there is no such bucket

    >>> due_dates("001", date(2026, 3, 31))
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 30))
    """
    if key not in _BY_KEY:
        raise ValueError(f"no bucket: {key}")
    _key, first, last = _BY_KEY[key]
    return (
        None if last is None else add_days(today, -last),
        None if first is None else add_days(today, -first),
    )


def sum_by_bucket(items: Iterable[Item], today: date) -> dict[str, Age]:
    """A customer's claims by age; credits are no claims. Ignored and disputed ones count: they
    are owed all the same, as in ``amounts.summarize``.

    >>> items = [Item(1, date(2026, 3, 1), date(2026, 2, 1), 100.0),
    ...          Item(2, date(2026, 1, 1), date(2026, 1, 1), 50.0),
    ...          Item(3, date(2026, 3, 1), date(2026, 3, 1), -30.0)]
    >>> found = sum_by_bucket(items, date(2026, 3, 5))
    >>> found["001"], found["061"], found["000"]
    (Age(amount=100.0, claims=1), Age(amount=50.0, claims=1), Age(amount=0.0, claims=0))
    """
    found = {entry.key: Age() for entry in BUCKETS}
    for item in items:
        if item.amount > 0:
            key = bucket_of((today - item.due_date).days)
            found[key] = Age(found[key].amount + item.amount, found[key].claims + 1)
    return found
