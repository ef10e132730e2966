"""Whether a promise was kept: rule R15."""

from datetime import timedelta

import pytest
from engine.promises import (
    NOT_KEPT,
    KeptShare,
    Promise,
    kept_share,
    promised_amount,
    received_amount,
    state,
)
from engine_builders import day
from hypothesis import given, strategies as st

STATES = ("open", "kept", "partly", "broken", "replaced")
#: Promised for Tuesday 3 March, one working day of grace.
DEADLINE = day(3, 4)
AFTER = day(3, 5)


def promise(amount=None, still_open=100.0, settled=0.0, **values):
    return Promise(amount, still_open, settled, DEADLINE, **values)


# Worked examples


@pytest.mark.parametrize(
    ("amount", "settled", "expected"),
    [
        # all of 100 was promised
        (None, 0.0, "broken"),
        (None, 99.99, "partly"),
        (None, 100.0, "kept"),
        # 0 means all of it, as an empty amount does
        (0.0, 60.0, "partly"),
        # 60 of 100 were promised
        (60.0, 59.99, "partly"),
        (60.0, 60.0, "kept"),
        (60.0, 100.0, "kept"),
        # more than there is cannot be promised
        (150.0, 100.0, "kept"),
    ],
)
def test_r15_after_the_deadline(amount, settled, expected):
    assert state(promise(amount), settled, AFTER) == expected


def test_r15_open_until_the_end_of_the_deadline():
    assert state(promise(), 0.0, day(3, 1)) == "open"
    assert state(promise(), 40.0, DEADLINE) == "open"
    assert state(promise(), 40.0, AFTER) == "partly"


def test_r15_kept_before_the_deadline():
    assert state(promise(), 100.0, day(2, 27)) == "kept"


def test_r15_money_of_before_does_not_count():
    # 30 of 100 were paid when the rest of 70 was promised.
    rest = promise(None, 70.0, 30.0)
    assert promised_amount(rest) == 70.0
    assert received_amount(rest, 30.0) == 0.0
    assert state(rest, 30.0, AFTER) == "broken"
    assert state(rest, 80.0, AFTER) == "partly"
    assert state(rest, 100.0, AFTER) == "kept"


def test_r15_payments_undone_leave():
    # The 30 of before bounced: less is settled than when it was promised, never less than nothing.
    assert received_amount(promise(None, 70.0, 30.0), 0.0) == 0.0


def test_r15_replaced_is_neither_kept_nor_broken():
    assert state(promise(replaced=True), 40.0, AFTER) == "replaced"
    assert state(promise(replaced=True), 0.0, day(3, 1)) == "replaced"
    assert state(promise(replaced=True), 100.0, AFTER) == "kept"


def test_r15_currencies_round_differently():
    # 1,000 yen have no cents, 10 dinars have thousandths.
    yen = promise(None, 1000.0)
    assert state(yen, 999.6, AFTER, rounding=1.0) == "kept"
    assert state(yen, 999.0, AFTER, rounding=1.0) == "partly"
    dinar = promise(None, 10.0)
    assert state(dinar, 9.999, AFTER, rounding=0.001) == "partly"
    assert state(dinar, 9.999, AFTER, rounding=0.01) == "kept"


def test_r15_binary_fractions_do_not_decide():
    assert state(promise(0.3), 0.1 + 0.1 + 0.1, AFTER) == "kept"
    assert state(promise(None, 100.0 - 99.7, 99.7), 100.0, AFTER) == "kept"


def test_share_kept():
    states = ["kept"] * 3 + ["broken", "open", "open", "replaced"]
    assert kept_share(states) == KeptShare(3, 4)
    assert kept_share(states).percent == 75
    assert kept_share(["partly", "kept", "broken"]).percent == 33
    assert kept_share(["kept", "kept", "partly"]).percent == 67
    assert kept_share(["open", "replaced"]).percent is None


# Properties

cents = st.integers(0, 100_000).map(lambda value: value / 100)
promises = st.builds(
    Promise,
    amount=st.none() | cents,
    open=cents.map(lambda value: value + 0.01),
    settled=cents,
    deadline=st.integers(-30, 30).map(lambda days: DEADLINE + timedelta(days=days)),
    replaced=st.booleans(),
)
days = st.integers(-60, 60).map(lambda days: DEADLINE + timedelta(days=days))


@given(promises, cents, days)
def test_every_promise_has_one_state(case, settled, today):
    found = state(case, settled, today)
    assert found in STATES
    if found in NOT_KEPT:
        assert today > case.deadline
        assert received_amount(case, settled) < promised_amount(case)
    if found == "open":
        assert today <= case.deadline
    if found == "replaced":
        assert case.replaced


@given(promises, cents, cents, days)
def test_more_money_never_makes_it_worse(case, settled, more, today):
    rank = {"broken": 0, "partly": 1, "open": 2, "replaced": 2, "kept": 3}
    before = rank[state(case, settled, today)]
    assert rank[state(case, settled + more, today)] >= before


@given(promises, cents, days, st.integers(1, 60))
def test_only_open_promises_change_with_time(case, settled, today, later):
    before = state(case, settled, today)
    after = state(case, settled, today + timedelta(days=later))
    assert after == before or (before == "open" and after in NOT_KEPT)


@given(promises, days)
def test_all_of_it_keeps_any_promise(case, today):
    assert state(case, case.settled + case.open, today) == "kept"


@given(st.lists(st.sampled_from(STATES)))
def test_the_share_is_a_share(states):
    share = kept_share(states)
    assert 0 <= share.kept <= share.judged <= len(states)
    assert share.percent is None if not share.judged else 0 <= share.percent <= 100
