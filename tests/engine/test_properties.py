"""Random histories of a ledger and its agenda keep the invariants of the rules.

A small model plays the part of Odoo: it holds items, records what was done, asks the engine for a
decision and carries it out. What must hold is written down here once more, in other words than
in the engine.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from engine.facts import Customer, Done, History, Item, OpenAction, Scenario, Settings, Step
from engine.scenario import decide
from engine.simulation import simulate
from hypothesis import Phase, given, settings, strategies as st

START = date(2026, 2, 20)
SCENARIOS = (
    None,
    Scenario(
        1, (Step(11, "due_date", 5), Step(12, "due_date", 15), Step(13, "previous_action", 10))
    ),
    Scenario(
        2,
        (
            Step(21, "due_date", -5),
            Step(22, "due_date", 3),
            Step(23, "previous_action", 4),
            Step(24, "due_date", 20),
        ),
        min_amount=60.0,
    ),
    Scenario(
        3,
        (Step(31, "due_date", -8), Step(32, "previous_action", 5), Step(33, "due_date", 10)),
        restart_policy="by_age",
    ),
    Scenario(
        4,
        (Step(41, "due_date", 2), Step(42, "due_date", 9), Step(43, "previous_action", 0)),
        restart_policy="by_age",
    ),
    Scenario(5, ()),
)
#: Offsets of the steps above, by hand.
OFFSETS = {11: 5, 12: 15, 13: 25, 21: -5, 22: 3, 23: 7, 24: 20}
OFFSETS |= {31: -8, 32: -3, 33: 10, 41: 2, 42: 9, 43: 9}
COMPANY = Settings(ignore_below=5.0, min_amount=20.0, contact_gap_days=7)


@dataclass
class Action:
    """A scenario action in the agenda. ``said`` is the decision that it carries out."""

    leader: int
    step: int
    date: date
    said: object
    forced: bool = False
    state: str = "planned"


@dataclass
class Customers:
    """One customer's items, history and agenda, as the database would hold them."""

    scenario: Scenario | None = SCENARIOS[1]
    items: dict[int, Item] = field(default_factory=dict)
    original: dict[int, float] = field(default_factory=dict)
    #: (leader, step, day, told item ids), oldest first
    log: list[tuple[int, int, date, tuple[int, ...]]] = field(default_factory=list)
    agenda: list[Action] = field(default_factory=list)
    leader: int | None = None
    since: date | None = None
    code: str | None = None

    def open_action(self):
        (action,) = [each for each in self.agenda if each.state == "planned"] or [None]
        return action

    def facts(self):
        done, told = {}, {}
        for leader, step, day, items in self.log:
            done[leader] = (*done.get(leader, ()), Done(step, day))
            for each in items:
                told[each] = (*told.get(each, ()), Done(step, day))
        last = self.log[-1] if self.log else (None, None, None)
        action = self.open_action()
        return Customer(
            tuple(each for each in self.items.values() if each.amount),
            self.scenario,
            History(done, told, last[2], last[0]),
            self.leader,
            self.since,
            action and OpenAction(action.leader, action.step, action.date, action.forced),
        )

    def plan(self, today):
        decision = decide(self.facts(), today, COMPANY)
        self.leader = decision.leader.id if decision.leader else None
        self.since, self.code = decision.leader_since, decision.code
        action = self.open_action()
        wanted = decision.step and (decision.leader.id, decision.step.id)
        if action and (action.leader, action.step) != wanted:
            action.state = "cancelled"
            action = None
        if wanted and action:
            action.date, action.said = decision.date, decision
        elif wanted:
            self.agenda.append(Action(*wanted, decision.date, decision))
        return decision

    def carry_out(self, today):
        """Do the open action, if there is one: the items told are those due and not excluded."""
        action = self.open_action()
        if action is None:
            return
        limit = max(today, self.items[action.leader].due_date)
        told = tuple(each.id for each in eligible(self, today) if each.due_date <= limit)
        action.state = "done"
        self.log.append((action.leader, action.step, today, told))


def eligible(file, today):
    """Rule R1 in the words of the design."""
    return [
        each
        for each in file.items.values()
        if each.amount > 0
        and not each.no_followup
        and not each.ignored
        and each.amount >= COMPANY.ignore_below
        and each.kind not in ("dispute", "litigation")
        and not each.attached
        and not (each.promised_until and each.promised_until >= today)
    ]


