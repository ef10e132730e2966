"""Who a line of a spreadsheet speaks of."""

import pytest
from engine.contacts import Person, fold, recognise

ANN = Person(1, "Ann Müller", "ann@a.example", "+32470123456", "P1")
BOB = Person(2, "Bob", "bob@a.example")
BOB_TOO = Person(3, "bob ", "robert@a.example", "+32470999999")


@pytest.mark.parametrize("name", ["ann müller", " ANN  MULLER ", "Ann-Mu\u0308ller", "Ann. Müller"])
def test_spelling_does_not_matter(name):
    assert recognise(Person(0, name, "other@a.example"), [ANN, BOB]) == [ANN]


def test_somebody_new():
    assert recognise(Person(0, "Ann Meyer", "ann@a.example"), [ANN, BOB]) == []


def test_namesakes_are_told_apart_by_address():
    assert recognise(Person(0, "Bob", "bob@a.example"), [BOB, BOB_TOO]) == [BOB]
    assert recognise(Person(0, "Bob", "x@a.example", "+32470999999"), [BOB, BOB_TOO]) == [BOB_TOO]
    assert recognise(Person(0, "Bob", "x@a.example"), [BOB, BOB_TOO]) == [BOB, BOB_TOO]


def test_code_before_name():
    assert recognise(Person(0, "Ann Meyer", ref="p1"), [ANN, BOB]) == [ANN]
    assert recognise(Person(0, "Bob", ref="P9"), [ANN, BOB]) == [BOB]


def test_empty_names_are_nobody():
    assert fold("…") == ""
