"""Calls to a provider's web service that can neither hang, nor lead elsewhere, nor fill the memory.

The standard library alone: it follows no redirect and reads as much as it is told to. One clock
holds for the whole answer, so that a server which sends a byte a second does not keep a worker.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

#: Of an answer that tells something, and of a document.
MAX_ANSWER = 1024 * 1024
MAX_DOCUMENT = 20 * 1024 * 1024
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_CHUNK = 64 * 1024


class HttpFault(Exception):
    """No usable answer; ``kind`` is ``timeout``, ``unreachable``, ``too_large`` or ``insecure``."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(detail or kind)
        self.kind = kind
        self.detail = detail


class Answer(NamedTuple):
    """``status``: of HTTP; ``content``: bytes; ``content_type``: without parameters."""

    status: int
    content: bytes
    content_type: str

    def json(self) -> Any:
        """What the answer says, ``None`` if that is no JSON."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None


def is_safe(url: str | None) -> bool:
    """Whether a key may be sent there: over TLS, or within this machine."""
    try:
        parts = urlsplit(url or "")
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    if not parts.hostname or parts.username or parts.query or parts.fragment or not port_is_fine:
        return False
    return parts.scheme == "https" or parts.scheme == "http" and parts.hostname in LOOPBACK


def call(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
    timeout: float = 20.0,
    limit: int = MAX_ANSWER,
) -> Answer:
    """One request.

    :param body: bytes to send
    :param timeout: seconds for all of it
    :param limit: bytes of the answer
    :raise HttpFault: if there is no answer, or too much of it
    """
    parts = urlsplit(url)
    if not is_safe(f"{parts.scheme}://{parts.netloc}"):
        raise HttpFault("insecure")
    end = time.monotonic() + timeout
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=timeout, context=ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    target = parts.path or "/"
    if parts.query:
        target += f"?{parts.query}"
    try:
        connection.connect()
        # kept: the connection forgets it where the server closes after its answer
        sock = connection.sock
        connection.request(method, target, body=body, headers=headers)
        sock.settimeout(_left(end))
        response = connection.getresponse()
        content = _read(response, sock, end, limit)
        content_type = response.headers.get_content_type()
        return Answer(response.status, content, content_type)
    except TimeoutError as error:
        raise HttpFault("timeout") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise HttpFault("unreachable", str(error) or type(error).__name__) from error
    finally:
        connection.close()


def _read(response: http.client.HTTPResponse, sock: socket.socket, end: float, limit: int) -> bytes:
    """The answer, chunk by chunk as it comes."""
    content = bytearray()
    while True:
        sock.settimeout(_left(end))
        chunk = response.read1(_CHUNK)
        if not chunk:
            break
        content += chunk
        if len(content) > limit:
            raise HttpFault("too_large")
    if response.length:
        raise http.client.IncompleteRead(bytes(content), response.length)
    return bytes(content)


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
