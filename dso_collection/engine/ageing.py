"""How late an item is, in the buckets that every screen and report shares. [Q2]"""

from __future__ import annotations

from typing import NamedTuple


class Bucket(NamedTuple):
    """``first`` and ``last`` days overdue that belong to it, ``None`` without a limit. Keys sort as
    the buckets do."""

    key: str
    first: int | None
    last: int | None


#: Not due (an item due today is not overdue), then by how many days it is late.
BUCKETS = (
    Bucket("000", None, 0),
    Bucket("001", 1, 30),
    Bucket("031", 31, 60),
    Bucket("061", 61, 90),
    Bucket("091", 91, None),
)


def bucket(days: int) -> str:
    """The key of the bucket of an item.

    :param days: from its due date to the day of the report; negative while it is not due

    >>> [bucket(days) for days in (-3, 0, 1, 30, 31, 90, 91)]
    ['000', '000', '001', '001', '031', '061', '091']
    """
    return next(each.key for each in reversed(BUCKETS) if each.first is None or days >= each.first)
