"""Hashtags: words like ``#items_amount`` that stand for a value in a text.

This module finds and replaces them; it knows no value. Values are put in once: what was put in is
not looked at again, so no value can act as a hashtag, and none can bring markup unless it is
:class:`~markupsafe.Markup` already. Design, section 5, "Hashtags"; [seed 000].
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from markupsafe import Markup, escape

from . import gaps
from .markup import HOLDS_WORDS, VOID, tokens


class Block(Markup):
    """Markup that cannot stand inside a paragraph, such as a table."""


#: What a hashtag stands for: plain text (escaped in HTML), markup, or ``None`` if it is unknown.
Value = str | Markup | Block | None
ValueOf = Callable[[str], Value]


class Syntax(NamedTuple):
    """How hashtags are written. ``needle`` is in every text that has one; the first group of
    ``pattern`` is the name, or nothing where the match only looks like a hashtag."""

    needle: str
    pattern: re.Pattern[str]


# An address on the web is taken whole, so that its fragment is no hashtag.
_ADDRESS = r"(?:\b(?:https?|ftps?|mailto|tel):|\bwww\.)[^\s<>\"']*"
# Neither a character reference (&#39;), nor the end of a word or path, nor one of several.
_BEFORE = r"(?<![\w&/#])"
# A colour such as #fff or #f1f3f5 is no hashtag.
_COLOUR = r"(?!(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})(?!\w))"

#: Hashtags as people type them. The longest possible name is taken: ``#items_amount_selected`` is
#: never ``#items_amount`` followed by something.
TYPED = Syntax("#", re.compile(rf"{_ADDRESS}|{_BEFORE}#{_COLOUR}([a-z][a-z0-9_]*)(?!\w)"))
#: The same with capitals: what a telephone's keyboard makes of the first letter.
CAPITALS = Syntax("#", re.compile(rf"{_ADDRESS}|{_BEFORE}#(?=\w*[A-Z])([A-Za-z]\w*)(?!\w)"))
#: What may be a hashtag with a mistake: neither a reference (#po-123) nor what stands behind an
#: equals sign (href="#top").
REFERENCES = Syntax("#", re.compile(rf"[=]\s*[\"']?#\w+|{TYPED.pattern.pattern}(?![-/.]\d)"))


def marked(token: str) -> Syntax:
    """Hashtags that :func:`mark` rewrote. Nobody who does not know the token can write one."""
    return Syntax(token, re.compile(rf"{re.escape(token)}-([a-z][a-z0-9_]*)-"))


# ------------------------------------------------------------------
# Plain text
# ------------------------------------------------------------------


def find(text: str, syntax: Syntax = TYPED) -> list[str]:
    """Names of the hashtags in a plain text, in order, without the ``#``.

    >>> find("Pay #items_amount by #deadline: https://x.example/#top, &#39;, #123, #f1f3f5")
    ['items_amount', 'deadline']
    """
    if not text or syntax.needle not in text:
        return []
    return [match[1] for match in syntax.pattern.finditer(text) if match[1]]


def replace(text: str, value_of: ValueOf, syntax: Syntax = TYPED) -> str:
    """Put the values into a plain text; unknown hashtags stay as they are. An empty value takes
    its sentence with it, see :mod:`.gaps`.

    >>> replace("Dear #name, #name!", {"name": "#name & co"}.get)
    'Dear #name & co, #name & co!'
    >>> replace("Thank you. We noted: #name.", {"name": ""}.get)
    'Thank you.'
    """
    if not text or syntax.needle not in text:
        return gaps.drop_gaps(text) if text else text
    # the gaps first: what is put in has sentences of its own
    text = syntax.pattern.sub(lambda match: _gap_or_source(match, value_of), text)
    text = gaps.drop_gaps(text, syntax.pattern)
    return syntax.pattern.sub(lambda match: _value_or_source(match, value_of), text)


def _gap_or_source(match: re.Match[str], value_of: ValueOf) -> str:
    value = value_of(match[1]) if match[1] else None
    if value is None or str.__str__(value).strip():
        return match[0]
    return gaps.BLOCK_GAP if isinstance(value, Block) else gaps.GAP


def _value_or_source(match: re.Match[str], value_of: ValueOf) -> str:
    value = value_of(match[1]) if match[1] else None
    # str.__str__: the words themselves, never an escaped copy
    return match[0] if value is None else str.__str__(value)


def unmark(text: str, syntax: Syntax) -> str:
    """The hashtags as they were typed, where :func:`mark` rewrote them."""
    return syntax.pattern.sub(r"#\1", text)


def mark(text: str, token: str, known: Iterable[str]) -> str:
    """Rewrite the known hashtags of a plain text so that :func:`marked` finds them again, once
    values from elsewhere have been mixed in."""
    known = set(known)
    return replace(text, lambda name: f"{token}-{name}-" if name in known else None)


# ------------------------------------------------------------------
# HTML
# ------------------------------------------------------------------

#: A paragraph whose end tag was left out ends where one of these begins.
_ENDS_PARAGRAPH = frozenset(
    "address article aside blockquote div dl fieldset footer form h1 h2 h3 h4 h5 h6 header hr main"
    " nav ol p pre section table ul".split()
)
_ID_ATTRIBUTE = re.compile(r"""\sid\s*=\s*("[^"]*"|'[^']*'|[^\s>"']+)""", re.IGNORECASE)


