"""What to do first: the score of an action, from 0 to 100."""

from dataclasses import dataclass

import pytest
from engine.score import Part, Score, Situation, Weights, saturate, score, urgency
from hypothesis import given, strategies as st

HALF = 10_000.0

# Worked examples


def test_worked_example():
    """12,400 of 10,000 for half: 12,400 / 22,400 = 0.5536 of 40 points = 22.1. 45 days: 45 / 75 =
    0.6 of 30 = 18. Two promises: 2/3 of 15 = 10. 15 days overdue: 15 / 45 = 1/3 of 10 = 3.3. Six
    days left: 24 / 30 = 0.8 of 5 = 4. In all 22.143 + 18 + 10 + 3.333 + 4 = 57.476: 57."""
    found = score(Situation(12_400.0, 45, 2, 15.0, 6), Weights(), HALF)
    assert found == Score(
        57.0,
        (
            Part("amount", 22.1, 12_400.0),
            Part("lateness", 18.0, 45),
            Part("promise", 10.0, 2),
            Part("guarantee", 4.0, 6),
            Part("behaviour", 3.3, 15.0),
        ),
    )


def test_halves_are_rounded_up():
    """One of a hundred points for lateness, half of it for 30 days."""
    assert score(Situation(days_overdue=30), Weights(0, 1, 0, 0, 99), HALF).points == 1.0


def test_nothing_matters_not():
    assert score(Situation(), Weights(), HALF) == Score(0.0, ())


def test_not_due_and_early_payers_take_nothing_away():
    early = score(Situation(10_000.0, -10, 0, -12.0), Weights(), HALF)
    assert early == score(Situation(10_000.0), Weights(), HALF)
    assert early.points == 20.0


def test_weights_are_relative():
    """Only their proportion counts."""
    case = Situation(10_000.0, 30)
    single = score(case, Weights(4, 3, 1.5, 1, 0.5), HALF)
    assert single == score(case, Weights(), HALF)


def test_weight_of_zero_switches_a_part_off():
    """Lateness alone: 30 days are half of it, the whole hundred at stake."""
    found = score(Situation(10_000.0, 30, 3, 60.0, 1), Weights(0, 1, 0, 0, 0), HALF)
    assert found == Score(50.0, (Part("lateness", 50.0, 30),))
    assert score(Situation(10_000.0, 30), Weights(0, 0, 0, 0, 0), HALF) == Score(0.0, ())


def test_any_amount_is_full_where_half_is_nothing():
    assert score(Situation(0.01), Weights(1, 0, 0, 0, 0), 0.0).points == 100.0
    assert score(Situation(0.0), Weights(1, 0, 0, 0, 0), 0.0).points == 0.0


@pytest.mark.parametrize(("days", "share"), [(30, 0.0), (29, 1 / 30), (0, 1.0), (-1, 0.0)])
def test_guarantee_counts_in_its_last_days(days, share):
    assert urgency(days) == pytest.approx(share)


# Properties

situations = st.builds(
    Situation,
    amount=st.floats(-1e6, 1e12),
    days_overdue=st.integers(-400, 4000),
    promises_broken=st.integers(0, 50),
    days_late_average=st.floats(-400, 4000),
    guarantee_days=st.none() | st.integers(-100, 400),
)
weights = st.builds(Weights, *[st.integers(0, 100)] * 5)
halves = st.floats(0, 1e9)


@given(situations, weights, halves)
def test_between_nothing_and_a_hundred(case, weight, half):
    found = score(case, weight, half)
    assert 0 <= found.points <= 100
    assert found.points == int(found.points)
    assert all(part.points >= 0 for part in found.parts)


@given(situations, weights, halves)
def test_parts_explain_the_whole(case, weight, half):
    """But for rounding: a twentieth of a point for each part, half a one for the sum."""
    found = score(case, weight, half)
    assert abs(sum(part.points for part in found.parts) - found.points) <= 0.76
    points = [part.points for part in found.parts]
    assert points == sorted(points, reverse=True)
    assert len({part.code for part in found.parts}) == len(found.parts)


@dataclass
class Growth:
    name: str
    values: object


@pytest.mark.parametrize(
    "growth",
    [
        Growth("amount", st.floats(0, 1e9)),
        Growth("days_overdue", st.integers(0, 1000)),
        Growth("promises_broken", st.integers(0, 20)),
        Growth("days_late_average", st.floats(0, 1000)),
    ],
    ids=lambda growth: growth.name,
)
@given(data=st.data(), case=situations, weight=weights, half=halves)
def test_more_is_never_less(growth, data, case, weight, half):
    before = getattr(case, growth.name)
    worse = case._replace(**{growth.name: before + data.draw(growth.values)})
    assert score(worse, weight, half).points >= score(case, weight, half).points


@given(situations, weights, halves, st.integers(0, 100), st.integers(0, 100))
def test_the_sooner_a_guarantee_ends_the_more(case, weight, half, one, other):
    sooner = case._replace(guarantee_days=min(one, other))
    later = case._replace(guarantee_days=max(one, other))
    assert score(sooner, weight, half).points >= score(later, weight, half).points


@given(situations, weights, halves, st.sampled_from(Weights._fields))
def test_what_is_switched_off_does_not_count(case, weight, half, code):
    found = score(case, weight._replace(**{code: 0}), half)
    assert code not in [part.code for part in found.parts]


@given(st.floats(0, 1e9), st.floats(0.01, 1e9))
def test_half_gives_half(value, half):
    assert saturate(half, half) == 0.5
    assert 0 <= saturate(value, half) <= 1
