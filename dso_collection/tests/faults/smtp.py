"""A real SMTP server on loopback that keeps what it receives."""

import asyncio
import email
import email.policy
import logging
import socket

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

HOST = "127.0.0.1"
MAX_SIZE = 64 * 1024 * 1024

# each command that the server gets, where Odoo's own log says enough
logging.getLogger("mail.log").setLevel(logging.WARNING)


class Received:
    """One transmission: the envelope, and the message as the recipient's program sees it."""

    def __init__(self, envelope):
        self.sender = envelope.mail_from
        self.recipients = list(envelope.rcpt_tos)
        self.message = email.message_from_bytes(
            envelope.original_content, policy=email.policy.default
        )

    @property
    def message_id(self):
        return self.message["Message-Id"]

    def text(self, subtype="html"):
        """The body, decoded."""
        return self.message.get_body(preferencelist=(subtype,)).get_content()

    def attachments(self):
        """{file name: content}"""
        return {part.get_filename(): part.get_content() for part in self.message.iter_attachments()}


class Sink:
    """``with Sink() as sink`` listens on ``sink.port``.

    :ivar received: what was accepted, in order
    :ivar refused: {address: answer of the server to it as a recipient}
    :ivar drops: how often the connection breaks off, by the word of the dialogue at which it does:
        ``EHLO``, ``MAIL`` or ``RCPT`` (or an address, at that recipient), before the message is
        handed over, or ``DATA``, once it is
    :ivar delay: seconds until it answers that it took a message
    :ivar is_busy: whether it asks everybody to come back later
    :ivar on_message: called with each message before the server says that it took it
    """

    def __init__(self):
        self.received = []
        self.refused = {}
        self.drops = {}
        self.delay = 0
        self.is_busy = False
        self.on_message = None

    def __enter__(self):
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = probe.getsockname()[1]
        self._controller = _Controller(
            self, hostname=HOST, port=self.port, data_size_limit=MAX_SIZE, enable_SMTPUTF8=True
        )
        self._controller.start()
        return self

    def __exit__(self, *_exc):
        self._controller.stop()

    @property
    def message_ids(self):
        return [received.message_id for received in self.received]

    @property
    def taken(self):
        """The same under the name that all providers here have."""
        return self.message_ids

    def _drop(self, server, word):
        """Whether the connection broke off."""
        if not self.drops.get(word):
            return False
        self.drops[word] -= 1
        server.transport.abort()
        return True

    async def handle_EHLO(self, server, session, _envelope, hostname, responses):
        session.host_name = hostname
        self._drop(server, "EHLO")
        return responses

    async def handle_MAIL(self, server, _session, envelope, address, options):
        if self._drop(server, "MAIL"):
            return "421 Gone"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, _session, envelope, address, options):
        if self._drop(server, "RCPT") or self._drop(server, address):
            return "421 Gone"
        if self.is_busy:
            return "451 4.3.2 Busy, try again later"
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):
        received = Received(envelope)
        self.received.append(received)
        if self._drop(server, "DATA"):
            return "421 Gone"
        await asyncio.sleep(self.delay)
        if self.on_message:
            self.on_message(received)
        return "250 Kept"


class _Server(SMTP):
    def warning(self, *_args):
        """Without TLS and login, on purpose."""


class _Controller(Controller):
    def factory(self):
        return _Server(self.handler, **self.SMTP_kwargs)
