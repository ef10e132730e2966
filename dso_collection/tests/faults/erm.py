"""A provider of electronic registered mail on loopback: a real HTTP server that honours keys, and
misbehaves when told to."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"
PDF = b"%PDF-1.4 proof"


class Provider:
    """``with Provider() as provider`` listens on ``provider.url``.

    :ivar requests: (method, path, headers, body) of each request, in order
    :ivar letters: {key: dict with ``id``, ``status`` and what was asked for}
    :ivar answer: called with the handler before anything else; returns whether it answered
    :ivar proofs: kinds that there is a proof of, "deposit" and "receipt"
    """

    def __init__(self):
        self.requests = []
        self.letters = {}
        self.answer = None
        self.proofs = set()

    def __enter__(self):
        self._server = ThreadingHTTPServer((HOST, 0), type("Bound", (_Handler,), {"owner": self}))
        self._server.daemon_threads = True
        # a handler that still drips must not keep the test
        self._server.block_on_close = False
        self.url = f"http://{HOST}:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exc):
        self._server.shutdown()
        self._server.server_close()

    def submit(self, key, request):
        known = key in self.letters
        if not known:
            reference = f"ref/{len(self.letters) + 1}"
            self.letters[key] = {"id": reference, "status": "queued", "request": request}
        return (200 if known else 201), {"id": self.letters[key]["id"]}

    def find(self, reference):
        return next((le for le in self.letters.values() if le["id"] == reference), None)


class _Handler(BaseHTTPRequestHandler):
    owner = None

    def log_message(self, *args):
        """Quiet."""

    def do_POST(self):
        self._handle()

    def do_GET(self):
        self._handle()

    def _handle(self):
        provider = self.owner
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        provider.requests.append((self.command, self.path, dict(self.headers), body))
        if provider.answer and provider.answer(self):
            return
        if self.command == "POST":
            key = self.headers["Idempotency-Key"]
            self.say(*provider.submit(key, json.loads(body)))
            return
        parts = self.path.removeprefix("/v1/letters/").split("/")
        letter = provider.find(parts[0].replace("%2F", "/"))
        if letter and len(parts) == 1:
            self.say(200, {"status": letter["status"], "message": letter.get("message", "")})
        elif letter and parts[1] in provider.proofs:
            self.say(200, PDF + b" " + parts[1].encode(), "application/pdf")
        else:
            self.say(404, {"message": "there is no such thing"})

    def say(self, status, content, content_type="application/json", **headers):
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def drip(self, seconds):
        """An answer that begins at once and does not end in time."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return
