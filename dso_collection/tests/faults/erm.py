"""A provider of electronic registered mail on loopback: a real HTTP server that honours keys, and
misbehaves when told to."""

import json
import time

from .loopback import Handler, Loopback

PDF = b"%PDF-1.4 proof"


class _Handler(Handler):
    def note(self):
        self.owner.requests.append((self.command, self.path, dict(self.headers), self.body))

    def reply(self):
        provider = self.owner
        if self.command == "POST":
            key = self.headers["Idempotency-Key"]
            self.say(*provider.submit(key, json.loads(self.body)))
            return
        parts = self.path.removeprefix("/v1/letters/").split("/")
        letter = provider.find(parts[0].replace("%2F", "/"))
        if letter and len(parts) == 1:
            self.say(200, {"status": letter["status"], "message": letter.get("message", "")})
        elif letter and parts[1] in provider.proofs:
            self.say(200, PDF + b" " + parts[1].encode(), "application/pdf")
        else:
            self.say(404, {"message": "there is no such thing"})

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


class Provider(Loopback):
    """``with Provider() as provider`` listens on ``provider.url``.

    :ivar requests: (method, path, headers, body) of each request, in order
    :ivar letters: {key: dict with ``id``, ``status`` and what was asked for}
    :ivar proofs: kinds that there is a proof of, "deposit" and "receipt"
    """

    handler = _Handler

    def __init__(self):
        super().__init__()
        self.requests = []
        self.letters = {}
        self.proofs = set()

    @property
    def taken(self):
        """The keys of the letters that it has, in order."""
        return list(self.letters)

    @property
    def url(self):
        return f"{self.origin}/v1"

    def submit(self, key, request):
        known = key in self.letters
        if not known:
            reference = f"ref/{len(self.letters) + 1}"
            self.letters[key] = {"id": reference, "status": "queued", "request": request}
        return (200 if known else 201), {"id": self.letters[key]["id"]}

    def find(self, reference):
        return next((le for le in self.letters.values() if le["id"] == reference), None)
