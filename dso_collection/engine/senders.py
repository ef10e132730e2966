"""Whose answer is it, where only a telephone number or an address tells?

Providers hand over numbers in their own ways: ``+33612345678``, ``0033612345678``, the same digits
without anything before them, or a number as it is dialled within a country. Digits alone may be
read in both ways: ``33612345678`` is a French mobile number, and could be a German number, too.
"""

from __future__ import annotations

import re
from typing import NamedTuple

#: What people and providers put between digits.
_BETWEEN = re.compile(r"[\s()./\-\u2010-\u2015\u00a0\u202f]+")


class Reading(NamedTuple):
    """How a number may be read.

    :ivar international: with ``+`` and, so one hopes, a country's calling code
    :ivar national: as it is dialled within a country
    """

    international: str = ""
    national: str = ""


def read_number(number: str) -> Reading:
    """The ways to read the number of a sender; none where it is no number at all.

    >>> read_number("+33 6 12 34 56 78")
    Reading(international='+33612345678', national='')
    >>> read_number("0033612345678")
    Reading(international='+33612345678', national='')
    >>> read_number("0612345678")
    Reading(international='', national='0612345678')
    >>> read_number("33612345678")
    Reading(international='+33612345678', national='33612345678')
    >>> read_number("My bank")
    Reading(international='', national='')
    """
    digits = _BETWEEN.sub("", number or "")
    marked = digits.startswith("+")
    digits = digits.removeprefix("+")
    if not (digits.isascii() and digits.isdecimal()):
        return Reading()
    if marked:
        return Reading(international=f"+{digits}")
    if digits.startswith("00"):
        return Reading(international=f"+{digits[2:]}")
    if digits.startswith("0"):
        return Reading(national=digits)
    return Reading(international=f"+{digits}", national=digits)


def is_certain(international: set[str], national: set[str], others: bool = False) -> bool:
    """Whether the readings of a number, or of an address, lead to one customer and no other.

    :param international: customers who have the number that it is by its country's code
    :param national: customers who have the number that it is within a country
    :param others: whether the international number is of somebody else, who is no customer

    >>> is_certain({"Acme"}, set()), is_certain({"Acme"}, {"Acme"})
    (True, True)
    >>> is_certain({"Acme"}, {"Bolt"}), is_certain({"Acme", "Bolt"}, set())
    (False, False)
    >>> is_certain(set(), {"Bolt"}, others=True)
    False
    """
    return len(international | national) == 1 and not (others and not international)
