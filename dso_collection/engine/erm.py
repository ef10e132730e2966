"""How a letter is told to a provider of electronic registered mail, and its answers read.

Providers agree on little but JSON over HTTP. So the request is a JSON text with our names in
braces, written in the settings, and an answer is read by paths such as ``data.0.id``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

#: What a request may say.
NAMES = frozenset(
    {
        "key",
        "sender_name",
        "sender_email",
        "recipient_name",
        "recipient_company",
        "recipient_email",
        "recipient_street",
        "recipient_zip",
        "recipient_city",
        "recipient_country",
        "language",
        "subject",
        "body_text",
        "body_html",
        "filename",
        "pdf_base64",
    }
)
#: What becomes of a registered letter, in the order in which it happens.
DEPOSITED = "deposited"
RECEIVED = "received"
REFUSED = "refused"

_NAME = re.compile(r"\{(\w+)\}")


class BadMapping(ValueError):
    """A request's text that cannot be used; ``names`` are the unknown words in it."""

    def __init__(self, message: str, names: Iterable[str] = ()):
        super().__init__(message)
        self.names = sorted(names)


def parse(text: str) -> dict[str, Any]:
    """The request's structure out of the settings.

    :raise BadMapping: if it is no JSON object, or asks for what there is not
    """
    try:
        structure = json.loads(text or "")
    except ValueError as error:
        raise BadMapping(str(error)) from error
    if not isinstance(structure, dict):
        raise BadMapping("not an object")
    unknown = set(_NAME.findall(json.dumps(structure, ensure_ascii=False))) - NAMES
    if unknown:
        raise BadMapping("unknown names", unknown)
    return structure


def fill(structure: Any, values: Mapping[str, str]) -> Any:
    """The structure with values in place of names, in one pass: a value with braces in it stays as
    it is, and quotes cannot break out of a string.

    >>> fill({"to": ["{recipient_name} <{recipient_email}>"]},
    ...      {"recipient_name": 'A "{subject}"', "recipient_email": "a@b.c"})
    {'to': ['A "{subject}" <a@b.c>']}
    """
    if isinstance(structure, dict):
        return {key: fill(value, values) for key, value in structure.items()}
    if isinstance(structure, list):
        return [fill(value, values) for value in structure]
    if isinstance(structure, str):
        return _NAME.sub(lambda match: str(values.get(match.group(1), "")), structure)
    return structure


def pick(answer: Any, path: str) -> Any:
    """What an answer holds at a path, ``None`` where it holds nothing there.

    >>> pick({"data": [{"id": 7}]}, "data.0.id"), pick({"data": []}, "data.0.id")
    (7, None)
    """
    for part in filter(None, (path or "").split(".")):
        if isinstance(answer, dict):
            answer = answer.get(part)
        elif isinstance(answer, list) and part.isdigit() and int(part) < len(answer):
            answer = answer[int(part)]
        else:
            return None
    return answer


def pick_text(answer: Any, path: str) -> str:
    """The same as text on one line; nothing for what is no plain value."""
    value = pick(answer, path) if path else None
    if value is None or isinstance(value, (dict, list, bool)):
        return ""
    return " ".join(str(value).split())


def state_of(word: str, words: Mapping[str, str]) -> str | None:
    """Our state for a provider's word, ``None`` while nothing happened yet or it is unknown.

    :param words: state → the provider's words for it, separated by commas

    >>> state_of("Delivered ", {"deposited": "sent", "received": "delivered, opened"})
    'received'
    """
    word = (word or "").strip().casefold()
    for state, known in words.items():
        if word and word in {part.strip().casefold() for part in (known or "").split(",")}:
            return state
    return None