# Events: each takes a customer, an item of it (or None), the day and two small numbers.


def invoice(file, _item, today, one, two, new_id):
    # The simplest story, one = 0, has an invoice due in two days.
    due = today + timedelta(days=(one + 14) % 25 - 12)
    file.items[new_id] = Item(
        new_id, due, due - timedelta(days=two), (4, 30, 80, 200, 200)[two % 5]
    )
    file.original[new_id] = file.items[new_id].amount


def credit_note(file, _item, today, one, two, new_id):
    file.items[new_id] = Item(
        new_id, today, today, -20.0 * (one + 1), kind="dispute" if two % 3 == 0 else None
    )


def change(**values):
    def event(file, item, today, one, two, new_id):
        if item:
            file.items[item.id] = item._replace(**values)

    return event


def pay(file, item, today, one, two, new_id):
    if item:
        file.items[item.id] = item._replace(amount=0.0 if two % 2 else item.amount / 2)


def reverse_payment(file, item, today, one, two, new_id):
    if item and item.id in file.original:
        file.items[item.id] = item._replace(amount=file.original[item.id])


def resolve(file, item, today, one, two, new_id):
    if item and item.kind == "dispute":
        file.items[item.id] = item._replace(kind="dispute_resolved", restarted=today)


def promise(file, item, today, one, two, new_id):
    if item:
        until = today + timedelta(days=one)
        file.items[item.id] = item._replace(kind="promise", promised_until=until)


def move_due_date(file, item, today, one, two, new_id):
    if item:
        file.items[item.id] = item._replace(due_date=item.due_date + timedelta(days=one - 12))


def set_scenario(file, _item, today, one, two, new_id):
    file.scenario = SCENARIOS[one % len(SCENARIOS)]


def do_now(file, _item, today, one, two, new_id):
    file.carry_out(today)


def do_if_due(file, _item, today, one, two, new_id):
    action = file.open_action()
    if action and action.date <= today:
        file.carry_out(today)


def reschedule(file, _item, today, one, two, new_id):
    action = file.open_action()
    if action:
        action.date, action.forced = today + timedelta(days=one - 6), True


EVENTS = (
    invoice,
    invoice,
    invoice,
    credit_note,
    pay,
    pay,
    reverse_payment,
    resolve,
    promise,
    move_due_date,
    set_scenario,
    do_now,  # also: skipped
    do_if_due,
    do_if_due,
    reschedule,
    change(kind="dispute"),
    change(kind="litigation"),
    change(kind=None, promised_until=None),
    change(ignored=True),
    change(ignored=False),
    change(attached=True),
    change(attached=False),
    change(no_followup=True),
)
event = st.tuples(
    st.integers(0, 1),  # which customer
    st.sampled_from(EVENTS),
    st.integers(0, 9),  # which of its items
    st.integers(0, 24),
    st.integers(0, 34),
)
#: Events of one day, whether what is due is done that night, and days until the next one.
one_day = st.tuples(
    st.lists(event, max_size=6), st.sampled_from((True, True, False)), st.sampled_from((1, 2, 5, 9))
)
#: For each of two customers a scenario and invoices to begin with, then what happens.
beginning = st.tuples(
    st.sampled_from((1, 1, 2, 2, 3, 3, 4, 4, 0)),
    st.lists(st.tuples(st.integers(0, 24), st.integers(0, 34)), min_size=1, max_size=5),
)
stories = st.tuples(st.tuples(beginning, beginning), st.lists(one_day, min_size=4, max_size=14))

bounded = settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=90,
    phases=(Phase.generate, Phase.shrink),
)


def begin(beginnings):
    """The customers of a story, on its first day."""
    files = []
    for number, (scenario, invoices) in enumerate(beginnings):
        files.append(Customers(SCENARIOS[scenario]))
        for which, (one, two) in enumerate(invoices):
            invoice(files[-1], None, START, one, two, 1000 * (number + 1) + which)
    return files


def happen(files, events, today, new_id, then=lambda file: None):
    """Let the events happen, each followed by ``then`` for the customer it touches."""
    for who, what, which, one, two in events:
        file = files[who]
        item = list(file.items.values())[which % len(file.items)]
        new_id += 1
        what(file, item, today, one, two, new_id)
        then(file)
    return new_id


