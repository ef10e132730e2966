"""Odoo in this process: databases opened and written to as a server would, and a clock."""

import contextlib
import ctypes
import gc
import resource
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


def peak_memory_mb():
    """The largest resident size this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def trim():
    """Give freed memory back before a measurement."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
