"""A dry run in figures, against a simulation counted by hand."""

from collections import Counter
from datetime import date, timedelta

from engine.dry_run import Message, Share, tally
from hypothesis import given, strategies as st

MARCH_6, MARCH_16, MARCH_26 = date(2026, 3, 6), date(2026, 3, 16), date(2026, 3, 26)


def test_worked_example():
    """Two customers: e-mails on the 6th and 16th and a call on the 26th; an e-mail on the 16th."""
    run = tally(
        [
            Message(MARCH_6, 1, "email", 100.0),
            Message(MARCH_16, 1, "email", 150.0),
            Message(MARCH_16, 2, "email", 70.0),
            Message(MARCH_26, 1, "call", 150.0),
        ]
    )
    assert run.days == {MARCH_6: {"email": 1}, MARCH_16: {"email": 2}, MARCH_26: {"call": 1}}
    assert run.customers == {
        1: Share({"email": 2, "call": 1}, 3, MARCH_6, MARCH_26, 100.0, True),
        2: Share({"email": 1}, 1, MARCH_16, MARCH_16, 70.0, True),
    }


def test_internal_actions_reach_nobody():
    run = tally(
        [
            Message(MARCH_6, 1, "email_internal", 100.0, reaches=False),
            Message(MARCH_6, 2, "email_internal", 70.0, reaches=False),
            Message(MARCH_16, 2, "email", 70.0),
        ]
    )
    assert [run.customers[key].reached for key in (1, 2)] == [False, True]


def test_nothing():
    assert tally([]) == ({}, {})


MESSAGES = st.lists(
    st.builds(
        Message,
        st.integers(0, 60).map(lambda days: MARCH_6 + timedelta(days=days)),
        st.integers(1, 5),
        st.sampled_from(["email", "call", "sms"]),
        st.floats(1, 1000),
    )
)


@given(MESSAGES)
def test_both_ways_count_the_same(messages):
    run = tally(messages)
    by_day = Counter()
    for counts in run.days.values():
        by_day.update(counts)
    by_customer = Counter()
    for share in run.customers.values():
        by_customer.update(share.types)
        assert share.messages == sum(share.types.values())
        assert share.first <= share.last
    assert by_day == by_customer == Counter(message.action_type for message in messages)
    assert list(run.days) == sorted(run.days)
