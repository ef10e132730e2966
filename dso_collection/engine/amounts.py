"""What a customer owes, added up (never two currencies: all in the company's, as booked)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from .facts import Item, Settings
from .leader import eligible_items, is_promised, is_usable_credit, leader_key, qualified_part


class Amounts(NamedTuple):
    """A customer's figures in company currency, not rounded.

    ``overdue``: positive residuals due before today. ``not_due``: the other positive ones, those
    due today included. ``credits``: open credits as a positive number. ``disputed`` and
    ``promised``: parts of the positive ones. ``days_overdue_max``: age of the oldest overdue one.
    ``oldest_due_date``: of the positive ones, due or not; ``None`` if there is none.
    """

    overdue: float = 0.0
    not_due: float = 0.0
    credits: float = 0.0
    disputed: float = 0.0
    promised: float = 0.0
    days_overdue_max: int = 0
    oldest_due_date: date | None = None

    @property
    def due(self) -> float:
        """The receivable balance: overdue and not due less credits."""
        return self.overdue + self.not_due - self.credits


def summarize(items: Iterable[Item], today: date) -> Amounts:
    """Add up a customer's open items. Ignored items count: they are owed all the same.

    >>> items = [Item(1, date(2026, 3, 1), date(2026, 2, 1), 100.0),
    ...          Item(2, date(2026, 3, 5), date(2026, 2, 5), 50.0),
    ...          Item(3, date(2026, 3, 1), date(2026, 3, 1), -30.0)]
    >>> summarize(items, date(2026, 3, 5))
    Amounts(overdue=100.0, not_due=50.0, credits=30.0, disputed=0.0, promised=0.0, \
days_overdue_max=4, oldest_due_date=datetime.date(2026, 3, 1))
    """
    overdue = not_due = credits_ = disputed = promised = 0.0
    oldest = None
    for item in items:
        if item.amount < 0:
            credits_ -= item.amount
            continue
        if oldest is None or item.due_date < oldest:
            oldest = item.due_date
        if item.due_date < today:
            overdue += item.amount
        else:
            not_due += item.amount
        if item.kind == "dispute":
            disputed += qualified_part(item)
        elif is_promised(item, today):
            promised += qualified_part(item)
    days = max(0, (today - oldest).days) if oldest else 0
    return Amounts(overdue, not_due, credits_, disputed, promised, days, oldest)


def asked_until(today: date, leader_due: date | None = None) -> date:
    """Up to which due date a message of this day asks for items: those that are late, and all that
    are due no later than the leader. What is due today is not late, so that a reminder of an older
    leader leaves it out; R8 counts it for the minimum.

    >>> asked_until(date(2026, 3, 6), date(2026, 3, 1))
    datetime.date(2026, 3, 5)
    >>> asked_until(date(2026, 3, 6), date(2026, 3, 9))  # before it is due
    datetime.date(2026, 3, 9)
    """
    yesterday = today - timedelta(days=1)
    return yesterday if leader_due is None else max(yesterday, leader_due)


def amount_asked(total: float, written: bool) -> float:
    """What an action asks for, of the items that it tells of added up. A message never asks for
    less than nothing: credits that cover what is due are no debt of ours. What is only talked
    about may be the credit itself.

    >>> amount_asked(-37.44, written=True), amount_asked(-37.44, written=False)
    (0.0, -37.44)
    """
    return max(total, 0.0) if written else total


def claimed_items(
    items: Iterable[Item], until: date, today: date, settings: Settings
) -> list[Item]:
    """What a scenario message tells of: the eligible items due by ``until`` and the open credits
    that reduce them (R8, R10), oldest first."""
    items = list(items)
    claims = [item for item in eligible_items(items, today, settings) if item.due_date <= until]
    credits_ = [item for item in items if is_usable_credit(item, settings)]
    return sorted(claims, key=leader_key) + sorted(credits_, key=leader_key)
