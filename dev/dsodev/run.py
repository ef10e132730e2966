"""`make run`: Odoo with demo data, in the foreground, its mail kept in a folder."""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from . import databases, odoo, setup
from .locks import Held, lock
from .paths import DEV, HTTP_PORT, LOGS, MODULE_NAME, OUTBOX, PYTHON, REPO, http_port
from .ui import Stop, box, say

# The logins of the demo data (each password is the login), and what they show.
LOGINS = (
    ("claire", "collector"),
    ("marc", "credit manager"),
    ("admin", "administrator"),
)
START_TIMEOUT = 180
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def main(arguments, ready):
    database = os.environ.get("DB") or "dso_demo"
    if not database.replace("_", "").isalnum() or not database.islower():
        raise Stop(f"DB={database}: give a name of small letters, digits and underscores.")
    check_port(http_port())
    # PDFs are printed when somebody asks for one: the database needn't wait for their package.
    ready()
    system = threading.Thread(target=_system_packages, daemon=True)
    system.start()
    try:
        # Held by each server; a server alone on its database may change it.
        with lock(f"serve-{database}", wait=False):
            _prepare(database)
    except Held:
        say(f"{database} is in use by another `make run`: it stays as it is.")
    with lock(f"serve-{database}", shared=True):
        system.join()
        check_port(http_port())
        return serve(database)


def _system_packages():
    try:
        setup.ensure(wkhtmltopdf=True)
    except Stop as reason:
        say(str(reason))


def _prepare(database):
    fresh = bool(os.environ.get("FRESH"))
    databases.note(database)  # a server that doesn't answer is told without more ado
    try:
        problems = databases.with_module(database, demo=True, fresh=fresh)
    except Stop as reason:
        raise Stop(f"{reason} (`make run FRESH=1` makes {database} anew.)") from None
    for _level, text in problems:
        sys.stderr.write(f"{text}\n")
    # No letter and no text message leaves the machine from demo data.
    databases.sql(
        """INSERT INTO ir_config_parameter (key, value, create_date, write_date)
           VALUES ('iap.endpoint', 'http://127.0.0.1:9', now(), now())
           ON CONFLICT (key) DO NOTHING""",
        database,
    )


def check_port(port):
    """Raise Stop when the port is taken, and say by whom if we know."""
    if is_free(port):
        return
    other = f"`make run PORT={port + 100}`"
    try:
        running = json.loads(_state_file(port).read_text())
        os.kill(running["pid"], 0)
    except (OSError, ValueError, KeyError):
        raise Stop(f"Port {port} is taken by another program: use {other}.") from None
    raise Stop(
        f"Odoo is already running at {running['url']} (Ctrl-C there stops it). For a second one: "
        f"{other}."
    )


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(first):
    return next(port for port in range(first, first + 200) if is_free(port))


def _state_file(port):
    return DEV / f"running-{port}.json"


def serve(database):
    port = http_port()
    mail_port = free_port(port + 1)
    url = f"http://127.0.0.1:{port}"
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / ("odoo.log" if port == HTTP_PORT else f"odoo-{port}.log")
    command = odoo.command(
        *("-d", database, "--db-filter", f"^{database}$"),
        *("--http-port", port, "--gevent-port", port + 3, "--smtp-port", mail_port),
    )
    output = {} if os.environ.get("V") else {"stdout": log.open("w"), "stderr": subprocess.STDOUT}
    env = odoo.environment()
    sink = subprocess.Popen(
        [PYTHON, REPO / "dev" / "smtp_sink.py", str(mail_port), OUTBOX],
        env=env,
        stdin=subprocess.PIPE,
    )
    server = None
    try:
        say("Odoo is starting …")
        # In a session of its own, so that Ctrl-C reaches it once, from here; and it ends with us.
        server = subprocess.Popen(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            **output,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
        _state_file(port).write_text(json.dumps({"pid": os.getpid(), "url": url}))
        signal.signal(signal.SIGTERM, _interrupt)
        _wait_until_it_answers(server, f"{url}/web/login", log)
        box(_welcome(database, url, log))
        code = server.wait()
        raise Stop(f"Odoo ended with {code}: see {log}.")
    except KeyboardInterrupt:
        say("Stopping …")
        return 0
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _end(server)
        sink.stdin.close()
        _end(sink)
        _state_file(port).unlink(missing_ok=True)


def _interrupt(_signal, _frame):
    raise KeyboardInterrupt


def _end_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(process):
    if process is None:
        return
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_until_it_answers(server, url, log):
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if server.poll() is not None:
            tail = log.read_text(errors="replace").splitlines()[-15:] if log.exists() else []
            raise Stop("\n".join([*tail, f"Odoo ended with {server.returncode}: see {log}."]))
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise Stop(f"Odoo doesn't answer at {url} after {START_TIMEOUT} s: see {log}.")


def _welcome(database, url, log):
    there = databases.sql("SELECT login FROM res_users WHERE active", database).splitlines()
    lines = [f"Odoo with {MODULE_NAME}:  {url}/odoo", ""]
    for login, role in LOGINS:
        if login in there:
            lines.append(f"  {role:<15} login {login:<8} password {login}")
    lines += ["", f"Mails go nowhere, they land in {_short(OUTBOX)}"]
    if not os.environ.get("V"):
        lines.append(f"Odoo's log is {_short(log)} (V=1 shows it here)")
    return [*lines, "Ctrl-C to stop"]


def _short(path):
    try:
        return str(path.relative_to(REPO))
    except ValueError:
        return str(path)
