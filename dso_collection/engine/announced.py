"""Money that is on its way, spread over what it is for (rule R17)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from .facts import NOISE


class Announced(NamedTuple):
    """Money for one item: when it is expected (``None``: it was received, but will never be
    booked), how much in the item's currency, where it comes from."""

    item_id: int
    day: date | None
    amount: float
    source: str = ""


def is_direct_debit(code: str) -> bool:
    """Whether a payment method collects money from customers: by its technical code.

    >>> [is_direct_debit(code) for code in ("sepa_direct_debit", "sdd", "manual")]
    [True, True, False]
    """
    return code == "sdd" or "direct_debit" in code


def allocate(amount: float, left: Mapping[int, float]) -> dict[int, float]:
    """What of an amount goes to which item: in their order, to none more than it has left.

    :param left: {item: what nothing was announced for yet}

    >>> allocate(130.0, {1: 100.0, 2: 100.0, 3: 100.0})
    {1: 100.0, 2: 30.0}
    """
    parts = {}
    for item_id, open_amount in left.items():
        part = min(amount, open_amount)
        if part < NOISE:
            continue
        parts[item_id] = part
        amount -= part
    return parts


def unbooked(received: Iterable[float], booked: Iterable[float]) -> list[float]:
    """What was received and is in no entry: an entry of the same amount is its own.

    >>> unbooked([30.0, 100.0], [100.0, 25.0])
    [30.0]
    """
    booked = list(booked)
    result = []
    for amount in received:
        own = next((entry for entry in booked if abs(entry - amount) < NOISE), None)
        if own is None:
            result.append(amount)
        else:
            booked.remove(own)
    return result


def combine(
    entries: Iterable[tuple[date | None, float, str]], awaited_from: date
) -> tuple[date | None, float, str]:
    """Everything that is announced for one item as one: what is still waited for; where nothing
    is, what did not come.

    :param entries: (day, amount, source) of each
    :param awaited_from: the first day of which money is still waited for
    :return: the last day (``None``: received, none to wait for), the sum, the sources

    >>> combine([(date(2026, 3, 2), 10.0, "a"), (date(2026, 3, 9), 20.0, "b")], date(2026, 3, 6))
    (datetime.date(2026, 3, 9), 20.0, 'b')
    >>> combine([(date(2026, 3, 2), 10.0, "a"), (None, 20.0, "b")], date(2026, 3, 6))
    (None, 20.0, 'b')
    """
    entries = list(entries)
    coming = [entry for entry in entries if entry[0] is None or entry[0] >= awaited_from]
    counted = coming or entries
    days = [day for day, _amount, _source in counted if day is not None]
    return (
        max(days, default=None),
        sum(amount for _day, amount, _source in counted),
        ", ".join(dict.fromkeys(source for _day, _amount, source in counted if source)),
    )
