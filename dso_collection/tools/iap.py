"""Calls of Odoo's in-app services (SMS, Snailmail) that failed: can they have been obeyed?

What was certainly not taken may be tried again by itself. What may have been taken (the connection
broke, no answer came in time) is for somebody to look at: it would leave twice.
"""

from __future__ import annotations

from typing import Any

import requests
from urllib3.exceptions import NewConnectionError

#: Answers of a server that did nothing: too many requests, not available.
_NOTHING_DONE = frozenset({429, 503})


def was_not_taken(error: BaseException | None) -> bool:
    """Whether a call failed before the service took what it was asked for.

    :param error: exception of ``iap_jsonrpc``, which hides the one of ``requests``
    """
    while error is not None:
        if isinstance(error, requests.exceptions.ConnectTimeout):
            return True
        if isinstance(error, requests.exceptions.HTTPError):
            return error.response is not None and error.response.status_code in _NOTHING_DONE
        if isinstance(error, requests.exceptions.ConnectionError):
            # no connection was ever made: refused, no route, unknown name
            cause = error.args and error.args[0]
            return isinstance(getattr(cause, "reason", cause), NewConnectionError)
        error = error.__cause__ or error.__context__
    return False


class Watched:
    """A provider of SMS that remembers how its call failed, where Odoo keeps the result only.

    :ivar nothing_left: whether no SMS of a call that failed can have left
    """

    def __init__(self, api: Any, answers_are_sure: bool) -> None:
        """:param answers_are_sure: whether a failure that the provider reports tells that the SMS
        has not left"""
        self._api = api
        self.nothing_left = answers_are_sure

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)

    def _send_sms_batch(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return self._api._send_sms_batch(*args, **kwargs)
        except Exception as error:
            self.nothing_left = was_not_taken(error)
            raise
