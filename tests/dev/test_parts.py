"""The parts, each by itself."""

import configparser
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from dsodev import databases, lint, locks, odoo, paths, postgres, run, setup, sharing, testing
from dsodev.paths import REPO
from dsodev.ui import Stop


def make_odoo(folder):
    package = folder / "odoo"
    package.mkdir(parents=True)
    (package / "release.py").write_text("version_info = (19, 0, 0, FINAL, 0, '')\n")
    return package


DEBIAN = "usr/lib/python3/dist-packages"


@pytest.mark.parametrize(
    ("inside", "named"),
    [("", "."), ("", "odoo"), (DEBIAN, "."), (DEBIAN, DEBIAN), (DEBIAN, f"{DEBIAN}/odoo")],
)
def test_both_layouts_of_odoo_are_found(tmp_path, monkeypatch, inside, named):
    make_odoo(tmp_path / inside)
    monkeypatch.setattr(odoo, "ODOO_NAMED", str(tmp_path / named))
    found = odoo.find()
    assert found.python_path.resolve() == (tmp_path / inside).resolve()
    assert (found.package / "release.py").exists()


def test_the_identity_of_a_checkout_changes_with_its_commit(tmp_path):
    make_odoo(tmp_path)
    head = tmp_path / ".git" / "HEAD"
    head.parent.mkdir()
    head.write_text("0123\n")
    before = odoo.Odoo(tmp_path).identity()
    head.write_text("4567\n")
    assert odoo.Odoo(tmp_path).identity() != before


def test_the_configuration_keeps_to_this_machine():
    parser = configparser.RawConfigParser()
    parser.read_string(odoo.configuration())
    options = parser["options"]
    assert options["addons_path"] == str(REPO)
    assert options["http_interface"] == options["smtp_server"] == "127.0.0.1"
    assert options["db_host"] == str(postgres.socket_folder())
    assert options["db_user"] == "odoo"
    assert int(options["gevent_port"]) == int(options["http_port"]) + 3
    assert Path(options["data_dir"]).is_relative_to(paths.DEV)


def test_the_configuration_is_the_same_for_each_call(monkeypatch, tmp_path):
    before = odoo.configuration()
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("DSO_EXTRA_ADDONS", str(tmp_path))
    assert odoo.configuration() == before


def test_what_a_call_asks_for_is_in_its_environment(monkeypatch, tmp_path):
    make_odoo(tmp_path)
    monkeypatch.setattr(odoo, "ODOO_NAMED", str(tmp_path))
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("PGUSER", "someone")
    monkeypatch.setenv("DSO_EXTRA_ADDONS", str(tmp_path))
    env = odoo.environment()
    assert env["ODOO_HTTP_PORT"] == "9000"
    assert env["ODOO_GEVENT_PORT"] == "9003"
    assert (env["PGHOST"], env["PGUSER"]) == ("elsewhere", "someone")
    assert env["ODOO_ADDONS_PATH"] == f"{REPO},{tmp_path}"
    assert env["PYTHONPATH"].startswith(str(tmp_path))
    assert env["ODOO_RC"] == str(paths.CONF)


def test_a_folder_of_addons_that_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("DSO_EXTRA_ADDONS", f"{tmp_path},{tmp_path}/missing")
    with pytest.raises(Stop, match="missing, which is no folder"):
        odoo.addons_path()


def test_our_own_server_in_the_environment_is_not_an_external_one(monkeypatch):
    monkeypatch.delenv("PGHOST", raising=False)
    assert not postgres.external()
    monkeypatch.setenv("PGHOST", str(postgres.socket_folder()))
    assert not postgres.external()
    monkeypatch.setenv("PGHOST", "elsewhere")
    assert postgres.external()
    assert postgres.connection()["PGHOST"] == "elsewhere"


def test_the_socket_has_a_short_path(monkeypatch, tmp_path):
    monkeypatch.setattr(postgres, "CLUSTER", tmp_path / "pg")
    assert postgres.socket_folder() == tmp_path / "pg"
    monkeypatch.setattr(postgres, "CLUSTER", tmp_path / ("long" * 30))
    socket = postgres.socket_folder() / ".s.PGSQL.5432.lock"
    assert len(str(socket)) <= postgres.SOCKET_PATH_LIMIT
    assert socket.parent.parent == Path("/tmp")


def test_a_server_that_only_left_its_pid_file_is_not_up(monkeypatch, tmp_path):
    monkeypatch.setattr(postgres, "CLUSTER", tmp_path)
    monkeypatch.setattr(postgres, "DATA", tmp_path)
    lines = [os.getpid(), tmp_path, 0, 5432, tmp_path, "", "0 0", "ready"]
    (tmp_path / "postmaster.pid").write_text("\n".join(map(str, lines)))
    assert not postgres.is_up()
    # The pid is that of a living process, but not of a PostgreSQL on this data.
    postgres._forget_a_dead_server()
    assert not (tmp_path / "postmaster.pid").exists()


