"""Interactive pages: how long a link is good, what a stranger may hand in, when colleagues are
reminded. [seeds 000, 003; Q31]"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from . import promises
from .facts import add_days

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

    times: int
    minutes: int


#: Items on one page of a statement.
ROWS = 50
#: What of a statement is shown.
SHOWS = ("all", "overdue", "not_due", "credit")
#: Items that one form ticks: a page has ``ROWS`` of them, and "the whole list" is one box.
MAX_TICKED = 1000
#: Items of one payment: each is reconciled, and told of in its invoice.
MAX_PAID = 200
#: By what is limited: requests of one network, what is done on one page, new links of one customer,
#: text messages of one number that nobody knows, and of all of them to one company.
LIMITS = {
    "view": Limit(240, 10),
    "wrong": Limit(30, 10),
    "answer": Limit(30, 60),
    "file": Limit(60, 60),
    "download": Limit(60, 60),
    "pay": Limit(30, 60),
    "forward": Limit(10, 60),
    "renew": Limit(3, 24 * 60),
    "stranger": Limit(10, 60),
    "strangers": Limit(60, 60),
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
#: What no keyboard types and no database keeps, but for tab and line feed.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
#: How many characters of an amount, blanks left out, are looked at.
MAX_AMOUNT = 20


def is_open(expires: datetime, revoked: datetime | None, now: datetime) -> bool:
    """Whether a link still opens its page.

    >>> is_open(datetime(2026, 4, 5, 9), None, datetime(2026, 4, 5, 8, 59))
    True
    >>> is_open(datetime(2026, 4, 5, 9), None, datetime(2026, 4, 5, 9))
    False
    """
    return revoked is None and now < expires


def get_network(address: str | None) -> str:
    """Whose requests are counted together: an address, of IPv6 the network of one customer of a
    provider, who has more addresses than can be counted. [RFC 6177]

    >>> get_network("192.0.2.7"), get_network("::ffff:192.0.2.7")
    ('192.0.2.7', '192.0.2.7')
    >>> get_network("2001:db8:1:2:3::4")
    '2001:db8:1:2::/64'
    >>> get_network(None)
    'unknown'
    """
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if found.version == 4:
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


def clean_text(text: str | None, limit: int = MAX_COMMENT) -> str:
    r"""What was typed in several lines, without what cannot be kept.

    :param limit: characters

    >>> clean_text(" Paid\r\non Monday\x00 ")
    'Paid\non Monday'
    """
    text = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text).strip()[:limit]


def clean_line(text: str | None, limit: int = 100) -> str:
    r"""What was typed in one line: a name, say, that cannot look like something else.

    >>> clean_line("Ann\n\u202e  Smith")
    'Ann Smith'
    """
    text = "".join(char for char in clean_text(text, MAX_COMMENT) if char not in _DIRECTION)
    return " ".join(text.split())[:limit]


def to_id(text: str | None) -> int | None:
    """The id of a record as a form or an address sends it, ``None`` for anything else.

    >>> to_id("17"), to_id("x"), to_id("-1"), to_id("99999999999")
    (17, None, None, None)
    """
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None


def parse_amount(text: str, decimal_point: str = ".") -> float | None:
    """An amount above zero as people type it, whatever they separate thousands by.

    Where both a dot and a comma stand in it, the last one is the decimal point. A single one is, if
    it is the language's or is not followed by three digits; several of one kind are not.

    :param decimal_point: of the language
    :return: in units of the currency, not rounded; ``None`` for what is no such amount

    >>> parse_amount("1,234.50"), parse_amount("1.234,50", ","), parse_amount("1 234,50")
    (1234.5, 1234.5, 1234.5)
    >>> parse_amount("1.234", ","), parse_amount("1.23", ","), parse_amount("12,50")
    (1234.0, 1.23, 12.5)
    >>> parse_amount("-5"), parse_amount("nan"), parse_amount("1e9"), parse_amount("0")
    (None, None, None, None)
    """
    text = re.sub(r"[\s'\u2019]", "", text)
    if len(text) > MAX_AMOUNT or not re.fullmatch(r"[0-9.,]*[0-9][0-9.,]*", text):
        return None
    marks = [char for char in text if char in ".,"]
    point = None
    if len(set(marks)) == 2:
        point = marks[-1]
        if marks.count(point) > 1:
            return None
    elif len(marks) == 1:
        decimals = len(text.partition(marks[0])[2])
        point = marks[0] if marks[0] == decimal_point or decimals != 3 else None
    number, _point, part = text.partition(point) if point else (text, "", "")
    whole = number.replace(".", "").replace(",", "")
    return float(f"{whole or 0}.{part or 0}") or None


def make_key(key: str, parts: Iterable[str | bytes]) -> str:
    """What tells one answer from another: the form it comes from and all that it says. A form
    that is sent twice is one answer; with other words in it, it is another one.

    :param key: of the form
    :param parts: texts and files
    :return: 64 hexadecimal digits

    >>> make_key("form", ["a", "b"]) == make_key("form", ["a", "b"])
    True
    >>> make_key("form", ["a", "b"]) == make_key("form", ["ab", ""])
    False
    """
    digest = hashlib.sha256(key.encode())
    for part in parts:
        content = part if isinstance(part, bytes) else part.encode()
        digest.update(b"%d:" % len(content))
        digest.update(content)
    return digest.hexdigest()


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
    return promises.check_day(day, today, MAX_PROMISE_DAYS)


def is_paid_day(day: date | None, today: date) -> bool:
    """Whether somebody may say to have paid, or to be about to pay, on that day.

    >>> is_paid_day(date(2026, 3, 4), date(2026, 3, 6)), is_paid_day(None, date(2026, 3, 6))
    (True, False)
    >>> is_paid_day(date(2024, 3, 4), date(2026, 3, 6))
    False
    """
    return day is not None and -promises.FAR_DAYS < (day - today).days <= MAX_PROMISE_DAYS


class Selection(NamedTuple):
    """What a customer wants to pay: all or overdue items of a currency, or single items."""

    scope: str
    currency_id: int | None
    ids: frozenset[int]


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
        currency_id = to_id(rest)
        return None if currency_id is None else Selection(scope, currency_id, frozenset())
    parts = text.split("-")
    ids = [item_id for part in parts if (item_id := to_id(part)) is not None]
    if len(parts) > MAX_PAID or len(ids) < len(parts):
        return None
    return Selection("items", None, frozenset(ids))


def get_page(wanted: str | int | None, count: int, size: int = ROWS) -> tuple[int, int]:
    """Which page of a list is shown, and how many there are: the nearest that exists.

    >>> get_page("7", 120)
    (3, 3)
    >>> get_page("x", 0)
    (1, 1)
    """
    last = max(1, -(-count // size))
    number = to_id(str(wanted or "")) or 1
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
    day = add_days(asked, every * (reminders + 1))
    return (day, None) if reminders < maximum else (None, day)
