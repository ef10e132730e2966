"""Families of items: which ones a text tells of."""

from datetime import date, timedelta

import pytest
from engine.facts import Item, Settings
from engine.families import FAMILIES, select_items
from hypothesis import given, strategies as st

TODAY = date(2026, 3, 6)


def item(id, days_late, amount, **values):
    due = TODAY - timedelta(days=days_late)
    return Item(id, due, due - timedelta(days=30), amount, **values)


def ids(items, name, settings=None, **options):
    return [
        entry.id for entry in select_items(items, name, TODAY, settings or Settings(), **options)
    ]


LEDGER = [
    item(1, 5, 100.0),
    item(2, 0, 50.0),
    item(3, 10, 70.0, kind="dispute"),
    item(4, 20, -30.0),
    item(5, -20, 10.0),
    item(6, 9, 40.0, ignored=True),
    item(7, 9, 40.0, no_followup=True),
    item(8, 9, 25.0, kind="promise", promised_until=TODAY),
    item(9, 9, -5.0, kind="dispute"),
]


def test_worked_example():
    """Due today is not overdue; oldest first, credits last; a disputed credit reduces nothing."""
    assert ids(LEDGER, "overdue") == [3, 8, 1, 4]
    assert ids(LEDGER, "not_due") == [2, 5]
    assert ids(LEDGER, "all") == [3, 8, 1, 2, 5, 4]
    assert ids(LEDGER, "overdue", disputes=False) == [8, 1, 4]


def test_disputed_in_part_is_told_of_in_any_case():
    partly = item(9, 5, 100.0)._replace(kind="dispute", part=30.0)
    assert ids([partly], "overdue", disputes=False) == [9]
    assert ids([partly._replace(part=100.0)], "overdue", disputes=False) == []


def test_credits_go_with_what_is_not_due_where_nothing_is_overdue():
    assert ids([item(2, 0, 50.0), item(4, 20, -30.0)], "overdue") == []
    assert ids([item(2, 0, 50.0), item(4, 20, -30.0)], "not_due") == [2, 4]


def test_a_credit_left_out_is_not_told_of():
    claim = item(1, 5, 100.0)
    for values in ({"ignored": True}, {"no_followup": True}):
        assert ids([claim, item(2, 5, -30.0, **values)], "all") == [1]


def test_below_the_threshold():
    assert ids(LEDGER, "all", Settings(ignore_below=30.0)) == [3, 1, 2, 4]


def test_unknown_family():
    with pytest.raises(ValueError, match="selected"):
        select_items([], "selected", TODAY, Settings())


items = st.lists(
    st.builds(
        item,
        st.integers(1, 10**6),
        st.integers(-60, 60),
        st.integers(-500, 500).filter(bool).map(float),
        kind=st.sampled_from([None, "dispute", "litigation", "ongoing"]),
        ignored=st.booleans(),
        no_followup=st.booleans(),
    ),
    unique_by=lambda entry: entry.id,
    max_size=12,
)


@given(items, st.booleans())
def test_overdue_and_not_due_make_up_all(ledger, disputes):
    parts = [set(ids(ledger, name, disputes=disputes)) for name in FAMILIES]
    everything, overdue, not_due = parts
    assert overdue | not_due == everything
    assert not overdue & not_due
