"""Which items count and which one leads: rules R1 and R2."""

import pytest
from engine.facts import Settings
from engine.leader import (
    amount_to_collect,
    eligible_items,
    exclusion,
    is_ignored,
    is_promised,
    leader_key,
)
from engine.scenario import since_when, without_leader_since
from engine_builders import SETTINGS, customer, day, item

TODAY = day(3, 10)
DUE = day(3, 1)


def leader_id(*items, today=TODAY, settings=SETTINGS):
    leader = min(eligible_items(items, today, settings), key=leader_key, default=None)
    return leader and leader.id


# R1: eligible items


def test_r1_never_sent_waits_where_the_company_says_so():
    unsent = item(1, DUE, unsent=True)
    assert exclusion(unsent, TODAY, SETTINGS) is None
    hold = SETTINGS._replace(hold_unsent=True)
    assert exclusion(unsent, TODAY, hold) == "unsent"
    assert exclusion(item(1, DUE), TODAY, hold) is None
    assert exclusion(unsent._replace(amount=-1.0), TODAY, hold) == "credit"
    assert exclusion(unsent._replace(kind="dispute"), TODAY, hold) == "dispute"


def test_r1_plain_invoice_is_eligible():
    assert exclusion(item(1, DUE), TODAY, SETTINGS) is None


@pytest.mark.parametrize(
    ("values", "cause"),
    [
        ({"amount": -100.0}, "credit"),
        ({"amount": 0.0}, "credit"),
        ({"amount": -100.0, "ignored": True}, "ignored"),
        ({"amount": -100.0, "kind": "dispute"}, "dispute"),
        ({"blocked": True}, "blocked"),
        ({"no_followup": True}, "no_followup"),
        ({"ignored": True}, "ignored"),
        ({"kind": "dispute"}, "dispute"),
        ({"kind": "litigation"}, "litigation"),
        ({"attached": True}, "specific"),
        ({"kind": "promise", "promised_until": day(3, 12)}, "promise"),
        # A promise without date is no more than a remark.
        ({"kind": "promise"}, None),
        ({"kind": "ongoing"}, None),
        ({"kind": "dispute_resolved"}, None),
    ],
)
def test_r1_causes(values, cause):
    excluded = item(1, DUE, **values)
    assert exclusion(excluded, TODAY, SETTINGS) == cause
    assert leader_id(excluded) == (None if cause else 1)


def test_r1_dispute_is_named_before_a_promise_that_ends():
    # The promise of 12 March would end, the dispute would not: the user has to read "dispute".
    both = item(1, DUE, kind="dispute", promised_until=day(3, 12))
    assert exclusion(both, TODAY, SETTINGS) == "dispute"
    assert exclusion(both, day(3, 13), SETTINGS) == "dispute"


def test_r1_promise_is_awaited_to_the_end_of_its_last_day():
    # Promised for Thursday 12 March, one working day of grace: awaited until Friday the 13th.
    promised = item(1, DUE, kind="promise", promised_until=day(3, 13))
    assert leader_id(promised, today=day(3, 12)) is None
    assert leader_id(promised, today=day(3, 13)) is None
    assert leader_id(promised, today=day(3, 14)) == 1
    assert not is_promised(item(1, DUE), TODAY)


def test_r1_below_the_threshold_is_ignored_at_it_is_not():
    five = Settings(ignore_below=5.0)
    assert is_ignored(item(1, DUE, 4.99), five)
    assert not is_ignored(item(1, DUE, 5.0), five)
    assert leader_id(item(1, DUE, 4.99), item(2, day(3, 5)), settings=five) == 2


def test_r1_no_threshold_ignores_nothing_but_by_hand():
    assert not is_ignored(item(1, DUE, 0.01), SETTINGS)
    assert is_ignored(item(1, DUE, 10_000.0, ignored=True), SETTINGS)


def test_r1_a_small_credit_is_not_ignored_by_amount():
    assert not is_ignored(item(1, DUE, -1.0), Settings(ignore_below=5.0))


