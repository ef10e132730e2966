"""Guarantees and credit insurance: what secures a customer's debt, and until when. [Q53]

Amounts are in company currency.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from .facts import add_days


class Guarantee(NamedTuple):
    """A permanent amount, and a temporary one from a day until a day, both included; without a
    day there is no limit on that side."""

    permanent: float = 0.0
    temporary: float = 0.0
    temporary_from: date | None = None
    temporary_until: date | None = None


def in_date(first: date | None, last: date | None, today: date) -> bool:
    """Whether ``today`` lies between two days, both included; a missing one is no limit.

    >>> in_date(None, date(2026, 3, 31), date(2026, 3, 31))
    True
    """
    return (first is None or first <= today) and (last is None or today <= last)


def effective(guarantee: Guarantee, today: date) -> float:
    """The permanent guarantee, and the temporary one if it is in date. [Q53]

    >>> march = Guarantee(1000.0, 500.0, date(2026, 3, 1), date(2026, 3, 31))
    >>> effective(march, date(2026, 3, 31)), effective(march, date(2026, 4, 1))
    (1500.0, 1000.0)
    """
    temporary = in_date(guarantee.temporary_from, guarantee.temporary_until, today)
    return guarantee.permanent + (guarantee.temporary if temporary else 0.0)


def unsecured(overdue: float, secured: float) -> float:
    """What is overdue above the guarantee, never less than nothing.

    >>> unsecured(1200.0, 1000.0), unsecured(800.0, 1000.0)
    (200.0, 0.0)
    """
    return max(0.0, overdue - secured)


def declaration_deadline(oldest_due: date | None, days: int, today: date) -> date | None:
    """By when an unpaid claim has to be declared to the insurer: so many days after the due date
    of the oldest overdue item. ``None`` as long as nothing is overdue.

    >>> declaration_deadline(date(2026, 3, 1), 60, date(2026, 3, 2))
    datetime.date(2026, 4, 30)
    >>> declaration_deadline(date(2026, 3, 1), 60, date(2026, 3, 1)) is None
    True
    """
    if oldest_due is None or oldest_due >= today:
        return None
    return add_days(oldest_due, days)


def days_left(today: date, *ends: date | None) -> int | None:
    """Days until the first of some days that has not passed; ``None`` if there is none.

    >>> days_left(date(2026, 3, 1), date(2026, 2, 1), None, date(2026, 3, 8), date(2026, 5, 1))
    7
    """
    return min(((end - today).days for end in ends if end and end >= today), default=None)
