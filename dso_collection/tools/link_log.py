"""Links of interactive pages stay out of the server's log: who reads a log may not read accounts.

Odoo logs the path of every request, and of forms that it refuses. A proxy in front of it has a log
of its own, which its configuration must keep them out of.
"""

from __future__ import annotations

import logging
import re

LINK = re.compile(r"(/dso/p/)[^/?#\s\"']{16,}")
#: Who logs paths of requests.
LOGGERS = ("werkzeug", "odoo.http")


def hide_links(text: str) -> str:
    """
    >>> hide_links('"GET /dso/p/Zm9vYmFyYmF6cXV4Zm9v/pay?x=1 HTTP/1.1" 200')
    '"GET /dso/p/.../pay?x=1 HTTP/1.1" 200'
    """
    return LINK.sub(r"\1...", text)


class LinkFilter(logging.Filter):
    """Lets every record pass, without its links."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        hidden = hide_links(message)
        if hidden != message:
            record.msg, record.args = hidden, ()
        return True


def install() -> None:
    """Once for a process, whichever databases it serves."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, LinkFilter) for known in logger.filters):
            logger.addFilter(LinkFilter())
