"""Databases: prepared once, copied in a second, each with a note of what it was made from.

The note is the database's comment, so it comes and goes with it. A database that a killed process
left half-made has no note that fits, and is made anew.
"""

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

from . import odoo, postgres
from .locks import lock
from .paths import FILESTORE, LOGS, MODULE, MODULE_NAME
from .ui import Stop, say

MARK = "dso-dev "
LOG_LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ ([A-Z]+) (\S+) (\S+): (.*)$")
LOADING = re.compile(r"(?:Loading module|creating or updating) \S+ \((\d+)/(\d+)\)")
# Said once for each new database, of any PostgreSQL without its contributed extensions.
HARMLESS = re.compile(r"CREATE EXTENSION|Unable to create PostgreSQL extensions")
# What the tests use beside what the module depends on: a provider of payments without money.
EXTRAS = ("payment_demo",)
#: With the module as it is now, without demo data: fresh databases are copies of it.
INSTALLED = "dso_installed"
#: {database that was installed in this run: what Odoo complained of}
_complaints = {}


def sql(query, database="postgres"):
    command = [postgres.program("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database]
    result = subprocess.run(
        [*command, "-c", query],
        env=odoo.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        server = postgres.connection()
        raise Stop(
            f"PostgreSQL at {server.get('PGHOST')} (user {server.get('PGUSER', 'by default')}) "
            f"says: {result.stderr.strip()}"
        )
    return result.stdout.strip()


def note(database):
    """What the database was made from; None when there is no such database."""
    query = f"""SELECT coalesce(shobj_description(oid, 'pg_database'), '')
                FROM pg_database WHERE datname = '{database}'"""
    rows = sql(f"SELECT json_agg(n) FROM ({query}) AS q(n)")
    return json.loads(rows)[0] if rows else None


def write_note(database, text):
    sql(f"COMMENT ON DATABASE {database} IS '{MARK}{text}'")


def drop(database):
    found = note(database)
    if found is None:
        return
    if not found.startswith(MARK) and postgres.external():
        raise Stop(
            f"There is a database {database} on {os.environ['PGHOST']} that this didn't make: "
            "rename it, or drop it by hand."
        )
    sql(f"ALTER DATABASE {database} IS_TEMPLATE false")
    sql(f"DROP DATABASE {database} WITH (FORCE)")
    shutil.rmtree(FILESTORE / database, ignore_errors=True)


def copy(template, database):
    """A copy with its files; no file store rewrites a file, so hard links will do."""
    drop(database)
    # Copied block by block, a sequence can fall behind its table if the server is killed later: it
    # takes over from the template the numbers that only the template's log holds.
    strategy = "STRATEGY file_copy" if int(sql("SHOW server_version_num")) >= 150000 else ""
    sql(f"CREATE DATABASE {database} TEMPLATE {template} {strategy}")
    write_note(database, "being made")
    shutil.rmtree(FILESTORE / database, ignore_errors=True)
    if (FILESTORE / template).exists():
        shutil.copytree(FILESTORE / template, FILESTORE / database, copy_function=_link)


def _link(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def manifest():
    path = MODULE / "__manifest__.py"
    try:
        return ast.literal_eval(path.read_text())
    except (OSError, ValueError, SyntaxError) as failure:
        raise Stop(f"{path} can't be read: {failure}") from None


def digest(*parts):
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def module_hash():
    """Changes with what an update of the module would load: not its tests, nor its texts."""
    found = hashlib.sha256()
    for path in sorted(MODULE.rglob("*")):
        relative = path.relative_to(MODULE)
        if relative.parts[0] in ("tests", "readme") or "__pycache__" in relative.parts:
            continue
        if path.suffix in (".rst", ".pot"):
            continue
        if path.is_file():
            found.update(f"{relative}\0".encode())
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


def prepared_hash():
    """Changes with what tests prepare in their database: see dev/plugins/prepared_company.py."""
    paths = [MODULE / "tests" / name for name in ("common.py", "prepared.py")]
    return digest(*(path.read_text() for path in paths))


def base(*, demo):
    """A template with the module's dependencies installed; returns its name."""
    name = "dso_base_demo" if demo else "dso_base"
    depends = sorted([*manifest()["depends"], *EXTRAS])
    wanted = digest("1", odoo.find().identity(), depends)
    with lock(f"db-{name}"):
        if note(name) != MARK + wanted:
            drop(name)
            problems = install(name, depends, demo=demo, title=f"Odoo's own modules ({name})")
            report(problems, errors_only=True)
            # Nobody connects by mistake, and a server for all databases leaves it alone.
            sql(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
            sql(f"ALTER DATABASE {name} WITH IS_TEMPLATE true")
            write_note(name, wanted)
    return name


def install(database, modules, *, demo=False, update=False, title):
    """Install or update modules, with progress; returns the log's warnings and errors."""
    if not update and note(database) is None:
        # Not by Odoo: a PostgreSQL without pg_trgm would be an error in its log.
        sql(f"CREATE DATABASE {database} ENCODING 'unicode' LC_COLLATE 'C' TEMPLATE template0")
        write_note(database, "being made")
        if sql("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'"):
            sql("CREATE EXTENSION pg_trgm", database)
    option = "--update" if update else "--init"
    arguments = [option, ",".join(modules), "-d", database, "--stop-after-init", "--no-http"]
    if demo:
        arguments.append("--with-demo")
    elif not update:
        arguments.append("--without-demo=True")
    arguments.append("--max-cron-threads=0")
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{'update' if update else 'install'}-{database}.log"
    say(f"{title} …")
    began = time.monotonic()
    with log.open("w") as output:
        process = subprocess.Popen(
            odoo.command(*arguments),
            env=odoo.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        try:
            problems = _follow(process.stdout, output, title)
            code = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if code:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-40:])
        raise Stop(f"{tail}\n\n{title} failed: Odoo exited with {code}. The whole log is {log}.")
    say(f"{title}: done in {time.monotonic() - began:.0f} s")
    return problems


def _follow(lines, output, title):
    """Copy the log, tell how far it is, and collect what it complains of."""
    problems = []
    told = time.monotonic()
    complaining = False
    for line in lines:
        output.write(line)
        if match := LOG_LINE.match(line):
            level, _database, _logger, message = match.groups()
            complaining = level in ("WARNING", "ERROR", "CRITICAL") and not HARMLESS.search(message)
            if complaining:
                problems.append((level, line.rstrip()))
            elif (progress := LOADING.search(message)) and time.monotonic() - told > 5:
                told = time.monotonic()
                say(f"{title}: module {progress[1]} of {progress[2]}")
        elif complaining:
            level, text = problems[-1]
            problems[-1] = (level, f"{text}\n{line.rstrip()}")
    return problems


def report(problems, *, errors_only=False):
    """Print the complaints and stop when there is one that counts."""
    if errors_only:
        problems = [problem for problem in problems if problem[0] != "WARNING"]
    if not problems:
        return
    for _level, text in problems:
        sys.stderr.write(f"{text}\n")
    raise Stop(f"Odoo's log has {len(problems)} complaint(s), above: none is expected.")


def with_module(database, *, demo, fresh, prepared=False):
    """A database with the module installed from the files as they are.

    `fresh` makes it anew; otherwise one that is there is kept, and updated if the files changed.
    One that tests keep what they prepare in is made anew for that: what the files would prepare
    may have changed, too. Returns what Odoo complained of.
    """
    installed = f"{note_key(demo)} {module_hash()}"
    if prepared:
        installed += f" {prepared_hash()}"
    found = note(database)
    if not fresh and found == MARK + installed:
        return []
    update = found and found.startswith(MARK + note_key(demo)) and not (fresh or prepared)
    if update:
        write_note(database, f"{note_key(demo)} being updated")
        title = f"Update of {MODULE_NAME} in {database}"
        problems = install(database, [MODULE_NAME], update=True, title=title)
    elif fresh and not demo:
        problems = _copy_installed(database)
    else:
        problems = _install_in(database, demo=demo)
    # After an error the next run starts over.
    failed = any(level != "WARNING" for level, _text in problems)
    write_note(database, "failed" if failed else installed)
    return problems


def _install_in(database, *, demo):
    copy(base(demo=demo), database)
    title = f"Installation of {MODULE_NAME} in {database}"
    problems = install(database, [MODULE_NAME], demo=demo, title=title)
    if state(database) != "installed":
        raise Stop(f"{title} left the module {state(database)}: see {LOGS}.")
    return problems


def _copy_installed(database):
    """A copy of a database that this run installs the module in, once for all that are to be
    fresh; returns what Odoo complained of there."""
    with lock(f"db-{INSTALLED}"):
        if INSTALLED not in _complaints:
            _complaints[INSTALLED] = _install_in(INSTALLED, demo=False)
            write_note(INSTALLED, "to be copied")
        copy(INSTALLED, database)
        return _complaints[INSTALLED]


def state(database, module=MODULE_NAME):
    query = f"SELECT state FROM ir_module_module WHERE name = '{module}'"
    return sql(query, database)


def note_key(demo):
    return digest(odoo.find().identity(), sorted([*manifest()["depends"], *EXTRAS]), demo)
