"""Ageing, on amounts and dates worked by hand."""

from datetime import date, timedelta

import pytest
from engine.ageing import (
    BUCKETS,
    OVERDUE,
    OVERDUE_FINE,
    OVERDUE_KEYS,
    Age,
    bucket_of,
    due_dates,
    sum_by_bucket,
    widen,
)
from engine.amounts import summarize
from engine_builders import day, item
from hypothesis import given, strategies as st

TODAY = day(3, 31)


@pytest.mark.parametrize(
    ("days", "key"),
    [
        (-1, "000"),
        (0, "000"),
        (1, "001"),
        (30, "001"),
        (31, "031"),
        (60, "031"),
        (61, "061"),
        (90, "061"),
        (91, "091"),
        (4000, "091"),
    ],
)
def test_edges(days, key):
    assert bucket_of(days) == key


def test_due_dates_of_each_bucket():
    """31 March less 30 days is 1 March, less 60 is 30 January, less 90 is 31 December."""
    assert [due_dates(entry.key, TODAY) for entry in BUCKETS] == [
        (day(3, 31), None),
        (day(3, 1), day(3, 30)),
        (day(1, 30), day(2, 28)),
        (date(2025, 12, 31), day(1, 29)),
        (None, date(2025, 12, 30)),
    ]
    with pytest.raises(ValueError, match="no bucket: soon"):
        due_dates("soon", TODAY)


def test_amounts_and_numbers():
    """Due today 10; one and thirty days late 20 + 30; 31 days late 40, in dispute; 91 days 50."""
    found = sum_by_bucket(
        [
            item(1, TODAY, 10.0),
            item(2, day(3, 30), 20.0),
            item(3, day(3, 1), 30.0, ignored=True),
            item(4, day(2, 28), 40.0, kind="dispute"),
            item(5, date(2025, 12, 30), 50.0),
            item(6, day(1, 1), -25.0),
        ],
        TODAY,
    )
    assert found == {
        "000": Age(10.0, 1),
        "001": Age(50.0, 2),
        "031": Age(40.0, 1),
        "061": Age(),
        "091": Age(50.0, 1),
    }


@given(st.integers(-500, 500))
def test_a_bucket_is_its_due_dates(days):
    """The rule by days and the one by dates agree: each claim is in exactly one."""
    due = TODAY - timedelta(days=days)
    ranges = {entry.key: due_dates(entry.key, TODAY) for entry in BUCKETS}
    inside = [
        key
        for key, (first, last) in ranges.items()
        if (first is None or first <= due) and (last is None or due <= last)
    ]
    assert inside == [bucket_of(days)]
    assert (bucket_of(days) in OVERDUE_KEYS) == (due < TODAY)


@given(st.lists(st.tuples(st.integers(-200, 200), st.integers(-1000, 1000)), max_size=30))
def test_adds_up_to_the_figures(claims):
    items = [
        item(number, TODAY - timedelta(days=days), float(amount))
        for number, (days, amount) in enumerate(claims)
    ]
    found, sums = sum_by_bucket(items, TODAY), summarize(items, TODAY)
    assert sum(found[key].amount for key in OVERDUE_KEYS) == sums.overdue
    assert found["000"].amount == sums.not_due
    assert sum(entry.claims for entry in found.values()) == sum(each.amount > 0 for each in items)


def test_finer_buckets_are_parts_of_the_others():
    for days in range(1, 400):
        (fine,) = (each for each in OVERDUE_FINE if each.first <= days <= (each.last or days))
        assert widen(fine.key) == bucket_of(days)


def test_no_key_means_two_things():
    found = {}
    for each in (*BUCKETS, *OVERDUE_FINE):
        assert found.setdefault(each.key, each) == each
    for buckets in (OVERDUE, OVERDUE_FINE):
        keys = [each.key for each in buckets]
        assert keys == sorted(keys)
