"""What failed for the moment, and when it is tried again.

A transient cause (the server is busy, unreachable, or asks to come back) fixes itself; one that
somebody has to fix (no such mailbox, refused) does not get better by trying.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

#: Growing delays between two attempts; after the last one it stays in error.
DELAYS = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(days=1),
)

#: A reply of an SMTP server: three digits, maybe with the enhanced code of RFC 3463 behind them.
_SMTP_CODE = re.compile(r"(?<![\w.])([245])[0-5]\d(?=[\s,\-]|$)(?:[\s,\-b'\"]*([245])\.\d+\.\d+)?")
_ENHANCED_CODE = re.compile(r"(?<![\w.])([245])\.\d{1,3}\.\d{1,3}(?![\w.])")
_TRANSIENT_WORDS = re.compile(
    r"timed?[ -]?out|temporar(?:y|ily)|try again|connection (?:refused|reset|aborted|lost|"
    r"unexpectedly closed)|unreachable|network is down|no route to host|broken pipe|"
    r"name or service not known|name resolution|service (?:not available|unavailable)|"
    r"too many (?:connections|requests)|greylist|graylist|server disconnected|remote end closed",
    re.IGNORECASE,
)
_NOBODY_WORDS = re.compile(
    r"\b(?:mailbox|recipient|user|address|domain)\b.{0,40}\b(?:unknown|invalid|not exist|not found|"
    r"no longer|disabled)\b|\b(?:no such|unknown|invalid|bad)\b.{0,20}"
    r"\b(?:mailbox|recipient|user|e-?mail|address|domain)\b",
    re.IGNORECASE,
)
#: Answers of an HTTP server that ask to come back: timeout, too early, too many requests.
_TRANSIENT_STATUSES = frozenset({408, 425, 429})


def is_transient_text(text: str) -> bool:
    """Whether the words of a failed transmission tell of a passing cause.

    A code says more than words: a server may refuse for good with "try again later" in its text.

    >>> is_transient_text("(451, b'4.7.1 Greylisted, try again later')")
    True
    >>> is_transient_text("550 5.1.1 no such user")
    False
    """
    text = text or ""
    codes = [match.group(2) or match.group(1) for match in _SMTP_CODE.finditer(text)]
    codes += [match.group(1) for match in _ENHANCED_CODE.finditer(text)]
    if "5" in codes:
        return False
    return "4" in codes or bool(_TRANSIENT_WORDS.search(text))


def is_wrong_address(text: str) -> bool:
    """Whether the words of a provider tell of an address at which there is nobody: it is not tried
    a second time, while anything else may have been fixed.

    >>> is_wrong_address("recipient has no such mailbox"), is_wrong_address("file too large")
    (True, False)
    """
    return bool(_NOBODY_WORDS.search(text or ""))


def is_transient_status(status: int) -> bool:
    """Whether an HTTP status tells of a passing cause: the server's own fault, or too much at once.

    >>> [is_transient_status(status) for status in (503, 429, 400, 401)]
    [True, True, False, False]
    """
    return status >= 500 or status in _TRANSIENT_STATUSES


def next_attempt(failures: int, now: datetime) -> datetime | None:
    """When to try again after so many failures; ``None``: not any more by itself.

    :param failures: attempts that failed, the last one included, at least 1

    >>> next_attempt(1, datetime(2026, 3, 6, 9, 0))
    datetime.datetime(2026, 3, 6, 9, 15)
    >>> next_attempt(5, datetime(2026, 3, 6, 9, 0)) is None
    True
    """
    return now + DELAYS[failures - 1] if failures <= len(DELAYS) else None
