"""Money that is announced is not asked for again: rule R17."""

from datetime import date

from engine.amounts import claimed_items
from engine.leader import awaited_amount, exclusion, is_missed, is_only_discount, withheld_amount
from engine_builders import SETTINGS, day, item, plan, step_and_date

DUE = day(3, 1)
A = 1


FRIDAY, NEXT_FRIDAY = day(3, 6), day(3, 13)


def coming(id_, amount=100.0, announced=100.0, on=FRIDAY, until=NEXT_FRIDAY, **values):
    """Expected on Friday 6 March, awaited five working days more."""
    return item(
        id_,
        DUE,
        amount,
        announced=announced,
        announced_for=on,
        announced_until=until,
        **values,
    )


def test_not_chased_until_its_last_day_then_the_scenario_goes_on():
    assert plan(day(3, 13), coming(1)).code == "excluded"
    assert plan(day(3, 13), coming(1)).exclusions == (("announced", 1),)
    assert step_and_date(plan(day(3, 14), coming(1), leader=None, since=day(3, 6))) == (
        A,
        day(3, 14),
    )
    assert is_missed(coming(1), day(3, 14)) and not is_missed(coming(1), day(3, 13))


def test_of_three_invoices_130_are_announced_and_170_chased():
    decision = plan(day(3, 6), coming(1), coming(2, announced=30.0), item(3, DUE))
    assert (decision.leader.id, decision.amount) == (2, 170.0)


def test_what_is_left_is_told():
    partly = coming(2, announced=30.0)
    assert claimed_items([coming(1), partly], day(3, 6), day(3, 6), SETTINGS) == [partly]
    assert withheld_amount(partly, day(3, 6)) == 30.0
    assert withheld_amount(partly, day(3, 14)) == 0.0


def test_received_without_an_entry_is_never_asked_for_again():
    for today in (day(3, 6), date(2036, 3, 6)):
        assert exclusion(coming(1, on=None, until=None), today, SETTINGS) == "announced"
    assert not is_missed(coming(1, on=None, until=None), date(2036, 3, 6))


def test_no_more_is_awaited_than_is_open():
    assert awaited_amount(coming(1, 40.0), day(3, 6)) == 40.0


def test_with_a_disputed_part():
    """Of 100, 30 are in dispute and 50 on their way: 20 are asked for; with 70, nothing."""
    partly = coming(1, announced=50.0, kind="dispute", part=30.0)
    assert plan(day(3, 6), partly).amount == 20.0
    assert exclusion(partly._replace(announced=70.0), day(3, 6), SETTINGS) == "announced"


def test_a_credit_is_no_claim():
    assert awaited_amount(coming(1, -100.0), day(3, 6)) == 0.0


def test_all_but_the_discount_paid_in_time_is_no_ordinary_debt():
    """98 of 100 paid on the last day of the discount leave 2.00; a day later they are owed."""
    rest = item(1, DUE, 2.0, discount=2.0, discount_until=day(2, 11), paid_on=day(2, 11))
    assert exclusion(rest, day(3, 6), SETTINGS) == "discount"
    assert exclusion(rest._replace(paid_on=day(2, 12)), day(3, 6), SETTINGS) is None
    assert not is_only_discount(rest._replace(amount=3.0))


def test_all_but_the_discount_announced_in_time():
    whole = coming(1, announced=98.0, on=day(2, 11), discount=2.0, discount_until=day(2, 11))
    assert exclusion(whole, day(3, 6), SETTINGS) == "announced"
    assert exclusion(whole._replace(announced_for=day(2, 12)), day(3, 6), SETTINGS) is None
