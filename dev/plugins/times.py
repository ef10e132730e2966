"""Tells which files of tests take how long: set-up of their classes apart from the tests.

Pytest's own ``--durations`` reads a clock that tests with a frozen date stop.
"""

import os
import time
from collections import defaultdict
from pathlib import Path

import pytest

SHOWN = 20
_spent = defaultdict(lambda: defaultdict(float))


def _now():
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def _measure(item, phase):
    began = _now()
    yield
    _spent[item.location[0]][phase] += _now() - began


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_setup(item):
    yield from _measure(item, "set-up")


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_call(item):
    yield from _measure(item, "tests")


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_teardown(item):
    yield from _measure(item, "teardown")


def pytest_terminal_summary(terminalreporter):
    files = sorted(_spent.items(), key=lambda entry: -sum(entry[1].values()))
    if len(files) < 2:
        return
    if path := os.environ.get("DSO_SECONDS"):
        lines = [f"{sum(spent.values()):7.0f} {name}\n" for name, spent in sorted(files)]
        Path(path).write_text("".join(lines))
    terminalreporter.section("seconds by file")
    for phase in ("set-up", "tests", "teardown"):
        total = sum(spent[phase] for _name, spent in files)
        terminalreporter.write_line(f"{total:7.0f}  {phase} of all files")
    for name, spent in files[:SHOWN]:
        parts = ", ".join(f"{phase} {seconds:.0f}" for phase, seconds in spent.items())
        terminalreporter.write_line(f"{sum(spent.values()):7.0f}  {name} ({parts})")
