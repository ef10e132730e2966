"""What a person sees: progress on stderr, and one sentence when it can't go on."""

import contextlib
import sys
import time

_started = time.monotonic()


class Stop(Exception):
    """It can't go on: the message is a sentence that says what to do."""


def say(text):
    elapsed = time.monotonic() - _started
    sys.stderr.write(f"[{elapsed:4.0f} s] {text}\n")
    sys.stderr.flush()


@contextlib.contextmanager
def step(title):
    say(f"{title} …")
    began = time.monotonic()
    yield
    say(f"{title}: done in {time.monotonic() - began:.0f} s")


def box(lines):
    """Lines in a frame, for the few that must not be missed."""
    width = max(len(line) for line in lines)
    edge = "─" * (width + 2)
    framed = [f"┌{edge}┐", *(f"│ {line:<{width}} │" for line in lines), f"└{edge}┘"]
    print("\n".join(framed), flush=True)
