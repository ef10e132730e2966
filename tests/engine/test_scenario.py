"""Which step comes next and when: rules R3 to R8 and R14, each with examples worked by hand.

The scenario of most examples is A due+5, B due+15, C previous+10, D due+45, its leader due on
1 March 2026, a Sunday.
"""

from datetime import date, timedelta

import pytest
from engine.facts import Done, History, OpenAction, Scenario, ScenarioError, Settings, Step
from engine.scenario import faults, offsets, withdrawal
from engine_builders import (
    BEFORE_DUE,
    BY_AGE,
    SCENARIO,
    STEPS,
    A,
    B,
    C,
    D,
    P,
    Q,
    customer,
    day,
    decide,
    done,
    history,
    item,
    plan,
    step_and_date,
)

X, Y, Z = 101, 102, 103
DUE = day(3, 1)
LED = {"leader": X, "since": day(2, 1)}


def lead(**values):
    return item(X, DUE, **values)


def after(*entries, today=None, due=DUE, **values):
    """The next (step, date) of leader X once these steps are done."""
    past = history(X, *entries)
    decision = plan(
        today or past.last_date,
        item(X, due),
        past=past,
        leader=X,
        since=due - timedelta(days=30),
        **values,
    )
    return step_and_date(decision)


# R3: offsets


def test_r3_offsets_of_the_example():
    # A 5; B 15; C 15 + 10; D 45
    assert offsets(STEPS) == [5, 15, 25, 45]


def test_r3_offsets_start_before_due():
    steps = [Step(1, "due_date", -10), Step(2, "previous_action", 7), Step(3, "due_date", 0)]
    assert offsets(steps) == [-10, -3, 0]


@pytest.mark.parametrize(
    ("delays", "code", "position"),
    [
        ([3651], "delay", 0),
        ([5, 100_000], "delay", 1),
        ([-3651], "delay", 0),
        ([3000, 3000], "too_far", 1),
    ],
)
def test_delays_of_more_than_ten_years_are_refused(delays, code, position):
    steps = [
        Step(number, "previous_action" if number else "due_date", delay)
        for number, delay in enumerate(delays)
    ]
    assert [(fault.code, fault.position) for fault in faults(steps)] == [(code, position)]
    assert not faults([Step(1, "due_date", -3650), Step(2, "due_date", 3650)])


def test_r3_no_steps_no_offsets():
    assert offsets([]) == []


def test_r3_two_steps_on_one_day_are_allowed():
    steps = [Step(1, "due_date", 5), Step(2, "due_date", 5), Step(3, "previous_action", 0)]
    assert offsets(steps) == [5, 5, 5]


@pytest.mark.parametrize(
    ("steps", "code", "position"),
    [
        ([("previous_action", 3)], "first_on_previous", 0),
        ([("due_date", 15), ("due_date", 14)], "backwards", 1),
        ([("due_date", 5), ("previous_action", -1)], "backwards", 1),
        # 5, then 5 + 10 = 15, then 14
        ([("due_date", 5), ("previous_action", 10), ("due_date", 14)], "backwards", 2),
    ],
)
def test_r3_impossible_scenarios_are_refused(steps, code, position):
    steps = tuple(Step(id_, *values) for id_, values in enumerate(steps, 1))
    with pytest.raises(ScenarioError) as caught:
        offsets(steps)
    assert (caught.value.code, caught.value.position) == (code, position)
    assert f"step {position + 1}" in str(caught.value)
    with pytest.raises(ScenarioError):
        plan(DUE, lead(), scenario=Scenario(9, steps))


# R4: date and interval


def test_r4_everything_done_on_its_day():
    # 1 March + 5, + 15, + 15 + 10, + 45 (30 more days of March, 15 of April)
    assert step_and_date(plan(DUE, lead(), **LED)) == (A, day(3, 6))
    assert after((A, day(3, 6))) == (B, day(3, 16))
    assert after((A, day(3, 6)), (B, day(3, 16))) == (C, day(3, 26))
    assert after((A, day(3, 6)), (B, day(3, 16)), (C, day(3, 26))) == (D, day(4, 15))


def test_r4_late_step_moves_the_following_ones():
    # B on 20 March: C 10 days later; D by its due date 15 April, by the interval of 45 - 25 = 20
    # days 30 March + 20 = 19 April.
    late = ((A, day(3, 6)), (B, day(3, 20)))
    assert after(*late) == (C, day(3, 30))
    assert after(*late, (C, day(3, 30))) == (D, day(4, 19))


def test_r4_interval_between_two_due_date_steps_is_kept():
    # A on 12 March: B not on the 16th but 15 - 5 = 10 days after A.
    decision = plan(day(3, 12), lead(), past=history(X, (A, day(3, 12))), **LED)
    assert step_and_date(decision) == (B, day(3, 22))
    assert decision.cause == "interval"
    assert decision.previous == Done(A, day(3, 12))
    assert not decision.lapsed


