"""What the module tells itself by the context. Clients fill contexts, too: a key of theirs with the
same name is none."""

from __future__ import annotations

from typing import Any, NamedTuple

from odoo import api


class Inside(NamedTuple):
    """A value in the context that this process put there. What a client sends is a list, a text
    or a number, never one of these; what is sent to a client comes back as a list."""

    value: Any


def inside(**values: Any) -> dict[str, Inside]:
    """Keys for a context, as in ``self.with_context(**inside(dso_today=day))``."""
    return {key: Inside(value) for key, value in values.items()}


def get_inside(env: api.Environment, key: str, default: Any = None) -> Any:
    """The value of such a key; ``default`` where there is none, or where a client sent it.

    >>> class Env: context = {**inside(dso_today="2026-03-01"), "dso_end": True}
    >>> get_inside(Env, "dso_today"), get_inside(Env, "dso_end")
    ('2026-03-01', None)
    """
    held = env.context.get(key)
    return held.value if isinstance(held, Inside) else default
