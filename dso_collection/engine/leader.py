"""Which items count, and which one leads (rules R1 and R2)."""

from collections.abc import Iterable
from datetime import date

from .facts import EXCLUDING_KINDS, NOISE, Item, Settings


def is_ignored(item: Item, settings: Settings) -> bool:
    """Ignored by hand, or owed less than the company's threshold (R1). Credits never are by
    amount: they reduce what is chased, however small."""
    return item.ignored or 0 < item.amount < settings.ignore_below


def exclusion(item: Item, today: date, settings: Settings) -> str | None:
    """Why an item is not eligible on ``today``, or ``None`` if it is (R1).

    :return: ``credit``, ``no_followup``, ``ignored``, ``dispute``, ``litigation``, ``promise`` or
        ``specific``

    >>> day = date(2026, 3, 1)
    >>> exclusion(Item(1, day, day, 100.0, kind="dispute"), day, Settings())
    'dispute'
    """
    if item.amount <= 0:
        return "credit"
    if item.no_followup:
        return "no_followup"
    if is_ignored(item, settings):
        return "ignored"
    if item.kind in EXCLUDING_KINDS and not (item.kind == "dispute" and is_partial(item)):
        return item.kind
    if item.attached or item.attached_part and item.part is not None and not is_partial(item):
        return "specific"
    if is_promised(item, today) and not is_partial(item):
        return "promise"
    return None


def is_promised(item: Item, today: date) -> bool:
    """A promise is awaited up to and including its date plus grace: money that arrives on that
    day still keeps it (R15), so the scenario takes the item back on the day after."""
    return item.promised_until is not None and today <= item.promised_until


def is_partial(item: Item) -> bool:
    """Whether less than what is still open is disputed or promised: only the rest is chased."""
    return item.part is not None and item.part < item.amount - NOISE


def open_part(kind: str, part: float, residual_then: float, residual: float) -> float:
    """What is still disputed or promised of an item of which ``part`` was. A payment counts for a
    promised part first (R15), for a disputed one last. All in the item's currency.

    :param residual_then: what was open when the part was given
    :param residual: what is open now

    >>> open_part("promise", 400.0, 1000.0, 900.0), open_part("dispute", 400.0, 1000.0, 900.0)
    (300.0, 400.0)
    """
    if kind == "promise":
        part = max(0.0, part - residual_then + residual)
    return min(part, residual)


def held(item: Item, today: date) -> float:
    """The part of a claim that a dispute, a promise or their follow-up keeps out of the scenario
    while the rest stays in it; 0 where nothing is held, or all of it (see :func:`exclusion`).

    >>> day = date(2026, 3, 1)
    >>> held(Item(1, day, day, 100.0, kind="dispute", part=30.0), day)
    30.0
    """
    if item.amount <= 0 or not is_partial(item):
        return 0.0
    if item.kind == "dispute" or item.attached_part or is_promised(item, today):
        return item.part
    return 0.0


def leader_key(item: Item) -> tuple[date, date, int]:
    """Oldest due date first; ties by invoice date, then id (R2)."""
    return (item.due_date, item.date, item.id)


def eligible_items(items: Iterable[Item], today: date, settings: Settings) -> list[Item]:
    """The items that the scenario may chase on ``today``, due or not (R1)."""
    return [item for item in items if exclusion(item, today, settings) is None]


def find_leader(items: Iterable[Item], today: date, settings: Settings) -> Item | None:
    """The oldest due eligible item, or ``None`` (R2). Items not yet due count. [seed 003]"""
    return min(eligible_items(items, today, settings), key=leader_key, default=None)


def chased(eligible: Iterable[Item], items: Iterable[Item], until: date, today: date) -> float:
    """What would be asked for: the eligible items due on or before ``until``, without the parts
    held back, less the open credits, those in dispute left aside (R8). In company currency, not
    rounded."""
    claims = sum(item.amount - held(item, today) for item in eligible if item.due_date <= until)
    credits_ = sum(item.amount for item in items if item.amount < 0 and item.kind != "dispute")
    return claims + credits_
