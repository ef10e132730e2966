"""`make test`: each kind of test in its turn, and a summary."""

import contextvars
import os
import shlex
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any

from . import databases, odoo, pot, sharing
from .locks import lock
from .paths import BUNDLES, CONF, HTTP_PORT, LOGS, MODULE, MODULE_NAME, PYCACHE, PYTHON, REPO
from .ui import Stop, say

DATABASE = "dso_test"
SECOND_DATABASE = "dso_test_second"
DEMO_DATABASE = "dso_test_demo"
FINDERS_DATABASE = "dso_test_finders"
FINDERS = f"{MODULE_NAME}/tests/finders"
# Skipped in the other databases, which have no demo data; the finders try both.
DEMO_TESTS = (f"{MODULE_NAME}/tests/setup/test_demo.py", FINDERS)
PHASES = ("engine", "odoo", "dev", "demo", "finders", "rules", "pot")
# What runs on the second core beside `odoo`, and then its share of that, in a database of its own.
BESIDE = ("dev", "demo", "finders")
SHARE = "odoo-2"

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


@dataclass(frozen=True)
class Lane:
    """What must not be shared by tests that run at once: where pytest writes, and the port that
    the browser's server listens on."""

    output: Any = None
    port: int = HTTP_PORT


TERMINAL = Lane()
_lane = contextvars.ContextVar("lane", default=TERMINAL)
# The files of `odoo` and of its share; unset where it runs alone.
_files = contextvars.ContextVar("files", default=None)


def main(arguments, ready):
    """Arguments: phases, then (after --) what to give to pytest."""
    chosen, extra = _split(arguments)
    if "odoo" in chosen and not extra:
        chosen = [*chosen, SHARE]
        _files.set(share_files(chosen))
    browser = not {"odoo", "demo", "finders"}.isdisjoint(chosen)
    ready(wkhtmltopdf=browser or "pot" in chosen, browser=browser)
    results = {}
    beside = _Beside([name for name in (*BESIDE, SHARE) if name in chosen], extra, results)
    for phase in chosen:
        if phase == "odoo":
            beside.start()
        if phase not in beside.phases:
            _run(phase, extra, results)
        if phase == "odoo":
            beside.finish()
    say("—— Summary ——")
    for phase in chosen:
        outcome, seconds = results[phase]
        say(f"{phase:8} {outcome:10} {seconds:5.0f} s")
    return int(any(outcome == "failed" for outcome, _seconds in results.values()))


def share_files(chosen):
    """The files of `odoo` for the two lanes: [those of the first], [those of the second]."""
    seconds = sharing.read()
    names = [
        path.relative_to(REPO).as_posix()
        for path in (MODULE / "tests").rglob("test_*.py")
        if path.parent != REPO / FINDERS
    ]
    beside = sum(seconds.get(phase, 0) for phase in chosen if phase in BESIDE)
    return sharing.share(names, seconds, beside)


def _run(phase, extra, results):
    say(f"—— Tests: {phase} ——")
    began = time.monotonic()
    try:
        outcome = FUNCTIONS[phase](extra)
    except Stop as reason:
        say(str(reason))
        outcome = "failed"
    results[phase] = (outcome, time.monotonic() - began)


class _Beside:
    """Phases that run while `odoo` does; what pytest says of them is shown afterwards."""

    def __init__(self, phases, extra, results):
        self.phases = []
        self.thread = None
        self.waiting = (phases, extra, results)

    def start(self):
        phases, extra, results = self.waiting
        if not phases:
            return
        self.phases = phases
        LOGS.mkdir(parents=True, exist_ok=True)
        log = LOGS / "tests-beside.log"
        say(f"At the same time: {', '.join(phases)} (in {log}, shown when both have ended).")
        self.thread = threading.Thread(
            target=self._run_all, args=(log, phases, extra, results, _files.get()), daemon=True
        )
        self.thread.start()

    def _run_all(self, log, phases, extra, results, files):
        with log.open("w") as output:
            _lane.set(Lane(output=output, port=HTTP_PORT + 20))
            _files.set(files)
            results.update((phase, ("failed", 0)) for phase in phases)  # should the thread die
            for phase in phases:
                output.write(f"\n—— Tests: {phase} ——\n")
                output.flush()
                _run(phase, extra, results)

    def finish(self):
        if not self.thread:
            return
        if self.thread.is_alive():
            say(f"Waiting for {', '.join(self.phases)} …")
        self.thread.join()
        sys.stdout.write((LOGS / "tests-beside.log").read_text(errors="replace"))
        sys.stdout.flush()


