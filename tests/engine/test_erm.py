"""Requests to providers of electronic registered mail, and their answers."""

import json

import pytest
from engine.erm import NAMES, BadMapping, fill, parse, pick, pick_text, state_of
from hypothesis import given, strategies as st

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)


def test_a_request_by_hand():
    structure = parse('{"to": {"email": "{recipient_email}"}, "tags": ["dso", "{key}"], "n": 1}')
    assert fill(structure, {"recipient_email": "ann@example.com", "key": "dso-7"}) == {
        "to": {"email": "ann@example.com"},
        "tags": ["dso", "dso-7"],
        "n": 1,
    }


@pytest.mark.parametrize("text", ["", None, "no json", "[1]", '"{key}"', '{"a": }'])
def test_refuses_what_is_no_object(text):
    with pytest.raises(BadMapping):
        parse(text)


def test_refuses_unknown_names():
    with pytest.raises(BadMapping) as caught:
        parse('{"a": "{recipent_email}", "b": ["{key}", "{password}"]}')
    assert caught.value.names == ["password", "recipent_email"]


@given(st.text(), st.text())
def test_values_cannot_break_out(name, subject):
    filled = fill({"a": "{recipient_name}/{subject}"}, {"recipient_name": name, "subject": subject})
    assert filled == {"a": f"{name}/{subject}"}
    assert json.loads(json.dumps(filled)) == filled


@given(JSON)
def test_values_fill_any_structure(structure):
    def shape(value):
        if isinstance(value, dict):
            return {key: shape(child) for key, child in value.items()}
        if isinstance(value, list):
            return [shape(child) for child in value]
        return type(value)

    assert shape(fill(structure, dict.fromkeys(NAMES, "x"))) == shape(structure)


@pytest.mark.parametrize(
    ("answer", "path", "expected"),
    [
        ({"id": "r1"}, "id", "r1"),
        ({"data": {"id": 12}}, "data.id", "12"),
        ({"data": [{"id": "r1"}]}, "data.0.id", "r1"),
        ({"data": [{"id": "r1"}]}, "data.1.id", ""),
        ({"id": None}, "id", ""),
        ({"id": True}, "id", ""),
        ({"id": {"a": 1}}, "id", ""),
        ({"message": "two\nlines"}, "message", "two lines"),
        ({"id": "r1"}, "", ""),
        ("text", "id", ""),
        (None, "id", ""),
    ],
)
def test_answers(answer, path, expected):
    assert pick_text(answer, path) == expected


@given(JSON, st.text())
def test_any_answer_any_path(answer, path):
    pick(answer, path)
    assert "\n" not in pick_text(answer, path)


WORDS = {"deposited": "accepted, SENT", "received": "delivered", "refused": "refused,expired"}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("sent", "deposited"),
        (" Delivered", "received"),
        ("expired", "refused"),
        ("queued", None),
        ("", None),
        (None, None),
    ],
)
def test_states(word, expected):
    assert state_of(word, WORDS) == expected
