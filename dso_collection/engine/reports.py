"""What a report of a mail system says of a message of ours.

Everything that mail systems report comes as ``multipart/report``: that a message could not be
delivered, but also that it is late, that it arrived, that somebody opened it or took it for spam.
Only the first is a failure. Sources: RFC 3464 (delivery), RFC 8098 (receipts), RFC 5965 (abuse).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.message import Message

#: It did not arrive at one recipient at least.
FAILED = "failed"
#: It is still being tried.
DELAYED = "delayed"
#: It arrived, or was handed on.
DELIVERED = "delivered"
#: The recipient opened it.
READ = "read"
#: The recipient's program got rid of it, or says something else of it.
RECEIPT = "receipt"
#: The recipient, or a provider, took it for spam.
ABUSE = "abuse"

_ACTIONS = {
    "failed": FAILED,
    "delayed": DELAYED,
    "delivered": DELIVERED,
    "relayed": DELIVERED,
    "expanded": DELIVERED,
}
#: The class of a status code (RFC 3463), for reports that name no action.
_CLASSES = {"2": DELIVERED, "4": DELAYED, "5": FAILED}
_ADDRESS = re.compile(r"<?([^\s<>;]+@[^\s<>;]+)>?\s*$")
_MESSAGE_ID = re.compile(r"<[^<>\s]+>")
_PARTS = {
    "message/delivery-status": "delivery",
    "message/global-delivery-status": "delivery",
    "message/disposition-notification": "receipt",
    "message/global-disposition-notification": "receipt",
    "message/feedback-report": "abuse",
}
#: Parts in which the message itself, or its headers, comes back.
_RETURNED = frozenset(
    {"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"}
)
#: Headers that name the message. Microsoft's servers give it a new one, and keep the old.
_NAMES = ("message-id", "x-microsoft-original-message-id")


@dataclass(frozen=True)
class Recipient:
    """What became of the message at one address.

    :ivar addresses: the one that it went to in the end, and the one that it was written to
    """

    kind: str | None
    addresses: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """What a report says, and of which message.

    :ivar kind: the worst that it tells; ``None`` where it does not say
    :ivar message_ids: names of the message that it is about
    """

    kind: str | None
    recipients: tuple[Recipient, ...] = ()
    message_ids: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[Recipient, ...]:
        return tuple(recipient for recipient in self.recipients if recipient.kind == FAILED)


def read(message: Message) -> Report | None:
    """What an incoming message reports; ``None`` if it is no report at all.

    A report without its machine-readable part, or with one that says nothing, has no kind: what
    it means is left to others.
    """
    fields = list(_find_parts(message))
    if not fields and message.get_content_type() != "multipart/report":
        return None
    ids = tuple(dict.fromkeys(find_message_ids(message)))
    if not fields:
        return Report(_get_declared_kind(message), (), ids)
    part_kind, groups = fields[0]
    if part_kind == "abuse":
        return Report(ABUSE, (), ids)
    if part_kind == "receipt":
        return Report(_get_receipt_kind(groups), tuple(map(_read_recipient, groups)), ids)
    recipients = tuple(recipient for recipient in map(_read_recipient, groups) if recipient.kind)
    kinds = {recipient.kind for recipient in recipients}
    kind = next((kind for kind in (FAILED, DELAYED, DELIVERED) if kind in kinds), None)
    return Report(kind, recipients, ids)


def _find_parts(message: Message) -> Iterator[tuple[str, Sequence[Message]]]:
    """The machine-readable parts: what each is, and its groups of fields.

    What comes back of the message is not looked into: it may be a report itself.
    """
    kind = _PARTS.get(message.get_content_type())
    if kind:
        yield kind, _get_payload(message)
    else:
        for part in _get_parts(message):
            yield from _find_parts(part)


def _get_payload(message: Message) -> Sequence[Message]:
    """The messages in a message; none where there is text."""
    payload = message.get_payload()
    return (
        [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else ()
    )


def _get_parts(message: Message) -> Sequence[Message]:
    """The parts of a multipart message; what is attached as a message is one part."""
    return _get_payload(message) if message.get_content_maintype() == "multipart" else ()


def _get_declared_kind(message: Message) -> str | None:
    """What the header of a report says that it is, where the part itself is missing."""
    declared = str(message.get_param("report-type") or "").lower()
    if declared == "disposition-notification":
        return RECEIPT
    return ABUSE if declared == "feedback-report" else None


def _get_receipt_kind(groups: Iterable[Message]) -> str:
    """``manual-action/MDN-sent-manually; displayed/error`` says that it was opened."""
    for group in groups:
        disposition = str(group.get("disposition", "")).rpartition(";")[2]
        if disposition.strip().lower().partition("/")[0] == "displayed":
            return READ
    return RECEIPT


def _read_recipient(group: Message) -> Recipient:
    action = str(group.get("action", "")).strip().lower()
    word = re.split(r"[\s;(]", action, maxsplit=1)[0]
    kind = _ACTIONS.get(word)
    if not action:
        kind = _CLASSES.get(str(group.get("status", "")).strip()[:1])
    found = (
        _ADDRESS.search(str(group.get(name, "")).strip())
        for name in ("final-recipient", "original-recipient")
    )
    return Recipient(kind, tuple(dict.fromkeys(match[1] for match in found if match)))


def find_message_ids(message: Message) -> Iterator[str]:
    """Every name of the message that is reported on or answered, the surest first."""
    for part in _walk_own(message):
        content_type = part.get_content_type()
        if content_type in _RETURNED:
            if isinstance(part.get_payload(), list):
                for returned in _get_payload(part)[:1]:
                    for name in _NAMES:
                        for value in returned.get_all(name, []):
                            yield from _MESSAGE_ID.findall(str(value))
            else:
                yield from _find_in_text(part)
        elif content_type in _PARTS:
            for group in _get_payload(part):
                yield from _MESSAGE_ID.findall(str(group.get("original-message-id", "")))
    for name in ("in-reply-to", "references"):
        for value in message.get_all(name, []):
            yield from _MESSAGE_ID.findall(str(value))


def _find_in_text(part: Message) -> Iterator[str]:
    """Headers that came back as text."""
    content = part.get_payload(decode=True)
    words = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
    text = re.sub(r"\r?\n[ \t]+", " ", words)
    for name in _NAMES:
        for value in re.findall(rf"(?im)^{name}:(.*)$", text):
            yield from _MESSAGE_ID.findall(value)


def _walk_own(message: Message) -> Iterator[Message]:
    """All parts, without those of the message that came back."""
    yield message
    for part in _get_parts(message):
        yield from _walk_own(part)
