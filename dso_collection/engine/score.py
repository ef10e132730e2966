"""What to do first: how much an open action matters, from 0 to 100, and why.

Each part of the score is a share between 0 (nothing) and 1 (as bad as can be), multiplied by its
weight; the weighted mean is the score. Shares of what has no upper limit grow ever more slowly:
``value / (value + half)``, where ``half`` is the value that gives half of the points. So more is
never less, and nothing has to be cut off.
"""

from __future__ import annotations

from typing import NamedTuple

#: Days overdue, and average days late of what was paid, that give half of the points.
HALF_DAYS = 30
#: Promises not kept that give half of the points.
HALF_PROMISES = 1
#: A guarantee counts when fewer than so many days are left of it.
GUARANTEE_DAYS = 30

#: The largest score.
FULL = 100.0


class Weights(NamedTuple):
    """How much each part counts, in any unit, 0 or more; 0 switches a part off."""

    amount: float = 40
    lateness: float = 30
    promise: float = 15
    behaviour: float = 10
    guarantee: float = 5


class Situation(NamedTuple):
    """What is known of an action.

    ``amount``: what it is about, in company currency. ``days_overdue``: of its oldest item,
    negative before the due date. ``promises_broken``: promises that the customer did not keep.
    ``days_late_average``: how late the customer pays, in days, negative if early.
    ``guarantee_days``: days left until a guarantee ends or a claim has to be declared, ``None`` if
    there is none.
    """

    amount: float = 0.0
    days_overdue: int = 0
    promises_broken: int = 0
    days_late_average: float = 0.0
    guarantee_days: int | None = None


class Part(NamedTuple):
    """What one part adds to a score: ``points`` of the hundred, because of ``value``."""

    code: str
    points: float
    value: float


class Score(NamedTuple):
    """``points`` from 0 to 100, a whole number, so that it changes only now and then; ``parts``
    that add any, the largest first, with one decimal."""

    points: float
    parts: tuple[Part, ...]


def saturate(value: float, half: float) -> float:
    """A share of 1 that grows with ``value`` and never falls; a half at ``half``.

    >>> [saturate(days, 30) for days in (-5, 0, 30, 90)]
    [0.0, 0.0, 0.5, 0.75]
    """
    return value / (value + half) if value > 0 else 0.0


def urgency(days_left: int | None) -> float:
    """The closer the end of a guarantee, the more; once it has passed there is nothing to save.

    >>> [urgency(days) for days in (None, 40, 30, 15, 0, -1)]
    [0.0, 0.0, 0.0, 0.5, 1.0, 0.0]
    """
    if days_left is None or not 0 <= days_left < GUARANTEE_DAYS:
        return 0.0
    return 1.0 - days_left / GUARANTEE_DAYS


def score(situation: Situation, weights: Weights, half_amount: float) -> Score:
    """How much an action matters.

    :param half_amount: the amount, in company currency, that gives half of the points; with 0 any
        amount gives all of them

    >>> score(Situation(10_000.0, 30), Weights(), 10_000.0)
    Score(points=35.0, parts=(Part(code='amount', points=20.0, value=10000.0), \
Part(code='lateness', points=15.0, value=30)))
    """
    total = sum(weights)
    if total <= 0:
        return Score(0.0, ())
    amount, days, promises, behaviour, guarantee = situation
    shares: tuple[tuple[str, float, float, float], ...] = (
        ("amount", weights.amount, saturate(amount, half_amount), amount),
        ("lateness", weights.lateness, saturate(days, HALF_DAYS), days),
        ("promise", weights.promise, saturate(promises, HALF_PROMISES), promises),
        ("behaviour", weights.behaviour, saturate(behaviour, HALF_DAYS), behaviour),
        ("guarantee", weights.guarantee, urgency(guarantee), guarantee or 0),
    )
    points = 0.0
    parts = []
    for code, weight, share, value in shares:
        if weight > 0 and share > 0:
            part = FULL * weight * share / total
            points += part
            parts.append(Part(code, round(part, 1), value))
    parts.sort(key=_largest_first)
    return Score(min(FULL, float(int(points + 0.5))), tuple(parts))


def _largest_first(part: Part) -> float:
    return -part.points
