"""`make test`: each kind of test in its turn, and a summary."""

import contextlib
import os
import shlex
import subprocess
import threading
import time

from . import databases, odoo, pot
from .locks import lock
from .paths import CONF, LOGS, MODULE_NAME, PYCACHE, PYTHON, REPO
from .ui import Stop, say

DATABASE = "dso_test"
DEMO_DATABASE = "dso_test_demo"
# Skipped in the other database, which has no demo data; the finders try both.
DEMO_TESTS = (f"{MODULE_NAME}/tests/test_demo.py", f"{MODULE_NAME}/tests/finders")
PHASES = ("engine", "dev", "odoo", "rules", "pot", "demo")

# Odoo's own checks of add-ons (the plug-in shows them this one only) and of what is installed.
PLUGINS = REPO / "dev" / "plugins"
RULES = (
    "test_lint/tests/test_docstring.py",
    "test_lint/tests/test_dunderinit.py",
    "test_lint/tests/test_i18n.py",
    "test_lint/tests/test_index.py",
    "test_lint/tests/test_jstranslate.py",
    "test_lint/tests/test_manifests.py",
    "test_lint/tests/test_naming.py",
    "test_lint/tests/test_onchange_domains.py",
    "test_lint/tests/test_orm_import.py",
    "test_lint/tests/test_override_signatures.py",
    "test_lint/tests/test_pofile.py",
    "test_lint/tests/test_routes.py",
    "base/tests/test_views.py::TestAllViews",
    "base/tests/test_views.py::TestInvisibleField",
    "base/tests/test_views.py::TestRenderAllViews",
)

# Without the working folder on the path: `dso_collection` must come as odoo.addons.dso_collection.
PYTEST = "import sys; sys.path.remove(''); import pytest; sys.exit(pytest.main())"
NO_TESTS = 5


def main(arguments, ready):
    """Arguments: phases, then (after --) what to give to pytest."""
    chosen, extra = _split(arguments)
    needs_odoo = any(phase in ("odoo", "demo", "pot") for phase in chosen)
    ready(wkhtmltopdf=needs_odoo, browser="odoo" in chosen or "demo" in chosen)
    other = None
    if "odoo" in chosen and "demo" in chosen:
        # The second of the two slow preparations, on the other core.
        other = threading.Thread(target=_prepare_demo, daemon=True)
        other.start()
    results = {}
    for phase in chosen:
        say(f"—— Tests: {phase} ——")
        began = time.monotonic()
        if other and phase == "odoo":
            databases.base(demo=False)
            other.join()  # The browser needs both cores.
        try:
            results[phase] = (FUNCTIONS[phase](extra), time.monotonic() - began)
        except Stop as reason:
            say(str(reason))
            results[phase] = ("failed", time.monotonic() - began)
    say("—— Summary ——")
    for phase, (outcome, seconds) in results.items():
        say(f"{phase:8} {outcome:10} {seconds:5.0f} s")
    return int(any(outcome == "failed" for outcome, _seconds in results.values()))


def _prepare_demo():
    with contextlib.suppress(Stop):  # told when it is needed
        databases.base(demo=True)


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


def _words(extra):
    """Pytest's arguments without the words that follow -k or -m: no path is meant by these."""
    before = ["", *extra][: len(extra)]
    pairs = zip(extra, before, strict=True)
    return [part for part, option in pairs if part and option not in ("-k", "-m")]


def _phase_of(extra):
    for part in _words(extra):
        for phase in ("engine", "dev"):
            if part.startswith(f"tests/{phase}"):
                return phase
    return "odoo"


def _pytest(folder, extra, env, options=()):
    """Run pytest on a folder, or on what was asked for; its closing line is its own."""
    named = [part for part in _words(extra) if (REPO / part.split("::")[0]).exists()]
    if folder and not named:
        if not (REPO / folder).is_file() and not any((REPO / folder).rglob("test_*.py")):
            say(f"There are no tests in {folder} yet.")
            return "no tests"
        extra = [*extra, folder]
    command = [PYTHON, "-c", PYTEST, "--rootdir", REPO, "-c", REPO / "pyproject.toml"]
    command += [*options, *extra]
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
        options = [*_odoo_options(DATABASE), "-p", "assets_first"]
        return _pytest(f"{MODULE_NAME}/tests", extra, _odoo_environment(), options)


def _rules(extra):
    found = odoo.find()
    # In a checkout, `addons` lies beside the package, but for `base`.
    folders = (found.package / "addons", found.python_path / "addons")
    paths = [
        next((folder for folder in folders if (folder / rule.split("::")[0]).exists()), folders[0])
        / rule
        for rule in RULES
    ]
    with lock(f"db-{DATABASE}", waiting=f"Another process is using {DATABASE}: waiting for it …"):
        databases.report(databases.with_module(DATABASE, demo=False, fresh=False))
        env = _odoo_environment()
        options = [*_odoo_options(DATABASE), "-p", "only_ours", "-q", *extra, *paths]
        return _pytest(None, [], env, options)


def _odoo_options(database):
    options = ["-p", "no:cacheprovider", "--odoo-http", "--odoo-log-level=warn"]
    return [*options, f"--odoo-database={database}", f"--odoo-config={CONF}"]


def _odoo_environment():
    (LOGS / "screenshots").mkdir(parents=True, exist_ok=True)
    env = odoo.environment()
    env.pop("PGDATABASE", None)
    env["PYTHONPATH"] += os.pathsep + str(PLUGINS)
    return env


def _demo(extra):
    """The demo data must load, load twice, and be what their tests say; some tests of them alone
    run in a database that is kept."""
    with lock(f"db-{DEMO_DATABASE}"):
        databases.report(databases.with_module(DEMO_DATABASE, demo=True, fresh=not extra))
        if not extra:
            title = f"A second update of {MODULE_NAME} in {DEMO_DATABASE}"
            problems = databases.install(DEMO_DATABASE, [MODULE_NAME], update=True, title=title)
            databases.report(problems)
        options = [*_odoo_options(DEMO_DATABASE), "-p", "assets_first"]
        outcome = _pytest(None, extra or DEMO_TESTS, _odoo_environment(), options)
        if outcome == "passed" and not extra:
            databases.drop(DEMO_DATABASE)
    return outcome


def _pot(extra):
    with lock(f"db-{DATABASE}", waiting=f"Another process is using {DATABASE}: waiting for it …"):
        databases.report(databases.with_module(DATABASE, demo=False, fresh=False))
        pot.check(DATABASE)
    return "passed"


FUNCTIONS = {
    "engine": _engine,
    "dev": _dev,
    "odoo": _odoo,
    "rules": _rules,
    "demo": _demo,
    "pot": _pot,
}
