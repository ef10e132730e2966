"""The line of a scenario, with dates worked by hand.

Scenario A due+5, B due+15, C previous+10, D due+45, unless said otherwise.
"""

from datetime import timedelta

from engine.facts import OpenAction, Scenario, Settings, Step
from engine.outlook import outlook
from engine.scenario import decide
from engine.simulation import simulate
from engine_builders import (
    BEFORE_DUE,
    BY_AGE,
    SETTINGS,
    A,
    B,
    C,
    D,
    P,
    Q,
    customer,
    day,
    done,
    history,
    item,
)
from hypothesis import given, strategies as st

X = 101
DUE = day(3, 1)
LED = {"leader": X, "since": day(2, 1)}


def line(today, *items, settings=SETTINGS, opening=None, **values):
    """[(step, state, date)]"""
    facts = customer(*items, **values)
    arguments = (opening,) if opening else ()
    stages = outlook(facts, decide(facts, today, settings), today, *arguments)
    return [(stage.step.id, stage.state, stage.date) for stage in stages]


def monday_to_friday(when):
    while when.weekday() > 4:
        when += timedelta(days=1)
    return when


def test_nothing_done_yet():
    assert line(DUE, item(X, DUE)) == [
        (A, "next", day(3, 6)),
        (B, "later", day(3, 16)),
        (C, "later", day(3, 26)),
        (D, "later", day(4, 15)),
    ]


def test_done_next_later():
    """A late on 10 March: B keeps the interval of ten days; C follows B; D is due+45 or B+30."""
    past = history(X, (A, day(3, 10)))
    assert line(day(3, 12), item(X, DUE), past=past, **LED) == [
        (A, "done", day(3, 10)),
        (B, "next", day(3, 20)),
        (C, "later", day(3, 30)),
        (D, "later", day(4, 19)),
    ]


def test_what_is_late_leaves_today_and_moves_the_rest():
    """B was planned for 16 March, today is the 20th: C ten days after that, D twenty after C."""
    past = history(X, (A, day(3, 6)))
    assert line(day(3, 20), item(X, DUE), past=past, **LED) == [
        (A, "done", day(3, 6)),
        (B, "next", day(3, 16)),
        (C, "later", day(3, 30)),
        (D, "later", day(4, 19)),
    ]


def test_the_users_date_moves_the_rest():
    action = OpenAction(X, A, day(3, 11), True)
    assert line(DUE, item(X, DUE), action=action, **LED)[:2] == [
        (A, "next", day(3, 11)),
        (B, "later", day(3, 21)),
    ]


def test_later_steps_wait_for_a_working_day():
    """16 March 2026 is a Monday, 26 a Thursday; A on Saturday 7 moves to Monday 9."""
    action = OpenAction(X, A, day(3, 7), True)
    found = line(DUE, item(X, DUE), action=action, opening=monday_to_friday, **LED)
    assert found == [
        (A, "next", day(3, 7)),
        (B, "later", day(3, 19)),
        (C, "later", day(3, 30)),
        (D, "later", day(4, 20)),
    ]


def test_lapsed_before_the_due_date():
    assert line(day(3, 2), item(X, DUE), scenario=BEFORE_DUE) == [
        (P, "passed", None),
        (Q, "next", day(3, 6)),
    ]


def test_a_later_step_lapses_as_well():
    """The first leaves on the due date, so that the second, four days later by the interval, has
    no sense any more; it counts as done on that day, 5 March, and the third comes six days on."""
    steps = (Step(1, "due_date", -5), Step(2, "due_date", -1), Step(3, "due_date", 5))
    action = OpenAction(X, 1, DUE, True)
    assert line(day(2, 20), item(X, DUE), scenario=Scenario(9, steps), action=action, **LED) == [
        (1, "next", DUE),
        (2, "passed", None),
        (3, "later", day(3, 11)),
    ]


def test_entered_by_age():
    """Twenty days late: the scenario begins with B, A is of no account."""
    assert line(day(3, 21), item(X, DUE), scenario=BY_AGE)[:2] == [
        (A, "passed", None),
        (B, "next", day(3, 16)),
    ]


def test_all_done():
    entries = [(A, day(3, 6)), (B, day(3, 16)), (C, day(3, 26)), (D, day(4, 15))]
    found = line(day(5, 1), item(X, DUE), past=history(X, *entries), **LED)
    assert found == [(step, "done", when) for step, when in entries]


def test_nothing_planned_but_done_before():
    """Below the minimum: what was done is shown, nobody knows when the rest comes."""
    past = history(X, (A, day(3, 6)))
    settings = Settings(min_amount=500.0)
    assert line(day(3, 20), item(X, DUE), past=past, settings=settings, **LED) == [
        (A, "done", day(3, 6)),
        (B, "later", None),
        (C, "later", None),
        (D, "later", None),
    ]


def test_without_a_leader_the_line_is_empty_of_dates():
    found = line(day(3, 20), item(X, DUE, kind="dispute"))
    assert [(state, when) for _step, state, when in found] == [("later", None)] * 4


def test_without_a_scenario_there_is_no_line():
    assert line(DUE, item(X, DUE), scenario=None) == []


def test_a_restart_forgets_what_was_done():
    """Its dispute was resolved on 20 March: A of 6 March does not count any more, but it comes no
    sooner than seven days after it."""
    past = history(X, (A, day(3, 6)))
    found = line(day(3, 25), item(X, DUE, restarted=day(3, 20)), past=past, **LED)
    assert found[0] == (A, "next", day(3, 13))


def test_a_step_done_twice_shows_its_last_day():
    past = history(X, (A, day(3, 6)), (A, day(3, 9)))
    assert past.done[X] == done((A, day(3, 6)), (A, day(3, 9)))
    assert line(day(3, 12), item(X, DUE), past=past, **LED)[0] == (A, "done", day(3, 9))


delays = st.lists(
    st.tuples(st.sampled_from(["due_date", "previous_action"]), st.integers(0, 20)),
    min_size=1,
    max_size=5,
)


@given(delays, st.integers(-10, 10), st.integers(-30, 60), st.booleans())
def test_same_dates_as_the_simulation(increments, first, late, weekdays):
    """With one item and nothing that lapses, the line is the dry run."""
    steps, offset = [], first
    for number, (trigger, delay) in enumerate(increments):
        if number and trigger == "previous_action":
            steps.append(Step(number, trigger, delay))
            offset += delay
            continue
        offset = max(0, offset) + delay
        steps.append(Step(number, "due_date", offset))
    today = DUE + timedelta(days=late)
    opening = monday_to_friday if weekdays else None
    facts = customer(item(X, DUE), scenario=Scenario(9, tuple(steps)))
    found = line(today, item(X, DUE), scenario=facts.scenario, opening=opening)
    played = simulate(facts, today, today + timedelta(days=400), SETTINGS, opening or (lambda d: d))
    expected = [(each.step.id, when) for when, each in played]
    # the line says when the next one is planned, the dry run when it leaves
    leaves = (opening or (lambda d: d))(max(found[0][2], today))
    assert [(found[0][0], leaves)] + [(step, when) for step, _state, when in found[1:]] == expected
