"""Late payment penalties: simple interest on what was open each day, and recovery cost.

Amounts are in the currency of the claim, rates in percent a year. A day counts when it is after the
due date; the day of a payment still counts with what was open before it. Nothing is rounded but
the sum of a claim, once, at the end.

Sources: EU directive 2011/7 art. 3 and 6; France, code de commerce L441-10 and D441-5; Germany,
§ 247 and § 288 BGB; United Kingdom, Late Payment of Commercial Debts (Interest) Act 1998 and
SI 2002/1675.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

DAY = timedelta(days=1)
#: Percent times days of a year: the divisor of amount x rate x days.
PERCENT_DAYS = Decimal(36500)


class Rate(NamedTuple):
    """A reference rate in percent a year, in force from ``date_from`` on."""

    date_from: date
    rate: float


class Tier(NamedTuple):
    """Recovery cost of debts from ``amount_from`` on, both in the rule's currency."""

    amount_from: float
    cost: float


class Rule(NamedTuple):
    """How late payment is charged.

    ``rate``: percent a year, or points above the reference rate. ``reference``: dated reference
    rates, ``None`` for a fixed rate. ``eve``: a half-year's reference rate is the one in force on
    the day before it (Bank of England), not on its first day. ``fixed_at_start``: the rate of the
    day on which interest starts holds for ever. ``recovery_cost`` in the rule's currency, replaced
    by the highest of ``tiers`` that the amount reaches; ``recovery_per``: ``item`` or ``invoice``.
    """

    rate: float
    reference: tuple[Rate, ...] | None = None
    eve: bool = False
    fixed_at_start: bool = False
    recovery_cost: float = 0.0
    recovery_per: str = "item"
    tiers: tuple[Tier, ...] = ()


class Payment(NamedTuple):
    """What reduced a claim on a day: a payment, or a credit note matched with it."""

    date: date
    amount: float


class Open(NamedTuple):
    """What is open of an item of a customer, in its currency: positive for a claim that is due on
    ``day``, negative for a credit that came on it."""

    id: int
    day: date
    amount: float


class Claim(NamedTuple):
    """An item on which penalties are due. ``amount``: at the beginning, before any payment.
    ``exchange``: units of the rule's currency for one of the claim's, to find its tier."""

    id: int
    due_date: date
    amount: float
    payments: tuple[Payment, ...] = ()
    invoice_id: int | None = None
    exchange: float = 1.0


class Known(NamedTuple):
    """A rate in percent a year. ``assumed``: the reference rate of that half-year is not known,
    the one of ``reference_date`` stands in for it."""

    rate: float
    reference_date: date | None = None
    assumed: bool = False


class Segment(NamedTuple):
    """Days ``start`` to ``end``, both included, with the same base and rate. ``interest`` is not
    rounded; ``assumed`` and ``reference_date``: see :class:`Known`."""

    start: date
    end: date
    days: int
    rate: float
    base: float
    interest: float
    reference_date: date | None = None
    assumed: bool = False


# ----------------------------------------------------------------------
# Rates
# ----------------------------------------------------------------------


def half_year(day: date) -> date:
    """The first day of the half-year of a day.

    >>> half_year(date(2026, 6, 30)), half_year(date(2026, 7, 1))
    (datetime.date(2026, 1, 1), datetime.date(2026, 7, 1))
    """
    return date(day.year, 1 if day.month <= 6 else 7, 1)


def fixing_date(day: date, eve: bool = False) -> date:
    """The day whose reference rate holds for the half-year of ``day``: its first day (directive
    2011/7 art. 2 (7)), or with ``eve`` the day before (SI 2002/1675 art. 4).

    >>> fixing_date(date(2026, 3, 15)), fixing_date(date(2026, 3, 15), eve=True)
    (datetime.date(2026, 1, 1), datetime.date(2025, 12, 31))
    """
    return half_year(day) - DAY if eve else half_year(day)


def rate_on(rule: Rule, day: date) -> Known | None:
    """The rate of a day. ``None`` where no reference rate is known at all.

    A half-year's rate is known when one is entered for its fixing date, or a change since the
    fixing date before. Otherwise the last known one is assumed; before the first, the first.

    >>> ecb = Rule(8.0, (Rate(date(2025, 1, 1), 3.15), Rate(date(2025, 6, 11), 2.15)))
    >>> [rate_on(ecb, date(2025, month, 1)).rate for month in (6, 7)]
    [11.15, 10.15]
    >>> rate_on(ecb, date(2026, 1, 1)).assumed
    True
    """
    if rule.reference is None:
        return Known(rule.rate)
    if not rule.reference:
        return None
    fixing = fixing_date(day, rule.eve)
    before = fixing_date(half_year(day) - DAY, rule.eve)
    earlier = [rate for rate in rule.reference if rate.date_from <= fixing]
    found = max(earlier) if earlier else min(rule.reference)
    rate = float(_exact(found.rate) + _exact(rule.rate))
    return Known(rate, found.date_from, assumed=not before < found.date_from <= fixing)