def test_r4_step_done_early_does_not_advance_a_due_date_step():
    # A by hand on 3 March: the interval would give the 13th, the due date gives the 16th.
    decision = plan(day(3, 3), lead(), past=history(X, (A, day(3, 3))), **LED)
    assert step_and_date(decision) == (B, day(3, 16))
    assert decision.cause == "due_date"


def test_r4_step_done_early_advances_a_step_on_previous_action():
    # B by hand on 10 March: C 10 days later.
    decision = plan(day(3, 10), lead(), past=history(X, (A, day(3, 6)), (B, day(3, 10))), **LED)
    assert step_and_date(decision) == (C, day(3, 20))
    assert decision.cause == "previous_action"


def test_r4_skipped_steps_count_as_done_on_that_day():
    # A never done, B skipped on 9 March: C on the 19th; C skipped that same 9 March too:
    # D on max(15 April, 9 + 20 = 29 March).
    assert after((B, day(3, 9))) == (C, day(3, 19))
    assert after((B, day(3, 9)), (C, day(3, 9))) == (D, day(4, 15))


def test_r4_of_a_step_done_twice_the_last_time_counts():
    # A on 6 and again on 9 March: B on max(16 March, 9 + 10).
    assert after((A, day(3, 9)), (A, day(3, 6))) == (B, day(3, 19))


def test_r4_highest_step_counts_whatever_was_done_after_it():
    # A once more on 20 March, after B: C stays ten days after B.
    assert after((B, day(3, 16)), (A, day(3, 20))) == (C, day(3, 26))


def test_r4_a_deleted_step_leaves_the_progress_before_it():
    # B was done, then deleted from the scenario, C standing on A now: A on the 6th + 10.
    shorter = Scenario(1, (STEPS[0], STEPS[2], STEPS[3]))
    assert after((A, day(3, 6)), (B, day(3, 16)), scenario=shorter) == (C, day(3, 16))


def test_r4_all_steps_done():
    steps = [(A, day(3, 6)), (B, day(3, 16)), (C, day(3, 26)), (D, day(4, 15))]
    decision = plan(day(4, 15), lead(), past=history(X, *steps), **LED)
    assert (decision.step, decision.code, decision.leader.id) == (None, "scenario_done", X)


def test_r4_never_before_leader_since():
    # An invoice due on 1 February is posted late: it leads from 10 March, not from 6 February.
    decision = plan(day(3, 10), item(Y, day(2, 1)), item(X, DUE), **LED)
    assert (decision.leader.id, decision.leader_since) == (Y, day(3, 10))
    assert step_and_date(decision) == (A, day(3, 10))
    assert decision.cause == "leader_since"


def test_r4_leader_since_holds_for_later_steps_too():
    # X had A on 6 and B on 16 March, was paid, and is open again since 15 April: C, by rule on
    # 26 March, comes on 15 April.
    past = history(X, (A, day(3, 6)), (B, day(3, 16)))
    decision = plan(day(4, 15), lead(), past=past, leader=None, since=day(3, 20))
    assert step_and_date(decision) == (C, day(4, 15))


def test_r4_first_action_for_a_new_leader_keeps_the_contact_gap():
    # A on 6 March told X and Y, both due on the 1st. X is paid on the 10th: A for Y, by rule on
    # the 6th, not before the 10th, and not before 6 + 7 = 13 March.
    past = history(X, (A, day(3, 6)))
    decision = plan(day(3, 10), item(Y, DUE), past=past, **LED)
    assert step_and_date(decision) == (A, day(3, 13))
    assert decision.cause == "contact_gap"
    no_gap = plan(day(3, 10), item(Y, DUE), past=past, settings=Settings(contact_gap_days=0), **LED)
    assert step_and_date(no_gap) == (A, day(3, 10))


def test_r4_contact_gap_does_not_hasten():
    # A for Y, due on 20 March, is for the 25th: the gap to 6 March is long over.
    past = history(X, (A, day(3, 6)))
    assert step_and_date(plan(day(3, 10), item(Y, day(3, 20)), past=past, **LED)) == (
        A,
        day(3, 25),
    )


def test_r4_contact_gap_does_not_hold_back_the_next_step_of_the_same_leader():
    # Two days between the steps is what the scenario asks for.
    quick = Scenario(3, (Step(31, "due_date", 5), Step(32, "previous_action", 2)))
    assert after((31, day(3, 6)), scenario=quick) == (32, day(3, 8))


def test_r4_contact_gap_holds_for_a_leader_that_comes_back():
    # X had A on 6 March and was paid; Y had A on the 20th; X is open again on the 21st. B for X
    # is by rule for the 16th, leads from the 21st, but the customer heard from us on the 20th.
    past = History({X: done((A, day(3, 6))), Y: done((A, day(3, 20)))}, {}, day(3, 20), Y)
    decision = plan(day(3, 21), lead(), item(Y, day(3, 10)), past=past, leader=Y, since=day(3, 8))
    assert step_and_date(decision) == (B, day(3, 27))


