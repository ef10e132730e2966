"""Letters: where the address goes on the page, and in which order a pile is folded.

Lengths are millimetres from the top left corner of an A4 page. An envelope's window is wider and
higher than what may be printed behind it, because a sheet slides in its envelope: the zones here
show whole wherever the sheet lies.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

Key = TypeVar("Key")


class Window(NamedTuple):
    """The address zone of a window envelope, and what depends on it."""

    left: float
    top: float
    width: float
    height: float
    #: where the zone of the return address and of remarks to the post begins, in the window above
    #: the address; ``None``: there is none
    return_top: float | None
    #: where the text below it begins
    body_top: float
    #: where to fold
    folds: tuple[float, ...]


#: Address zones by name.
WINDOWS = {
    # DIN 5008, form B: zone for the return address and remarks of 17.7 mm from 45 mm, then the
    # address of 27.3 mm; window of 90 × 45 mm (DIN 680), fold marks at 105 and 210 mm
    "din5008": Window(25.0, 62.7, 75.0, 27.3, 53.7, 98.5, (105.0, 210.0)),
    # French DL envelope of 110 × 220 mm: window of 100 × 35 or 45 mm, 20 mm from the right edge
    # and from the bottom. A third of a page, 99 mm high, slides by 11 mm, and by 10 mm sideways:
    # 55 to 79 mm from the top and 100 to 190 mm from the left always show
    "dl_right": Window(105.0, 55.0, 83.0, 24.0, None, 95.0, (99.0, 198.0)),
}

#: What is in no envelope of that kind: the text begins below the letterhead.
NO_WINDOW = Window(105.0, 50.0, 0.0, 0.0, None, 56.0, ())

#: Countries where window envelopes show the address on the right.
RIGHT_WINDOW_COUNTRIES = frozenset(
    {"BE", "ES", "FR", "GF", "GP", "IT", "LU", "MC", "MQ", "NC", "PF", "PT", "RE", "YT"}
)


def default_window(country_code: str | None) -> str:
    """The name of the window that envelopes have in a country.

    >>> default_window("FR"), default_window("DE"), default_window(None)
    ('dl_right', 'din5008', 'din5008')
    """
    return "dl_right" if country_code in RIGHT_WINDOW_COUNTRIES else "din5008"


def folding_order(letters: Iterable[tuple[int, int, str]]) -> list[int]:
    """The order in which letters are printed so that those of as many sheets lie together:
    whoever folds sets the machine, or takes the envelopes, once for each number of pages.

    :param letters: tuples (key, number of pages, name of the customer)
    :return: the keys, fewest pages first, then by customer; the same always for the same letters

    >>> folding_order([(1, 2, "Acme"), (2, 1, "Zulu"), (3, 1, "beta")])
    [3, 2, 1]
    """
    ordered = sorted(letters, key=lambda letter: (letter[1], letter[2].casefold(), letter[0]))
    return [key for key, _pages, _name in ordered]


def split_pages(marks: Sequence[Key | None]) -> list[tuple[Key, int, int]]:
    """Which pages belong to which letter, from the marks found on each page of a print job.

    :param marks: for each page, the letter that begins on it, or ``None`` where the one before
        goes on
    :return: [(letter, first page, page after the last)]
    :raise ValueError: if the first page begins no letter, or a letter begins twice

    >>> split_pages(["a", None, "b"])
    [('a', 0, 2), ('b', 2, 3)]
    """
    if not marks:
        return []
    starts = [(page, mark) for page, mark in enumerate(marks) if mark is not None]
    if not starts or starts[0][0] != 0:
        raise ValueError("no letter begins on the first page")
    if len({mark for _page, mark in starts}) != len(starts):
        raise ValueError("a letter begins twice")
    ends = [page for page, _mark in starts[1:]] + [len(marks)]
    return [(mark, page, end) for (page, mark), end in zip(starts, ends, strict=True)]