#: Put behind a ``#`` so that it is none any more: a mark of no width that joins.
WORD_JOINER = "\u2060"


def neutralize(text: str, html: bool = False) -> str:
    """A text whose hashtags stay as they are read: for words that are values already, and that
    are put where hashtags are typed.

    >>> neutralize("Order #deadline") == "Order #\u2060deadline"
    True
    >>> find(neutralize("Order #deadline"))
    []
    """
    change = replace_html if html else replace
    for syntax in (TYPED, CAPITALS):
        text = change(text, lambda name: f"#{WORD_JOINER}{name}", syntax)
    return text


def find_html(html: str, syntax: Syntax = TYPED) -> list[str]:
    """Names of the hashtags in the text nodes of an HTML text, in order.

    >>> find_html('<a href="#top" style="color: #abc_d">#deadline</a><style>#id {}</style>')
    ['deadline']
    """
    if not html or syntax.needle not in html:
        return []
    return [
        name for kind, _name, text in tokens(html) if kind == "text" for name in find(text, syntax)
    ]


def replace_html(html: str, value_of: ValueOf, syntax: Syntax = TYPED) -> str:
    """Put the values into the text nodes of an HTML text: never into attributes, comments,
    scripts or styles. All else stays as it is, to the letter.

    An empty value takes its sentence with it, see :mod:`.gaps`. Plain values are escaped, their
    line ends become line breaks. A :class:`Block` inside a
    paragraph closes it, and opens it again for what follows.

    >>> replace_html("<p>By <b>#name</b></p>", {"name": "<i>"}.get)
    '<p>By <b>&lt;i&gt;</b></p>'
    >>> replace_html("<p>Items: #table Thanks</p>", {"table": Block("<table></table>")}.get)
    '<p>Items: </p><table></table><p> Thanks</p>'
    """
    if not html or syntax.needle not in html:
        return gaps.drop_gaps_html(html) if html else html
    html = gaps.drop_gaps_html(_mark_gaps(html, value_of, syntax), syntax.pattern)
    writer = _Writer()
    for kind, name, source in tokens(html):
        if kind != "text" or syntax.needle not in source:
            writer.add(kind, name, source)
            continue
        position = 0
        for match in syntax.pattern.finditer(source):
            value = value_of(match[1]) if match[1] else None
            if value is None:
                continue
            writer.add("text", None, source[position : match.start()])
            position = match.end()
            if isinstance(value, Block):
                writer.add_block(value)
            else:
                writer.add("value", None, to_html(value))
        writer.add("text", None, source[position:])
    return writer.result()


def _mark_gaps(html: str, value_of: ValueOf, syntax: Syntax) -> str:
    return "".join(
        syntax.pattern.sub(lambda match: _gap_or_source(match, value_of), source)
        if kind == "text"
        else source
        for kind, _name, source in tokens(html)
    )


def to_html(value: Value) -> Markup:
    """A value as it stands in HTML: escaped, unless it is markup already."""
    if isinstance(value, Markup):
        return value
    return escape(value).replace("\n", Markup("<br/>"))


def mark_html(html: str, token: str, known: Iterable[str]) -> str:
    """:func:`mark` for the text nodes of an HTML text."""
    known = set(known)
    return replace_html(html, lambda name: f"{token}-{name}-" if name in known else None)


