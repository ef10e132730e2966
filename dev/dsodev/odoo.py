"""Where Odoo is, its configuration file, and the environment its programs run in."""

import configparser
import io
import os
import sys
from pathlib import Path

from . import postgres
from .paths import (
    CONF,
    DATA,
    DEV,
    HTTP_PORT,
    LAUNCHER,
    LOGS,
    ODOO_NAMED,
    ODOO_UNPACKED,
    PYCACHE,
    PYTHON,
    REPO,
    VENV,
    extra_addons,
    http_port,
)
from .ui import Stop

PACKAGES = "usr/lib/python3/dist-packages"
LAUNCHER_TEXT = """\
from odoo.cli.command import main

main()
"""
SELFIE = "addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


class Odoo:
    """An Odoo: what to put on PYTHONPATH, and its package folder."""

    def __init__(self, python_path):
        self.python_path = python_path
        self.package = python_path / "odoo"

    def release(self):
        values = {}
        for line in (self.package / "release.py").read_text().splitlines():
            name, _, value = line.partition(" = ")
            if name == "version_info":
                values[name] = value
        return values.get("version_info", "")

    def identity(self):
        """Changes when Odoo does: its version, and the commit of a checkout."""
        parts = [str(self.python_path), self.release()]
        head = self.python_path / ".git" / "HEAD"
        try:
            reference = head.read_text().strip()
            parts.append(reference)
            if reference.startswith("ref: "):
                parts.append((head.parent / reference[5:]).read_text().strip())
        except OSError:
            pass
        return parts


def is_package_folder(folder):
    return (folder / PACKAGES / "odoo" / "release.py").exists()


def find():
    """The Odoo to use: the one that DSO_ODOO names, or the one that the set-up unpacked."""
    if not ODOO_NAMED:
        return Odoo(ODOO_UNPACKED / PACKAGES)
    named = Path(ODOO_NAMED).expanduser().absolute()
    # A git checkout (odoo-bin, addons, odoo), an unpacked package, or the folder that holds `odoo`.
    for folder in (named, named / PACKAGES, named.parent if named.name == "odoo" else named):
        if (folder / "odoo" / "release.py").exists():
            found = Odoo(folder)
            if not found.release().startswith("(19, 0"):
                raise Stop(
                    f"DSO_ODOO={ODOO_NAMED} is not Odoo 19.0 (its version_info is "
                    f"{found.release() or 'unknown'}): name a checkout of the branch 19.0."
                )
            return found
    raise Stop(
        f"DSO_ODOO={ODOO_NAMED} holds no Odoo (there is no odoo/release.py): name the folder "
        "of a checkout, or leave it out to download Odoo."
    )


def fix(folder):
    """Put back the one file that Debian leaves out and the web client misses."""
    script = folder / PACKAGES / "odoo" / SELFIE
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text("")


def addons_path():
    """The folders of add-ons besides Odoo's own, which it finds itself."""
    folders = [REPO]
    for folder in extra_addons():
        if not folder.is_dir():
            raise Stop(f"DSO_EXTRA_ADDONS names {folder}, which is no folder.")
        folders.append(folder)
    return folders


def configuration():
    """The text of odoo.conf: what no call changes (see `environment` for what one may)."""
    parser = configparser.RawConfigParser()
    parser["options"] = {
        "addons_path": REPO,
        "data_dir": DATA,
        "db_host": postgres.socket_folder(),
        "db_port": postgres.PORT,
        "db_user": postgres.ROLE,
        "http_interface": "127.0.0.1",
        "http_port": HTTP_PORT,
        "gevent_port": HTTP_PORT + 3,
        "workers": 0,
        "limit_time_cpu": 3600,
        "limit_time_real": 3600,
        "limit_time_real_cron": 3600,
        "limit_memory_soft": 0,
        "limit_memory_hard": 0,
        # Mail and calls home stay on this machine.
        "smtp_server": "127.0.0.1",
        "smtp_port": HTTP_PORT + 1,
        "publisher_warranty_url": "http://127.0.0.1:9/",
        "screenshots": LOGS / "screenshots",
    }
    text = io.StringIO()
    parser.write(text)
    return text.getvalue()


def write_files():
    """Write odoo.conf and the launcher, when they changed."""
    for path, text in ((CONF, configuration()), (LAUNCHER, LAUNCHER_TEXT)):
        try:
            if path.read_text() == text:
                continue
        except OSError:
            path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.{os.getpid()}")
        new.write_text(text)
        new.replace(path)


def environment():
    """The environment for Odoo, for Python with Odoo at hand, and for PostgreSQL's programs."""
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONHOME", "VIRTUAL_ENV")}
    # Compiled files go to .dev: starts are quick, and nobody's sources get a __pycache__.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env["PYTHONPYCACHEPREFIX"] = str(PYCACHE)
    env["VIRTUAL_ENV"] = str(VENV)
    path = [str(VENV / "bin"), env.get("PATH") or os.defpath]
    if programs := postgres.programs():
        path.insert(1, str(programs))
    env["PATH"] = os.pathsep.join(path)
    python_path = [str(find().python_path), env.get("PYTHONPATH")]
    env["PYTHONPATH"] = os.pathsep.join(filter(None, python_path))
    env["ODOO_RC"] = str(CONF)
    # Over the file, which other calls share: what this call asks for.
    if extra_addons():
        env["ODOO_ADDONS_PATH"] = ",".join(map(str, addons_path()))
    if (port := http_port()) != HTTP_PORT:
        env.update(ODOO_HTTP_PORT=str(port), ODOO_GEVENT_PORT=str(port + 3))
    env.update(postgres.connection())
    env["DSO_DEV"] = str(DEV)
    return env


def command(*arguments):
    return [str(PYTHON), str(LAUNCHER), *map(str, arguments)]


def execute(program, arguments):
    """Become the program."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(program, [str(program), *arguments], environment())