# ----------------------------------------------------------------------
# Credits that nobody has matched yet
# ----------------------------------------------------------------------


def apply_credits(items: Iterable[Open]) -> dict[int, tuple[Payment, ...]]:
    """What a customer's unmatched credits pay of its open claims: the oldest claim first, the
    oldest credit first. Money that is there bears no interest, whoever forgot to match it.

    :param items: of one customer and one currency

    >>> apply_credits([Open(1, date(2026, 1, 20), 1000.0), Open(2, date(2026, 1, 15), -1200.0),
    ...                Open(3, date(2026, 2, 20), 500.0)])[3]
    (Payment(date=datetime.date(2026, 1, 15), amount=200.0),)
    """
    items = sorted(items, key=lambda item: (item.day, item.id))
    credits_ = [item for item in items if item.amount < 0]
    money = {credit.id: -_exact(credit.amount) for credit in credits_}
    result: dict[int, tuple[Payment, ...]] = {}
    for claim in items:
        left = _exact(claim.amount)
        for credit in credits_:
            part = min(left, money[credit.id])
            if part <= 0:
                continue
            left -= part
            money[credit.id] -= part
            result[claim.id] = (*result.get(claim.id, ()), Payment(credit.day, float(part)))
    return result


# ----------------------------------------------------------------------
# Interest
# ----------------------------------------------------------------------


def open_on(claim: Claim, day: date) -> float:
    """What was open at the beginning of a day: payments count from the day after theirs.

    >>> claim = Claim(1, date(2026, 1, 31), 1000.0, (Payment(date(2026, 2, 10), 400.0),))
    >>> open_on(claim, date(2026, 2, 10)), open_on(claim, date(2026, 2, 11))
    (1000.0, 600.0)
    """
    paid = sum(_exact(payment.amount) for payment in claim.payments if payment.date < day)
    return float(max(_exact(claim.amount) - paid, Decimal(0)))


def segments(claim: Claim, rule: Rule, until: date, since: date | None = None) -> list[Segment]:
    """The interest of a claim to a day, included, split where base or rate change.

    :param since: the last day that was already charged; what comes before is left out
    :return: in order of time; empty where nothing is due, or no reference rate is known

    >>> claim = Claim(1, date(2026, 1, 31), 1000.0, (Payment(date(2026, 2, 10), 400.0),))
    >>> for s in segments(claim, Rule(7.3), date(2026, 2, 20)):
    ...     print(s.start, s.end, s.days, s.base, round(s.interest, 4))
    2026-02-01 2026-02-10 10 1000.0 2.0
    2026-02-11 2026-02-20 10 600.0 1.2
    """
    begin = claim.due_date + DAY
    first = begin if since is None else max(begin, since + DAY)
    if first > until:
        return []
    result: list[Segment] = []
    starts = sorted({first} | {day for day in _changes(claim, rule, until) if day > first})
    for start, following in zip(starts, [*starts[1:], until + DAY], strict=True):
        base = open_on(claim, start)
        known = rate_on(rule, begin if rule.fixed_at_start else start)
        if base <= 0 or known is None:
            continue
        segment = _make_segment(start, following - DAY, base, known)
        if result and _continues(result[-1], segment):
            segment = _make_segment(result.pop().start, segment.end, base, known)
        result.append(segment)
    return result


def _changes(claim: Claim, rule: Rule, until: date) -> set[date]:
    """The days up to ``until`` from which another base or rate may hold."""
    days = {payment.date + DAY for payment in claim.payments}
    if rule.reference is not None and not rule.fixed_at_start:
        years = range(claim.due_date.year, until.year + 1)
        days |= {date(year, month, 1) for year in years for month in (1, 7)}
    return {day for day in days if day <= until}


def _make_segment(start: date, end: date, base: float, known: Known) -> Segment:
    days = (end - start).days + 1
    interest = _interest(base, known.rate, days)
    return Segment(
        start, end, days, known.rate, base, float(interest), known.reference_date, known.assumed
    )


