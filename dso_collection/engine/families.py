"""Which open items a text tells of: all of them, the overdue ones, those not due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from .facts import Item, Settings
from .leader import is_ignored, is_partial, leader_key

#: Families of items by name; ``selected`` is the action's own, see ``amounts.claimed_items``.
FAMILIES = ("all", "overdue", "not_due")


def select_items(
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
    >>> [item.id for item in select_items(items, "overdue", day, Settings())]
    [1, 3, 4]
    >>> [item.id for item in select_items(items, "not_due", day, Settings())]
    [2]
    >>> [item.id for item in select_items(items, "all", day, Settings(), disputes=False)]
    [1, 2, 4]
    """
    if name not in FAMILIES:
        raise ValueError(f"no family of items: {name}")
    shown = [item for item in items if not item.no_followup and not is_ignored(item, settings)]
    claims = [item for item in shown if _is_shown_claim(item, disputes)]
    credits_ = [item for item in shown if item.amount < 0 and item.kind != "dispute"]
    overdue = [item for item in claims if item.due_date < today]
    not_due = [item for item in claims if item.due_date >= today]
    chosen = {
        "all": (claims, credits_),
        "overdue": (overdue, credits_ if overdue else []),
        "not_due": (not_due, [] if overdue else credits_),
    }
    return [item for part in chosen[name] for item in sorted(part, key=leader_key)]


def _is_shown_claim(item: Item, disputes: bool) -> bool:
    return item.amount >= 0 and (disputes or item.kind != "dispute" or is_partial(item))
