"""Transmissions to a mail server: who was refused, and can a message that failed have left?

Python's client tells of refused recipients only if all of them are, and a connection that breaks
off says nothing of when it did: before the server had the message, or once it had all of it.
"""

from __future__ import annotations

import smtplib
from email.message import Message
from typing import Any

#: Answer of a server that waits for the message.
_GO_AHEAD = 354


class WatchedSmtp:
    """A connection to a mail server that remembers what Odoo does not ask for."""

    def __init__(self, session: smtplib.SMTP) -> None:
        self._session = session
        self._refused: dict[str, dict[str, tuple[int, bytes]]] = {}
        self._unknown: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def send_message(self, message: Message, *args: Any, **kwargs: Any) -> Any:
        if not hasattr(self._session, "getreply"):
            # not Python's client, as in tests or where a service takes the messages: it has no
            # words of a server that could be listened to
            return self._session.send_message(message, *args, **kwargs)
        message_id = str(message["Message-Id"]).strip()
        session, codes = self._session, []
        getreply = session.getreply

        def getreply_watched():
            reply = getreply()
            codes.append(reply[0])
            return reply

        session.getreply = getreply_watched
        try:
            refused = session.send_message(message, *args, **kwargs)
        except Exception:
            if codes and codes[-1] == _GO_AHEAD:
                self._unknown.add(message_id)
            raise
        finally:
            del session.getreply
        self._refused.setdefault(message_id, {}).update(refused or {})
        return refused

    def may_have_left(self, message_id: str | None) -> bool:
        """Whether a message that failed was handed over, without an answer."""
        return (message_id or "").strip() in self._unknown

    def get_refused(self, message_id: str | None) -> dict[str, str]:
        """{address in lower case: what the server said}, where it took the message for others."""
        refused = self._refused.get((message_id or "").strip(), {})
        return {address.lower(): _describe(answer) for address, answer in refused.items()}


def _describe(answer: tuple[int, bytes | str]) -> str:
    """``(550, b"5.1.1 No such user")`` as text."""
    code, words = answer
    if isinstance(words, bytes):
        words = words.decode("utf-8", "replace")
    return f"{code} {words}".strip()
