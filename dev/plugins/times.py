"""Tells which files of tests take how long, set-up of their classes apart from the tests, and which
classes and tests take longest.

Pytest's own ``--durations`` reads a clock that tests with a frozen date stop. On a machine with
other work, the seconds of the processor say more: those of this process and of the programs that it
has waited for (browser, wkhtmltopdf), without PostgreSQL's.
"""

import os
import resource
import time
from collections import defaultdict
from pathlib import Path

import pytest

SHOWN = 20
#: {file or class or test: {phase: [seconds, seconds of the processor]}}
_files = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
_parts = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))


def _now():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    processor = sum(usage.ru_utime + usage.ru_stime for usage in used)
    return time.clock_gettime(time.CLOCK_MONOTONIC), processor


def _measure(item, phase):
    began = _now()
    yield
    spent = [now - then for now, then in zip(_now(), began, strict=True)]
    file, _line, name = item.location
    part = name if phase == "tests" else f"{name.split('.')[0]}: {phase}"
    for known in (_files[file][phase], _parts[f"{file}::{part}"][phase]):
        known[:] = [one + more for one, more in zip(known, spent, strict=True)]


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_setup(item):
    yield from _measure(item, "set-up")


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_call(item):
    yield from _measure(item, "tests")


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_teardown(item):
    yield from _measure(item, "teardown")


def _total(spent, which=0):
    return sum(both[which] for both in spent.values())


def pytest_terminal_summary(terminalreporter):
    files = sorted(_files.items(), key=lambda entry: -_total(entry[1]))
    if path := os.environ.get("DSO_SECONDS"):
        _write(Path(path), files)
    if len(files) > 1:
        terminalreporter.section("seconds by file (of the processor)")
        for phase in ("set-up", "tests", "teardown"):
            both = [sum(spent[phase][which] for _name, spent in files) for which in (0, 1)]
            terminalreporter.write_line("{:7.0f} ({:.0f})  {} of all files".format(*both, phase))
        for name, spent in files[:SHOWN]:
            parts = ", ".join(f"{phase} {both[0]:.0f}" for phase, both in spent.items())
            both = _total(spent), _total(spent, 1)
            terminalreporter.write_line("{:7.0f} ({:.0f})  {} ({})".format(*both, name, parts))
    if len(_parts) > SHOWN:
        terminalreporter.section("the slowest set-ups and tests")
        parts = sorted(_parts.items(), key=lambda entry: -_total(entry[1]))
        for name, spent in parts[:SHOWN]:
            both = _total(spent), _total(spent, 1)
            terminalreporter.write_line("{:7.1f} ({:.1f})  {}".format(*both, name))


def _write(path, files):
    """All files, and beside them all parts."""
    if len(files) > 1:
        lines = [f"{_total(spent):7.0f} {name}\n" for name, spent in sorted(files)]
        path.write_text("".join(lines))
    parts = sorted(_parts.items(), key=lambda entry: -_total(entry[1]))
    lines = [f"{_total(spent):9.2f} {_total(spent, 1):9.2f} {name}\n" for name, spent in parts]
    path.with_name(path.name.replace("seconds", "parts")).write_text("".join(lines))
