"""How late a customer pays: the payment profile. [Q60]

The average days late of what was paid of invoices in the last six months, weighted by the amounts:
a large invoice paid late says more than a small one. An invoice paid in two parts counts with each.
The average itself is a sum over the ledger, see ``dso.customer``.
"""

from __future__ import annotations

import calendar
from datetime import date

#: The length of the rolling window.
MONTHS = 6


def window(today: date, months: int = MONTHS) -> tuple[date, date]:
    """The days that count: the first one lies ``months`` before ``today`` and no longer counts,
    the last one is ``today``. Where a month is too short, its last day stands in.

    >>> window(date(2026, 8, 31))
    (datetime.date(2026, 2, 28), datetime.date(2026, 8, 31))
    """
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(today.day, last)), today
