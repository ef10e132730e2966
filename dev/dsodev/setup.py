"""Getting Odoo, the Python packages and the system packages, side by side.

Each part has a stamp that holds a hash of what it was made from: a stamp that fits means that
there is nothing to do, and looking at all of them takes a millisecond.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from . import odoo
from .commands import CommandFailed, need_disk, run_logged
from .locks import lock
from .paths import DEV, ODOO_NAMED, ODOO_UNPACKED, PINS, PYTHON, STAMPS, VENV
from .ui import Stop, say, step

# Odoo's web libraries and fonts are links to those of Debian: the package of each, in the suite
# whose version fits the links.
ODOO_PACKAGES = {
    "odoo-19": "sid",
    "fonts-font-awesome": "bookworm",
    "fonts-inconsolata": "bookworm",
    "fonts-montserrat": "sid",
    "fonts-ocr-b": "sid",
    "fonts-roboto-unhinted": "bookworm",
    "libjs-jquery": "bookworm",
    "libjs-jquery-form": "bookworm",
    "libjs-underscore": "bookworm",
}
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
NAME_A_CHECKOUT = "name an Odoo 19 checkout instead, with DSO_ODOO=/path/to/odoo"

# A browser for the tests: any of these commands will do, as Odoo looks for them.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def ensure(*, wkhtmltopdf=False, browser=False):
    """Make what is missing. Quick when nothing is."""
    parts = [part for part in (PythonPackages(), OdooSource()) if not part.ready()]
    if parts or wkhtmltopdf or browser:
        system = SystemPackages(wkhtmltopdf=wkhtmltopdf or bool(parts), browser=browser)
        if not system.ready():
            parts.append(system)
    if not parts:
        return
    DEV.mkdir(parents=True, exist_ok=True)
    with lock("setup", waiting="Another process is setting up: waiting for it …"):
        parts = [part for part in parts if not part.ready()]
        if any(not isinstance(part, SystemPackages) for part in parts):
            need_disk(4, "The set-up")
        _run_side_by_side(parts)


def _run_side_by_side(parts):
    failures = []

    def run(part):
        try:
            with step(part.title):
                part.make()
        except Exception as failure:  # noqa: BLE001 (told in the main thread)
            failures.append((part, failure))

    threads = [threading.Thread(target=run, args=(part,), daemon=True) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for part, failure in failures:
        if isinstance(failure, CommandFailed):
            message = f"{part.title} failed: {failure.reason()}."
            if part.help:
                message += f" Or {part.help}."
        elif isinstance(failure, Stop):
            message = str(failure)
        else:
            raise failure
        if part.required:
            raise Stop(message)
        say(message)


class Part:
    title = help = ""
    required = True

    def stamp(self):
        return STAMPS / self.name

    def ready(self):
        try:
            return self.stamp().read_text() == self.key()
        except OSError:
            return False

    def make_stamp(self):
        STAMPS.mkdir(parents=True, exist_ok=True)
        new = STAMPS / f"{self.name}.new"
        new.write_text(self.key())
        new.replace(self.stamp())

    def key(self):
        raise NotImplementedError

    def make(self):
        raise NotImplementedError


class PythonPackages(Part):
    """A virtual environment with the pinned packages."""

    name = "python"
    title = "Python packages"

    def key(self):
        digest = hashlib.sha256()
        for pins in PINS:
            digest.update(pins.read_bytes())
        return digest.hexdigest()

    def ready(self):
        return PYTHON.exists() and super().ready()

    def make(self):
        base = getattr(sys, "_base_executable", sys.executable)
        if not self._works():
            shutil.rmtree(VENV, ignore_errors=True)
            self._ensure_venv_module(base)
            run_logged([base, "-I", "-m", "venv", VENV], "venv.log")
        # Not isolated (-I): pip must see its own settings, an index or a proxy.
        command = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install"]
        command += ["--no-compile", "--progress-bar=off", "--prefer-binary", "--retries=2"]
        for pins in PINS:
            command += ["-r", pins]
        environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
        run_logged(command, "pip.log", env=environment)
        self.make_stamp()

    @staticmethod
    def _works():
        if not PYTHON.exists():
            return False
        check = [PYTHON, "-I", "-c", "import pip"]
        return subprocess.run(check, capture_output=True, check=False).returncode == 0

    @staticmethod
    def _ensure_venv_module(base):
        check = [base, "-I", "-c", "import ensurepip, venv"]
        if subprocess.run(check, capture_output=True, check=False).returncode == 0:
            return
        package = "python3-venv"
        if not base.startswith("/usr/bin/"):
            raise Stop(f"{base} lacks the modules venv and ensurepip: use another with DSO_PYTHON.")
        try:
            install_system_packages([package])
        except (CommandFailed, Stop):
            raise Stop(
                f"{base} can't make virtual environments: apt-get install {package}."
            ) from None


class OdooSource(Part):
    """Odoo 19 as Debian's unstable suite packages it, unpacked and never installed."""

    name = "odoo"
    title = "Odoo 19"
    help = NAME_A_CHECKOUT

    def key(self):
        return json.dumps(ODOO_PACKAGES)

    def ready(self):
        if ODOO_NAMED:
            odoo.find()
            return True
        return super().ready() and odoo.is_package_folder(ODOO_UNPACKED)

    def make(self):
        # The folder gets its name only when complete, so one that is there is complete.
        if not odoo.is_package_folder(ODOO_UNPACKED):
            shutil.rmtree(ODOO_UNPACKED, ignore_errors=True)
            self._download_and_unpack()
        odoo.fix(ODOO_UNPACKED)
        self.make_stamp()

    def _download_and_unpack(self):
        for program in ("apt-get", "dpkg-deb"):
            if not shutil.which(program):
                raise Stop(
                    f"Odoo is taken from Debian and there is no {program} here: {NAME_A_CHECKOUT}."
                )
        if not KEYRING.exists():
            raise Stop(f"There is no {KEYRING} to check Debian's packages with: {NAME_A_CHECKOUT}.")
        work = DEV / "apt"
        shutil.rmtree(work, ignore_errors=True)
        for folder in ("lists/partial", "archives/partial", "debs"):
            (work / folder).mkdir(parents=True)
        sources = work / "odoo.list"
        mirror = debian_mirror()
        suites = sorted(set(ODOO_PACKAGES.values()))
        lines = [f"deb [signed-by={KEYRING}] {mirror} {suite} main\n" for suite in suites]
        sources.write_text("".join(lines))
        options = [
            f"Dir::Etc::sourcelist={sources}",
            "Dir::Etc::sourceparts=/dev/null",
            "Dir::Etc::preferencesparts=/dev/null",
            "Dir::Etc::preferences=/dev/null",
            f"Dir::State::Lists={work / 'lists'}",
            f"Dir::Cache::archives={work / 'archives'}",
            "Dir::Cache::pkgcache=",
            "Dir::Cache::srcpkgcache=",
            "Acquire::Languages=none",
            "Acquire::Retries=2",
            "APT::Sandbox::User=",
        ]
        apt = ["apt-get", "-q", *(part for option in options for part in ("-o", option))]
        run_logged([*apt, "-o", "APT::Update::Error-Mode=any", "update"], "odoo-download.log")
        wanted = [f"{package}/{suite}" for package, suite in ODOO_PACKAGES.items()]
        download = [*apt, "download", *wanted]
        run_logged(download, "odoo-download.log", append=True, cwd=work / "debs")
        new = DEV / "odoo.new"
        shutil.rmtree(new, ignore_errors=True)
        for package in sorted((work / "debs").glob("*.deb")):
            run_logged(["dpkg-deb", "-x", package, new], "odoo-unpack.log", append=True)
        # An incomplete second copy of the add-ons' Python code, of no use.
        shutil.rmtree(new / "usr/lib/python3/dist-packages/addons", ignore_errors=True)
        new.rename(ODOO_UNPACKED)
        shutil.rmtree(work, ignore_errors=True)


