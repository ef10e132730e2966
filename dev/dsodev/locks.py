"""Locks between processes (flock): they vanish with the process that holds them."""

import contextlib
import fcntl

from .paths import LOCKS
from .ui import say


class Held(Exception):
    """Another process holds the lock."""


@contextlib.contextmanager
def lock(name, *, shared=False, wait=True, waiting=None):
    """Hold the lock `name`; without `wait`, raise Held when another process has it."""
    LOCKS.mkdir(parents=True, exist_ok=True)
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    with (LOCKS / name).open("a") as handle:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if not wait:
                raise Held(name) from None
            say(waiting or f"Waiting for another process ({name}) …")
            fcntl.flock(handle, kind)
        yield
