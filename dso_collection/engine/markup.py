"""The pieces of an HTML text. Joined again they are the text, to the letter."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Quotes count after an equals sign only, as in browsers. No part can match in two ways, so that
#: the time stays linear.
_ATTRIBUTES = r"""[^>=]*(?:=(?:\s*"[^"]*"|\s*'[^']*'|(?!\s*["']))[^>=]*)*"""
_TOKEN = re.compile(
    rf"""
    (?P<skip> <!--.*?(?:-->|\Z)
            | <(?P<raw>script|style)\b{_ATTRIBUTES}>.*?(?:</(?P=raw)\s*>|\Z)
            | <[!?][^>]*(?:>|\Z) )
    | </(?P<end>[a-zA-Z][^\s/>]*)[^>]*>
    | <(?P<start>[a-zA-Z][^\s/>]*){_ATTRIBUTES}>
    | (?P<broken> </?[a-zA-Z].*\Z )
    | (?P<text> <?[^<]+ | < )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
#: Elements that hold words only: a block closes them first, and opens them again behind it.
HOLDS_WORDS = frozenset(
    "a abbr b bdi bdo big cite code del dfn em font h1 h2 h3 h4 h5 h6 i ins kbd label mark p pre q"
    " s samp small span strike strong sub sup tt u var".split()
)
#: Those of them that do not begin a line of their own.
INLINE = HOLDS_WORDS - frozenset("h1 h2 h3 h4 h5 h6 p pre".split())


def tokens(html: str) -> Iterator[tuple[str, str | None, str]]:
    """The pieces of an HTML text as (kind, element, source); joined, the sources are the text.

    A tag without an end makes all the rest ``broken``: browsers show nothing of it.
    """
    for match in _TOKEN.finditer(html):
        kind = match.lastgroup or ""
        if kind == "raw":
            kind = "skip"
        name = match[kind].lower() if kind in ("start", "end") else None
        yield kind, name, match[0]
