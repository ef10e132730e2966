"""Odoo's in-app services for SMS and letters on loopback: a real HTTP server that speaks JSON-RPC
as they do. Odoo's own code calls it, in processes that run no tests."""

import json

from .loopback import Handler, Loopback


class _Handler(Handler):
    def reply(self):
        params = json.loads(self.body)["params"]
        if self.path.startswith("/api/sms"):
            result = self.owner.send(params)
        else:
            result = self.owner.post(params)
        self.say(200, {"jsonrpc": "2.0", "id": None, "result": result})


class Iap(Loopback):
    """``with Iap() as iap`` listens on ``iap.origin``.

    :ivar taken: uuid of each SMS and number of each letter that was taken, in order
    """

    handler = _Handler

    def __init__(self):
        super().__init__()
        self.taken = []

    def send(self, params):
        numbers = [number for message in params["messages"] for number in message["numbers"]]
        self.taken += [number["uuid"] for number in numbers]
        return [{"uuid": number["uuid"], "state": "success", "credit": 1} for number in numbers]

    def post(self, params):
        documents = [{**document, "sent": True, "send_id": 7} for document in params["documents"]]
        self.taken += [document["letter_id"] for document in documents]
        return {"request_code": 200, "request": {"documents": documents}}
