"""Timed comparisons: ``make bench``, or ``dev/python benchmarks/run.py --help``.

Each measurement runs in a process of its own (``worker.py``), on databases made for it. A full run
writes its results into ``results.json`` and README.rst; a quick one only prints them.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "dev"))

import report  # noqa: E402
from dsodev import databases, odoo, paths  # noqa: E402
from dsodev.ui import Stop, say  # noqa: E402

AREAS = (
    "plan",
    "mail",
    "post",
    "agenda",
    "work",
    "dashboard",
    "install",
    "update",
    "status",
    "qualify",
    "letters",
    "sms",
    "alerts",
    "sheet",
    "page",
    "forecast",
    "indicators",
    "ageing",
    "effect",
)
PREFIX = "dso_bench_"
#: The last version whose lists had a dozen attributes, each doubling the cost of their check.
EARLIER = "cc20717"
PEER = "account_credit_control"
PEER_PACKAGE = "odoo-addon-account-credit-control==19.0.1.0.0.13"


class Bench:
    """The databases, each made when a measurement first needs it, and the measurements."""

    def __init__(self, quick):
        self.quick = quick
        self.made = {}

    def size(self, number):
        return number // 10 if self.quick else number

    # ------------------------------------------------------------------
    # Databases
    # ------------------------------------------------------------------

    def _make(self, name, template, *, modules=(), items=0):
        """A copy of a database with more in it; returns its full name."""
        database = PREFIX + name
        self.made[name] = {}
        databases.copy(template, database)
        if modules:
            databases.install(database, modules, title=f"Installation of {', '.join(modules)}")
        if items:
            say(f"A ledger of {items:,} open items …")
            measure("setting.fill", database=database, customers=items // 10, items=items)
        return database

    def chart(self):
        """A company with a chart of accounts, without the module."""
        if "chart" not in self.made:
            database = self._make("chart", databases.base(demo=False))
            measure("setting.chart", database=database)
        return PREFIX + "chart"

    def module(self):
        """The module installed, a collector, an empty ledger."""
        if "module" not in self.made:
            database = self._make("module", self.chart(), modules=["dso_collection"])
            self.made["module"] = measure("setting.collector", database=database)
        return PREFIX + "module"

    def both(self):
        """Ours and the peer on one ledger, planned by both; what it took is kept with it."""
        if "both" not in self.made:
            add_peer()
            items = self.size(50_000)
            database = self._make("both", self.module(), modules=[PEER])
            measure("setting.fill", database=database, customers=items // 10, items=items)
            measure("peer.prepare", database=database)
            ours = measure("plan.ours", database=database)
            theirs = measure("peer.plan", database=database)
            self.made["both"] = {"items": items, "ours": ours, "theirs": theirs}
        return PREFIX + "both"

    def planned(self, name, items):
        """A ledger and its plan; what planning took is kept with it."""
        if name not in self.made:
            database = self._make(name, self.module(), items=items)
            self.made[name] = {"items": items, **measure("plan.ours", database=database)}
        return PREFIX + name

    def drop_all(self):
        for name in self.made:
            databases.drop(PREFIX + name)

    # ------------------------------------------------------------------
    # Measurements, by area
    # ------------------------------------------------------------------

    def plan(self):
        self.both()
        self.planned("large", self.size(1_000_000))
        return {**self.made["both"], "large": self.made["large"]}

    def mail(self):
        ours, theirs, rounds = (100, 20, 2) if self.quick else (250, 50, 5)
        return measure(
            "mail.side_by_side", database=self.both(), rounds=rounds, ours=ours, theirs=theirs
        )

    def post(self):
        without = self._make("without", self.chart())
        with_module = self._make("with", self.module())
        return measure(
            "posting.side_by_side",
            without=without,
            with_module=with_module,
            rounds=10,
            size=self.size(100),
        )

    def agenda(self):
        # a thousand customers and actions: as few as fill a page of each tab
        found = {
            "small": self.planned("small", 10_000),
            "large": self.planned("large", self.size(1_000_000)),
        }
        return self._small_and_large("agenda", found)

    def work(self):
        return measure(
            "work.side_by_side",
            small=self.planned("small", 10_000),
            large=self.planned("large", self.size(1_000_000)),
            uid=self.made["module"]["uid"],
        )

    def dashboard(self):
        """As many open items and actions as an enterprise has, beside a hundredth of the past."""
        items = self.size(50_000)
        found = {
            "small": self.planned("desk_small", items // 10),
            "large": self.planned("desk", items),
        }
        return self._small_and_large(
            "dashboard", found, small={"actions": items // 50}, large={"actions": 2 * items}
        )

    def _small_and_large(self, module, databases, **arguments):
        uid = self.made["module"]["uid"]
        counts = {
            name: measure(
                f"{module}.prepare", database=database, uid=uid, **arguments.get(name, {})
            )
            for name, database in databases.items()
        }
        result = measure(f"{module}.side_by_side", uid=uid, **databases)
        for name, values in counts.items():
            result[name].update(values)
        return result

    def install(self):
        result = {}
        for name, items in (("empty", 0), ("ledger", self.size(500_000))):
            database = self._make(name, self.chart(), items=items)
            result[name] = measure("installing.install", database=database)
        return result

    def update(self):
        """`-u dso_collection` with an earlier version and this one, each on its own install."""
        result = {}
        for name, root in (("before", self._earlier()), ("today", paths.REPO)):
            database = self._make(f"update_{name}", databases.base(demo=False))
            _odoo_cpu(root, "--init", database)
            result[name] = _odoo_cpu(root, "--update", database)
            say(f"update, {name}: {result[name]:.1f} s of CPU")
        return result

    def _earlier(self):
        """The earlier version's files, in the git-ignored folder."""
        folder = paths.DEV / "bench" / EARLIER
        if not folder.exists():
            folder.mkdir(parents=True)
            archive = ["git", "-C", str(paths.REPO), "archive", EARLIER, "dso_collection"]
            files = subprocess.run(archive, stdout=subprocess.PIPE, check=True).stdout
            subprocess.run(["tar", "xf", "-", "-C", str(folder)], input=files, check=True)
        return folder

    def statuses(self):
        """A ledger of which 200,000 items are overdue, four in ten of them qualified."""
        if "statuses" not in self.made:
            database = self._make("statuses", self.module(), items=self.size(241_000))
            measure("status.prepare", database=database)
        return PREFIX + "statuses"

    def status(self):
        return measure(
            "status.side_by_side", database=self.statuses(), uid=self.made["module"]["uid"]
        )

    def qualify(self):
        return measure(
            "status.qualify",
            database=self.statuses(),
            uid=self.made["module"]["uid"],
            items=self.size(1_000),
        )

    def sheet(self):
        """A customer with a few open items beside one with thousands, in a full ledger."""
        items = self.size(5_000)
        database = self._make("sheet", self.module(), items=self.size(50_000))
        customers = measure("sheet.prepare", database=database, items=items)
        uid = self.made["module"]["uid"]
        return {
            "items": items,
            **measure("sheet.side_by_side", database=database, uid=uid, **customers),
        }

    def letters(self):
        # a tenth of customers owes nothing overdue, some owe it only just
        database = self.planned("letters", self.size(10_000))
        return measure(
            "letters.side_by_side",
            database=database,
            uid=self.made["module"]["uid"],
            ours=self.size(500),
            theirs=self.size(100),
        )

    def sms(self):
        # a tenth of customers owes nothing overdue, some owe it only just
        ours, theirs, rounds = (50, 20, 2) if self.quick else (200, 50, 5)
        return measure(
            "sms.side_by_side",
            database=self.planned("sms", self.size(20_000)),
            rounds=rounds,
            ours=ours,
            theirs=theirs,
        )

    def alerts(self):
        database = self.planned("large", self.size(1_000_000))
        measure("alerts.prepare", database=database, rules=50)
        return measure("alerts.evaluate", database=database, uid=self.made["module"]["uid"])

    def forecast(self):
        return measure("forecast.keep", database=self.paid())

    def ageing(self):
        database = self.paid()
        return measure("ageing.side_by_side", database=database, uid=self.made["module"]["uid"])

    def paid(self):
        """A ledger of which two items in five were paid in the last months."""
        if "paid" not in self.made:
            database = self._make("paid", self.module(), items=self.size(1_000_000))
            measure("forecast.prepare", database=database)
        return PREFIX + "paid"

    def indicators(self):
        """Two journal items an invoice, and one for each payment."""
        database = self._make("indicators", self.module(), items=self.size(500_000))
        uid = self.made["module"]["uid"]
        counts = measure("indicators.prepare", database=database, uid=uid)
        found = measure("indicators.side_by_side", database=database, uid=uid)
        return {**counts, **found}

    def effect(self):
        database = self.paid()
        measure("effect.prepare", database=database)
        return measure("effect.side_by_side", database=database, uid=self.made["module"]["uid"])

    def page(self):
        """One customer with few open items, and one with many."""
        result = {}
        for name, items in (("few", 5), ("many", self.size(5_000))):
            database = self._make(f"page_{name}", self.module())
            # every other item is the other customer's
            measure("setting.fill", database=database, customers=2, items=2 * items)
            link = measure("customer_page.prepare", database=database)
            result[name] = measure("customer_page.side_by_side", database=database, **link)
        return result


