"""The commands behind `make` and the wrappers."""

import importlib
import os
import sys

from . import paths
from .ui import Stop, say

USAGE = """\
dev/dso setup            make everything that is missing (Odoo, Python packages, PostgreSQL)
dev/dso odoo ARGS…       any Odoo command line            (= dev/odoo)
dev/dso python ARGS…     Python with Odoo at hand         (= dev/python)
dev/dso psql ARGS…       psql on the PostgreSQL in use    (= dev/psql)
dev/dso run              Odoo with demo data, in the foreground
dev/dso test [PHASE…]    all tests, or the phases engine, dev, odoo, finders, rules, demo, pot
dev/dso beside [NAME…]   tests beside other add-ons, which are downloaded: all, or those named
dev/dso pot              write the translation template anew
dev/dso lint             style checks
dev/dso stop | clean     stop PostgreSQL | and remove everything that was made
"""


def _odoo(arguments):
    from . import odoo

    _ready()
    odoo.execute(paths.PYTHON, [str(paths.LAUNCHER), *arguments])


def _python(arguments):
    from . import odoo

    _ready()
    odoo.execute(paths.PYTHON, arguments)


def _psql(arguments):
    from . import odoo, postgres

    _ready()
    os.environ.setdefault("PGDATABASE", "postgres")
    odoo.execute(postgres.program("psql"), arguments)


def _ready(**system):
    from . import odoo, postgres, setup

    setup.ensure(**system)
    odoo.write_files()
    postgres.ensure()


def _setup(arguments):
    _ready(wkhtmltopdf=True, browser="browser" in arguments)
    say("Everything is there.")


def _stop(arguments):
    from . import postgres

    if not paths.DEV.exists() or not postgres.stop():
        say("PostgreSQL wasn't running.")


def _clean(arguments):
    import shutil

    from . import postgres

    if not paths.DEV.exists():
        return
    known = ("venv", "odoo", "postgres", "stamps", "locks", "logs", "data", "bundles")
    if not any((paths.DEV / name).exists() for name in known):
        raise Stop(f"{paths.DEV} doesn't look like a folder that this made: remove it by hand.")
    postgres.stop()
    if postgres.socket_folder() != postgres.CLUSTER:
        shutil.rmtree(postgres.socket_folder(), ignore_errors=True)
    shutil.rmtree(paths.DEV)
    say(f"Removed {paths.DEV}")


def _in_module(name):
    def call(arguments):
        return importlib.import_module(f".{name}", __package__).main(arguments, _ready)

    return call


COMMANDS = {
    "setup": _setup,
    "odoo": _odoo,
    "python": _python,
    "psql": _psql,
    "run": _in_module("run"),
    "test": _in_module("testing"),
    "beside": _in_module("beside"),
    "pot": _in_module("pot"),
    "lint": _in_module("lint"),
    "stop": _stop,
    "clean": _clean,
}


def main(arguments):
    name, *rest = arguments or ["help"]
    if name not in COMMANDS:
        print(USAGE, end="")
        return 0 if name in ("help", "-h", "--help") else 2
    try:
        return COMMANDS[name](rest) or 0
    except Stop as reason:
        say(str(reason))
        return 1
    except KeyboardInterrupt:
        say("Stopped. What is done stays done: run it again to go on.")
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except OSError as failure:
        if failure.errno == 28:
            say(f"The disk is full: make room and run it again ({paths.DEV}).")
            return 1
        raise
