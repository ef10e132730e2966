"""Alphabet, length and parts of an SMS, counted by hand."""

import math

import pytest
from engine.sms import BASIC, EXTENSION, GSM7, UCS2, encoding, measure, plain
from hypothesis import given, strategies as st


def test_the_gsm_tables():
    """128 places of the default alphabet, less escape; ten signs in the extension table."""
    assert len(BASIC) == 127
    assert len(EXTENSION) == 10
    assert not BASIC & EXTENSION


@pytest.mark.parametrize(
    ("text", "alphabet", "length", "parts", "left"),
    [
        ("", GSM7, 0, 0, 160),
        ("a" * 160, GSM7, 160, 1, 0),
        ("a" * 161, GSM7, 161, 2, 306 - 161),
        ("a" * 306, GSM7, 306, 2, 0),
        ("a" * 307, GSM7, 307, 3, 459 - 307),
        # eighty euro signs are 160 places, one more letter makes two parts
        ("€" * 80, GSM7, 160, 1, 0),
        ("€" * 80 + "a", GSM7, 161, 2, None),
        ("é" * 160, GSM7, 160, 1, 0),
        # the small c cedilla is in no table, the capital one is
        ("ç" * 70, UCS2, 70, 1, 0),
        ("Ç" * 160, GSM7, 160, 1, 0),
        ("ж" * 71, UCS2, 71, 2, 134 - 71),
        ("ж" * 135, UCS2, 135, 3, 201 - 135),
        # an emoji takes two units
        ("🙂" * 35, UCS2, 70, 1, 0),
        ("🙂" * 36, UCS2, 72, 2, None),
    ],
)
def test_worked_examples(text, alphabet, length, parts, left):
    result = measure(text)
    assert result[:3] == (alphabet, length, parts)
    if left is not None:
        assert result.left == left


def test_an_escaped_sign_is_not_cut_in_two():
    """152 letters leave one place in the first part: the euro sign moves into the second, and 306
    places no longer fit into two parts."""
    assert measure("a" * 306).parts == 2
    text = "a" * 152 + "€" + "a" * 152
    assert measure(text).length == 306
    assert measure(text) == (GSM7, 306, 3, 153 - 1)
    # likewise 66 letters and an emoji: 66 + 2 > 67
    assert measure("ж" * 66 + "🙂" + "ж" * 66).parts == 3


def test_plain_keeps_the_gsm_alphabet():
    """Amounts as French and German Odoo format them: with spaces that no telephone knows."""
    text = "Rappel : 1\u202f234,56\u00a0€ à payer\u2060 – l’échéance « dépassée » …"
    assert encoding(text) == UCS2
    cleaned = plain(text)
    assert cleaned == "Rappel : 1 234,56 € à payer - l'échéance « dépassée » ..."
    # guillemets are in no GSM table and nobody's to rewrite
    assert encoding(cleaned) == UCS2
    assert encoding(plain("1\u202f234,56\u00a0€ \u2060dus")) == GSM7


def test_plain_keeps_words():
    assert plain("Grüße aus Łódź, ça va?\r\n2\rlignes") == "Grüße aus Łódź, ça va?\n2\nlignes"


@given(st.text(alphabet=sorted(BASIC | EXTENSION) + ["ж", "🙂", "\u202f"]))
def test_parts_hold_the_text(text):
    alphabet, length, parts, left = measure(text)
    alone, each = (160, 153) if alphabet == GSM7 else (70, 67)
    if parts <= 1:
        assert length <= alone
        assert left == alone - length
    else:
        assert math.ceil(length / each) <= parts
        # at most one place is lost at the end of each part
        assert length + left + parts - 1 >= parts * each >= length + left
        assert 0 <= left < each


@given(st.text())
def test_plain_never_needs_more_room_and_is_stable(text):
    cleaned = plain(text)
    assert plain(cleaned) == cleaned
    if encoding(text) == GSM7 and "\r" not in text:
        assert cleaned == text
