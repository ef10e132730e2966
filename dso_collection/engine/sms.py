"""Length of an SMS: which alphabet its text needs, and in how many parts it travels.

One message carries 140 bytes: 160 characters of the GSM alphabet of 7 bits, or 70 of UCS-2 as
soon as one character is in no GSM table. A longer text travels in parts, each of which loses 6
bytes to the header that puts them together again: 153 and 67. Characters of the GSM extension
table (the euro sign, brackets …) take two places, those beyond the basic plane (emojis) two units
of UCS-2, and neither is cut in two at the end of a part. Source: 3GPP TS 23.038 (alphabets) and
TS 23.040 (parts).
"""

from __future__ import annotations

from typing import NamedTuple

GSM7 = "GSM-7"
UCS2 = "UCS-2"

#: The default alphabet, without the escape that leads to the extension table.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: The extension table: an escape and the character, two places.
EXTENSION = frozenset("\f^{}\\[~]|€")

#: Room of a message alone, and of each part of a longer one.
ROOM = {GSM7: (160, 153), UCS2: (70, 67)}

#: What typography and the formatting of amounts bring, and no alphabet of telephones has. Each
#: would halve the room of the whole text.
_PLAIN = str.maketrans(
    {
        "\u00a0": " ",  # no-break space
        "\u2007": " ",  # figure space
        "\u2009": " ",  # thin space
        "\u202f": " ",  # narrow no-break space: thousands in French
        "\u2060": None,  # word joiner
        "\u200b": None,  # zero width space
        "\u200e": None,  # left-to-right mark
        "\u200f": None,  # right-to-left mark
        "\ufeff": None,  # zero width no-break space
        "\u00ad": None,  # soft hyphen
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",  # minus sign: negative amounts in some languages
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u2026": "...",
        "\t": " ",
    }
)


class Measure(NamedTuple):
    """``length`` and ``left`` (in the last part) are in places of the alphabet ``encoding``."""

    encoding: str
    length: int
    parts: int
    left: int


def plain(text: str) -> str:
    """The text with plain characters in place of typographic ones, so that a text of the GSM
    alphabet stays one.

    >>> plain("1\\u202f234,56\\u00a0€ \\u2013 l\\u2019échéance\\u2026")
    "1 234,56 € - l'échéance..."
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_PLAIN)


def encoding(text: str) -> str:
    """The alphabet that the text needs.

    >>> encoding("Somme due : 10 €"), encoding("Naïve")
    ('GSM-7', 'UCS-2')
    """
    return GSM7 if all(char in BASIC or char in EXTENSION for char in text) else UCS2


def measure(text: str) -> Measure:
    """Length and parts of a text as it leaves.

    >>> measure("x" * 160)
    Measure(encoding='GSM-7', length=160, parts=1, left=0)
    >>> measure("x" * 161)
    Measure(encoding='GSM-7', length=161, parts=2, left=145)
    >>> measure("10 €")
    Measure(encoding='GSM-7', length=5, parts=1, left=155)
    >>> measure("ж" * 71)
    Measure(encoding='UCS-2', length=71, parts=2, left=63)
    """
    alphabet = encoding(text)
    sizes = [_size(char, alphabet) for char in text]
    length = sum(sizes)
    alone, each = ROOM[alphabet]
    if length <= alone:
        return Measure(alphabet, length, 1 if length else 0, alone - length)
    parts, used = 1, 0
    for size in sizes:
        if used + size > each:
            # what takes two places is never cut in two
            parts, used = parts + 1, 0
        used += size
    return Measure(alphabet, length, parts, each - used)


def _size(char: str, alphabet: str) -> int:
    """Places of one character."""
    if alphabet == GSM7:
        return 2 if char in EXTENSION else 1
    return 2 if ord(char) > 0xFFFF else 1
