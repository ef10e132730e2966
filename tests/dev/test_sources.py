"""What the sources of the add-ons keep to, that no linter knows of."""

import ast
import re

from dsodev.paths import REPO

#: How far above the call its reason may stand, in lines: a statement may have several.
ABOVE = 5


def test_whoever_reads_as_superuser_says_why_that_is_safe():
    files = [path for path in REPO.glob("dso_collection*/**/*.py") if "tests" not in path.parts]
    assert files
    silent = [
        f"{path.relative_to(REPO)}:{number + 1}"
        for path in files
        for lines in [path.read_text(encoding="utf-8").splitlines()]
        for number, line in enumerate(lines)
        if ".sudo()" in line.partition("#")[0]
        and not any("sudo:" in above for above in lines[max(0, number - ABOVE) : number + 1])
    ]
    assert not silent, "without a comment “# sudo: …”: " + ", ".join(silent)
    elsewhere = [
        f"{path.relative_to(REPO)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "sudo: see " in line
    ]
    assert not elsewhere, "the reason stands elsewhere: " + ", ".join(elsewhere)


def test_odoo_finds_every_test():
    """Its own runner knows only those that the package imports."""
    for package in REPO.glob("dso_collection*/tests"):
        named = (package / "__init__.py").read_text(encoding="utf-8").split()
        there = {path.stem for path in package.rglob("test_*.py") if path.parent.name != "finders"}
        missing = there - set(named)
        assert not missing, f"{package.relative_to(REPO)}/__init__.py imports no {missing}"
        finders = package / "finders"
        named = (
            (finders / "__init__.py").read_text(encoding="utf-8").split()
            if finders.is_dir()
            else []
        )
        missing = {path.stem for path in finders.glob("test_*.py")} - set(named)
        assert not missing, f"{finders.relative_to(REPO)}/__init__.py imports no {missing}"


def test_every_text_can_be_translated():
    """What is put into words inside an f-string is not found by whoever collects the texts."""
    hidden = [
        f"{path.relative_to(REPO)}:{call.lineno}"
        for path in REPO.glob("dso_collection*/**/*.py")
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call)
        and (getattr(call.func, "attr", "") == "_" or getattr(call.func, "id", "") == "_")
    ]
    assert not hidden, "put into a variable first: " + ", ".join(hidden)


#: What is said in one place: how it would look elsewhere, and where it stands.
SAID_ONCE = {
    # when an item is due: get_due_date, due_date_sql
    r"date_maturity or \w|COALESCE\(\w+\.date_maturity": "tools/ledger.py",
    # on which accounts customers owe: is_receivable, is_receivable_sql, RECEIVABLE
    r"asset_receivable": "tools/ledger.py",
    # the last entry that tells a disputed or promised part: _get_part_query
    r"IN \('dispute', 'promise'\)\s+AND": "models/ledger/dso_qualification.py",
    # a batch that met another transaction: retry_on_conflict
    r"MAX_CONFLICTS = ": "tools/conflicts.py",
    # the ages of what is overdue
    r"Bucket\(\"": "engine/ageing.py",
}


def test_a_rule_is_said_once():
    folder = REPO / "dso_collection"
    for pattern, place in SAID_ONCE.items():
        found = {
            str(path.relative_to(folder))
            for path in folder.rglob("*.py")
            if "tests" not in path.parts and re.search(pattern, path.read_text(encoding="utf-8"))
        }
        assert found == {place}, f"{pattern}: {found}"
