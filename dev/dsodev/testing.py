"""`make test`: each kind of test in its turn, and a summary."""

import os
import shlex
import subprocess
import time

from . import databases, odoo, pot
from .locks import lock
from .paths import CONF, LOGS, MODULE, MODULE_NAME, PYCACHE, PYTHON, REPO
from .ui import Stop, say

DATABASE = "dso_test"
DEMO_DATABASE = "dso_test_demo"
PHASES = ("engine", "dev", "odoo", "demo")

# Without the working folder on the path: `dso_collection` must come as odoo.addons.dso_collection.
PYTEST = "import sys; sys.path.remove(''); import pytest; sys.exit(pytest.main())"
NO_TESTS = 5


def main(arguments, ready):
    """Arguments: phases, then (after --) what to give to pytest."""
    chosen, extra = _split(arguments)
    needs_odoo = any(phase in ("odoo", "demo", "pot") for phase in chosen)
    ready(wkhtmltopdf=needs_odoo, browser="odoo" in chosen)
    results = {}
    for phase in chosen:
        say(f"—— Tests: {phase} ——")
        began = time.monotonic()
        try:
            results[phase] = (FUNCTIONS[phase](extra), time.monotonic() - began)
        except Stop as reason:
            say(str(reason))
            results[phase] = ("failed", time.monotonic() - began)
    say("—— Summary ——")
    for phase, (outcome, seconds) in results.items():
        say(f"{phase:8} {outcome:10} {seconds:5.0f} s")
    return int(any(outcome == "failed" for outcome, _seconds in results.values()))


def _split(arguments):
    extra = []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, extra = arguments[:at], arguments[at + 1 :]
    extra = [part for text in extra for part in shlex.split(text)]
    unknown = [name for name in arguments if name not in FUNCTIONS]
    if unknown:
        raise Stop(f"There is no kind of tests {unknown[0]}: choose from {', '.join(FUNCTIONS)}.")
    if not arguments and extra:
        # `make test T=…`: the phase that the paths belong to.
        arguments = [_phase_of(extra)]
    return arguments or list(PHASES), extra


def _phase_of(extra):
    for part in extra:
        for phase in ("engine", "dev"):
            if part.startswith(f"tests/{phase}"):
                return phase
    return "odoo"


def _pytest(folder, extra, env, options=()):
    """Run pytest on a folder, or on what was asked for; its closing line is its own."""
    named = [
        part for part in extra if not part.startswith("-") and (REPO / part.split("::")[0]).exists()
    ]
    if not named and not any((REPO / folder).rglob("test_*.py")):
        say(f"There are no tests in {folder} yet.")
        return "no tests"
    command = [PYTHON, "-c", PYTEST, "--rootdir", REPO, "-c", REPO / "pyproject.toml", *options]
    command += [*extra, *([] if named else [folder])]
    result = subprocess.run(list(map(str, command)), cwd=REPO, env=env, check=False)
    if result.returncode == NO_TESTS:
        say("No test fits.")
    return "failed" if result.returncode else "passed"


def _plain_environment():
    """Without Odoo on the path."""
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "ODOO_RC")}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env["PYTHONPYCACHEPREFIX"] = str(PYCACHE)
    return env


def _engine(extra):
    return _pytest("tests/engine", extra, _plain_environment(), ["-p", "no:odoo"])


def _dev(extra):
    return _pytest("tests/dev", extra, _plain_environment(), ["-p", "no:odoo"])


def _odoo(extra):
    with lock(f"db-{DATABASE}", waiting=f"Another process is using {DATABASE}: waiting for it …"):
        problems = databases.with_module(DATABASE, demo=False, fresh=not extra)
        databases.report(problems)
        if not extra:
            pot.check(DATABASE)
        (LOGS / "screenshots").mkdir(parents=True, exist_ok=True)
        options = ["-p", "no:cacheprovider", f"--odoo-database={DATABASE}", f"--odoo-config={CONF}"]
        options += ["--odoo-http", "--odoo-log-level=warn"]
        env = odoo.environment()
        env.pop("PGDATABASE", None)
        return _pytest(f"{MODULE_NAME}/tests", extra, env, options)


def _demo(extra):
    """The demo data must load, and load twice."""
    with lock(f"db-{DEMO_DATABASE}"):
        problems = databases.with_module(DEMO_DATABASE, demo=True, fresh=True)
        databases.report(problems)
        title = f"A second update of {MODULE_NAME} in {DEMO_DATABASE}"
        problems = databases.install(DEMO_DATABASE, [MODULE_NAME], update=True, title=title)
        databases.report(problems)
        databases.drop(DEMO_DATABASE)
    return "passed"


def _pot(extra):
    with lock(f"db-{DATABASE}"):
        databases.report(databases.with_module(DATABASE, demo=False, fresh=False))
        pot.check(DATABASE)
    return "passed"


FUNCTIONS = {"engine": _engine, "dev": _dev, "odoo": _odoo, "demo": _demo, "pot": _pot}
assert MODULE.name == MODULE_NAME