def test_r4_over_the_year_end():
    # 20 December 2026 + 5; + 15 is 4 January; + 25; + 45 is 11 days of December, 31 of January,
    # 3 of February.
    due = day(12, 20)
    assert step_and_date(plan(due, item(X, due))) == (A, day(12, 25))
    assert after((A, day(12, 25)), due=due) == (B, day(1, 4, 2027))
    assert after((B, day(1, 4, 2027)), due=due) == (C, day(1, 14, 2027))
    assert after((C, day(1, 14, 2027)), due=due) == (D, day(2, 3, 2027))


def test_r4_over_the_end_of_february():
    # 24 February + 5: the 29th in 2028, 1 March in 2027. 5 March 2028 - 5: the 29th again.
    assert step_and_date(plan(day(2, 24, 2028), item(X, day(2, 24, 2028)))) == (
        A,
        day(2, 29, 2028),
    )
    assert step_and_date(plan(day(2, 24, 2027), item(X, day(2, 24, 2027)))) == (A, day(3, 1, 2027))
    assert step_and_date(plan(day(2, 1, 2028), item(X, day(3, 5, 2028)), scenario=BEFORE_DUE)) == (
        P,
        day(2, 29, 2028),
    )
    # An invoice due on 29 February itself: B 15 days later is 15 March.
    assert after((A, day(3, 5, 2028)), due=day(2, 29, 2028)) == (B, day(3, 15, 2028))


def test_r4_absurd_due_dates_do_not_break_the_plan():
    # A typing error of the accountant, 9999-12-31, must not stop the run of a whole company.
    assert step_and_date(plan(DUE, item(X, date.max, date=DUE))) == (A, date.max)
    assert plan(DUE, item(X, date.min, date=DUE), scenario=BEFORE_DUE).step.id == Q


# R5: restart


def test_r5_cleared_leader_resumes_at_the_beginning_for_the_next():
    # X had A and B; paid on 18 March. Y, due on 10 March: A on the 15th by rule, from the 18th,
    # but 7 days after B, on the 23rd.
    past = history(X, (A, day(3, 6)), (B, day(3, 16)))
    decision = plan(day(3, 18), item(Y, day(3, 10)), past=past, **LED)
    assert step_and_date(decision) == (A, day(3, 23))
    assert decision.previous is None


def test_r5_excluded_leader_resumes_at_the_beginning_for_the_next():
    # The same, X being put in dispute instead.
    past = history(X, (A, day(3, 6)), (B, day(3, 16)))
    decision = plan(day(3, 18), lead(kind="dispute"), item(Y, day(3, 10)), past=past, **LED)
    assert decision.leader.id == Y
    assert step_and_date(decision) == (A, day(3, 23))


def test_r5_reversed_payment_goes_on_where_it_was():
    # A on 6 March, paid on the 8th, the payment bounces on the 9th: B on the 16th.
    past = history(X, (A, day(3, 6)))
    decision = plan(day(3, 9), lead(), past=past, leader=None, since=day(3, 8))
    assert step_and_date(decision) == (B, day(3, 16))


def test_r5_reversed_payment_goes_on_after_another_leader():
    # Y led meanwhile without being chased: nothing of it counts.
    past = history(X, (A, day(3, 6)))
    decision = plan(day(3, 9), lead(), item(Y, day(3, 4)), past=past, leader=Y, since=day(3, 8))
    assert (decision.leader.id, *step_and_date(decision)) == (X, B, day(3, 16))


def test_r5_broken_promise_goes_on_where_it_was():
    # A and B done, on 17 March a promise awaited until the 26th; broken, C is for the 27th
    # (by rule 16 + 10 = 26 March, but X leads again only from the 27th).
    past = history(X, (A, day(3, 6)), (B, day(3, 16)))
    promised = lead(kind="promise", promised_until=day(3, 26))
    awaiting = plan(day(3, 17), promised, past=past, **LED)
    assert (awaiting.code, awaiting.exclusions) == ("excluded", (("promise", 1),))
    broken = plan(day(3, 27), promised, past=past, leader=None, since=awaiting.leader_since)
    assert step_and_date(broken) == (C, day(3, 27))


def test_r5_resolved_dispute_restarts():
    # A and B before the dispute; resolved on 2 April: A again, on that day.
    past = history(X, (A, day(3, 6)), (B, day(3, 16)))
    resolved = lead(kind="dispute_resolved", restarted=day(4, 2))
    decision = plan(day(4, 2), resolved, past=past, leader=None, since=day(3, 18))
    assert step_and_date(decision) == (A, day(4, 2))
    assert decision.previous is None


def test_r5_resolved_dispute_keeps_the_contact_gap():
    # B on 30 March, dispute on the 31st, resolved on 2 April: A not before 30 + 7 = 6 April.
    past = history(X, (A, day(3, 6)), (B, day(3, 30)))
    resolved = lead(kind="dispute_resolved", restarted=day(4, 2))
    decision = plan(day(4, 2), resolved, past=past, leader=None, since=day(3, 31))
    assert step_and_date(decision) == (A, day(4, 6))