def measure(name, **arguments):
    """Call a function of a module here in a process of its own."""
    command = [str(paths.PYTHON), str(HERE / "worker.py"), name, json.dumps(arguments)]
    result = subprocess.run(
        command, env=odoo.environment(), stdout=subprocess.PIPE, text=True, check=False
    )
    if result.returncode:
        raise Stop(f"The measurement {name} failed, see above.")
    values = json.loads(result.stdout.splitlines()[-1])
    if values:
        say(f"{name}: {report.short(values)}")
    return values


def _odoo_cpu(root, option, database):
    """Seconds of CPU of an Odoo that installs or updates the module from that folder."""
    arguments = (option, "dso_collection", "-d", database, "--stop-after-init", "--no-http")
    command = odoo.command(*arguments, "--max-cron-threads=0", "--without-demo=True")
    env = {**odoo.environment(), "ODOO_ADDONS_PATH": str(root)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    if subprocess.run(command, env=env, stderr=subprocess.DEVNULL, check=False).returncode:
        raise Stop(f"Odoo's {option} from {root} failed.")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def add_peer():
    """Fetch the peer into the git-ignored folder, and put it on the path of add-ons."""
    folder = paths.DEV / "bench"
    addons = folder / "odoo" / "addons"
    if not (addons / PEER / "__manifest__.py").exists():
        say(f"Download of {PEER_PACKAGE} …")
        folder.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", "download"]
        command = [*pip, "--no-deps", "--dest", str(folder), PEER_PACKAGE]
        if subprocess.run(command, check=False).returncode:
            raise Stop("The peer can't be downloaded: without network, leave out plan and mail.")
        (wheel,) = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    os.environ["DSO_EXTRA_ADDONS"] = str(addons)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes, only printed")
    parser.add_argument("--only", default=",".join(AREAS), help="areas, separated by commas")
    parser.add_argument("--keep", action="store_true", help="keep the databases")
    arguments = parser.parse_args()
    arguments.only = arguments.only.split(",")
    if unknown := set(arguments.only) - set(AREAS):
        parser.error(f"no area {', '.join(sorted(unknown))}: choose from {', '.join(AREAS)}")
    return arguments


def main():
    arguments = parse_arguments()
    bench = Bench(arguments.quick)
    results = {}
    try:
        for area in AREAS:
            if area in arguments.only:
                say(f"—— {area} ——")
                results[area] = getattr(bench, area)()
    except Stop as reason:
        say(str(reason))
        return 1
    finally:
        if not arguments.keep:
            bench.drop_all()
    print(report.table(results))
    if arguments.quick:
        say("A quick run: nothing was written.")
    else:
        report.write(results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
