"""Installing through the web client, as people do: a real server with two workers and Odoo's own
limits, and the button of *Apps* over HTTP. What takes too long there is killed, and leaves the
module *to install*.

On a slow machine everything takes several times as long: most of the time that Odoo allows has to
be left over.
"""

import json
import signal
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from http.cookiejar import CookieJar

import pytest
from dsodev import databases, odoo, postgres, run
from dsodev.locks import lock
from dsodev.paths import HTTP_PORT, LOGS, MODULE_NAME

DATABASE = "dso_install"
#: Odoo's own (odoo.tools.config): over the file, which is made for development.
LIMITS = {
    "limit-time-cpu": 60,
    "limit-time-real": 120,
    "limit-memory-soft": 2048 * 1024 * 1024,
    "limit-memory-hard": 2560 * 1024 * 1024,
}
#: Seconds of CPU of one request, of the 60 that Odoo allows: without demo data, and with them.
CPU = {False: 20, True: 45}
TIMEOUT = 180
#: What Odoo's log says of a worker that did not live.
KILLED = (
    "CPU time limit",
    "virtual real time limit",
    "memory limit",
    "timeout after",
    "MemoryError",
)


class Refused(Exception):
    """The server's answer is an error."""


class Client:
    """Somebody who is logged in."""

    def __init__(self, url):
        self.url = url
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def call(self, path, **params):
        data = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()
        request = urllib.request.Request(
            self.url + path, data, {"Content-Type": "application/json"}
        )
        with self.opener.open(request, timeout=TIMEOUT) as response:
            answer = json.load(response)
        if "error" in answer:
            raise Refused(answer["error"]["data"]["debug"])
        return answer["result"]

    def log_in(self):
        return self.call("/web/session/authenticate", db=DATABASE, login="admin", password="admin")

    def press(self, name, ids):
        """A button of *Apps*, as the web client presses it."""
        end = time.monotonic() + TIMEOUT
        while True:
            try:
                return self.call(
                    f"/web/dataset/call_button/ir.module.module/{name}",
                    model="ir.module.module",
                    method=name,
                    args=[ids],
                    kwargs={"context": {}},
                )
            except Refused as refusal:
                # the first plan runs in the background: so Odoo says, and people try again
                waits = "processing a scheduled action" in str(refusal)
                if not waits or time.monotonic() > end:
                    raise
                time.sleep(0.5)


def _cpu_times(server):
    """Seconds of CPU of each worker, by its process."""
    import psutil

    return {
        child.pid: sum(child.cpu_times()[:2])
        for child in psutil.Process(server.pid).children(recursive=True)
    }


@contextmanager
def _serve(log):
    """A server of several processes with Odoo's limits: (its process, its address)."""
    port = run.free_port(HTTP_PORT + 500)
    command = odoo.command(
        *("-d", DATABASE, "--db-filter", f"^{DATABASE}$", "--workers=2", "--max-cron-threads=1"),
        *("--http-port", port, "--gevent-port", run.free_port(port + 1)),
        *(f"--{name}={value}" for name, value in LIMITS.items()),
    )
    with log.open("w") as output:
        server = subprocess.Popen(
            command,
            env=odoo.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(server, url, log)
        yield server, url
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_for(server, url, log):
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text()[-3000:]
        try:
            with urllib.request.urlopen(f"{url}/web/health", timeout=TIMEOUT):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"Odoo does not answer: {log.read_text()[-3000:]}")


def _find_complaints(log):
    """What the log says of workers that were killed, and its errors."""
    found = []
    for line in log.read_text(errors="replace").splitlines():
        match = databases.LOG_LINE.match(line)
        level = match and match[1]
        if level in ("ERROR", "CRITICAL") or any(sign in line for sign in KILLED):
            found.append(line)
    return found


@pytest.mark.parametrize("demo", [False, True], ids=["without-demo", "with-demo"])
def test_it_installs_and_updates_from_apps_under_odoos_own_limits(demo):
    postgres.ensure()
    log = LOGS / f"{DATABASE}.log"
    LOGS.mkdir(parents=True, exist_ok=True)
    with lock(f"db-{DATABASE}"):
        databases.copy(databases.base(demo=demo), DATABASE)
        try:
            with _serve(log) as (server, url):
                client = Client(url)
                client.log_in()
                query = f"SELECT id FROM ir_module_module WHERE name = '{MODULE_NAME}'"
                found = int(databases.sql(query, DATABASE))
                for button in ("button_immediate_install", "button_immediate_upgrade"):
                    before = _cpu_times(server)
                    client.press(button, [found])
                    after = _cpu_times(server)
                    assert databases.state(DATABASE) == "installed"
                    assert set(before) <= set(after), "a worker was killed"
                    seconds = max(after[pid] - before.get(pid, 0) for pid in after)
                    print(f"{button}, demo data {demo}: {seconds:.1f} s of CPU")
                    assert seconds < CPU[demo], f"{button} took {seconds:.0f} s of CPU"
                    # and one can work with it
                    client.log_in()
            assert not _find_complaints(log), log
        finally:
            databases.drop(DATABASE)
