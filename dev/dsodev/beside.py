"""`make test-beside`: whether the add-on and its small companions work beside other add-ons.

Run by hand, never with `make test`: it asks the package index for add-ons and installs each pair in
both orders, in a database of its own, then plays a worked story there.
"""

import os
import shutil
import time
from dataclasses import dataclass

from . import databases, odoo, testing
from .commands import CommandFailed, run_logged
from .locks import lock
from .paths import DEV, MODULE_NAME, PYTHON, REPO, extra_addons
from .setup import Part
from .ui import Stop, say, step

PINS = REPO / "dev" / "requirements-beside.txt"
#: What pip installs there: odoo/addons/NAME, and libraries beside `odoo`.
FOLDER = DEV / "beside"
ADDONS = FOLDER / "odoo" / "addons"
TEMPLATE = "dso_beside"
DATABASE = "dso_beside_{name}_{order}"


@dataclass(frozen=True)
class Neighbour:
    """An add-on beside which ours must work.

    ``modules`` are installed; ``ours`` must come by themselves, as soon as both sides are there;
    ``stories`` are tests, played in either order.
    """

    modules: tuple
    stories: tuple
    ours: tuple = ()

    def missing(self):
        """Those that neither Odoo nor the package index has for this version."""
        found = odoo.find()
        folders = (ADDONS, found.package / "addons", found.python_path / "addons")
        return [
            name for name in self.modules if not any((path / name).is_dir() for path in folders)
        ]


def _story(name):
    return f"tests/beside/test_{name}.py"


def _companion(name):
    return f"{MODULE_NAME}_{name}/tests/test_{name}.py"


NEIGHBOURS = {
    "reconcile": Neighbour(("account_reconcile_oca",), (_story("reconcile"),)),
    "financial_report": Neighbour(("account_financial_report",), (_story("financial_report"),)),
    "payment_order": Neighbour(
        ("account_payment_order",),
        (_companion("payment_order"),),
        ours=("dso_collection_payment_order",),
    ),
    "banking_sepa": Neighbour(
        ("account_banking_sepa_direct_debit",),
        (_companion("payment_order"), _story("banking_sepa")),
        ours=("dso_collection_payment_order",),
    ),
    "payment_batch": Neighbour(
        ("account_payment_batch_oca",),
        (_companion("payment_batch"),),
        ours=("dso_collection_payment_batch",),
    ),
    "payment_sepa": Neighbour(
        ("account_payment_sepa_direct_debit",),
        (_companion("payment_batch"), _story("payment_sepa")),
        ours=("dso_collection_payment_batch",),
    ),
    "payment_return": Neighbour(
        ("account_payment_return",),
        (_companion("payment_return"),),
        ours=("dso_collection_payment_return",),
    ),
    "netting": Neighbour(("account_netting",), (_story("netting"),)),
    "in_payment": Neighbour(("account_in_payment",), (_story("in_payment"),)),
    "queue_job": Neighbour(("queue_job",), (_story("queue_job"),)),
    "pos": Neighbour(("point_of_sale",), (_story("pos"),)),
    "sale": Neighbour(("sale_management",), (_story("sale"),)),
    "spreadsheet": Neighbour(
        ("spreadsheet_dashboard",),
        (_companion("spreadsheet_dashboard"),),
        ours=("dso_collection_spreadsheet_dashboard",),
    ),
}
ORDERS = ("ours_first", "theirs_first")


class Addons(Part):
    """The pinned add-ons, in a folder of their own: Odoo's Python environment stays as it is."""

    name = "beside"
    title = "Add-ons to stand beside"

    def key(self):
        return PINS.read_text()

    def ready(self):
        return ADDONS.is_dir() and super().ready()

    def make(self):
        shutil.rmtree(FOLDER, ignore_errors=True)
        command = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--no-deps"]
        command += ["--no-compile", "--progress-bar=off", "--retries=2", "--target", FOLDER]
        env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
        try:
            run_logged([*command, "-r", PINS], "beside.log", env=env)
        except CommandFailed as failure:
            raise Stop(f"{self.title} failed: {failure.reason()}.") from None
        self.make_stamp()


def main(arguments, ready):
    """Arguments: names of neighbours, or parts of them; all by default. One of the orders too."""
    orders = [order for order in ORDERS if order in arguments] or ORDERS
    chosen = _choose([part for part in arguments if part not in ORDERS])
    ready(wkhtmltopdf=True)
    _bring_addons()
    results = [outcome for name in chosen for outcome in _run(name, orders)]
    say("—— Beside other add-ons ——")
    for name, order, outcome, seconds in results:
        say(f"{name:17} {order:13} {outcome:40} {seconds:5.0f} s")
    failed = sum(outcome.startswith("failed") for _name, _order, outcome, _seconds in results)
    say(f"{len(results) - failed} of {len(results)} as expected")
    return int(bool(failed))


def _choose(arguments):
    chosen = [name for name in NEIGHBOURS if not arguments or any(a in name for a in arguments)]
    unknown = [part for part in arguments if not any(part in name for name in NEIGHBOURS)]
    if unknown:
        raise Stop(f"There is no neighbour {unknown[0]}: choose from {', '.join(NEIGHBOURS)}.")
    return chosen


def _bring_addons():
    """Install the add-ons where they are missing, and show them to Odoo and to the tests."""
    part = Addons()
    with lock("beside", waiting="Another process is bringing the add-ons: waiting for it …"):
        if not part.ready():
            with step(part.title):
                part.make()
    os.environ["DSO_EXTRA_ADDONS"] = ",".join(map(str, [*extra_addons(), ADDONS]))
    paths = [os.environ.get("PYTHONPATH"), str(FOLDER)]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))


def _run(name, orders=ORDERS):
    """One neighbour: [(name, order, outcome, seconds)]"""
    neighbour = NEIGHBOURS[name]
    if missing := neighbour.missing():
        reason = f"skipped: no {', '.join(missing)} for Odoo 19.0"
        say(f"{name}: {reason}")
        return [(name, "", reason, 0.0)]
    results = []
    for order in orders:
        began = time.monotonic()
        say(f"—— {name}, {order.replace('_', ' ')} ——")
        try:
            outcome = _run_once(name, neighbour, order)
        except Stop as reason:
            say(str(reason))
            outcome = "failed: " + str(reason).splitlines()[-1]
        results.append((name, order.replace("_", " "), outcome, time.monotonic() - began))
    return results


def _run_once(name, neighbour, order):
    database = DATABASE.format(name=name, order=order)
    with lock(f"db-{database}"):
        theirs = list(neighbour.modules)
        if order == "ours_first":
            with lock(f"db-{TEMPLATE}"):
                databases.report(databases.with_module(TEMPLATE, demo=False, fresh=False))
                databases.copy(TEMPLATE, database)
            steps = [theirs]
        else:
            databases.copy(databases.base(demo=False), database)
            steps = [theirs, [MODULE_NAME]]
        for modules in steps:
            title = f"Installation of {', '.join(modules)} in {database}"
            databases.report(databases.install(database, modules, title=title))
        for module in (MODULE_NAME, *neighbour.modules, *neighbour.ours):
            if (state := databases.state(database, module)) != "installed":
                raise Stop(f"{module} is {state} in {database}, not installed.")
        outcome = testing.run_stories(database, neighbour.stories)
        # otherwise it is left to look at
        if outcome == "passed":
            databases.drop(database)
        return outcome
