"""Running other programs, with their output in a log and their failure in a sentence."""

import os
import shutil
import subprocess

from .paths import DEV, LOGS
from .ui import Stop

_NO_NETWORK = (
    "temporary failure",
    "could not resolve",
    "failed to establish",
    "network is unreachable",
    "connection refused",
    "connection timed out",
    "connection failed",
    "could not connect",
    "unable to connect",
    "read timed out",
    "max retries exceeded",
    "failed to fetch",
    "err:",
)
_NO_TRUST = ("certificate verify failed", "certificate_verify_failed")
_NO_DISK = ("no space left", "not enough free space", "disk quota exceeded")


class CommandFailed(Exception):
    def __init__(self, command, code, log, output):
        super().__init__(f"{command[0]} exited with {code}")
        self.log = log
        self.output = output

    def reason(self):
        """The likely cause, from what the program printed."""
        text = self.output.lower()
        if any(sign in text for sign in _NO_DISK):
            return f"the disk is full: free some space (4 GB are needed) and run it again ({DEV})"
        if any(sign in text for sign in _NO_TRUST):
            return (
                "a certificate isn't trusted here (PIP_CERT names a bundle for Python packages); "
                f"see {self.log}"
            )
        if any(sign in text for sign in _NO_NETWORK):
            return "the network doesn't answer: check it (or its proxy) and run it again"
        last = [line.strip()[:200] for line in self.output.splitlines() if line.strip()][-3:]
        return f"see {self.log}; it ends with: " + " / ".join(last)


def run_logged(command, log_name, *, append=False, **options):
    """Run a command, its whole output in a log; raise CommandFailed when it fails."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / log_name
    command = [str(part) for part in command]
    with log.open("a" if append else "w") as output:
        start = output.tell()
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            **options,
        )
    if result.returncode:
        with log.open(errors="replace") as output:
            output.seek(start)
            raise CommandFailed(command, result.returncode, log, output.read())


def need_disk(gigabytes, what):
    folder = DEV
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 1e9
    if free < gigabytes:
        raise Stop(
            f"{what} needs {gigabytes} GB of disk in {folder} and {free:.1f} GB are free: make "
            "room, or set DSO_DEV to a folder on another disk."
        )
    if not os.access(folder, os.W_OK):
        raise Stop(f"{folder} can't be written to: set DSO_DEV to a folder that can.")
