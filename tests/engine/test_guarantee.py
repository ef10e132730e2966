"""What secures a customer's debt, and until when a claim has to be declared."""

from datetime import timedelta

from engine.guarantee import Guarantee, days_left, declaration_deadline, effective, unsecured
from engine_builders import day
from hypothesis import given, strategies as st

MARCH = Guarantee(1000.0, 500.0, day(3, 1), day(3, 31))


def test_temporary_only_in_date():
    """Both its first and its last day count."""
    dates = (day(2, 28), day(3, 1), day(3, 31), day(4, 1))
    assert [effective(MARCH, today) for today in dates] == [1000.0, 1500.0, 1500.0, 1000.0]


def test_missing_dates_are_no_limits():
    assert effective(Guarantee(0.0, 500.0), day(3, 1)) == 500.0
    assert effective(Guarantee(0.0, 500.0, None, day(3, 31)), day(1, 1)) == 500.0
    assert effective(Guarantee(0.0, 500.0, day(3, 1)), day(12, 31)) == 500.0


def test_overdue_above_the_guarantee():
    assert unsecured(1600.0, effective(MARCH, day(3, 31))) == 100.0
    assert unsecured(1600.0, effective(MARCH, day(4, 1))) == 600.0
    assert unsecured(100.0, 1000.0) == 0.0


def test_declaration_deadline():
    """Due on 1 March, 60 days: 30 April. What is due today is not overdue."""
    assert declaration_deadline(day(3, 1), 60, day(3, 2)) == day(4, 30)
    assert declaration_deadline(day(3, 1), 60, day(6, 1)) == day(4, 30)
    assert declaration_deadline(day(3, 1), 60, day(3, 1)) is None
    assert declaration_deadline(None, 60, day(3, 1)) is None


def test_days_left_of_what_ends_first():
    assert days_left(day(3, 1), day(3, 31), day(3, 11)) == 10
    assert days_left(day(3, 1), day(3, 1)) == 0
    assert days_left(day(3, 1), day(2, 28), None) is None


amounts = st.floats(0, 1e9)
days = st.none() | st.integers(-60, 60).map(lambda number: day(3, 15) + timedelta(days=number))


@given(st.builds(Guarantee, amounts, amounts, days, days), amounts)
def test_never_less_than_the_permanent_one(guarantee, overdue):
    secured = effective(guarantee, day(3, 15))
    assert guarantee.permanent <= secured <= guarantee.permanent + guarantee.temporary
    assert 0 <= unsecured(overdue, secured) <= overdue
