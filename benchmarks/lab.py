"""Odoo in this process: databases opened and written to as a server would, and a clock."""

import contextlib
import ctypes
import gc
import resource
import statistics
import time

from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config


def configure():
    """Read Odoo's configuration, which the development environment names in ODOO_RC."""
    config.parse_config(
        ["--log-level=error", "--max-cron-threads=0", "--no-http"], setup_logging=True
    )


@contextlib.contextmanager
def environment(database, uid=api.SUPERUSER_ID, context=None):
    """A transaction of its own, committed at the end, with nothing in its cache."""
    with Registry(database).cursor() as cr:
        yield api.Environment(cr, uid, context or {})


@contextlib.contextmanager
def stopwatch():
    """Seconds of a block, as an attribute that is there after it."""
    clock = _Clock()
    began = time.perf_counter()
    yield clock
    clock.seconds = time.perf_counter() - began


class _Clock:
    seconds = 0.0


def request(database, uid, context, method):
    """Seconds and queries of a request: a transaction of its own, with nothing in its cache.

    :param method: function of an environment
    """
    with environment(database, uid, context) as env:
        before = env.cr.sql_log_count
        with stopwatch() as clock:
            method(env)
        return clock.seconds, env.cr.sql_log_count - before


def in_turns(sides, repeat, warm=3):
    """Measure several sides in turns, so that whatever else the machine does meets all alike.

    :param sides: {name: function that returns seconds and queries}
    :param warm: first rounds that do not count
    :return: {name: (median milliseconds, most queries)}
    """
    samples = {name: [] for name in sides}
    for number in range(warm + repeat):
        for name, method in sides.items():
            sample = method()
            if number >= warm:
                samples[name].append(sample)
    result = {}
    for name, found in samples.items():
        seconds, queries = zip(*found, strict=True)
        result[name] = (statistics.median(seconds) * 1000, max(queries))
    return result


def peak_memory_mb():
    """The largest resident size this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def trim():
    """Give freed memory back before a measurement."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
