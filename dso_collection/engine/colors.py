"""Colours of a company on a page that everybody has to be able to read: contrasts as WCAG 2.1
defines them. [w3.org/TR/WCAG21, "relative luminance", "contrast ratio"]"""

from __future__ import annotations

import re

WHITE = "#ffffff"
INK = "#1f2328"
#: Level AA, text of normal size.
MINIMUM = 4.5
#: Where a company has chosen none, or nothing that is a colour: red, green and blue.
_DEFAULT = (0x4C, 0x55, 0x64)
_HEX = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


def parse(color: str | None) -> tuple[int, int, int] | None:
    """Red, green and blue of ``#rgb`` or ``#rrggbb``; ``None``: not a colour.

    >>> parse("#875A7B")
    (135, 90, 123)
    >>> parse("red; } body { display: none")
    """
    match = _HEX.fullmatch((color or "").strip())
    if not match:
        return None
    digits = match[1]
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def _luminance(color: str) -> float:
    parts = []
    for value in parse(color) or _DEFAULT:
        part = value / 255
        parts.append(part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    """From 1 (alike) to 21 (black on white).

    >>> round(contrast("#000000", "#ffffff"), 2)
    21.0
    >>> round(contrast("#777777", "#ffffff"), 2)
    4.48
    """
    lights = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lights[0] + 0.05) / (lights[1] + 0.05)


def readable(color: str | None) -> str:
    """The colour, darkened until white is readable on it, and it on white.

    >>> readable("#875A7B")
    '#875a7b'
    >>> contrast(readable("#ffff00"), WHITE) >= MINIMUM
    True
    """
    red, green, blue = parse(color) or _DEFAULT
    for percent in range(100, -1, -2):
        shade = "#{:02x}{:02x}{:02x}".format(
            *(round(value * percent / 100) for value in (red, green, blue))
        )
        if contrast(shade, WHITE) >= MINIMUM:
            return shade
    return INK
