"""What steps bring: payments after an action, those that would have come anyway, and too few."""

from datetime import date, timedelta

import pytest
from engine.ageing import AROUND_DUE
from engine.effect import (
    FEWEST,
    WINDOWS,
    Part,
    Waited,
    band_of,
    is_over,
    median_days,
    paid_within,
    share,
    week_of,
    without_action,
)
from hypothesis import given, strategies as st

DONE = date(2026, 3, 2)


def on(days, amount, is_payment=True):
    return Part(DONE + timedelta(days=days), amount, is_payment)


def paid(asked, total, *parts):
    return [paid_within(asked, total, parts, DONE, window) for window in WINDOWS]


def test_each_window_includes_its_last_day():
    assert paid(100, 100, on(3, 10), on(7, 20), on(14, 30), on(31, 40)) == [10, 30, 60, 60]


def test_credit_notes_are_no_payments():
    assert paid(100, 100, on(2, 60, False), on(5, 40)) == [0, 40, 40, 40]


def test_what_was_paid_before_is_no_answer():
    assert paid(60, 100, on(-5, 40), on(2, 10)) == [10, 10, 10, 10]


def test_more_than_was_asked_for_is_not_counted():
    """The dispute about 50 was settled: 100 came, where 50 was asked for."""
    assert paid(50, 100, on(6, 100)) == [0, 50, 50, 50]


def test_the_same_day():
    # 100 was asked for, and came on the day itself
    assert paid(100, 100, on(0, 100)) == [100] * 4
    # 70 had been booked that morning: asked for was the rest, of which nothing came
    assert paid(30, 100, on(0, 70)) == [0] * 4
    # 70 in the morning, 10 in the afternoon
    assert paid(30, 100, on(0, 70), on(0, 10)) == [10] * 4
    # a credit note in the morning, a payment in the afternoon
    assert paid(60, 100, on(0, 40, False), on(0, 60)) == [60] * 4


def test_booked_later_for_an_earlier_day():
    """The statement of the bank came after the reminder: what had been paid is no answer to it."""
    assert paid(100, 100, on(-1, 100)) == [0] * 4


def test_a_window_counts_once_it_is_over():
    days = [0, 3, 4, 7, 8, 30, 31]
    today = [DONE + timedelta(days=number) for number in days]
    assert [is_over(DONE, 3, day) for day in today] == [False] * 2 + [True] * 5
    assert [is_over(DONE, 7, day) for day in today] == [False] * 4 + [True] * 3
    assert [is_over(DONE, 30, day) for day in today] == [False] * 6 + [True]


def test_percentages_are_weighted():
    """19 times 10 of 100 and once 900 of 1,000: 1,090 of 2,900, and not the mean of them."""
    parts = [(100, 10)] * 19 + [(1000, 900)]
    assert share(parts) == pytest.approx(1090 / 2900 * 100)


def test_too_few_actions():
    assert share([(100, 50)] * (FEWEST - 1)) is None
    assert share([(100, 50)] * FEWEST) == 50
    # one that asks for nothing is none of them
    assert share([(100, 50)] * (FEWEST - 1) + [(0, 0)]) is None


def test_median_of_those_that_were_paid():
    assert median_days([1, 2, 10, 20], FEWEST) == 6
    assert median_days([], FEWEST) is None


def test_those_who_waited():
    """Of 1,500, 1,000 waits on and pays 100 on the sixth day, 200 on the tenth; of 500 nothing is
    done until the eighth day, and 150 comes on the first: 90 % of 1,350 are left on the sixth."""
    claims = [
        Waited(1000, ((6, 100, True), (10, 200, True))),
        Waited(500, ((1, 150, True),), free=8),
    ]
    six = 1 - 0.9 * (1 - 100 / 1350)
    ten = 1 - (1 - six) * (1 - 200 / 900)
    found = [without_action(claims, window) for window in WINDOWS]
    assert found == pytest.approx([0.1, six, ten, ten])


def test_nobody_waited_to_the_end():
    assert without_action([], 3) is None
    assert without_action([Waited(500, (), free=3)], 3) is None
    assert without_action([Waited(500, (), free=4)], 3) == 0
    # what a credit note takes away nobody can pay
    assert without_action([Waited(500, ((1, 500, False),))], 3) is None
    assert without_action([Waited(500, ((3, 500, True),))], 30) == 1


def test_who_paid_before_anything_was_done_does_not_count_twice():
    """Ten equal claims: one pays on each of the first three days, then something is done with the
    rest. Whoever takes those only with whom nothing was done finds that all pay by themselves."""
    claims = [Waited(100, ((day, 100, True),)) for day in (0, 1, 2)] + [Waited(100, (), 4)] * 7
    assert without_action(claims, 3) == pytest.approx(0.3)
    assert without_action(claims, 7) is None


def test_credit_notes_lessen_what_can_come():
    claims = [Waited(100, ((1, 60, False), (2, 20, True)))]
    assert without_action(claims, 3) == pytest.approx(0.5)


def test_bands_follow_one_another():
    for before, after in zip(AROUND_DUE, AROUND_DUE[1:], strict=False):
        assert before.last + 1 == after.first
    assert (AROUND_DUE[0].first, AROUND_DUE[-1].last) == (None, None)


@given(st.integers(-2000, 2000))
def test_each_age_is_in_one_band(days):
    [band] = [
        band
        for band in AROUND_DUE
        if (band.first is None or band.first <= days) and (band.last is None or days <= band.last)
    ]
    assert band_of(days) == band.key


@given(st.dates())
def test_weeks_begin_on_monday(day):
    monday = week_of(day) if day.toordinal() > 7 else day
    assert monday.weekday() == 0 or day.toordinal() <= 7
    assert 0 <= (day - monday).days < 7


@given(
    st.floats(0, 1000),
    st.lists(st.tuples(st.integers(-10, 40), st.floats(0, 500), st.booleans())),
)
def test_more_days_bring_no_less_and_never_more_than_asked(asked, rows):
    found = paid(asked, 1000, *(on(*row) for row in rows))
    assert found == sorted(found)
    assert 0 <= found[0] and found[-1] <= asked
