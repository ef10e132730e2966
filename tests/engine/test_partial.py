"""A dispute or a promise of a part leaves the rest in the scenario (R1, R8)."""

import pytest
from engine.amounts import claimed_items, summarize
from engine.leader import amount_to_collect, exclusion, is_partial, withheld_amount
from engine.scenario import decide
from engine_builders import SETTINGS, A, customer, day, item
from hypothesis import given, strategies as st

TODAY = day(3, 10)
DUE = day(3, 1)


def test_disputed_part_leaves_the_rest_in_the_scenario():
    """1,000 of which 300 are disputed: 700 are chased, 300 shown as disputed."""
    disputed = item(1, DUE, amount=1000.0, kind="dispute", part=300.0)
    assert exclusion(disputed, TODAY, SETTINGS) is None
    decision = decide(customer(disputed), TODAY, SETTINGS)
    assert (decision.leader.id, decision.step.id, decision.amount) == (1, A, 700.0)
    sums = summarize([disputed], TODAY)
    assert (sums.overdue, sums.disputed, sums.due) == (1000.0, 300.0, 1000.0)


@pytest.mark.parametrize("part", [300.0, 299.999, 5000.0])
def test_dispute_of_all_that_is_left_takes_the_item_out(part):
    """700 of 1,000 were paid: the 300 left are those in dispute."""
    disputed = item(1, DUE, amount=300.0, kind="dispute", part=part)
    assert exclusion(disputed, TODAY, SETTINGS) == "dispute"
    assert summarize([disputed], TODAY).disputed == min(part, 300.0)
    assert withheld_amount(disputed, TODAY) == 0.0


def test_promised_part_is_held_until_the_promise_ends():
    promised = item(1, DUE, amount=1000.0, kind="promise", part=400.0, promised_until=day(3, 12))
    assert exclusion(promised, TODAY, SETTINGS) is None
    assert withheld_amount(promised, TODAY) == 400.0
    assert withheld_amount(promised, day(3, 13)) == 0.0
    assert summarize([promised], TODAY).promised == 400.0
    assert summarize([promised], day(3, 13)).promised == 0.0


def test_kept_part_of_a_promise_holds_nothing():
    paid = item(1, DUE, amount=600.0, kind="promise", part=0.0, promised_until=day(3, 12))
    assert exclusion(paid, TODAY, SETTINGS) is None
    assert withheld_amount(paid, TODAY) == 0.0


def test_follow_up_of_a_part_holds_it_after_the_promise_ended():
    followed = item(
        1,
        DUE,
        amount=1000.0,
        kind="promise",
        part=400.0,
        promised_until=day(3, 5),
        attached_part=True,
    )
    assert exclusion(followed, TODAY, SETTINGS) is None
    assert withheld_amount(followed, TODAY) == 400.0
    whole = followed._replace(amount=400.0)
    assert exclusion(whole, TODAY, SETTINGS) == "specific"


def test_whole_specific_action_or_litigation_takes_all_of_it():
    partly = item(1, DUE, amount=1000.0, kind="dispute", part=300.0)
    assert exclusion(partly._replace(attached=True), TODAY, SETTINGS) == "specific"
    assert exclusion(partly._replace(kind="litigation"), TODAY, SETTINGS) == "litigation"


def test_a_part_without_status_holds_nothing():
    assert withheld_amount(item(1, DUE, amount=1000.0, part=300.0), TODAY) == 0.0


def test_minimum_looks_at_the_rest():
    """R8: 100 less 60 in dispute is below a minimum of 50."""
    disputed = item(1, DUE, amount=100.0, kind="dispute", part=60.0)
    decision = decide(customer(disputed), TODAY, SETTINGS._replace(min_amount=50.0))
    assert decision.code == "below_minimum"
    assert decision.amount == 40.0


def test_told_with_the_rest():
    disputed = item(1, DUE, amount=1000.0, kind="dispute", part=300.0)
    assert claimed_items([disputed], TODAY, TODAY, SETTINGS) == [disputed]


@given(
    amount=st.floats(0.01, 1e6),
    part=st.none() | st.floats(0.0, 2e6),
    kind=st.sampled_from([None, "ongoing", "promise", "dispute", "litigation"]),
    promised=st.booleans(),
    attached=st.booleans(),
    attached_part=st.booleans(),
)
def test_what_is_held_and_what_is_chased_make_the_item(
    amount, part, kind, promised, attached, attached_part
):
    claim = item(
        1,
        DUE,
        amount=amount,
        part=part,
        kind=kind,
        promised_until=day(3, 12) if promised else None,
        attached=attached,
        attached_part=attached_part,
    )
    assert 0.0 <= withheld_amount(claim, TODAY) < amount
    if withheld_amount(claim, TODAY):
        assert is_partial(claim)
    if exclusion(claim, TODAY, SETTINGS) is None:
        assert (
            amount_to_collect([claim], [claim], TODAY, TODAY, SETTINGS)
            == amount - withheld_amount(claim, TODAY)
            > 0.0
        )
    sums = summarize([claim], TODAY)
    assert sums.disputed <= amount
    assert sums.promised <= amount