def test_a_stamp_fits_only_the_pins_it_was_made_with(monkeypatch, tmp_path):
    pins = tmp_path / "pins.txt"
    pins.write_text("a==1\n")
    monkeypatch.setattr(setup, "PINS", (pins,))
    monkeypatch.setattr(setup, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(setup, "PYTHON", Path(sys.executable))
    part = setup.PythonPackages()
    assert not part.ready()
    part.make_stamp()
    assert part.ready()
    pins.write_text("a==2\n")
    assert not part.ready()


def test_a_failure_of_one_part_is_told_after_the_others_ended(monkeypatch):
    done = []

    class Fails(setup.Part):
        title = "This"

        def make(self):
            raise Stop("It can't be had: do that.")

    class Works(setup.Part):
        title = "That"

        def make(self):
            done.append(self)

    with pytest.raises(Stop, match="do that"):
        setup._run_side_by_side([Fails(), Works()])
    assert done


def test_a_lock_is_exclusive_between_processes(monkeypatch, tmp_path):
    monkeypatch.setattr(locks, "LOCKS", tmp_path)
    code = (
        f"import sys; sys.path.insert(0, {str(REPO / 'dev')!r})\n"
        "from pathlib import Path\n"
        "from dsodev import locks\n"
        f"locks.LOCKS = Path({str(tmp_path)!r})\n"
        "with locks.lock('x', wait=False): print('held')\n"
    )
    command = [sys.executable, "-c", code]
    with locks.lock("x"):
        other = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "Held" in other.stderr
    other = subprocess.run(command, capture_output=True, text=True, check=False)
    assert other.stdout == "held\n"


def test_a_second_run_on_a_port_names_the_first(monkeypatch, tmp_path):
    monkeypatch.setattr(run, "DEV", tmp_path)
    monkeypatch.setattr(run, "is_free", lambda port: False)
    state = {"pid": os.getpid(), "url": "http://127.0.0.1:8069"}
    (tmp_path / "running-8069.json").write_text(json.dumps(state))
    with pytest.raises(Stop, match="already running at http://127.0.0.1:8069.*PORT=8169"):
        run.check_port(8069)
    with pytest.raises(Stop, match="taken by another program"):
        run.check_port(8070)


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("tests/engine -k leader", "engine"),
        ("tests/dev/test_parts.py", "dev"),
        ("-k leader", "odoo"),
        ("-k tests/dev", "odoo"),
    ],
)
def test_the_phase_of_chosen_tests(text, phase):
    assert testing._split(["--", text]) == ([phase], text.split())


@pytest.mark.parametrize("failing", [None, "odoo", "demo"])
def test_phases_beside_the_longest_count_too(failing, monkeypatch, capsys):
    """They have their own port and file, and what is in it is shown."""
    seen = {}
    both = threading.Barrier(2, timeout=30)

    def fake(phase):
        def run(extra):
            lane = testing._lane.get()
            seen[phase] = lane.port
            if phase in ("odoo", "dev"):
                both.wait()  # at the same time
            if lane.output:
                lane.output.write(f"{phase} was here")
            return "failed" if phase == failing else "passed"

        return run

    phases = (*testing.PHASES, testing.SHARE)
    for phase in phases:
        monkeypatch.setitem(testing.FUNCTIONS, phase, fake(phase))
    assert testing.main([], lambda **needs: None) == int(failing is not None)
    beside = {phase for phase, port in seen.items() if port != seen["odoo"]}
    assert beside == {*testing.BESIDE, testing.SHARE}
    told = capsys.readouterr()
    assert "demo was here" in told.out
    summary = told.err.split("Summary")[1]
    assert all(phase in summary for phase in phases)
    assert summary.count("failed") == int(failing is not None)


def test_what_breaks_off_beside_the_longest_is_a_failure(monkeypatch):
    for phase in (*testing.PHASES, testing.SHARE):
        monkeypatch.setitem(testing.FUNCTIONS, phase, lambda extra: "passed")
    monkeypatch.setitem(testing.FUNCTIONS, "demo", lambda extra: 1 / 0)
    monkeypatch.setattr(threading, "excepthook", lambda told: None)
    assert testing.main([], lambda **needs: None) == 1


def test_each_file_runs_in_one_lane():
    """Whatever else runs, and whatever is known of the files: all of them, none of them twice."""
    there = {
        path.name
        for path in (databases.MODULE / "tests").rglob("test_*.py")
        if path.parent.name != "finders"
    }
    for chosen in (["odoo"], ["odoo", "demo"], list(testing.PHASES)):
        first, second = testing.share_files(chosen)
        names = [name.split("/")[-1] for name in (*first, *second)]
        assert sorted(names) == sorted(there)
        assert testing.share_files(chosen) == (first, second), "the same each time"


