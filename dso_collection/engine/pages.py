"""Interactive pages: how long a link is good, what a stranger may hand in, when colleagues are
reminded. [seeds 000, 003; features.md, "Interactive page"]"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import NamedTuple

#: Bytes of randomness in a link: 192 bits.
TOKEN_BYTES = 24
MEGABYTE = 1024 * 1024
MAX_FILE_SIZE = 10 * MEGABYTE
MAX_FILES = 5
MAX_COMMENT = 5000
#: Customers promise no later than this.
MAX_PROMISE_DAYS = 180
MAX_FILE_NAME = 80


class Limit(NamedTuple):
    """So many times in so many minutes."""

    count: int
    minutes: int


#: Items on one page of a statement.
ROWS = 50
#: What of a statement is shown.
SHOWS = ("all", "overdue", "not_due", "credit")
#: Items of one payment: each is reconciled, and told of in its invoice.
MAX_PAID = 200
#: By what is limited: requests of one address, what is done on one page, new links of one customer.
LIMITS = {
    "view": Limit(240, 10),
    "wrong": Limit(30, 10),
    "answer": Limit(30, 60),
    "file": Limit(60, 60),
    "download": Limit(60, 60),
    "pay": Limit(30, 60),
    "renew": Limit(3, 24 * 60),
}

#: What may be handed in: extension → (type told to browsers, how its content begins).
_ZIP = (b"PK\x03\x04",)
FILE_TYPES = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "gif": ("image/gif", (b"GIF87a", b"GIF89a")),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _ZIP),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _ZIP),
    "odt": ("application/vnd.oasis.opendocument.text", _ZIP),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", _ZIP),
    "txt": ("text/plain", ()),
    "csv": ("text/csv", ()),
}
#: Characters that turn the direction of a text: "gpj.exe" must not read "exe.jpg".
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')


def is_open(expires: datetime, revoked: datetime | None, now: datetime) -> bool:
    """Whether a link still opens its page.

    >>> is_open(datetime(2026, 4, 5, 9), None, datetime(2026, 4, 5, 8, 59))
    True
    >>> is_open(datetime(2026, 4, 5, 9), None, datetime(2026, 4, 5, 9))
    False
    """
    return revoked is None and now < expires


def clean_file_name(name: str) -> str:
    r"""A file's name without path, control characters or tricks, no longer than 80 characters.

    >>> clean_file_name("..\\..\\etc/pass<b>wd\u202etxt.pdf")
    'passbwdtxt.pdf'
    >>> clean_file_name("..")
    'file'
    """
    name = unicodedata.normalize("NFC", name or "")
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(char for char in name if char not in _DIRECTION)
    name = _FORBIDDEN.sub("", name).strip(" .")
    stem, dot, extension = name.rpartition(".")
    if dot and len(name) > MAX_FILE_NAME:
        name = f"{stem[: MAX_FILE_NAME - len(extension) - 1]}.{extension}"
    return name[:MAX_FILE_NAME] or "file"


def get_extension(name: str) -> str:
    """
    >>> get_extension("Proof of payment.PDF")
    'pdf'
    """
    return name.rpartition(".")[2].lower() if "." in name else ""


def get_file_type(name: str) -> str | None:
    """The type under which a file is kept, by its extension alone; ``None``: not accepted."""
    known = FILE_TYPES.get(get_extension(name))
    return known[0] if known else None


def check_file(name: str, size: int, head: bytes) -> str | None:
    """What is wrong with a file that is handed in.

    :param name: as :func:`clean_file_name` leaves it
    :param size: in bytes
    :param head: how it begins, at least 512 bytes of it where there are so many
    :return: ``empty``, ``too_big``, ``type`` (not accepted), ``content`` (not what its name says)
        or ``None``

    >>> check_file("a.pdf", 100, b"%PDF-1.7")
    >>> check_file("a.pdf", 100, b"<html>")
    'content'
    >>> check_file("a.svg", 100, b"<svg>")
    'type'
    """
    if not size:
        return "empty"
    if size > MAX_FILE_SIZE:
        return "too_big"
    known = FILE_TYPES.get(get_extension(name))
    if not known:
        return "type"
    beginnings = known[1]
    if beginnings:
        return None if head.startswith(beginnings) else "content"
    # plain text: no markup that a browser could take for a page, no binary
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return "content" if b"\x00" in head or text.startswith(b"<") else None


def check_promise(day: date | None, today: date) -> str | None:
    """What is wrong with the day for which a customer promises: ``missing``, ``past`` or ``far``.

    >>> check_promise(date(2026, 3, 6), date(2026, 3, 6))
    >>> check_promise(date(2026, 3, 5), date(2026, 3, 6))
    'past'
    """
    if day is None:
        return "missing"
    if day < today:
        return "past"
    return "far" if day > today + timedelta(days=MAX_PROMISE_DAYS) else None


class Selection(NamedTuple):
    """What a customer wants to pay: all or overdue items of a currency, or single items."""

    scope: str
    currency_id: int | None
    ids: frozenset


def parse_selection(text: str) -> Selection | None:
    """What of the page is to be paid, as it stands in an address; ``None``: nothing that is known.

    >>> parse_selection("overdue-2").scope
    'overdue'
    >>> sorted(parse_selection("15-3-15").ids)
    [3, 15]
    >>> parse_selection("3-x")
    """
    scope, _dash, rest = text.partition("-")
    if scope in ("all", "overdue"):
        return Selection(scope, int(rest), frozenset()) if _is_id(rest) else None
    parts = text.split("-")
    if len(parts) > MAX_PAID or not all(_is_id(part) for part in parts):
        return None
    return Selection("items", None, frozenset(int(part) for part in parts))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def get_page(wanted: str | int | None, count: int, size: int = ROWS) -> tuple[int, int]:
    """Which page of a list is shown, and how many there are: the nearest that exists.

    >>> get_page("7", 120)
    (3, 3)
    >>> get_page("x", 0)
    (1, 1)
    """
    last = max(1, -(-count // size))
    text = str(wanted or "")
    number = int(text) if _is_id(text) else 1
    return min(max(1, number), last), last


def next_reminder(
    asked: date, reminders: int, every: int, maximum: int
) -> tuple[date | None, date | None]:
    """When a colleague who does not answer is reminded, and when somebody else is told.

    :param asked: the day of the question
    :param reminders: how many have left already
    :param every: days from one to the next; 0: never
    :param maximum: after so many, and as many days again, the question is escalated
    :return: (next reminder, escalation), one of them ``None``

    >>> next_reminder(date(2026, 3, 2), 0, 3, 2)
    (datetime.date(2026, 3, 5), None)
    >>> next_reminder(date(2026, 3, 2), 2, 3, 2)
    (None, datetime.date(2026, 3, 11))
    """
    if every <= 0:
        return None, None
    day = asked + timedelta(days=every * (reminders + 1))
    return (day, None) if reminders < maximum else (None, day)
