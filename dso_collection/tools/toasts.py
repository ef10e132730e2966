"""What a button says of what it did."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odoo import api

CLOSE = {"type": "ir.actions.act_window_close"}


def toast(
    message: str, kind: str = "success", after: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A short word in the corner of the screen, after which dialogs close and lists are read
    again.

    :param message: what was done, to which record, in the user's language
    :param kind: ``success``, ``info`` or ``warning``, which stays until it is read
    :param after: the action that follows, default to close a dialog
    """
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "type": kind,
            "message": message,
            "sticky": kind == "warning",
            "next": after or CLOSE,
        },
    }


def name_some(env: api.Environment, names: Iterable[str | None], most: int = 3) -> str:
    """Names in a sentence, the first ones of many.

    :param env: whose language it is
    """
    names = [name for name in names if name]
    text = ", ".join(names[:most])
    if len(names) <= most:
        return text
    return env._("%(names)s and %(count)s more", names=text, count=len(names) - most)
