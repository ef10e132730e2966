"""A scenario played forward (dry run), with dates worked by hand.

Scenario A due+5, B due+15, C previous+10, D due+45, unless said otherwise.
"""

from datetime import timedelta
from itertools import islice

from engine.facts import OpenAction, Scenario, Settings, Step
from engine.simulation import simulate
from engine_builders import (
    BEFORE_DUE,
    BY_AGE,
    SCENARIO,
    SETTINGS,
    A,
    B,
    C,
    D,
    P,
    Q,
    customer,
    day,
    history,
    item,
)

X, Y = 101, 102
DUE = day(3, 1)
LED = {"leader": X, "since": day(2, 1)}
YEAR_END = day(12, 31)


def play(today, *items, until=YEAR_END, settings=SETTINGS, opening=None, **values):
    """[(day, leader, step)]"""
    arguments = (opening,) if opening else ()
    steps = simulate(customer(*items, **values), today, until, settings, *arguments)
    # A scenario that never ends would hang the test instead of failing it.
    return [(when, each.leader.id, each.step.id) for when, each in islice(steps, 100)]


def monday_to_friday(when):
    while when.weekday() > 4:
        when += timedelta(days=1)
    return when


def test_each_step_on_its_day():
    assert play(DUE, item(X, DUE)) == [
        (day(3, 6), X, A),
        (day(3, 16), X, B),
        (day(3, 26), X, C),
        (day(4, 15), X, D),
    ]


def test_ends_on_the_last_day_included():
    assert play(DUE, item(X, DUE), until=day(3, 16)) == [(day(3, 6), X, A), (day(3, 16), X, B)]
    assert play(DUE, item(X, DUE), until=day(3, 15)) == [(day(3, 6), X, A)]
    assert play(DUE, item(X, DUE), until=day(2, 28)) == []


def test_late_step_is_done_today_and_moves_the_others():
    # A, late since 6 March, today the 20th; B 10 days overduer; C 10 days overduer; D on
    # max(15 April, 9 + 20 = 29 April).
    assert play(day(3, 20), item(X, DUE), **LED) == [
        (day(3, 20), X, A),
        (day(3, 30), X, B),
        (day(4, 9), X, C),
        (day(4, 29), X, D),
    ]


def test_says_the_date_by_rule_beside_the_day():
    ((when, decision), *_) = simulate(customer(item(X, DUE)), day(3, 20), YEAR_END, SETTINGS)
    assert (when, decision.date) == (day(3, 20), day(3, 6))


def test_goes_on_from_what_was_done():
    past = history(X, (A, day(3, 6)), (B, day(3, 20)))
    assert play(day(3, 20), item(X, DUE), past=past, **LED) == [
        (day(3, 30), X, C),
        (day(4, 19), X, D),
    ]


def test_nothing_to_do():
    assert play(DUE) == []
    assert play(DUE, item(X, DUE), scenario=None) == []
    assert play(DUE, item(X, DUE, kind="dispute")) == []
    assert play(DUE, item(X, DUE), item(Y, DUE, -200.0)) == []


def test_waits_for_the_opening_of_the_calendar():
    # Due Monday 2 March. A Saturday 7 -> Monday 9; B max(17, 9 + 10 = 19), a Thursday;
    # C Sunday 29 -> Monday 30; D max(16 April, 30 + 20 = Sunday 19 April) -> Monday 20.
    assert play(DUE, item(X, day(3, 2)), opening=monday_to_friday) == [
        (day(3, 9), X, A),
        (day(3, 19), X, B),
        (day(3, 30), X, C),
        (day(4, 20), X, D),
    ]


def test_opening_after_the_last_day_is_not_done():
    # Saturday the 7th is within, Monday the 9th is not.
    assert play(DUE, item(X, day(3, 2)), opening=monday_to_friday, until=day(3, 8)) == []


def test_a_reminder_lapses_while_the_calendar_is_closed():
    # P one day before Sunday 8 March is Saturday the 7th: closed until Monday the 9th, when the
    # due date is over. Only A, 5 days after it, on Friday the 13th.
    steps = Scenario(5, (Step(51, "due_date", -1), Step(52, "due_date", 5)))
    assert play(DUE, item(X, day(3, 8)), scenario=steps, opening=monday_to_friday) == [
        (day(3, 13), X, 52)
    ]


def test_reminder_before_due():
    # Due 10 March: P the 5th, Q max(15th, 5 + 10).
    assert play(DUE, item(X, day(3, 10)), scenario=BEFORE_DUE) == [
        (day(3, 5), X, P),
        (day(3, 15), X, Q),
    ]