def _split(arguments):
    extra = []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, extra = arguments[:at], arguments[at + 1 :]
    extra = [part for text in extra for part in shlex.split(text)]
    unknown = [name for name in arguments if name not in PHASES]
    if unknown:
        raise Stop(f"There is no kind of tests {unknown[0]}: choose from {', '.join(PHASES)}.")
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
    output = _lane.get().output
    result = subprocess.run(
        list(map(str, command)), cwd=REPO, env=env, check=False, stdout=output, stderr=output
    )
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
    """Everything but the finders, if not told otherwise."""
    chosen = extra or _files.get()[0]
    return _odoo_in(DATABASE, f"{MODULE_NAME}/tests", chosen, fresh=not extra)


def _odoo_share(extra):
    """What `odoo` leaves to the second lane."""
    chosen = _files.get()[1]
    if not chosen:
        return "no tests"
    outcome = _odoo_in(SECOND_DATABASE, None, chosen, fresh=True)
    if outcome == "passed":
        databases.drop(SECOND_DATABASE)
    return outcome


def _finders(extra):
    """In a database without demo data, which `odoo` does not use meanwhile."""
    outcome = _odoo_in(FINDERS_DATABASE, FINDERS, extra, fresh=not extra)
    if outcome == "passed" and not extra:
        databases.drop(FINDERS_DATABASE)
    return outcome


def _odoo_in(database, folder, extra, *, fresh):
    with lock(f"db-{database}", waiting=f"Another process is using {database}: waiting for it …"):
        problems = databases.with_module(database, demo=False, fresh=fresh, prepared=True)
        databases.report(problems)
        options = [*_odoo_options(database), "-p", "assets_first", "-p", "prepared_company"]
        return _pytest(folder, extra, _odoo_environment(), options)


def run_stories(database, paths):
    """Tests in a database that somebody else made; its file store and its port are ours alone."""
    return _pytest(None, paths, _odoo_environment(), _odoo_options(database))


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
        databases.report(databases.with_module(DATABASE, demo=False, fresh=False, prepared=True))
        env = _odoo_environment()
        options = [*_odoo_options(DATABASE), "-p", "only_ours", "-q", *extra, *paths]
        return _pytest(None, [], env, options)


def _odoo_options(database):
    options = ["-p", "no:cacheprovider", "-p", "times", "-p", "made_once"]
    options += ["--odoo-http", "--odoo-log-level=warn"]
    return [*options, f"--odoo-database={database}", f"--odoo-config={CONF}"]


def _odoo_environment():
    (LOGS / "screenshots").mkdir(parents=True, exist_ok=True)
    env = odoo.environment()
    env.pop("PGDATABASE", None)
    if (port := _lane.get().port) != HTTP_PORT:
        env.update(ODOO_HTTP_PORT=str(port), ODOO_GEVENT_PORT=str(port + 3))
    env["DSO_BUNDLES"] = str(BUNDLES)
    # all files, for dev/seconds.txt
    env["DSO_SECONDS"] = str(LOGS / f"seconds-{port}.txt")
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
        databases.report(databases.with_module(DATABASE, demo=False, fresh=False, prepared=True))
        pot.check(DATABASE)
    return "passed"


FUNCTIONS = {
    "engine": _engine,
    "dev": _dev,
    "odoo": _odoo,
    SHARE: _odoo_share,
    "finders": _finders,
    "rules": _rules,
    "demo": _demo,
    "pot": _pot,
}
