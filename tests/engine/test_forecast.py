"""The cash forecast: when what is open is expected, week by week."""

from datetime import date, timedelta

import pytest
from engine import forecast as rules
from engine.forecast import Delay, Open
from hypothesis import given, strategies as st

MONDAY = date(2026, 11, 30)
PUNCTUAL, SLOW = Delay(0, 0, 0), Delay(10, 3, 24)


def on(days):
    return MONDAY + timedelta(days=days)


def test_what_is_promised_comes_on_its_day():
    found = rules.forecast([Open(100.0, on(-40), SLOW, on(8))], MONDAY)
    assert found.weeks[1] == (on(7), 100, 100, 100, 100, 0, 0)
    assert found.late == found.beyond == found.apart == 0


def test_others_come_as_late_as_their_customer_pays():
    """Due on Monday, ten days late on average: the week after; between the third day and the 24th
    it may be any of four weeks, and is sure in none."""
    found = rules.forecast([Open(100.0, MONDAY, SLOW)], MONDAY, 5)
    assert [week.expected for week in found.weeks] == [0, 100, 0, 0, 0]
    assert [week.high for week in found.weeks] == [100, 100, 100, 100, 0]
    assert [week.low for week in found.weeks] == [0] * 5


def test_disputed_ones_wait_for_their_resolution():
    found = rules.forecast([Open(100.0, MONDAY, SLOW, resolution=20.0)], MONDAY, 5)
    assert [week.disputed for week in found.weeks] == [0, 0, 0, 0, 100]
    assert found.weeks[4].expected == 100


def test_what_should_have_come_is_late():
    found = rules.forecast(
        [
            Open(100.0, on(-30), SLOW),
            Open(50.0, on(-30), SLOW, on(-1)),
            Open(25.0, on(0), PUNCTUAL),
        ],
        MONDAY,
    )
    assert found.late == 150, "the first was due ten days before, the second was promised"
    assert found.weeks[0].expected == 25, "what is expected today is not late"


def test_apart_and_beyond():
    items = [Open(1.0, MONDAY, PUNCTUAL, apart=True), Open(2.0, on(91), PUNCTUAL)]
    found = rules.forecast(items, MONDAY)
    assert (found.apart, found.beyond) == (1, 2)
    assert rules.forecast([Open(2.0, on(90), PUNCTUAL)], MONDAY).weeks[12].expected == 2


def test_whose_delay_counts():
    own, scenario, company = Delay(1, 0, 2), Delay(2, 0, 3), Delay(3, 0, 4)
    assert rules.choose_delay(own, 3, scenario, 9, company) == own
    assert rules.choose_delay(own, 2, scenario, 3, company) == scenario
    assert rules.choose_delay(own, 2, scenario, 2, company) == company
    assert rules.choose_delay(None, 0, None, 0, company) == company
    assert rules.choose_delay(None, 0, None, 0, None) == (0, 0, 0)


def test_announced_money_comes_on_its_day():
    """Whatever was promised, and whether it is in dispute."""
    item = Open(100.0, on(-40), SLOW, on(20), resolution=9.0, announced_on=on(1))
    found = rules.forecast([item], MONDAY)
    assert found.weeks[0] == (MONDAY, 100, 100, 100, 0, 0, 100)


def test_credits_come_with_what_their_payer_pays_first():
    """An old credit of 30 makes the claim of the next week 70, not what is late -30; one of
    somebody else lessens nothing."""
    items = [
        Open(100.0, on(7), PUNCTUAL, payer=1),
        Open(500.0, on(14), PUNCTUAL, payer=1),
        Open(-30.0, on(-90), PUNCTUAL, payer=1),
        Open(-40.0, on(-90), PUNCTUAL, payer=2),
    ]
    found = rules.forecast(items, MONDAY)
    assert [week.expected for week in found.weeks[:3]] == [0, 70, 500]
    assert (found.late, found.apart) == (0, -40)


def test_credits_lessen_no_more_than_is_owed():
    """40 owed, 100 credited in two: the claim is nothing, -60 stand apart."""
    items = [
        Open(40.0, on(7), PUNCTUAL, payer=1),
        Open(-75.0, on(0), PUNCTUAL, payer=1),
        Open(-25.0, on(0), PUNCTUAL, payer=1),
    ]
    found = rules.forecast(items, MONDAY)
    assert found.weeks[1].expected == pytest.approx(0)
    assert found.apart == pytest.approx(-60)


def test_announced_money_is_not_lessened_by_credits():
    items = [
        Open(100.0, on(-9), PUNCTUAL, announced_on=on(1), payer=1),
        Open(-30.0, on(-90), PUNCTUAL, payer=1),
    ]
    found = rules.forecast(items, MONDAY)
    assert (found.weeks[0].expected, found.apart) == (100, -30)


def test_how_good_it_was():
    assert rules.error(80, 100) == -20
    assert rules.error(80, 0) is None


delays = st.tuples(st.floats(-20, 20), st.floats(0, 30), st.floats(0, 30)).map(
    lambda parts: Delay(parts[0], parts[0] - parts[1], parts[0] + parts[2])
)
items = st.builds(
    Open,
    amount=st.integers(-(10**6), 10**7).map(lambda cents: cents / 100),
    due_date=st.integers(-200, 200).map(on),
    delay=delays,
    promised_on=st.none() | st.integers(-30, 150).map(on),
    resolution=st.none() | st.floats(0, 90),
    apart=st.booleans(),
    announced_on=st.none() | st.integers(0, 30).map(on),
    payer=st.none() | st.integers(1, 3),
)


@given(st.lists(items, max_size=20), st.integers(0, 6).map(on), st.integers(1, 20))
def test_all_that_is_open_stands_in_one_place(open_items, today, weeks):
    found = rules.forecast(open_items, today, weeks)
    total = sum(week.expected for week in found.weeks) + found.late + found.beyond + found.apart
    assert total == pytest.approx(sum(item.amount for item in open_items), abs=1e-6)
    assert [week.monday for week in found.weeks] == [on(7 * n) for n in range(weeks)]


@given(st.lists(items, max_size=20), st.integers(0, 6).map(on))
def test_low_expected_high(open_items, today):
    claims = [item._replace(amount=abs(item.amount)) for item in open_items]
    for week in rules.forecast(claims, today).weeks:
        assert week.low - 1e-6 <= week.expected <= week.high + 1e-6
        assert week.promised + week.disputed + week.announced <= week.expected + 1e-6
