"""An item as the rules see it, made of what the ledger says of it in its own currency."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from .facts import Day, Item


class Booked(NamedTuple):
    """An open item as it is booked: all that needs no calculation is as in :class:`.facts.Item`.

    ``amount`` is what is open in company currency, ``residual`` the same in the item's currency,
    as are ``part`` and ``discount``.
    """

    id: int
    due_date: Day
    date: Day
    amount: float
    residual: float
    no_followup: bool = False
    ignored: bool = False
    kind: str | None = None
    promised_until: Day | None = None
    attached: bool = False
    attached_part: bool = False
    restarted: Day | None = None
    part: float | None = None
    blocked: bool = False
    unsent: bool = False
    discount: float = 0.0
    discount_until: Day | None = None
    paid_on: Day | None = None


class Money(NamedTuple):
    """Money on its way to an item (R17): expected on ``day``, in the item's currency, awaited up to
    and including ``until``; both days are ``None`` where it was received and never will be
    booked."""

    day: date | None
    amount: float
    until: date | None


def to_company(amount: float, residual: float, part: float) -> float:
    """A part of an item in its currency, as booked in the company's.

    :param amount: what is open, in company currency
    :param residual: what is open, in the item's

    >>> to_company(110.0, 100.0, 50.0)
    55.0
    """
    return part * amount / residual if residual else 0.0


def build_item(booked: Booked, money: Money | None = None) -> Item:
    """The item that the rules decide on.

    >>> day = date(2026, 3, 1)
    >>> item = build_item(Booked(1, day, day, 110.0, 100.0, kind="dispute", part=50.0))
    >>> item.amount, item.part
    (110.0, 55.0)
    """
    amount, residual = booked.amount, booked.residual
    item = Item(
        id=booked.id,
        due_date=booked.due_date,
        date=booked.date,
        amount=amount,
        no_followup=booked.no_followup,
        ignored=booked.ignored,
        kind=booked.kind,
        promised_until=booked.promised_until,
        attached=booked.attached,
        restarted=booked.restarted,
        part=(
            None
            if booked.part is None or not residual
            else to_company(amount, residual, booked.part)
        ),
        attached_part=booked.attached_part,
        blocked=booked.blocked,
        unsent=booked.unsent,
    )
    if booked.discount:
        item = item._replace(
            discount=to_company(amount, residual, booked.discount),
            discount_until=booked.discount_until,
            paid_on=booked.paid_on,
        )
    if money is not None:
        item = item._replace(
            announced=to_company(amount, residual, money.amount),
            announced_for=money.day,
            announced_until=money.until,
        )
    return item