def _continues(segment: Segment, following: Segment) -> bool:
    """Whether nothing changed from one segment to the next."""
    return segment.end + DAY == following.start and (
        segment.base,
        segment.rate,
        segment.assumed,
    ) == (following.base, following.rate, following.assumed)


def _interest(base: float, rate: float, days: int) -> Decimal:
    """amount x rate / 100 x days / 365, leap years too."""
    return _exact(base) * _exact(rate) * days / PERCENT_DAYS


def total(parts: Iterable[Segment], rounding: float) -> float:
    """The interest of a claim, rounded once, at the end, half away from zero.

    :param rounding: the smallest unit of the currency, such as 0.01

    >>> claim = Claim(1, date(2026, 1, 1), 1000.0)
    >>> total(segments(claim, Rule(8.5), date(2026, 2, 20)), 0.01)
    11.64
    """
    exact = sum((_interest(part.base, part.rate, part.days) for part in parts), Decimal(0))
    return round_half_up(exact, rounding)


def round_parts(values: Iterable[float], rounding: float) -> list[float]:
    """Parts as they are printed: rounded so that they add up to their rounded sum.

    >>> round_parts([27.4245, 3.2248], 0.01)
    [27.42, 3.23]
    """
    result, exact, printed = [], Decimal(0), Decimal(0)
    for value in values:
        exact += _exact(value)
        part = _exact(round_half_up(exact, rounding)) - printed
        result.append(float(part))
        printed += part
    return result


def round_half_up(value: Decimal, rounding: float) -> float:
    """
    >>> round_half_up(Decimal("2.345"), 0.01), round_half_up(Decimal("2.34"), 0.05)
    (2.35, 2.35)
    """
    unit = _exact(rounding)
    return float((value / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit)


def _exact(value: float) -> Decimal:
    """A float as it is written: 0.1 is a tenth."""
    return Decimal(repr(float(value)))


# ----------------------------------------------------------------------
# Recovery cost
# ----------------------------------------------------------------------


def is_late(claim: Claim, on: date) -> bool:
    """Whether something was still open after the due date, by the beginning of a day. What was
    paid late stays late.

    >>> paid = Claim(1, date(2026, 1, 31), 100.0, (Payment(date(2026, 1, 31), 100.0),))
    >>> is_late(paid, date(2026, 3, 1))
    False
    """
    return on > claim.due_date and open_on(claim, claim.due_date + DAY) > 0


def recovery_costs(claims: Iterable[Claim], rule: Rule, on: date) -> dict[int, float]:
    """The compensation for recovery of each late claim, in the rule's currency, not rounded.

    Per invoice, it stands with the claim that was late first; the debt is all that was late of the
    invoice. The debt is what was open the day after the due date.

    :param claims: with all items of their invoices, where the rule counts per invoice
    :return: {claim id: cost}, late claims only

    >>> uk = Rule(8.0, tiers=(Tier(0.0, 40.0), Tier(1000.0, 70.0), Tier(10000.0, 100.0)))
    >>> recovery_costs([Claim(1, date(2026, 1, 31), 5000.0)], uk, date(2026, 3, 1))
    {1: 70.0}
    """
    debts: dict[object, list[Claim]] = {}
    for claim in claims:
        if is_late(claim, on):
            alone = rule.recovery_per == "item" or claim.invoice_id is None
            key = ("item", claim.id) if alone else ("invoice", claim.invoice_id)
            debts.setdefault(key, []).append(claim)
    result = {}
    for debt in debts.values():
        amount = sum(open_on(claim, claim.due_date + DAY) * claim.exchange for claim in debt)
        first = min(debt, key=lambda claim: (claim.due_date, claim.id))
        result.update({claim.id: 0.0 for claim in debt})
        result[first.id] = recovery_cost(rule, amount)
    return result


def recovery_cost(rule: Rule, amount: float) -> float:
    """The compensation for one debt, flat or by tiers, in the rule's currency.

    >>> uk = Rule(8.0, tiers=(Tier(0.0, 40.0), Tier(1000.0, 70.0), Tier(10000.0, 100.0)))
    >>> [recovery_cost(uk, amount) for amount in (999.99, 1000, 9999.99, 10000)]
    [40.0, 70.0, 70.0, 100.0]
    """
    reached = [tier for tier in rule.tiers if tier.amount_from <= amount]
    return max(reached).cost if reached else rule.recovery_cost