def test_r5_resolved_dispute_restarts_only_once():
    # A again on the very day of the restart, 2 April: B on max(16 March, 2 + 10 = 12 April).
    past = history(X, (A, day(3, 6)), (B, day(3, 16)), (A, day(4, 2)))
    resolved = lead(kind="dispute_resolved", restarted=day(4, 2))
    decision = plan(day(4, 2), resolved, past=past, leader=X, since=day(4, 2))
    assert step_and_date(decision) == (B, day(4, 12))


def test_r5_by_age_resumes_after_the_highest_step_that_told_the_item():
    # A on 6 March told X alone, B on the 16th told X and Y (due on the 3rd). X is paid on the
    # 20th: C for Y, 10 days after B. By rule of the first step it would be A on 16 + 7.
    past = history(X, (A, day(3, 6)), (B, day(3, 16)), told={Y: done((B, day(3, 16)))})
    young = item(Y, day(3, 3))
    decision = plan(day(3, 20), young, scenario=BY_AGE, past=past, **LED)
    assert step_and_date(decision) == (C, day(3, 26))
    assert decision.previous == Done(B, day(3, 16))
    assert step_and_date(plan(day(3, 20), young, past=past, **LED)) == (A, day(3, 23))


def test_r5_by_age_keeps_interval_and_gap_after_what_was_told():
    # Y, due on 3 March, was told at A on the 12th: B by its due date on the 18th, by the
    # interval on the 22nd. With a gap of 14 days: 12 + 14 = 26.
    past = history(X, (A, day(3, 12)), told={Y: done((A, day(3, 12)))})
    young = item(Y, day(3, 3))
    assert step_and_date(plan(day(3, 13), young, scenario=BY_AGE, past=past, **LED)) == (
        B,
        day(3, 22),
    )
    wide = Settings(contact_gap_days=14)
    assert step_and_date(
        plan(day(3, 13), young, scenario=BY_AGE, past=past, settings=wide, **LED)
    ) == (B, day(3, 26))


def test_r5_by_age_keeps_the_gap_for_a_leader_that_was_only_told():
    # A of this scenario told X on 6 March; X then led in another one, its last action on the
    # 15th; back in this one, B, by rule for the 16th, is the first action here: 15 + 7 = 22.
    past = history(X, (201, day(3, 15)), told={X: done((A, day(3, 6)))}, last=(day(3, 15), X))
    assert step_and_date(plan(day(3, 15), lead(), scenario=BY_AGE, past=past, **LED)) == (
        B,
        day(3, 22),
    )


def test_r5_by_age_takes_the_highest_of_own_steps_and_told_ones():
    # Y led at A on 8 March; then X, older, came back and had A, B and C, the last on 4 April
    # telling Y too; X is paid on the 5th. Y goes on after C: D on max(3 March + 45 = 17 April,
    # 4 + 20 = 24 April).
    past = History(
        {Y: done((A, day(3, 8))), X: done((A, day(3, 15)), (B, day(3, 25)), (C, day(4, 4)))},
        {Y: done((A, day(3, 8)), (C, day(4, 4)))},
        day(4, 4),
        X,
    )
    decision = plan(day(4, 5), item(Y, day(3, 3)), scenario=BY_AGE, past=past, **LED)
    assert step_and_date(decision) == (D, day(4, 24))


def test_r5_by_age_counts_a_step_skipped_for_this_leader():
    # B was skipped, so no snapshot tells it: only A was told.
    past = History({X: done((B, day(3, 20)))}, {X: done((A, day(3, 6)))}, day(3, 20), X)
    assert step_and_date(plan(day(3, 20), lead(), scenario=BY_AGE, past=past, **LED)) == (
        C,
        day(3, 30),
    )


@pytest.mark.parametrize(
    ("today", "step"),
    [
        (day(2, 20), A),  # not yet due
        (day(3, 1), A),  # due today
        (day(3, 15), A),  # 14 days
        (day(3, 16), B),  # 15 days
        (day(3, 25), B),  # 24 days
        (day(3, 26), C),  # 25 days
        (day(4, 14), C),  # 44 days
        (day(4, 15), D),  # 45 days
        (day(12, 31), D),
    ],
)
def test_r5_by_age_resumes_at_the_last_step_that_the_age_has_reached(today, step):
    assert plan(today, lead(), scenario=BY_AGE).step.id == step


def test_r5_by_age_dates_the_reached_step():
    # Never planned before: C reached on 1 March + 25, late since. Found today as a new leader:
    # not before today, 30 March.
    assert step_and_date(plan(day(3, 30), lead(), scenario=BY_AGE)) == (C, day(3, 26))
    assert step_and_date(plan(day(3, 30), lead(), scenario=BY_AGE, leader=Y, since=day(3, 2))) == (
        C,
        day(3, 30),
    )


