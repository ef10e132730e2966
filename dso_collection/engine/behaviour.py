"""How late a customer pays: the payment profile. [Q60]

The average days late of what was paid of invoices in the last six months, weighted by the amounts:
a large invoice paid late says more than a small one. An invoice paid in two parts counts with each.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

#: The length of the rolling window.
MONTHS = 6


class Payment(NamedTuple):
    """A part of an invoice that was paid: ``amount`` in company currency, above zero."""

    amount: float
    due_date: date
    paid_on: date


class Profile(NamedTuple):
    """``days``: the average, negative if early. ``amount``: what it rests on; 0: nothing was paid,
    and nothing is known."""

    days: float
    amount: float


def window(today: date, months: int = MONTHS) -> tuple[date, date]:
    """The days that count: the first one lies ``months`` before ``today`` and no longer counts,
    the last one is ``today``. Where a month is too short, its last day stands in.

    >>> window(date(2026, 8, 31))
    (datetime.date(2026, 2, 28), datetime.date(2026, 8, 31))
    """
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(today.day, last)), today


def profile(payments: Iterable[Payment], today: date) -> Profile:
    """The average days late of the payments within the window.

    >>> due = date(2026, 3, 1)
    >>> profile([Payment(900.0, due, date(2026, 3, 11)), Payment(100.0, due, date(2026, 2, 19))],
    ...         date(2026, 3, 31))
    Profile(days=8.0, amount=1000.0)
    """
    after, until = window(today)
    counted = [payment for payment in payments if after < payment.paid_on <= until]
    amount = sum(payment.amount for payment in counted)
    if not amount:
        return Profile(0.0, 0.0)
    days = sum(payment.amount * (payment.paid_on - payment.due_date).days for payment in counted)
    return Profile(days / amount, amount)
