"""What is tried again by itself, and when."""

from datetime import datetime, timedelta

import pytest
from engine.retry import DELAYS, is_transient_status, is_transient_text, next_attempt
from hypothesis import given, strategies as st

NOW = datetime(2026, 3, 6, 9, 0)


@pytest.mark.parametrize(
    "text",
    [
        "421 4.7.0 Too many connections",
        "(451, b'4.7.1 Greylisted, please come back')",
        "{'a@b.c': (450, b'mailbox busy')}",
        "452-4.2.2 mailbox is full",
        "timed out",
        "[Errno 111] Connection refused",
        "[Errno -3] Temporary failure in name resolution",
        "Connection unexpectedly closed",
        "4.4.1 no answer from host",
    ],
)
def test_passing_causes(text):
    assert is_transient_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        None,
        "550 5.1.1 no such user",
        "(553, b'5.1.3 bad address syntax')",
        # the code counts, not the words
        "554 5.7.1 refused, do not try again later",
        "550 temporarily disabled for good",
        "451 5.1.1 unknown user",
        "Invalid text: é",
        "Invoice 451000 was refused",
        "the certificate of mx4.451.example.com is not valid",
    ],
)
def test_causes_that_stay(text):
    assert not is_transient_text(text)


@pytest.mark.parametrize(
    ("status", "expected"),
    [(500, True), (502, True), (503, True), (599, True), (408, True), (425, True), (429, True)]
    + [(400, False), (401, False), (403, False), (404, False), (409, False), (422, False)],
)
def test_http(status, expected):
    assert is_transient_status(status) is expected


def test_delays_grow_by_hand():
    """15 minutes, 1 hour, 4 hours, 1 day: at 9:15, 10:15, 14:15 and 14:15 of the next day."""
    moments, now = [], NOW
    for failures in (1, 2, 3, 4):
        now = next_attempt(failures, now)
        moments.append(now)
    assert moments == [
        datetime(2026, 3, 6, 9, 15),
        datetime(2026, 3, 6, 10, 15),
        datetime(2026, 3, 6, 14, 15),
        datetime(2026, 3, 7, 14, 15),
    ]
    assert next_attempt(5, now) is None


@given(st.integers(1, 50))
def test_later_and_later_then_never(failures):
    moment = next_attempt(failures, NOW)
    assert (moment is None) == (failures > len(DELAYS))
    if moment and failures > 1:
        assert moment - NOW > next_attempt(failures - 1, NOW) - NOW > timedelta(0)


@given(st.text())
def test_any_text(text):
    assert is_transient_text(text) in (True, False)
