"""A dry run in figures: what a simulation would send, by day and type, and to whom how much."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple


class Message(NamedTuple):
    """One action of a simulation. ``amount`` in the company's currency is what it would ask for:
    two messages ask for the same money, so that it is never added up; ``reaches`` whether the
    customer hears of it."""

    day: date
    customer_id: int
    action_type: str
    amount: float
    reaches: bool = True


class Share(NamedTuple):
    """What one customer would get: how many of each type, when first and last, and how much the
    first message asks for (in the company's currency); ``reached`` whether any of it is for the
    customer."""

    types: dict[str, int]
    messages: int
    first: date
    last: date
    amount: float
    reached: bool


class Tally(NamedTuple):
    """``days``: {day: {type: count}}; ``customers``: {customer id: :class:`Share`}."""

    days: dict[date, dict[str, int]]
    customers: dict[int, Share]


def tally(messages: Iterable[Message]) -> Tally:
    """Count messages by day and by customer.

    >>> run = tally([Message(date(2026, 3, 16), 7, "call", 90.0),
    ...              Message(date(2026, 3, 6), 7, "email", 100.0)])
    >>> run.days[date(2026, 3, 6)], run.customers[7].messages, run.customers[7].amount
    ({'email': 1}, 2, 100.0)
    """
    days: dict[date, Counter[str]] = defaultdict(Counter)
    by_customer: dict[int, list[Message]] = defaultdict(list)
    for message in messages:
        days[message.day][message.action_type] += 1
        by_customer[message.customer_id].append(message)
    return Tally(
        {day: dict(counts) for day, counts in sorted(days.items())},
        {customer_id: _share(own) for customer_id, own in by_customer.items()},
    )


def _share(messages: list[Message]) -> Share:
    first = min(messages, key=lambda message: message.day)
    return Share(
        dict(Counter(message.action_type for message in messages)),
        len(messages),
        first.day,
        max(message.day for message in messages),
        first.amount,
        any(message.reaches for message in messages),
    )