def test_lanes_end_at_about_the_same_time(tmp_path):
    path = tmp_path / "seconds.txt"
    path.write_text("# how long\n\n  60 a.py\n  30 b.py # of late\n 40 demo\n")
    seconds = sharing.read(path)
    assert seconds == {"a.py": 60, "b.py": 30, "demo": 40}
    assert sharing.share(["c.py", "b.py", "a.py"], seconds) == (["a.py"], ["b.py", "c.py"])
    assert sharing.share(["a.py", "b.py"], seconds, beside=40) == (["a.py"], ["b.py"])
    assert sharing.share(["a.py", "b.py"], seconds, beside=500) == (["a.py", "b.py"], [])


def test_what_is_said_of_a_file_is_of_one_that_is_there():
    for name in sharing.read():
        known = name in testing.BESIDE or (testing.REPO / name).exists()
        assert known, f"dev/seconds.txt: {name}"


def test_chosen_tests_run_in_one_lane(monkeypatch):
    seen = []
    monkeypatch.setitem(testing.FUNCTIONS, "odoo", lambda extra: seen.append(extra) or "passed")
    monkeypatch.setitem(testing.FUNCTIONS, testing.SHARE, lambda extra: 1 / 0)
    assert testing.main(["odoo", "--", "-k words"], lambda **needs: None) == 0
    assert seen == [["-k", "words"]]


def test_all_phases_without_a_choice():
    assert testing._split([]) == (list(testing.PHASES), [])
    with pytest.raises(Stop, match="There is no kind of tests"):
        testing._split(["dance"])


def test_a_log_is_read_for_complaints(tmp_path):
    lines = [
        "2026-01-01 00:00:00,000 1 INFO db odoo.modules: Loading module base (1/2)\n",
        "2026-01-01 00:00:00,000 1 WARNING db odoo.models: Careful\n",
        "with a second line\n",
        "2026-01-01 00:00:00,000 1 ERROR ? odoo.sql_db: bad query: CREATE EXTENSION pg_trgm\n",
        "harmless\n",
    ]
    with (tmp_path / "log").open("w") as output:
        problems = databases._follow(lines, output, "Installation")
    assert (tmp_path / "log").read_text() == "".join(lines)
    assert [level for level, _text in problems] == ["WARNING"]
    assert problems[0][1].endswith("Careful\nwith a second line")
    with pytest.raises(Stop, match="1 complaint"):
        databases.report(problems)
    databases.report(problems, errors_only=True)


def test_the_hash_of_the_module_leaves_its_tests_out(monkeypatch, tmp_path):
    monkeypatch.setattr(databases, "MODULE", tmp_path)
    (tmp_path / "tests").mkdir()
    (tmp_path / "a.py").write_text("1")
    before = databases.module_hash()
    (tmp_path / "tests" / "test_a.py").write_text("1")
    assert databases.module_hash() == before
    (tmp_path / "a.py").write_text("2")
    assert databases.module_hash() != before


def test_files_that_the_manifest_forgot(tmp_path):
    (tmp_path / "views").mkdir()
    (tmp_path / "views" / "a.xml").write_text("<odoo/>")
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "customers.csv").write_text("")
    problems = lint.manifest_problems(tmp_path, {"data": ["views/b.xml"]})
    assert problems == [
        "named in the manifest and missing: views/b.xml",
        "not named in the manifest: views/a.xml",
    ]


def test_xml_that_can_not_be_parsed(tmp_path):
    (tmp_path / "good.xml").write_text("<odoo/>")
    (tmp_path / "bad.xml").write_text("<odoo>")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "bad.xml").write_text("<odoo>")
    problems = lint.xml_problems(tmp_path)
    assert len(problems) == 1
    assert problems[0].startswith("bad.xml: ")


def test_the_mail_sink_keeps_what_it_receives(tmp_path):
    smtplib = pytest.importorskip("smtplib")
    port = run.free_port(20025)
    command = [sys.executable, REPO / "dev" / "smtp_sink.py", str(port), tmp_path]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as sink:
        for _attempt in range(100):
            if not run.is_free(port):
                break
            subprocess.run(["sleep", "0.1"], check=True)
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
            client.sendmail("a@example.com", ["b@example.com"], "Subject: Due\r\n\r\nPlease pay")
        sink.stdin.close()
        assert sink.wait(10) == 0
    (mail,) = tmp_path.glob("*.eml")
    assert b"Please pay" in mail.read_bytes()
    assert "b@example.com\tDue" in (tmp_path / "mails.log").read_text()
