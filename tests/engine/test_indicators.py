"""DSO and its kin: published examples, and what holds for any ledger."""

from datetime import date, timedelta

import pytest
from engine import indicators as rules
from hypothesis import given, strategies as st

NOV = date(2026, 11, 30)
days = st.dates(date(2015, 1, 1), date(2035, 12, 31))
money = st.integers(0, 10**9).map(lambda cents: cents / 100)
#: Of each month; below zero: more credit notes than invoices.
sales = st.lists(st.integers(-(10**7), 10**8).map(lambda c: c / 100), min_size=36, max_size=36)


def test_count_back_with_the_real_calendar():
    """2,500 on 30 November: all of November and October, 500 of September's 700."""
    assert rules.count_back(2500, [1200, 800, 700], NOV) == pytest.approx(30 + 31 + 500 / 700 * 30)


def test_the_month_that_the_day_lies_in_has_the_days_that_have_passed():
    # 300 of 100 in ten days of March, 200 of February's 400
    day = date(2026, 3, 10)
    assert rules.count_back(300, [100, 400], day) == pytest.approx(10 + 200 / 400 * 28)
    assert rules.count_back(50, [100, 400], day) == pytest.approx(5)


def test_a_month_without_sales_passes():
    assert rules.count_back(1000, [500, 0, 1000], NOV) == pytest.approx(30 + 31 + 15)


def test_a_month_of_credit_notes_neither_adds_days_nor_uses_up():
    assert rules.count_back(1000, [500, -200, 1000], NOV) == pytest.approx(30 + 15)


@pytest.mark.parametrize("sold", ([], [0.0] * 36, [-5.0, 0.0]))
def test_without_sales_there_is_no_figure(sold):
    assert rules.count_back(1000, sold, NOV) is None
    assert rules.balance(1000, sum(sold), 90) is None


def test_sales_that_do_not_reach():
    """More is open than was sold in all the months that are known: so many days at least."""
    assert rules.count_back(10_000, [100, 100], NOV) == 61


def test_nothing_open_is_no_day():
    assert rules.count_back(0, [100], NOV) == 0
    assert rules.count_back(-50, [100], NOV) == 0
    assert rules.balance(-50, 100, 90) == 0


def test_balance():
    assert rules.balance(30_000, 60_000, 90) == 45
    assert rules.balance(472, 2400 + 470.4, 365) == pytest.approx(60, abs=0.05)


def test_effectiveness():
    assert rules.effectiveness(6200, 3630, 6340, 3590) == pytest.approx(55.9, abs=0.05)
    assert rules.effectiveness(0, 100, 100, 100) is None, "nothing was to be collected"
    assert rules.effectiveness(100, 0, 0, 0) == 100


def test_parts():
    found = rules.figures(700, 300, 0, rules.Balance(1000, 10))
    assert found == (7, 3, 4, 0)
    known = rules.figures(700, 300, 100, rules.CountBack([0.0], NOV))
    assert known == (None, None, None, None)


def test_percentiles():
    assert rules.percentile([], 0.5) is None
    assert rules.percentile([7], 0.9) == 7
    assert rules.percentile([30, 10, 20, 40], 0.5) == 25


@given(days, st.integers(0, 1000), st.integers(1, 10**6))
def test_constant_sales_are_as_many_days(day, k, sold_a_day):
    """Of S a day, a receivable of k·S is k days, on whatever day."""
    months = [span.days * sold_a_day for span in rules.months_back(day)]
    assert rules.count_back(k * sold_a_day, months, day) == pytest.approx(k)
    assert rules.balance(k * sold_a_day, 90 * sold_a_day, 90) == pytest.approx(k)


@given(days, money, money, money, sales)
def test_the_best_possible_is_never_more(day, receivable, not_due, disputed, sold):
    for method in (rules.CountBack(sold, day), rules.Balance(sum(sold), 90)):
        found = rules.figures(receivable, not_due, disputed, method)
        if found.dso is not None:
            assert 0 <= found.best <= found.dso
            assert found.delinquent == pytest.approx(found.dso - found.best)


@given(days, money, money, sales)
def test_more_open_is_never_fewer_days(day, less, more, sold):
    less, more = sorted((less, more))
    first, second = (rules.count_back(each, sold, day) for each in (less, more))
    assert (first is None) == (second is None)
    if first is not None:
        assert first <= second + 1e-9


@given(days)
def test_months_lie_one_behind_the_other(day):
    spans = list(rules.months_back(day))
    assert len(spans) == rules.MONTHS and spans[0].last == day
    for later, earlier in zip(spans, spans[1:], strict=False):
        assert earlier.last + timedelta(days=1) == later.first and earlier.first.day == 1