def told_by(story, then=lambda file, today: None):
    """Tell a story, the touched customer planned after each event, all of them every night:
    yield (customers, day) daily."""
    beginnings, days = story
    files, today, new_id = begin(beginnings), START, 0
    for events, act, pause in days:

        def planned(file, today=today):
            file.plan(today)
            then(file, today)

        for file in files:
            planned(file)
        new_id = happen(files, events, today, new_id, planned)
        for file in files if act else ():
            do_if_due(file, None, today, 0, 0, 0)
            planned(file)
        yield files, today
        today += timedelta(days=pause)


def check_plan(file, today):
    """All that must hold for a customer just planned."""
    candidates = eligible(file, today)
    order = sorted((each.due_date, each.date, each.id) for each in candidates)
    assert file.leader == (order[0][2] if order else None)
    assert file.since <= today
    still_open = [each for each in file.agenda if each.state == "planned"]
    assert len(still_open) <= 1
    assert (file.code is None) == bool(still_open)
    if still_open:
        check_action(file, still_open[0], today, candidates)


def check_action(file, action, today, candidates):
    steps = {step.id: step for step in file.scenario.steps}
    leader = file.items[action.leader]
    assert leader in candidates
    assert action.leader == file.leader
    check_amount(file, action, today, candidates)
    step = steps[action.step]
    if step.delay < 0:
        assert today <= leader.due_date
    done = [
        (each_step, day)
        for each_leader, each_step, day, _told in file.log
        if each_leader == leader.id
        and each_step in steps
        and not (leader.restarted and day < leader.restarted)
    ]
    # Nothing is asked twice, nor in another order.
    assert all(OFFSETS[each_step] <= OFFSETS[step.id] for each_step, _day in done)
    assert step.id not in [each_step for each_step, _day in done]
    if action.forced:
        assert action.said.cause == "forced"
        return
    assert action.date >= file.since
    check_interval(file, action, step, leader, done)


def check_interval(file, action, step, leader, done):
    if step.trigger == "due_date":
        assert action.date >= leader.due_date + timedelta(days=step.delay)
    if done:
        last_step, last_day = max(done, key=lambda each: (OFFSETS[each[0]], each[0], each[1]))
        interval = OFFSETS[step.id] - OFFSETS[last_step]
        assert action.date >= last_day + timedelta(days=interval)
    if file.log and (not done or file.log[-1][0] != leader.id):
        # The first action for this leader, or for one that comes back.
        assert action.date >= file.log[-1][2] + timedelta(days=COMPANY.contact_gap_days)


def check_amount(file, action, today, candidates):
    due_by = max(today, action.date, file.items[action.leader].due_date)
    claims = sum(each.amount for each in candidates if each.due_date <= due_by)
    credits_ = sum(
        -each.amount
        for each in file.items.values()
        if each.amount < 0
        and each.kind not in ("dispute", "litigation")
        and not (each.ignored or each.no_followup or each.attached)
    )
    asked = claims - credits_
    assert abs(action.said.amount - asked) < 0.001
    assert asked > 0
    assert asked >= (file.scenario.min_amount or COMPANY.min_amount) - 0.001


@bounded
@given(stories)
def test_each_plan_keeps_the_rules(story):
    for _files, _today in told_by(story, check_plan):
        pass


@bounded
@given(stories, st.integers(0, 2**14 - 1))
def test_rules_hold_whether_or_not_the_plan_ran_on_the_days_before(story, nights):
    beginnings, days = story
    files, today, new_id = begin(beginnings), START, 0
    for number, (events, _act, pause) in enumerate(days):
        # Nobody acts on a stale agenda: it is checked again before anything is carried out.
        events = [each for each in events if each[1] not in (do_now, do_if_due, reschedule)]
        new_id = happen(files, events, today, new_id)
        for file in files if nights >> number & 1 else ():
            file.plan(today)
            check_plan(file, today)
            do_if_due(file, None, today, 0, 0, 0)
            file.plan(today)
            check_plan(file, today)
        today += timedelta(days=pause)


@bounded
@given(stories)
def test_no_step_is_done_twice_for_a_leader(story):
    # Done by itself whenever due, whatever happens: once for each leader, step and restart.
    done = Counter()

    def keep_doing(file, today):
        for _step in range(5):
            action = file.open_action()
            if action is None or action.date > today:
                return
            file.carry_out(today)
            done[id(file), action.leader, action.step, file.items[action.leader].restarted] += 1
            file.plan(today)
        raise AssertionError("more actions on one day than a scenario has steps")

    beginnings, days = story
    for number, (events, _act, pause) in enumerate(days):
        days[number] = ([each for each in events if each[1] is not do_now], False, pause)
    for _files, _today in told_by((beginnings, days), keep_doing):
        pass
    assert not [key for key, times in done.items() if times > 1]


