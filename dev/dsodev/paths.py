"""Where things lie, and what the caller's environment asks for."""

import os
import re
from pathlib import Path

from .ui import Stop

REPO = Path(__file__).resolve().parents[2]
DEV = Path(os.environ.get("DSO_DEV") or REPO / ".dev").expanduser().absolute()

MODULE_NAME = "dso_collection"
MODULE = REPO / MODULE_NAME
PINS = (REPO / "dev" / "requirements.txt", REPO / "dev" / "requirements-test.txt")

VENV = DEV / "venv"
PYTHON = VENV / "bin" / "python"
PYCACHE = DEV / "pycache"
STAMPS = DEV / "stamps"
LOCKS = DEV / "locks"
LOGS = DEV / "logs"
DATA = DEV / "data"
BUNDLES = DEV / "bundles"
FILESTORE = DATA / "filestore"
OUTBOX = DEV / "outbox"
CONF = DEV / "odoo.conf"
HTTP_PORT = 8069
LAUNCHER = DEV / "bin" / "odoo"

# The unpacked Debian package; DSO_ODOO names a checkout to use instead.
ODOO_UNPACKED = DEV / "odoo"
ODOO_NAMED = os.environ.get("DSO_ODOO") or None


def extra_addons():
    """The folders of DSO_EXTRA_ADDONS (separated by commas or colons)."""
    parts = re.split(r"[,:]", os.environ.get("DSO_EXTRA_ADDONS") or "")
    return [Path(part).expanduser().absolute() for part in parts if part]


def http_port():
    port = os.environ.get("PORT") or HTTP_PORT
    try:
        port = int(port)
    except ValueError:
        port = 0
    if not 1024 <= port <= 65000:
        raise Stop(f"PORT={os.environ['PORT']} is no port: give a number from 1024 to 65000.")
    return port