def test_r1_eligible_items_due_or_not():
    items = [
        item(1, DUE),
        item(2, day(4, 30)),
        item(3, DUE, kind="dispute"),
        item(4, DUE, -20.0),
    ]
    assert [each.id for each in eligible_items(items, TODAY, SETTINGS)] == [1, 2]


# R2: leader


def test_r2_oldest_due_date_leads():
    assert leader_id(item(1, day(3, 5)), item(2, DUE), item(3, day(3, 9))) == 2


def test_r2_due_date_goes_before_invoice_date():
    # An old invoice with a long term is not older than a young one due sooner.
    long_term = item(1, day(3, 5), date=day(1, 2))
    short_term = item(2, day(3, 1), date=day(2, 20))
    assert leader_id(long_term, short_term) == 2


def test_r2_tie_goes_to_the_older_invoice_then_the_lower_id():
    older = item(9, DUE, date=day(1, 15))
    younger = item(3, DUE, date=day(2, 15))
    twin = item(5, DUE, date=day(2, 15))
    assert leader_id(younger, older) == 9
    assert leader_id(twin, younger) == 3


def test_r2_items_not_yet_due_count():
    assert leader_id(item(1, day(4, 30)), item(2, day(5, 31))) == 1


def test_r2_excluded_oldest_leaves_the_lead_to_the_next():
    assert leader_id(item(1, DUE, kind="dispute"), item(2, day(3, 5))) == 2
    assert leader_id(item(1, DUE, attached=True), item(2, day(3, 5))) == 2


def test_r2_instalments_are_separate_items():
    # One invoice of 1 January, payable on 31 January, 28 February and 31 March.
    first, second, third = (
        item(id_, due, date=day(1, 1))
        for id_, due in ((1, day(1, 31)), (2, day(2, 28)), (3, day(3, 31)))
    )
    assert leader_id(third, second, first) == 1
    assert leader_id(third, second) == 2
    assert leader_id(third) == 3


def test_r2_none_without_eligible_item():
    assert leader_id() is None
    assert leader_id(item(1, DUE, -50.0)) is None


# R2: since when


@pytest.mark.parametrize(
    ("before", "since_before", "expected"),
    [
        # Never planned: the item leads since its own date, 30 January.
        (None, None, day(1, 30)),
        # Same leader as before: its day is kept.
        (1, day(2, 17), day(2, 17)),
        # Another one led before: since today.
        (2, day(2, 17), TODAY),
        # None led before: since today.
        (None, day(2, 17), TODAY),
    ],
)
def test_r2_leader_since(before, since_before, expected):
    leader = item(1, DUE)
    known = customer(leader, leader=before, since=since_before)
    assert since_when(known, leader, TODAY) == expected


def test_r2_leader_since_is_never_later_than_the_day_it_is_found():
    # Dated ahead, on 20 March: it leads on the 10th all the same.
    ahead = item(1, day(4, 30), date=day(3, 20))
    assert since_when(customer(ahead), ahead, TODAY) == TODAY


def test_r2_without_leader_the_day_it_was_lost_is_kept():
    assert without_leader_since(customer(leader=1, since=day(2, 17)), TODAY) == TODAY
    assert without_leader_since(customer(since=day(3, 4)), TODAY) == day(3, 4)
    assert without_leader_since(customer(), TODAY) == TODAY


# R8: what is chased


def test_r8_counts_eligible_items_due_by_the_day_less_credits():
    on_the_day = item(1, TODAY, 100.0)
    after = item(2, day(3, 11), 40.0)
    disputed = item(3, DUE, 500.0, kind="dispute")
    credit = item(4, DUE, -30.0)
    credit_to_come = item(5, day(4, 30), -8.0)
    credit_in_dispute = item(6, DUE, -9.0, kind="dispute")
    items = [on_the_day, after, disputed, credit, credit_to_come, credit_in_dispute]
    eligible = [on_the_day, after]
    # 100 - 30 - 8; then with the item of the 11th.
    assert amount_to_collect(eligible, items, TODAY, TODAY, SETTINGS) == 62.0
    assert amount_to_collect(eligible, items, day(3, 11), TODAY, SETTINGS) == 102.0
