"""What a step brings: how much of what actions asked for was paid afterwards, beside what comes
without any action.

An action asks for open claims. Of each, what was paid within some days counts, up to what was asked
for: payments, not credit notes. A window counts once it is over: an action done five days ago says
nothing about seven days. What would have come anyway is told by claims of the same scenario and age
whose customers waited: with whom nothing was done from the Monday of that week on, for as many
days. Each claim that was asked for is held against those, so that a step that asks early is not
compared with one that asks late. Percentages are quotients of sums, never averages of percentages,
and none is shown of fewer than :data:`FEWEST` actions.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from .ageing import AROUND_DUE
from .indicators import percentile

#: The windows, in days after the action.
WINDOWS = (3, 7, 14, 30)
#: Of fewer actions no percentage is shown: chance alone would make it.
FEWEST = 20
#: What part of what was asked for must have its like among those who waited.
LEAST_MATCHED = 0.5
#: How far back actions are looked at: older ones tell of other times.
MONTHS = 12
#: Customers of each scenario, drawn at random, whose waiting speaks for all: as many as a percent
#: needs. Fewer are all looked at.
MOST_CUSTOMERS = 1000
#: For how many days what customers say counts as an answer to an action, the next one aside.
ANSWER_DAYS = 30


class Part(NamedTuple):
    """A settlement of a claim: its accounting date, its amount, and whether it is a payment (or a
    credit note)."""

    day: date
    amount: float
    is_payment: bool = True


def band_of(days: int) -> str:
    """The band of a claim that is ``days`` overdue, negative before its due date.

    >>> [band_of(days) for days in (-30, -8, -7, 0, 1, 30, 31, 200)]
    ['000_later', '000_later', '000_soon', '000_soon', '001', '001', '031', '091']
    """
    return next(band.key for band in AROUND_DUE if band.last is None or days <= band.last)


def is_over(done: date, window: int, today: date) -> bool:
    """Whether a window counts: its last day has passed, on which payments still came.

    >>> [is_over(date(2026, 3, 1), 7, date(2026, 3, day)) for day in (6, 8, 9)]
    [False, False, True]
    """
    return done + timedelta(days=window) < today


def week_of(day: date) -> date:
    """The Monday from which on those who waited are looked at.

    >>> week_of(date(2026, 3, 11)), week_of(date(2026, 3, 9))
    (datetime.date(2026, 3, 9), datetime.date(2026, 3, 9))
    """
    return day - timedelta(days=day.weekday())


def paid_within(
    asked: float, total: float, parts: Iterable[Part], done: date, window: int
) -> float:
    """What was paid of a claim within some days of an action that asked for it.

    The day of the action counts, too: who is called may pay at once. What had been booked that day
    already when the customer was told is no answer: it was not asked for any more.

    >>> parts = [Part(date(2026, 3, 4), 30), Part(date(2026, 3, 20), 90)]
    >>> [paid_within(100, 100, parts, date(2026, 3, 2), window) for window in WINDOWS]
    [30, 30, 30, 100]

    :param asked: what was open, by the snapshot
    :param total: the claim as it was booked
    """
    parts = list(parts)
    last = done + timedelta(days=window)
    later = sum(part.amount for part in parts if part.is_payment and done < part.day <= last)
    same_day = sum(part.amount for part in parts if part.is_payment and part.day == done)
    before = total - sum(part.amount for part in parts if part.day < done)
    evening = total - sum(part.amount for part in parts if part.day <= done)
    at_once = max(0, min(same_day, min(asked, before) - evening))
    return min(asked, at_once + later)


def share(parts: Iterable[tuple[float, float]]) -> float | None:
    """How much of what actions asked for was paid, in percent.

    :param parts: of each action whose window is over, what it asked for and what was paid of it
    :return: ``None`` of too few actions, or where nothing was asked for
    """
    counted = [(asked, paid) for asked, paid in parts if asked > 0]
    if len(counted) < FEWEST:
        return None
    return 100 * sum(paid for _asked, paid in counted) / sum(asked for asked, _paid in counted)


def median_days(days: Iterable[int], actions: int) -> float | None:
    """The days to the first payment, of those actions that one followed.

    >>> median_days([2, 4, 9], 25), median_days([2, 4, 9], 19)
    (4.0, None)

    :param actions: how many are looked at, those without a payment included
    """
    return percentile(days, 0.5) if actions >= FEWEST else None


class Waited(NamedTuple):
    """An open claim on a Monday: what was open, its settlements with their days since then, and
    after how many days its customer no longer waited: something was done, or it is today. ``None``
    is beyond all windows."""

    amount: float
    parts: tuple[tuple[int, float, bool], ...] = ()
    free: int | None = None


def without_action(claims: Iterable[Waited], window: int) -> float | None:
    """The share that comes by itself within some days, 0 to 1, of claims of one Monday, scenario
    and band.

    Day by day: what came that day, of what was open that morning of those who still waited. A claim
    counts until something is done about it, and says nothing about the days after. To take only
    those with whom nothing was done for the whole time would take those who had paid: nothing more
    needed to be done with them. (The estimator of Kaplan and Meier.)

    >>> claims = [Waited(100, ((5, 50, True),)), Waited(300, ((2, 60, True),), free=4)]
    >>> [round(without_action(claims, window), 3) for window in (3, 7)]
    [0.15, 0.575]

    :return: ``None`` where nobody waited to the end
    """
    claims = list(claims)
    left = 1.0
    for day in range(window + 1):
        waiting = [claim for claim in claims if claim.free is None or claim.free > day]
        open_then = sum(
            claim.amount - sum(amount for when, amount, _paid in claim.parts if when < day)
            for claim in waiting
        )
        if open_then <= 0:
            return None
        came = sum(
            amount
            for claim in waiting
            for when, amount, paid in claim.parts
            if when == day and paid
        )
        left *= 1 - came / open_then
        if left <= 0:
            return 1.0
    return 1 - left