def debian_mirror():
    """The Debian mirror that the machine uses, whichever it is."""
    form = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)"
    command = ["apt-get", "indextargets", "--format", form, "Created-By: Packages"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    for line in result.stdout.splitlines():
        site, release, component = line.split("|")
        if component == "main" and "/debian" in site and "-" not in release:
            return site
    raise Stop(f"Odoo is taken from Debian and apt knows no Debian mirror here: {NAME_A_CHECKOUT}.")


class SystemPackages(Part):
    """wkhtmltopdf prints PDFs, chromium runs the browser tests."""

    name = "system"
    title = "System packages"

    def __init__(self, *, wkhtmltopdf, browser):
        self.wkhtmltopdf = wkhtmltopdf
        self.required = self.browser = browser

    def missing(self):
        packages = []
        if self.wkhtmltopdf and not shutil.which("wkhtmltopdf"):
            packages.append("wkhtmltopdf")
        if self.browser and not any(map(shutil.which, BROWSERS)):
            packages += ["chromium", "fonts-dejavu-core", "fonts-liberation"]
        return packages

    def ready(self):
        return not self.missing()

    def make(self):
        packages = self.missing()
        self.title = f"System packages ({' '.join(packages)})"
        try:
            install_system_packages(packages)
        except Stop as reason:
            raise Stop(f"{reason} Without wkhtmltopdf no PDF is printed.") from None


def install_system_packages(packages):
    """apt-get install, as root or through a sudo that asks nothing."""
    by_hand = f"apt-get install {' '.join(packages)}"
    if not shutil.which("apt-get"):
        raise Stop(f"Missing here: {', '.join(packages)}. Install them with your system's means.")
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if prefix:
        with contextlib.suppress(OSError):
            asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
            if asked.returncode == 0:
                prefix += ["DEBIAN_FRONTEND=noninteractive"]
        if len(prefix) < 3:
            raise Stop(f"Missing here: {', '.join(packages)}. As root: {by_hand}.")
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    apt = [
        *prefix,
        "apt-get",
        "-q",
        "-y",
        "-o",
        "DPkg::Lock::Timeout=300",
        "-o",
        "Acquire::Retries=2",
    ]
    # In a session of its own: Ctrl-C must not leave dpkg half-way.
    options = {"env": environment, "start_new_session": True}
    log = "system-packages.log"
    with contextlib.suppress(CommandFailed):
        run_logged([*apt, "update"], log, **options)
    install = [*apt, "install", "--no-install-recommends", *packages]
    run_logged(install, log, append=True, **options)
