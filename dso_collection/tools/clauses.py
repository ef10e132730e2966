"""Clauses of one sentence."""

from __future__ import annotations

from collections.abc import Iterable

from odoo import api


def join_clauses(env: api.Environment, texts: Iterable[str | None]) -> str:
    """``a; b; c``, in the punctuation of the language: French has a space before the sign.

    :param env: whose language it is
    :param texts: empty ones are left out
    """
    # by names, so that a translation sees what the sign stands between
    separator = env._("%(first)s; %(second)s", first="", second="")
    return separator.join(filter(None, texts))