@bounded
@given(stories)
def test_planned_again_nothing_changes(story):
    for files, today in told_by(story):
        for file in files:
            first = file.plan(today)
            assert file.plan(today) == first


@bounded
@given(stories)
def test_full_plan_is_the_plan_of_the_touched_customers(story):
    # Two ledgers with the same events: in one each event plans the customer it touches, in the
    # other all of them. The nightly plan runs in both, for all.
    beginnings, days = story
    ours, theirs = begin(beginnings), begin(beginnings)
    today, new_id = START, 0
    for events, _act, pause in days:
        for file in (*ours, *theirs):
            file.plan(today)
        for each in events:
            happen(ours, [each], today, new_id, lambda file, today=today: file.plan(today))
            new_id = happen(theirs, [each], today, new_id)
            for file in theirs:
                file.plan(today)
            assert ours == theirs
        today += timedelta(days=pause)


@bounded
@given(stories, st.integers(0, 99))
def test_order_of_items_does_not_matter(story, seed):
    for files, today in told_by(story):
        for file in files:
            facts = file.facts()
            shuffled = random.Random(seed).sample(facts.items, len(facts.items))
            one = decide(facts, today, COMPANY)
            other = decide(facts._replace(items=tuple(shuffled)), today, COMPANY)
            # Sums of floats depend on their order by less than a cent.
            assert other._replace(amount=0.0) == one._replace(amount=0.0)
            assert abs(other.amount - one.amount) < 0.001


@bounded
@given(stories)
def test_only_the_leader_decides_step_and_date(story):
    # An older item in dispute, or an eligible one due in years, changes neither leader nor step
    # nor date.
    disputed = Item(9001, START - timedelta(days=300), START, 500.0, kind="dispute")
    distant = Item(9002, date(2030, 1, 1), START, 500.0)
    for files, today in told_by(story):
        for file in files:
            facts = file.facts()
            before = decide(facts, today, COMPANY)
            if before.step:
                more = facts._replace(items=(*facts.items, disputed, distant))
                assert decide(more, today, COMPANY) == before


def weekdays(day):
    return day + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[day.weekday()])


def play_by_hand(file, today, until):
    """Plan every single day and do what is due on a day the calendar is open."""
    played = []
    while today <= until:
        file.plan(today)
        while weekdays(today) == today and file.open_action():
            action = file.open_action()
            if action.date > today:
                break
            played.append((today, action.leader, action.step, action.date))
            file.carry_out(today)
            file.plan(today)
        today += timedelta(days=1)
    return played


@bounded
@given(stories)
def test_simulation_is_the_plan_played_forward(story):
    (*_before, (files, today)) = told_by(story)
    until = today + timedelta(days=60)
    for file in files:
        simulated = [
            (day, decision.leader.id, decision.step.id, decision.date)
            for day, decision in simulate(file.facts(), today, until, COMPANY, weekdays)
        ]
        assert all(today <= day <= until for day, *_rest in simulated)
        assert [each[0] for each in simulated] == sorted(each[0] for each in simulated)
        assert simulated == play_by_hand(file, today, until)


def test_the_stories_reach_what_they_are_about():
    """The properties above would hold of an empty agenda: see that theirs is not."""
    seen = Counter()

    @bounded
    @given(stories)
    def count(story):
        for files, _today in told_by(story):
            for file in files:
                seen[file.code] += 1
                seen["changed"] += len(file.agenda) > 1
                seen["followed"] += len({step for _leader, step, *_rest in file.log}) > 1
                seen["told"] += len({len(told) for *_rest, told in file.log}) > 1
                action = file.open_action()
                if action:
                    seen[action.said.cause] += 1
                    seen["lapsed"] += action.said.lapsed

    count()
    rare = {
        key: seen[key]
        for key in (
            *("excluded", "below_minimum", "covered", "scenario_done", "no_item", "no_scenario"),
            *("due_date", "interval", "previous_action", "leader_since", "contact_gap", "forced"),
            *("lapsed", "changed", "followed", "told", "no_step"),
        )
        if seen[key] < 3
    }
    assert not rare, f"too rare: {rare}; seen: {seen}"