def test_r5_by_age_does_not_skip_a_step_once_proposed():
    # B proposed on day 15 and left undone: on day 50 it is still B.
    proposed = OpenAction(X, B, day(3, 16))
    decision = plan(day(4, 20), lead(), scenario=BY_AGE, action=proposed, **LED)
    assert step_and_date(decision) == (B, day(3, 16))


def test_r5_by_age_does_not_take_over_the_proposal_for_another_leader():
    proposed = OpenAction(Y, A, day(3, 16))
    decision = plan(day(4, 20), lead(), scenario=BY_AGE, action=proposed, leader=Y, since=DUE)
    assert decision.step.id == D


def test_r5_by_age_ignores_what_was_told_before_the_dispute_was_resolved():
    # C told X on 26 March; dispute; resolved on 5 April, at an age of 35 days: C, not D.
    past = history(X, (C, day(3, 26)), told={X: done((C, day(3, 26)))})
    resolved = lead(kind="dispute_resolved", restarted=day(4, 5))
    decision = plan(day(4, 5), resolved, scenario=BY_AGE, past=past, leader=None, since=day(3, 28))
    assert step_and_date(decision) == (C, day(4, 5))


# R6: before due


def test_r6_reminder_before_due():
    # Due on 10 March: P on the 5th.
    assert step_and_date(plan(DUE, item(X, day(3, 10)), scenario=BEFORE_DUE)) == (P, day(3, 5))


def test_r6_stays_on_the_due_date_and_lapses_the_day_after():
    due = item(X, day(3, 10))
    assert step_and_date(plan(day(3, 10), due, scenario=BEFORE_DUE)) == (P, day(3, 5))
    decision = plan(day(3, 11), due, scenario=BEFORE_DUE)
    assert step_and_date(decision) == (Q, day(3, 15))
    assert decision.lapsed
    assert decision.previous == Done(P, day(3, 5))


def test_r6_a_leader_that_leads_from_its_due_date_is_still_reminded():
    # An invoice payable at once, posted on 10 March.
    decision = plan(day(3, 10), item(X, day(3, 10)), scenario=BEFORE_DUE, leader=Y, since=DUE)
    assert step_and_date(decision) == (P, day(3, 10))


def test_r6_lapses_at_once_if_the_contact_gap_ends_after_the_due_date():
    # The customer heard from us on 5 March: not before the 12th; due on the 10th.
    past = history(Y, (Q, day(3, 5)))
    late = plan(day(3, 8), item(X, day(3, 10)), scenario=BEFORE_DUE, past=past)
    assert step_and_date(late) == (Q, day(3, 15))
    # Due on the 12th, the last day of the gap is good enough.
    ok = plan(day(3, 8), item(X, day(3, 12)), scenario=BEFORE_DUE, past=past)
    assert step_and_date(ok) == (P, day(3, 12))


def test_r6_several_steps_lapse():
    three = Scenario(
        4, (Step(41, "due_date", -10), Step(42, "due_date", -3), Step(43, "due_date", 5))
    )
    decision = plan(day(3, 11), item(X, day(3, 10)), scenario=three)
    assert step_and_date(decision) == (43, day(3, 15))
    assert decision.previous == Done(42, day(3, 7))


def test_r6_lapsed_step_counts_on_its_rule_date():
    # Due 31 March; 41 (by rule 21 March) done on the 30th. 42 by the interval of 8 days is for
    # 7 April, after the due date: it lapses. 43, 7 days later, on max(5 April, 7 + 7 = 14 April).
    three = Scenario(
        4, (Step(41, "due_date", -10), Step(42, "due_date", -2), Step(43, "due_date", 5))
    )
    assert after((41, day(3, 30)), due=day(3, 31), scenario=three) == (43, day(4, 14))


def test_r6_step_on_previous_action_follows_a_lapsed_step():
    # P lapsed on 5 March: 10 days later is the 15th.
    follow = Scenario(5, (Step(51, "due_date", -5), Step(52, "previous_action", 10)))
    decision = plan(day(3, 11), item(X, day(3, 10)), scenario=follow)
    assert (*step_and_date(decision), decision.cause) == (52, day(3, 15), "previous_action")


def test_r6_nothing_left_after_the_due_date():
    alone = Scenario(6, (Step(61, "due_date", -5),))
    assert plan(day(3, 10), item(X, day(3, 10)), scenario=alone).step.id == 61
    assert plan(day(3, 11), item(X, day(3, 10)), scenario=alone).code == "scenario_done"


def test_r6_a_step_on_the_due_date_does_not_lapse():
    on_due = Scenario(7, (Step(71, "due_date", 0),))
    assert step_and_date(plan(day(3, 25), item(X, day(3, 10)), scenario=on_due)) == (
        71,
        day(3, 10),
    )


def test_r6_due_today_is_not_overdue():
    # One day after the due date is tomorrow, not today.
    next_day = Scenario(8, (Step(81, "due_date", 1),))
    assert step_and_date(plan(DUE, lead(), scenario=next_day)) == (81, day(3, 2))


