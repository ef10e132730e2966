"""The test's side of :mod:`worker`."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from odoo.tools import config

#: Nothing here takes as long, also on a busy machine: reaching it is a failure.
TIMEOUT = 60
DB_OPTIONS = ("db_host", "db_port", "db_user", "db_password", "db_sslmode")


class Workers:
    """A process that has loaded the database's registry and forks a child for each job."""

    def __init__(self, database):
        self._folder = tempfile.mkdtemp()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.settimeout(TIMEOUT)
        address = str(Path(self._folder, "socket"))
        self._listener.bind(address)
        self._listener.listen()
        self._ready = False
        self._jobs = []
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("worker.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self._write(
            {
                "database": database,
                "address": address,
                "options": [
                    f"--config={os.devnull}",
                    f"--addons-path={','.join(map(str, config['addons_path']))}",
                    f"--data-dir={config['data_dir']}",
                    "--log-level=critical",
                ],
                "config": {name: config[name] for name in DB_OPTIONS},
            }
        )

    def _write(self, data):
        self._process.stdin.write(f"{json.dumps(data)}\n")
        self._process.stdin.flush()

    def start(self, name, *arguments, points=(), hold=(), constants=None):
        """Start a job.

        :param points: where it reports, see ``worker.POINTS``
        :param hold: where it waits for :meth:`Job.go`, ``"started"`` among them
        :param constants: {"module.CONSTANT": value} of the module's models, to be set before
        """
        if not self._ready:
            assert self._process.stdout.readline() == "ready\n", "The worker did not start."
            self._ready = True
        held = [point for point in hold if point != "started"]
        self._write(
            {
                "name": name,
                "arguments": arguments,
                "points": [*points, *(point for point in held if point not in points)],
                "hold": list(hold),
                "constants": constants or {},
            }
        )
        connection, _address = self._listener.accept()
        job = Job(connection)
        self._jobs.append(job)
        return job

    def run(self, name, *arguments, **options):
        """Run a job to its end; its result."""
        return self.start(name, *arguments, **options).finish()

    def kill_all(self):
        """End what a test that failed left behind, with its locks."""
        while self._jobs:
            job = self._jobs.pop()
            if not job.ended:
                job.kill()

    def close(self):
        self.kill_all()
        self._process.stdin.close()
        self._process.wait(TIMEOUT)
        self._process.stdout.close()
        self._listener.close()
        shutil.rmtree(self._folder)


class Job:
    """A job in a process of its own.

    :ivar events: names of what it reported so far
    :ivar logged: at the end, what the log has of failed statements
    """

    def __init__(self, connection):
        self._socket = connection
        self._buffer = b""
        self._result = None
        self.logged = []
        self.events = []
        started = self.until("started")
        self.pid, self.backend = started["pid"], started["backend"]

    @property
    def ended(self):
        return self._socket.fileno() < 0

    def _read(self, seconds=TIMEOUT):
        """The next event, ``None`` at the end of the process.

        :raise TimeoutError: where it reports nothing for so long
        """
        while b"\n" not in self._buffer:
            self._socket.settimeout(seconds)
            try:
                received = self._socket.recv(65536)
            except ConnectionResetError:
                return None
            if not received:
                return None
            self._buffer += received
        line, self._buffer = self._buffer.split(b"\n", 1)
        event = json.loads(line)
        if event["event"] == "failed":
            self._socket.close()
            raise AssertionError(f"The worker failed:\n{event['error']}")
        self.events.append(event["event"])
        if event["event"] == "done":
            self._result = event["result"]
            self.logged = event["logged"]
        return event

    def until(self, name):
        """Wait for an event, passing over others."""
        while event := self._read():
            if event["event"] == name:
                return event
        raise AssertionError(f"The worker ended before “{name}”, after {self.events}.")

    def go(self):
        """Let it go on from where it is held."""
        self._socket.sendall(b"go\n")

    def finish(self):
        """Wait for its end; its result."""
        if "done" not in self.events:
            self.until("done")
        self._socket.close()
        return self._result

    def runs_for(self, seconds):
        """Wait so long for its end.

        :return: whether it still runs
        """
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                event = self._read(left)
            except TimeoutError:
                return True
            if event is None or event["event"] == "done":
                return False
        return True

    def kill(self):
        """SIGKILL, whatever it is doing.

        :return: whether it was killed before its end
        """
        self.signal()
        return self.dies()

    def signal(self):
        """SIGKILL, without waiting."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def dies(self):
        """Wait for the end of the process.

        :return: whether it came before the end of its job
        """
        while self._read():
            pass
        self._socket.close()
        return "done" not in self.events
