"""The engine knows neither Odoo nor a clock nor anything outside: facts in, decision out."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import engine
import pytest

FOLDER = Path(engine.__file__).parent
FILES = sorted(FOLDER.glob("*.py"))
OUTSIDE = {"odoo", "os", "io", "time", "pathlib", "socket", "subprocess", "psycopg2", "requests"}
CLOCKS = {"today", "now", "utcnow"}


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_odoo_no_clock_no_io(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not OUTSIDE & set(imported(tree))
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    assert not CLOCKS & called
    assert "open" not in called


def test_imports_without_odoo():
    names = [f"engine.{path.stem}" for path in FILES if path.stem != "__init__"]
    program = (
        "import importlib, sys; sys.modules['odoo'] = None; "
        f"sys.path.insert(0, {str(FOLDER.parent)!r}); "
        f"[importlib.import_module(name) for name in {names!r}]"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_facts_cannot_be_changed():
    facts = importlib.import_module("engine.facts")
    with pytest.raises(AttributeError):
        facts.Settings().min_amount = 5.0
