"""Which items count, and which one leads (rules R1 and R2)."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from .facts import EXCLUDING_KINDS, NOISE, Item, Settings


def is_ignored(item: Item, settings: Settings) -> bool:
    """Ignored by hand, or owed less than the company's threshold (R1). Credits never are by
    amount: they reduce what is chased, however small."""
    return item.ignored or 0 < item.amount < settings.ignore_below


def exclusion(item: Item, today: date, settings: Settings) -> str | None:
    """Why an item is not eligible on ``today``, or ``None`` if it is (R1).

    A credit that is left out for itself says why; of any other it is said that it is one.

    :return: ``credit``, ``no_followup``, ``ignored``, ``blocked``, ``dispute``, ``litigation``,
        ``specific``, ``promise``, ``unsent`` (never sent, where such invoices wait), ``discount``
        (all but the early-payment discount was paid in time) or ``announced``

    >>> day = date(2026, 3, 1)
    >>> exclusion(Item(1, day, day, 100.0, kind="dispute"), day, Settings())
    'dispute'
    """
    if item.amount == 0:
        return "credit"
    if item.no_followup:
        return "no_followup"
    if is_ignored(item, settings):
        return "ignored"
    if item.blocked:
        return "blocked"
    if item.kind in EXCLUDING_KINDS and not (item.kind == "dispute" and is_partial(item)):
        return item.kind
    if item.attached or item.attached_part and item.part is not None and not is_partial(item):
        return "specific"
    if item.amount < 0:
        return "credit"
    if is_promised(item, today) and not is_partial(item):
        return "promise"
    if item.unsent and settings.hold_unsent:
        return "unsent"
    if is_only_discount(item):
        return "discount"
    if awaited_amount(item, today):
        saved = discount_amount(item, item.announced_for)
        if item.amount - withheld_amount(item, today) < NOISE + saved:
            return "announced"
    return None


def awaited_amount(item: Item, today: date) -> float:
    """What of a claim is on its way, so that it is not asked for again (R17): up to and including
    the last day on which it is waited for. What was received and never will be booked is waited
    for without end.

    >>> day = date(2026, 3, 1)
    >>> item = Item(1, day, day, 100.0, announced=30.0, announced_for=day, announced_until=day)
    >>> awaited_amount(item, day), awaited_amount(item, date(2026, 3, 2))
    (30.0, 0.0)
    """
    if item.amount <= 0 or item.announced <= 0:
        return 0.0
    if item.announced_until is not None and today > item.announced_until:
        return 0.0
    return min(item.announced, item.amount)


def is_missed(item: Item, today: date) -> bool:
    """Whether money was announced for a claim and did not come (R17)."""
    return item.amount > 0 and item.announced > 0 and not awaited_amount(item, today)


class Awaited(NamedTuple):
    """Money announced for several items together, in company currency (R17): what is waited for
    and until when (``None``: received, nothing to wait for), and what did not come, expected on
    ``missed_for`` at the latest."""

    amount: float = 0.0
    until: date | None = None
    missed: float = 0.0
    missed_for: date | None = None


def sum_awaited(items: Iterable[Item], today: date) -> Awaited:
    """
    >>> day = date(2026, 3, 1)
    >>> item = Item(1, day, day, 100.0, announced=30.0, announced_for=day, announced_until=day)
    >>> sum_awaited([item, item], day).amount, sum_awaited([item, item], date(2026, 3, 2)).missed
    (60.0, 60.0)
    """
    items = list(items)
    coming = [item for item in items if awaited_amount(item, today)]
    missed = [item for item in items if is_missed(item, today)]
    return Awaited(
        sum(awaited_amount(item, today) for item in coming),
        max((item.announced_until for item in coming if item.announced_until), default=None),
        sum(min(item.announced, item.amount) for item in missed),
        max((item.announced_for for item in missed if item.announced_for), default=None),
    )


def discount_amount(item: Item, day: date | None) -> float:
    """What an early payment on ``day`` saves; no day is one in time."""
    if item.discount_until is None or day is not None and day > item.discount_until:
        return 0.0
    return item.discount


def is_only_discount(item: Item) -> bool:
    """Whether no more is open than the early-payment discount of a claim that was paid in time:
    no debt like others, but something to write off.

    >>> day = date(2026, 3, 1)
    >>> item = Item(1, day, day, 2.0, discount=2.0, discount_until=day, paid_on=day)
    >>> is_only_discount(item), is_only_discount(item._replace(paid_on=date(2026, 3, 2)))
    (True, False)
    """
    saved = discount_amount(item, item.paid_on)
    return item.paid_on is not None and 0 < item.amount < NOISE + saved


def is_usable_credit(item: Item, settings: Settings) -> bool:
    """Whether a credit reduces what the scenario asks for: not one that is left out for itself, in
    dispute, in litigation or part of a specific action (R8)."""
    return item.amount < 0 and exclusion(item, date.min, settings) == "credit"


def is_promised(item: Item, today: date) -> bool:
    """A promise is awaited up to and including its date plus grace: money that arrives on that
    day still keeps it (R15), so the scenario takes the item back on the day after."""
    return item.promised_until is not None and today <= item.promised_until


def is_partial(item: Item) -> bool:
    """Whether less than what is still open is disputed or promised: only the rest is chased."""
    return is_part(item.part, item.amount)


def is_part(part: float | None, whole: float) -> bool:
    """Whether a disputed or promised part is less than the whole; none given is all of it."""
    return part is not None and part < whole - NOISE


def qualified_part(item: Item) -> float:
    """What of an item its status speaks of: the disputed or promised part, or all of it.

    >>> day = date(2026, 3, 1)
    >>> [qualified_part(Item(1, day, day, 100.0, part=part)) for part in (None, 30.0, 120.0)]
    [100.0, 30.0, 100.0]
    """
    return item.amount if item.part is None else min(item.part, item.amount)


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


def withheld_amount(item: Item, today: date) -> float:
    """The part of a claim that a dispute, a promise, their follow-up or money on its way keeps out
    of the scenario while the rest stays in it (see :func:`exclusion`).

    >>> day = date(2026, 3, 1)
    >>> withheld_amount(Item(1, day, day, 100.0, kind="dispute", part=30.0), day)
    30.0
    """
    if item.amount <= 0:
        return 0.0
    coming = awaited_amount(item, today)
    qualified = item.kind == "dispute" or item.attached_part or is_promised(item, today)
    if is_partial(item) and qualified:
        return min(item.amount, qualified_part(item) + coming)
    return coming


def leader_key(item: Item) -> tuple[date, date, int]:
    """Oldest due date first; ties by invoice date, then id (R2)."""
    return (item.due_date, item.date, item.id)


def eligible_items(items: Iterable[Item], today: date, settings: Settings) -> list[Item]:
    """The items that the scenario may chase on ``today``, due or not (R1)."""
    return [item for item in items if exclusion(item, today, settings) is None]


def amount_to_collect(
    eligible: Iterable[Item],
    items: Iterable[Item],
    until: date,
    today: date,
    settings: Settings,
) -> float:
    """What would be asked for: the eligible items due on or before ``until``, without the parts
    held back, less the open credits but those left out (R8). In company currency, not rounded."""
    due = (item for item in eligible if item.due_date <= until)
    claims = sum(item.amount - withheld_amount(item, today) for item in due)
    credits_ = sum(item.amount for item in items if is_usable_credit(item, settings))
    return claims + credits_
