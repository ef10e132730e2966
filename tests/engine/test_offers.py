"""Which buttons an action offers."""

import itertools

import pytest
from engine.offers import OFFERS, ROW, Shown, offers

BOTH = (False, True)
EVERY = [
    Shown(action_type, state, origin, *flags)
    for action_type, state, origin in itertools.product(
        ("call", "email", "letter", "letter_registered", "sms", "litigation"),
        ("planned", "error", "done", "cancelled"),
        ("scenario", "specific", "manual"),
    )
    for flags in itertools.product(BOTH, repeat=7)
]


@pytest.mark.parametrize(
    ("action", "first"),
    [
        (Shown("call", "planned"), "log_call"),
        (Shown("litigation", "planned"), "log"),
        (Shown("litigation", "planned", is_letter=True), "print"),
        (Shown("email", "planned", is_email=True), "send"),
        (Shown("letter", "planned", is_letter=True), "print"),
        (Shown("letter_registered", "planned", is_letter=True), "print"),
        (Shown("letter", "planned", automatic=True, to_confirm=True, is_letter=True), "print"),
        (Shown("email", "planned", automatic=True, to_confirm=True, is_email=True), "confirm"),
        (Shown("email", "planned", automatic=True, is_email=True), "preview"),
        (Shown("email", "error", left=True, is_email=True), "retry"),
        (Shown("email", "done", left=True, is_email=True), "message"),
        (Shown("letter", "done", left=True, is_letter=True, printed=True), "letter"),
    ],
)
def test_first(action, first):
    assert offers(action)[0] == first


def test_what_goes_out_is_never_marked_as_done():
    for action in EVERY:
        if action.is_email or action.is_letter:
            assert "log" not in offers(action)


def test_one_way_to_give_up():
    for action in EVERY:
        found = {"skip", "cancel"} & set(offers(action))
        assert len(found) == (action.state in ("planned", "error"))
        assert ("skip" in found) <= (action.origin == "scenario")


def test_the_past_is_not_done_again():
    for action in EVERY:
        if action.state in ("done", "cancelled"):
            assert not {
                "log_call", "log", "send", "print", "confirm", "retry", "reschedule", "end", "skip",
                "cancel", "fix", "unconfirm",
            } & set(offers(action))  # fmt: skip


def test_row():
    assert set(ROW) < set(OFFERS)