def test_r6_by_age_enters_after_lapsed_steps():
    # Two days overdue only P is reached, and it has lapsed: Q, on 15 March.
    ageing = BEFORE_DUE._replace(restart_policy="by_age")
    assert step_and_date(plan(day(3, 12), item(X, day(3, 10)), scenario=ageing)) == (
        Q,
        day(3, 15),
    )


def test_r6_by_age_says_the_same_when_planned_again():
    # The proposal of Q, fed back, must lead to the same words as the first time.
    ageing = BEFORE_DUE._replace(restart_policy="by_age")
    file = customer(item(X, day(3, 10)), scenario=ageing)
    first = decide(file, day(3, 12), Settings())
    again = decide(
        file._replace(
            leader_id=X,
            leader_since=first.leader_since,
            open_action=OpenAction(X, Q, first.date),
        ),
        day(3, 12),
        Settings(),
    )
    assert again == first


# R7: dates in the past, dates set by the user


def test_r7_a_past_date_stays_as_it_is():
    for today in (day(3, 6), day(3, 7), day(5, 1), day(3, 1, 2027)):
        assert step_and_date(plan(today, lead(), **LED)) == (A, day(3, 6))


def test_r7_forced_date_holds():
    for forced in (day(3, 2), day(3, 9), day(2, 20)):
        decision = plan(day(3, 2), lead(), action=OpenAction(X, A, forced, True), **LED)
        assert step_and_date(decision) == (A, forced)
        assert decision.cause == "forced"
        assert decision.rule_date == day(3, 6)


def test_r7_date_not_set_by_the_user_follows_the_rule():
    # The due date moved: the action moves along.
    assert step_and_date(plan(day(3, 2), lead(), action=OpenAction(X, A, day(3, 20)), **LED)) == (
        A,
        day(3, 6),
    )


def test_r7_forced_date_falls_with_its_leader():
    forced = OpenAction(X, A, day(3, 20), True)
    decision = plan(day(3, 2), item(Y, day(3, 1)), action=forced, **LED)
    assert step_and_date(decision) == (A, day(3, 6))
    assert decision.cause == "due_date"


def test_r7_forced_date_falls_with_its_step():
    # A was done meanwhile.
    forced = OpenAction(X, A, day(3, 20), True)
    past = history(X, (A, day(3, 6)))
    assert step_and_date(plan(day(3, 6), lead(), past=past, action=forced, **LED)) == (
        B,
        day(3, 16),
    )


def test_r7_forced_date_may_break_the_contact_gap():
    # By rule 13 March (see R4); the user wants the 11th.
    past = history(X, (A, day(3, 6)))
    forced = OpenAction(Y, A, day(3, 11), True)
    decision = plan(day(3, 10), item(Y, DUE), past=past, leader=Y, since=day(3, 10), action=forced)
    assert step_and_date(decision) == (A, day(3, 11))
    assert decision.rule_date == day(3, 13)


# R8: minimum

HUNDRED = Settings(min_amount=100.0)
SECOND = day(3, 2)


def small(*others, today=SECOND, settings=HUNDRED, amount=60.0, **values):
    return plan(today, lead(amount=amount), *others, settings=settings, **LED, **values)


def test_r8_below_the_minimum():
    decision = small()
    assert (decision.step, decision.date, decision.code) == (None, None, "below_minimum")
    assert (decision.amount, decision.minimum) == (60.0, 100.0)
    assert decision.leader.id == X


def test_r8_items_due_by_the_planned_date_count():
    # A is for 6 March: an item due that day counts, one due on the 7th does not.
    enough = small(item(Y, day(3, 6), 40.0))
    assert (*step_and_date(enough), enough.amount) == (A, day(3, 6), 100.0)
    # it is not late on that day: the message leaves it out
    assert (enough.not_late, enough.not_late_ids) == (40.0, (Y,))
    # in whatever order the ledger tells them: the plan of tomorrow finds nothing changed
    several = small(item(Z, day(3, 6), 30.0), item(Y, day(3, 6), 40.0))
    assert several.not_late_ids == tuple(sorted((Y, Z)))
    assert small(item(Y, day(3, 7), 40.0)).code == "below_minimum"


def test_r8_minimum_reached_exactly_is_enough():
    assert small(amount=100.0).step.id == A
    assert small(amount=99.99).code == "below_minimum"


def test_r8_before_due_the_leader_itself_counts():
    # P on 5 March for a leader due on the 10th; what is due by the 10th counts, not more.
    items = (item(X, day(3, 10), 60.0), item(Y, day(3, 10), 40.0), item(Z, day(3, 11), 500.0))
    decision = plan(DUE, *items, scenario=BEFORE_DUE, settings=HUNDRED)
    assert (*step_and_date(decision), decision.amount) == (P, day(3, 5), 100.0)
    # before the due date that is what it is about
    assert decision.not_late == 0.0


def test_r8_what_fell_due_since_a_past_date_counts():
    # A was for 6 March with 60 only; on the 10th 50 more fall due: 110 are chased, from then on.
    other = item(Y, day(3, 10), 50.0)
    assert small(other, today=day(3, 9)).code == "below_minimum"
    decision = small(other, today=day(3, 10))
    assert (*step_and_date(decision), decision.amount) == (A, day(3, 6), 110.0)


