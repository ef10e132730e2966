"""`make lint`: ruff, mypy, pylint with Odoo's rules, and files that the manifest forgot."""

import os
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from . import databases
from .paths import MODULE, MODULE_NAME, PYTHON, REPO
from .ui import Stop, say

# Beyond what .pylintrc says, which takes all of pylint-odoo back that it left out before. A feature
# extends actions, files, pages and items from its own room: these classes are not to be merged.
PYLINT = ("--jobs=2", "--disable=consider-merging-classes-inherited")
README = REPO / "dev" / "readme.py"
# What Odoo loads from these folders, it loads because the manifest says so.
LOADED = ("data", "demo", "report", "security", "views", "wizards", "wizard")


def main(arguments, ready):
    ready()
    checks = {
        "ruff check": lambda: _run("ruff", "check"),
        "ruff format": lambda: _run("ruff", "format", "--check"),
        "mypy": lambda: _run("mypy"),
        "XML": lambda: _tell(xml_problems(REPO)),
    }
    if (MODULE / "__manifest__.py").exists():
        checks["manifest"] = lambda: _tell(manifest_problems(MODULE, databases.manifest()))
        checks["pylint"] = lambda: _run("pylint", *PYLINT, MODULE_NAME)
    if README.exists():
        checks["README"] = lambda: _run(README, "--check")
    failed = []
    for name, check in checks.items():
        if not check():
            failed.append(name)
        say(f"{name}: {'failed' if name in failed else 'fine'}")
    if failed:
        raise Stop(f"Failed: {', '.join(failed)} (`make format` fixes some of it).")


def _run(program, *arguments):
    """A module, or a script of ours."""
    program = [program] if program == README else ["-m", program]
    command = [PYTHON, *program, *arguments]
    return subprocess.run(command, cwd=REPO, check=False).returncode == 0


def _tell(problems):
    for problem in problems:
        print(problem)
    return not problems


def xml_problems(root):
    """The XML files that can't be parsed."""
    problems = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for path in (Path(folder, name) for name in sorted(files) if name.endswith(".xml")):
            try:
                ElementTree.parse(path)
            except ElementTree.ParseError as failure:
                problems.append(f"{path.relative_to(root)}: {failure}")
    return problems


def manifest_problems(module, manifest):
    """Files named and not there, or there and not named."""
    named = [*manifest.get("data", []), *manifest.get("demo", [])]
    problems = [
        f"named in the manifest and missing: {n}" for n in named if not (module / n).exists()
    ]
    problems += [f"named twice in the manifest: {name}" for name in named if named.count(name) > 1]
    for folder in LOADED:
        for path in sorted((module / folder).rglob("*")):
            name = str(path.relative_to(module))
            # A CSV file that Odoo loads is named after a model.
            loadable = path.suffix == ".xml" or (path.suffix == ".csv" and "." in path.stem)
            if loadable and name not in named:
                problems.append(f"not named in the manifest: {name}")
    return problems