def test_promise_that_ends_brings_the_leader_back():
    # X is promised until 10 March. Y, due on the 5th, leads: A on the 10th. From the 11th X
    # leads: A 7 days after Y's, the 17th; B 10 days overduer (27 March), C 6 April, D on
    # max(15 April, 6 + 20 = 26 April). Y is never reached again.
    promised = item(X, DUE, promised_until=day(3, 10))
    assert play(day(3, 2), promised, item(Y, day(3, 5))) == [
        (day(3, 10), Y, A),
        (day(3, 17), X, A),
        (day(3, 27), X, B),
        (day(4, 6), X, C),
        (day(4, 26), X, D),
    ]


def test_promise_that_ends_before_the_step_takes_its_place():
    # Y is due on 7 March: its A would be on the 12th; on the 11th X takes the lead, A at once.
    promised = item(X, DUE, promised_until=day(3, 10))
    file = customer(promised, item(Y, day(3, 7)))
    ((when, decision), *_) = simulate(file, day(3, 2), YEAR_END, SETTINGS)
    assert (when, decision.leader.id, decision.step.id) == (day(3, 11), X, A)
    # Not late: it leads since that day only.
    assert (decision.date, decision.leader_since) == (day(3, 11), day(3, 11))


def test_minimum_reached_later():
    # 60 of 100 on 6 March; 50 more on the 10th, then A at once; B 10 days overduer.
    settings = Settings(min_amount=100.0)
    items = (item(X, DUE, 60.0), item(Y, day(3, 10), 50.0))
    assert play(day(3, 2), *items, settings=settings, until=day(3, 25), **LED) == [
        (day(3, 10), X, A),
        (day(3, 20), X, B),
    ]


def test_forced_date_holds():
    # B follows by the interval: 12 + 10.
    forced = OpenAction(X, A, day(3, 12), True)
    assert play(day(3, 2), item(X, DUE), action=forced, until=day(3, 22), **LED) == [
        (day(3, 12), X, A),
        (day(3, 22), X, B),
    ]


def test_forced_date_holds_over_a_change():
    # On 10 March something else falls due: the date of the user stays the 12th.
    forced = OpenAction(X, A, day(3, 12), True)
    items = (item(X, DUE), item(Y, day(3, 10)))
    assert play(day(3, 2), *items, action=forced, until=day(3, 21), **LED) == [(day(3, 12), X, A)]


def test_forced_date_falls_with_the_action_that_a_promise_cancels():
    # A was put off to 20 March; then X was promised until the 10th, which cancels the action.
    # Broken, X starts on the 11th by rule.
    forced = OpenAction(X, A, day(3, 20), True)
    promised = item(X, DUE, promised_until=day(3, 10))
    (first, *_) = play(day(3, 2), promised, action=forced, **LED)
    assert first == (day(3, 11), X, A)


def test_by_age_starts_at_the_reached_step_and_keeps_it():
    # 20 days old: B, late, today; C 10 days overduer; D max(15 April, 31 + 20 = 20 April).
    assert play(day(3, 21), item(X, DUE), scenario=BY_AGE, **LED) == [
        (day(3, 21), X, B),
        (day(3, 31), X, C),
        (day(4, 20), X, D),
    ]


def test_by_age_a_promised_item_is_not_told():
    # Y (due 2 March) leads while X (1 March) is promised until the 20th: A on the 7th, B on the
    # 17th. Neither told X, which was promised: at 20 days on the 21st it starts at B, 7 days
    # after the last action, on the 24th. From then on it goes as usual: C 3 April; D on
    # max(15 April, 3 + 20 = 23 April).
    promised = item(X, DUE, promised_until=day(3, 20))
    assert play(day(3, 2), promised, item(Y, day(3, 2)), scenario=BY_AGE) == [
        (day(3, 7), Y, A),
        (day(3, 17), Y, B),
        (day(3, 24), X, B),
        (day(4, 3), X, C),
        (day(4, 23), X, D),
    ]


def test_two_steps_on_one_day():
    # A letter and an e-mail: both on 6 March, in their order.
    both = Scenario(6, (Step(61, "due_date", 5), Step(62, "previous_action", 0)))
    assert play(DUE, item(X, DUE), scenario=both) == [(day(3, 6), X, 61), (day(3, 6), X, 62)]


def test_ends_even_if_a_restart_is_dated_ahead():
    # A dispute resolved "tomorrow", by the clock of another time zone, without contact gap: each
    # step is done once.
    ahead = item(X, DUE, restarted=day(3, 21))
    settings = Settings(contact_gap_days=0)
    assert [each[2] for each in play(day(3, 20), ahead, settings=settings, **LED)] == [A, B, C, D]


def test_leaves_its_facts_alone():
    past = history(X, (A, day(3, 6)))
    file = customer(item(X, DUE), scenario=SCENARIO, past=past, **LED)
    before = (dict(past.done), dict(past.claimed))
    first = list(simulate(file, day(3, 6), YEAR_END, SETTINGS))
    assert (dict(past.done), dict(past.claimed)) == before
    assert list(simulate(file, day(3, 6), YEAR_END, SETTINGS)) == first
