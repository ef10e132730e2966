"""A real HTTP server on loopback, for what stands in for a provider."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"


class Loopback:
    """``with Loopback() as server`` listens on ``server.origin``.

    :ivar is_busy: whether it asks everybody to come back later
    :ivar answer: called with the handler before anything else; returns whether it answered
    """

    #: what answers; a subclass of :class:`Handler`
    handler = None

    def __init__(self):
        self.answer = None
        self.is_busy = False

    def __enter__(self):
        bound = type("Bound", (self.handler,), {"owner": self})
        self._server = ThreadingHTTPServer((HOST, 0), bound)
        self._server.daemon_threads = True
        # a handler that still drips must not keep the test
        self._server.block_on_close = False
        self.origin = f"http://{HOST}:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exc):
        self._server.shutdown()
        self._server.server_close()


class Handler(BaseHTTPRequestHandler):
    """Reads the body, lets the test answer, then :meth:`reply`."""

    owner = None

    def log_message(self, *args):
        """Quiet."""

    def do_POST(self):
        self._handle()

    def do_GET(self):
        self._handle()

    def _handle(self):
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.note()
        if self.owner.is_busy:
            self.say(503, {"message": "busy, try again later"})
        elif not (self.owner.answer and self.owner.answer(self)):
            self.reply()

    def note(self):
        """Keep what was asked for."""

    def reply(self):
        raise NotImplementedError

    def say(self, status, content, content_type="application/json", **headers):
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(content)
        except OSError:
            # whoever asked was killed meanwhile
            return
