"""The command line, and the sentences for what can't go on. Nothing is downloaded here."""

import shutil
import socket
import subprocess

import pytest
from dsodev.commands import CommandFailed
from dsodev.paths import REPO


def test_help_lists_the_commands(dso):
    answer = dso("help")
    assert answer.returncode == 0
    names = ("setup", "odoo", "python", "psql", "run", "test", "beside", "lint", "pot", "clean")
    for name in names:
        assert f"dev/dso {name}" in answer.stdout or f"| {name}" in answer.stdout


def test_an_unknown_command_shows_the_help(dso):
    answer = dso("dance")
    assert answer.returncode == 2
    assert "dev/dso run" in answer.stdout


def test_make_lists_its_targets():
    answer = subprocess.run(["make", "-C", REPO], capture_output=True, text=True, check=True)
    for target in ("run", "test", "test-beside", "lint", "bench", "clean", "screenshots", "pot"):
        assert f"make {target} " in answer.stdout


@pytest.mark.parametrize("program", ["odoo", "python", "psql"])
def test_a_wrong_checkout_is_told_in_a_sentence(dso, tmp_path, program):
    (tmp_path / "nothing").mkdir()
    answer = dso("--version", program=program, DSO_ODOO=str(tmp_path / "nothing"))
    assert answer.returncode == 1
    assert "holds no Odoo" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not (tmp_path / "dev" / "venv").exists()


def test_another_version_of_odoo_is_refused(dso, tmp_path):
    release = tmp_path / "checkout" / "odoo" / "release.py"
    release.parent.mkdir(parents=True)
    release.write_text("version_info = (18, 0, 0, FINAL, 0, '')\n")
    answer = dso("--version", program="odoo", DSO_ODOO=str(tmp_path / "checkout"))
    assert answer.returncode == 1
    assert "is not Odoo 19.0" in answer.stderr


def test_no_fitting_python_is_told(dso, tmp_path):
    folder = tmp_path / "bin"
    folder.mkdir()
    for program in ("sh", "dirname", "readlink", "id"):
        (folder / program).symlink_to(shutil.which(program))
    for program in ("python3", "python3.10", "python3.11", "python3.12", "python3.13"):
        (folder / program).write_text("#!/bin/sh\nexit 1\n")
        (folder / program).chmod(0o755)
    script = (REPO / "dev" / "dso").read_text().replace("/usr/bin/python3", "/nowhere/python3")
    copy = tmp_path / "repo" / "dev" / "dso"
    copy.parent.mkdir(parents=True)
    copy.write_text(script)
    env = {"PATH": str(folder), "DSO_DEV": str(tmp_path / "dev")}
    command = [folder / "sh", copy, "help"]
    answer = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert "no Python from 3.11 to 3.13 found" in answer.stderr


def test_clean_leaves_a_folder_alone_that_it_did_not_make(dso, tmp_path):
    treasure = tmp_path / "dev" / "treasure"
    treasure.mkdir(parents=True)
    answer = dso("clean")
    assert answer.returncode == 1
    assert "remove it by hand" in answer.stderr
    assert treasure.exists()


def test_clean_without_anything_is_fine(dso):
    assert dso("clean").returncode == 0


def test_stop_without_anything_is_fine(dso, tmp_path):
    assert dso("stop").returncode == 0
    assert not (tmp_path / "dev").exists()


@pytest.mark.parametrize("port", ["80", "70000", "http"])
def test_a_port_that_is_none(dso, port):
    answer = dso("run", PORT=port)
    assert answer.returncode == 1
    assert "is no port" in answer.stderr


def test_a_taken_port_is_told_before_anything_is_made(dso, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        answer = dso("run", PORT=str(port))
    assert answer.returncode == 1
    assert f"Port {port} is taken by another program: use `make run PORT=" in answer.stderr
    assert not (tmp_path / "dev" / "venv").exists()


def test_a_name_that_is_no_database(dso):
    answer = dso("run", DB="x; drop")
    assert answer.returncode == 1
    assert "small letters" in answer.stderr


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("Temporary failure resolving 'mirror'", "the network doesn't answer"),
        ("Failed to establish a new connection: [Errno 101]", "the network doesn't answer"),
        ("SSLError: CERTIFICATE_VERIFY_FAILED, max retries exceeded", "PIP_CERT"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("one\ntwo\nthree\nfour", "two / three / four"),
    ],
)
def test_why_a_command_failed(output, reason):
    assert reason in CommandFailed(["x"], 1, "x.log", output).reason()
