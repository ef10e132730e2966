"""The translation template: `make pot` writes it, `make test` tells when it is out of date."""

import difflib
import subprocess
import sys
import tempfile
from pathlib import Path

from . import databases, odoo
from .locks import lock
from .paths import MODULE, MODULE_NAME
from .ui import Stop, say

TEMPLATE = MODULE / "i18n" / f"{MODULE_NAME}.pot"
DATABASE = "dso_test"
CHANGING = ('"POT-Creation-Date:', '"PO-Revision-Date:', '"Project-Id-Version:')


def main(arguments, ready):
    ready()
    with lock(f"db-{DATABASE}", waiting=f"Another process is using {DATABASE}: waiting for it …"):
        databases.report(databases.with_module(DATABASE, demo=False, fresh=False), errors_only=True)
        TEMPLATE.parent.mkdir(exist_ok=True)
        _export(DATABASE, TEMPLATE)
    say(f"Written: {TEMPLATE}")


def check(database):
    if not TEMPLATE.parent.exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        exported = Path(folder) / "now.pot"
        _export(database, exported)
        there = _terms(TEMPLATE)
        now = _terms(exported)
    if there != now:
        difference = difflib.unified_diff(there, now, "there", "now", lineterm="", n=1)
        sys.stderr.writelines(f"{line}\n" for line in list(difference)[:40])
        raise Stop(f"{MODULE_NAME}.pot is out of date: run `make pot`.")


def _export(database, path):
    command = odoo.command("i18n", "export", "-d", database, "-l", "pot", "-o", path, MODULE_NAME)
    result = subprocess.run(
        command, env=odoo.environment(), capture_output=True, text=True, check=False
    )
    if result.returncode or not path.exists():
        sys.stderr.write(result.stderr)
        raise Stop("The translation template can't be exported: see above.")


def _terms(path):
    if not path.exists():
        return []
    lines = path.read_text().splitlines()
    return [line for line in lines if not line.startswith(CHANGING)]
