"""Recognising persons: whether a line of a spreadsheet speaks of a contact that exists."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

#: Letters that are written with two in other places, and have no accent to take off.
SPELLINGS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe"})


class Person(NamedTuple):
    """A contact as far as it can be recognised. Texts may be empty."""

    id: int
    name: str
    email: str = ""
    phone: str = ""
    ref: str = ""


def fold(text: str | None) -> str:
    """A name as it compares: without case, accents, signs and needless spaces.

    >>> fold("  José  DUPONT-Łuc "), fold("Straße"), fold(None)
    ('jose dupont luc', 'strasse', '')
    """
    text = (text or "").casefold().translate(SPELLINGS)
    letters = unicodedata.normalize("NFKD", text)
    letters = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return " ".join("".join(sign if sign.isalnum() else " " for sign in letters).split())


def recognise(line: Person, known: Iterable[Person]) -> list[Person]:
    """The contacts that a line may speak of: one, none (it is somebody new), or several that
    cannot be told apart.

    By the code of the contact where the line has one; else by name, whatever became of the
    address; of several of one name, the one with the same e-mail or number.

    >>> known = [Person(1, "Ann", "ann@a.example"), Person(2, "Bob", "b@a.example")]
    >>> [person.id for person in recognise(Person(0, " ANN", "new@a.example"), known)]
    [1]
    """
    known = list(known)
    if line.ref:
        by_ref = [person for person in known if fold(person.ref) == fold(line.ref)]
        if by_ref:
            return by_ref
    named = [person for person in known if fold(person.name) == fold(line.name)]
    if len(named) > 1:
        for attribute in ("email", "phone"):
            value = getattr(line, attribute)
            same = [person for person in named if value and getattr(person, attribute) == value]
            if len(same) == 1:
                return same
    return named