def test_r8_forced_date_decides_what_is_due():
    # On 6 March 60, on the 12th 110.
    other = item(Y, day(3, 10), 50.0)
    forced = small(other, action=OpenAction(X, A, day(3, 12), True))
    assert (*step_and_date(forced), forced.amount) == (A, day(3, 12), 110.0)
    assert small(other, action=OpenAction(X, A, day(3, 9), True)).code == "below_minimum"


def test_r8_credits_reduce_whenever_they_are_due():
    assert small(item(Y, day(6, 30), -30.0), amount=120.0).code == "below_minimum"
    assert small(item(Y, day(6, 30), -20.0), amount=120.0).amount == 100.0


def test_r8_credits_in_dispute_do_not():
    decision = small(item(Y, DUE, -30.0, kind="dispute"), amount=120.0)
    assert (decision.step.id, decision.amount) == (A, 120.0)


def test_r8_credits_that_are_excluded_do_not():
    for values in (
        {"no_followup": True},
        {"ignored": True},
        {"kind": "litigation"},
        {"attached": True},
        {"blocked": True},
    ):
        assert small(item(Y, DUE, -30.0, **values), amount=120.0).amount == 120.0


def test_r8_a_credit_ignored_by_hand_beside_as_much_overdue():
    credit = item(Y, DUE, -300.0, ignored=True)
    decision = plan(day(3, 6), item(X, DUE, 300.0), credit)
    assert (decision.step.id, decision.amount) == (A, 300.0)
    assert plan(day(3, 6), item(X, DUE, 300.0), credit._replace(ignored=False)).code == "covered"


def test_r8_a_credit_of_a_specific_action_reduces_nothing_outside_of_it():
    decision = plan(
        day(3, 6),
        item(X, DUE, 500.0),
        item(Y, DUE, 1000.0, attached=True),
        item(Z, DUE, -200.0, attached=True),
    )
    assert (decision.leader.id, decision.amount) == (X, 500.0)


def test_r8_an_opening_entry_out_of_follow_up_covers_nothing():
    decision = plan(
        day(3, 6),
        item(X, DUE, 300.0),
        item(Y, DUE, 1000.0, no_followup=True),
        item(Z, DUE, -1000.0, no_followup=True),
    )
    assert (decision.leader.id, decision.amount) == (X, 300.0)


def test_a_credit_left_out_is_no_reason_why_nothing_is_planned():
    assert plan(day(3, 6), item(Y, DUE, -300.0, ignored=True)).code == "no_item"


def test_r8_items_out_of_the_scenario_do_not_count():
    others = (
        item(Y, DUE, 500.0, kind="dispute"),
        item(Z, DUE, 500.0, promised_until=day(3, 9)),
        item(104, DUE, 500.0, attached=True),
        item(105, DUE, 500.0, no_followup=True),
    )
    assert small(*others).amount == 60.0


@pytest.mark.parametrize(("credit", "code"), [(-100.0, "covered"), (-150.0, "covered")])
def test_r8_covered_by_credits(credit, code):
    decision = plan(day(3, 2), lead(), item(Y, DUE, credit), **LED)
    assert (decision.step, decision.code) == (None, code)
    assert decision.amount == 100.0 + credit


def test_r8_one_cent_above_the_credits_is_chased_without_minimum():
    assert plan(day(3, 2), lead(amount=100.01), item(Y, DUE, -100.0), **LED).step.id == A


def test_r8_binary_noise_decides_nothing():
    # 0.1 + 0.2 is not 0.3 in binary: neither a debt of 0.00000000000000004 nor below 0.3.
    dimes = (lead(amount=0.1), item(Y, DUE, 0.2))
    assert plan(day(3, 2), *dimes, item(Z, DUE, -0.3), **LED).code == "covered"
    # 0.7 + 0.1 is 0.7999999999999999
    dimes = (lead(amount=0.7), item(Y, DUE, 0.1))
    assert plan(day(3, 2), *dimes, settings=Settings(min_amount=0.8), **LED).step.id == A


@pytest.mark.parametrize(
    ("of_scenario", "of_company", "amount", "planned"),
    [
        (0.0, 100.0, 60.0, False),  # the company's
        (50.0, 100.0, 60.0, True),  # the scenario's goes before, lower
        (200.0, 100.0, 150.0, False),  # or higher
        (0.0, 0.0, 0.01, True),
    ],
)
def test_r8_scenario_minimum_goes_before_the_company_one(of_scenario, of_company, amount, planned):
    scenario = SCENARIO._replace(min_amount=of_scenario)
    settings = Settings(min_amount=of_company)
    decision = small(amount=amount, scenario=scenario, settings=settings)
    assert (decision.step is not None) == planned
    assert decision.minimum == (of_scenario or of_company)


# R14: another scenario


