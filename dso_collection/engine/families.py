"""Which open items a text tells of: all of them, the overdue ones, those not due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from .facts import Item, Settings
from .leader import is_ignored, is_partial, leader_key

#: Families of items by name; ``selected`` is the action's own, see ``amounts.told``.
FAMILIES = ("all", "overdue", "not_due")


def family(
    items: Iterable[Item], name: str, today: date, settings: Settings, disputes: bool = True
) -> list[Item]:
    """The items of a family: claims oldest first, then the credits that reduce them (R10).

    An item due today is not overdue. What is ignored or what Odoo excludes from follow-up is not
    told of, nor are credits in dispute. The credits go with the overdue items or, where
    nothing is overdue, with those not due: overdue and not due make up all, nothing counts twice.

    :param name: one of :data:`FAMILIES`
    :param disputes: whether to tell of items in dispute; one that is so in part is told of in any
        case, for the rest

    >>> day = date(2026, 3, 6)
    >>> items = [Item(1, date(2026, 3, 1), day, 100.0), Item(2, day, day, 50.0),
    ...          Item(3, date(2026, 3, 1), day, 70.0, kind="dispute"), Item(4, day, day, -30.0)]
    >>> [item.id for item in family(items, "overdue", day, Settings())]
    [1, 3, 4]
    >>> [item.id for item in family(items, "not_due", day, Settings())]
    [2]
    >>> [item.id for item in family(items, "all", day, Settings(), disputes=False)]
    [1, 2, 4]
    """
    if name not in FAMILIES:
        raise ValueError(f"no family of items: {name}")
    claims, credits_ = [], []
    for item in items:
        if item.no_followup or is_ignored(item, settings):
            continue
        if item.amount < 0:
            if item.kind != "dispute":
                credits_.append(item)
        elif disputes or item.kind != "dispute" or is_partial(item):
            claims.append(item)
    overdue = [item for item in claims if item.due_date < today]
    if name == "overdue":
        claims, credits_ = overdue, credits_ if overdue else []
    elif name == "not_due":
        claims = [item for item in claims if item.due_date >= today]
        credits_ = [] if overdue else credits_
    return sorted(claims, key=leader_key) + sorted(credits_, key=leader_key)