class _Open:
    """An element that holds words and is open where the writer stands."""

    __slots__ = ("again", "filled", "name", "position", "tag")

    def __init__(self, name: str, tag: str, position: int, again: bool) -> None:
        self.name = name
        self.tag = tag
        self.position = position
        #: opened for a second time, behind a block
        self.again = again
        #: whether there is anything in it that can be seen
        self.filled = False


class _Writer:
    """Writes HTML, keeping track of the elements that a block has to close."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        #: names of all open elements, and for those that hold words an :class:`_Open`
        self.stack: list[str | _Open] = []

    def result(self) -> str:
        return "".join(self.pieces)

    def add(self, kind: str, name: str | None, source: str) -> None:
        if name is not None and kind == "start":
            self._start(name, source)
        elif name is not None and kind == "end":
            self._end(name, source)
        elif source:
            if kind != "skip" and source.strip():
                self._fill()
            self.pieces.append(str.__str__(source))

    def add_block(self, block: Block) -> None:
        """A block where we stand: elements that hold words are closed before it, or taken back
        where nothing was in them, and opened again behind it."""
        reopened: list[_Open] = []
        while self.stack and isinstance(element := self.stack[-1], _Open):
            self.stack.pop()
            reopened.insert(0, element)
            self._close(element, f"</{element.name}>", taken_back=not element.filled)
        self.pieces.append(str.__str__(block))
        for element in reopened:
            tag = _ID_ATTRIBUTE.sub("", element.tag)
            self.stack.append(_Open(element.name, tag, len(self.pieces), again=True))
            self.pieces.append(tag)

    def _start(self, name: str, source: str) -> None:
        if name in _ENDS_PARAGRAPH:
            self._end_paragraph()
        if name in VOID or source.endswith("/>"):
            if name != "br":
                self._fill()
            self.pieces.append(source)
        elif name in HOLDS_WORDS:
            self.stack.append(_Open(name, source, len(self.pieces), again=False))
            self.pieces.append(source)
        else:
            self.stack.append(name)
            self.pieces.append(source)

    def _end(self, name: str, source: str) -> None:
        for depth in range(len(self.stack) - 1, -1, -1):
            element = self.stack[depth]
            if (element.name if isinstance(element, _Open) else element) == name:
                break
        else:
            self.pieces.append(source)
            return
        del self.stack[depth + 1 :]
        self.stack.pop()
        if isinstance(element, _Open):
            self._close(element, source, taken_back=element.again and not element.filled)
        else:
            self._fill()
            self.pieces.append(source)

    def _end_paragraph(self) -> None:
        """Forget a paragraph that was left open, as browsers do."""
        for depth in range(len(self.stack) - 1, -1, -1):
            element = self.stack[depth]
            if not isinstance(element, _Open):
                return
            if element.name == "p":
                del self.stack[depth:]
                if element.again and not element.filled:
                    del self.pieces[element.position :]
                return

    def _close(self, element: _Open, source: str, taken_back: bool) -> None:
        if taken_back:
            del self.pieces[element.position :]
        else:
            self.pieces.append(source)

    def _fill(self) -> None:
        for element in reversed(self.stack):
            if not isinstance(element, _Open):
                break
            element.filled = True


# ------------------------------------------------------------------
# Unknown ones
# ------------------------------------------------------------------


class Unknown(NamedTuple):
    """A hashtag that does not exist, and the one that was probably meant."""

    name: str
    nearest: str


def unknown(text: str, known: Iterable[str], html: bool = False) -> list[Unknown]:
    """The hashtags of a text that do not exist, each once. One that exists but for its capitals is
    among them: it would not be replaced. What follows a number sign otherwise is none: #1, #po-12.

    >>> unknown("We noted #1, #po-12, #fff and <a href=#top>", ["deadline"])
    []
    >>> unknown("#item_list_selected #Deadline", ["items_list_selected", "deadline"])
    [Unknown(name='item_list_selected', nearest='items_list_selected'), \
Unknown(name='Deadline', nearest='deadline')]
    """
    if not text or TYPED.needle not in text:
        return []
    known = list(known)
    search = find_html if html else find
    names = [name for name in search(text, REFERENCES) if name not in known]
    names += [name for name in search(text, CAPITALS) if name.lower() in known]
    return [Unknown(name, nearest(name, known)) for name in dict.fromkeys(names)]


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is written most like this one.

    >>> nearest("item_amount", ["deadline", "items_amount", "items_amount_overdue"])
    'items_amount'
    """
    return difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.0)[0]