OTHER = Scenario(20, (Step(201, "due_date", 5), Step(202, "due_date", 20)))


def test_r14_new_scenario_starts_at_its_beginning():
    # B of the old one is planned for 16 March, A was done on the 6th. In the new one the first
    # step is by rule for the 6th, seven days after the last action it is the 13th.
    past = history(X, (A, day(3, 6)))
    old = plan(day(3, 8), lead(), past=past, **LED)
    assert step_and_date(old) == (B, day(3, 16))
    action = OpenAction(X, B, day(3, 16))
    decision = plan(day(3, 8), lead(), past=past, scenario=OTHER, action=action, **LED)
    assert step_and_date(decision) == (201, day(3, 13))


def test_r14_forced_date_does_not_survive_the_scenario():
    action = OpenAction(X, A, day(3, 20), True)
    decision = plan(day(3, 2), lead(), scenario=OTHER, action=action, **LED)
    assert step_and_date(decision) == (201, day(3, 6))


def test_r14_by_age_does_not_keep_a_proposal_of_the_old_scenario():
    # 24 days old: 202, due+20, is reached.
    ageing = OTHER._replace(restart_policy="by_age")
    action = OpenAction(X, B, day(3, 16))
    assert plan(day(3, 25), lead(), scenario=ageing, action=action, **LED).step.id == 202


def test_r14_back_to_the_old_scenario_goes_on_where_it_was():
    # A of the old one on 6 March, 201 of the new one on the 13th, then back: B on the 16th.
    past = history(X, (A, day(3, 6)), (201, day(3, 13)))
    assert step_and_date(plan(day(3, 13), lead(), past=past, **LED)) == (B, day(3, 16))


# No action


def test_no_scenario_and_no_step():
    assert plan(day(3, 2), lead(), scenario=None).code == "no_scenario"
    empty = plan(day(3, 2), lead(), scenario=Scenario(30, ()))
    assert (empty.code, empty.leader.id, empty.leader_since) == ("no_step", X, day(1, 30))


def test_no_item():
    assert plan(day(3, 2)).code == "no_item"
    assert plan(day(3, 2), item(X, DUE, -50.0)).code == "no_item"
    # Without items, that there is no scenario does not matter.
    assert plan(day(3, 2), scenario=None).code == "no_item"


def test_all_items_excluded_are_counted_by_cause():
    decision = plan(
        day(3, 2),
        lead(kind="dispute"),
        item(Y, DUE, kind="dispute"),
        item(Z, DUE, 1.0),
        item(104, DUE, -10.0),
        settings=Settings(ignore_below=5.0),
        **LED,
    )
    assert decision.code == "excluded"
    assert decision.exclusions == (("dispute", 2), ("ignored", 1))
    assert (decision.leader, decision.leader_since) == (None, day(3, 2))


class TestWithdrawal:
    """Why an open action gives way to the one that was decided on."""

    OLD, NEW = item(X, DUE), item(Y, day(3, 2))

    def _why(self, *items, step=A, scenario=SCENARIO):
        file = customer(
            *items, scenario=scenario, action=OpenAction(X, step, day(3, 6)), leader=X, since=DUE
        )
        return withdrawal(file, decide(file, day(3, 7), Settings()), day(3, 7), Settings())

    def test_paid(self):
        assert self._why(self.NEW) == "leader_cleared"

    def test_left_the_scenario(self):
        assert self._why(self.OLD._replace(kind="dispute"), self.NEW) == "leader_excluded"
        assert self._why(self.OLD._replace(ignored=True), self.NEW) == "leader_excluded"

    def test_an_older_item(self):
        assert self._why(self.OLD, item(Z, day(2, 20))) == "leader_changed"

    def test_another_scenario(self):
        assert self._why(self.OLD, scenario=BEFORE_DUE) == "scenario_changed"
        assert self._why(self.OLD, step=None) == "scenario_changed"

    def test_another_step(self):
        assert self._why(self.OLD, step=B) == "replaced"


def test_r4_a_gap_may_end_on_the_day_that_another_item_is_promised_for():
    """A was done for X on 6 March; X is promised for the 13th. Y, due on 6 March, leads now: A on
    6 + 5 = 11 March by its due date, but not before 6 + 7 = 13 March. The promise has no part in
    it: for another day the date is the same; without the gap it is the 11th."""
    past = history(X, (A, day(3, 6)))
    for promised in (day(3, 13), day(3, 20)):
        items = (item(X, DUE, kind="promise", promised_until=promised), item(Y, day(3, 6)))
        decision = plan(day(3, 7), *items, past=past, leader=X, since=day(2, 1))
        assert step_and_date(decision) == (A, day(3, 13))
        assert (decision.cause, decision.gap_from) == ("contact_gap", day(3, 6))
    decision = plan(
        day(3, 7),
        *items,
        past=past,
        leader=X,
        since=day(2, 1),
        settings=Settings(contact_gap_days=0),
    )
    assert step_and_date(decision) == (A, day(3, 11))
    assert decision.gap_from is None
