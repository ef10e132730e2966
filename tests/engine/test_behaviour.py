"""How late a customer pays: the average over six months, weighted by amount."""

from datetime import date, timedelta

import pytest
from engine.behaviour import Payment, Profile, profile, window
from engine_builders import day
from hypothesis import given, strategies as st

TODAY = day(9, 15)
DUE = day(8, 1)


def payment(amount, days_late, due=DUE):
    return Payment(amount, due, due + timedelta(days=days_late))


# Worked examples


def test_worked_example():
    """(1,000 x 20 + 500 x -10 + 500 x 0) / 2,000 = 7.5 days."""
    paid = [payment(1000.0, 20), payment(500.0, -10), payment(500.0, 0)]
    assert profile(paid, TODAY) == Profile(7.5, 2000.0)


def test_an_invoice_in_two_parts():
    """300 in time, 100 after 40 days: 10 days, whichever way it is cut."""
    assert profile([payment(300.0, 0), payment(100.0, 40)], TODAY).days == 10.0


def test_nothing_paid_nothing_known():
    assert profile([], TODAY) == Profile(0.0, 0.0)


def test_six_months_back():
    """Paid on 15 March: gone on 15 September; paid the day after: still in. Tomorrow is not yet."""
    old = Payment(100.0, day(3, 1), day(3, 15))
    assert profile([old], TODAY).amount == 0.0
    assert profile([old._replace(paid_on=day(3, 16))], TODAY) == Profile(15.0, 100.0)
    assert profile([old._replace(paid_on=TODAY)], TODAY).amount == 100.0
    assert profile([old._replace(paid_on=day(9, 16))], TODAY).amount == 0.0


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 3, 1), date(2025, 9, 1)),
        (date(2026, 6, 30), date(2025, 12, 30)),
        (date(2024, 8, 30), date(2024, 2, 29)),
        (date(2026, 8, 30), date(2026, 2, 28)),
    ],
)
def test_window(today, first):
    assert window(today) == (first, today)


# Properties

payments = st.lists(
    st.builds(payment, st.integers(1, 10**8).map(lambda cents: cents / 100), st.integers(-60, 40)),
    max_size=8,
)


@given(payments)
def test_between_the_earliest_and_the_latest(paid):
    found = profile(paid, TODAY)
    late = [(entry.paid_on - entry.due_date).days for entry in paid]
    if paid:
        assert min(late) - 1e-6 <= found.days <= max(late) + 1e-6


@given(payments, st.integers(1, 30))
def test_everything_later_is_as_much_later(paid, days):
    """Due dates moved back by so many days make the average higher by as many."""
    moved = [entry._replace(due_date=entry.due_date - timedelta(days=days)) for entry in paid]
    if paid:
        assert profile(moved, TODAY).days == pytest.approx(profile(paid, TODAY).days + days)
