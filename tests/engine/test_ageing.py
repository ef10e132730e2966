"""Buckets of age: the limits belong to the younger one."""

import pytest
from engine.ageing import BUCKETS, bucket
from hypothesis import given, strategies as st


@pytest.mark.parametrize(
    ("days", "key"),
    [
        (-400, "000"),
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
def test_limits(days, key):
    assert bucket(days) == key


@given(st.integers(-5000, 5000))
def test_every_day_is_in_one_bucket(days):
    found = [
        each.key
        for each in BUCKETS
        if (each.first is None or days >= each.first) and (each.last is None or days <= each.last)
    ]
    assert found == [bucket(days)]


@given(st.integers(-200, 200), st.integers(0, 200))
def test_keys_sort_by_age(days, more):
    assert bucket(days) <= bucket(days + more)
