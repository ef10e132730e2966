"""Rooms of ``models/`` know those below them and none above. What a room says of a higher one
stands in ``floors.txt``, each with its reason: nothing else may come; what is gone goes there."""

import ast
from collections import defaultdict
from typing import NamedTuple

import pytest
from dsodev.paths import MODULE, REPO

MODELS = MODULE / "models"
EXCEPTIONS = REPO / "tests" / "dev" / "floors.txt"
#: From the lowest to the highest.
ROOMS = (
    "setup",
    "ledger",
    "penalty",
    "customer",
    "action",
    "text",
    "channel",
    "plan",
    "dispatch",
    "reply",
    "page",
    "evidence",
    "indicator",
    "overview",
)
RANKS = {room: rank for rank, room in enumerate(ROOMS)}
#: Packages that models know nothing of.
ABOVE = ("wizards", "report", "demo", "controllers")
#: Names of methods that Odoo or a library has, too: whoever calls these means those.
OTHERS = {
    "create",
    "write",
    "unlink",
    "copy",
    "read",
    "search",
    "message_post",
    "get_views",
    "get_data",
    "_trigger",
}


class Source(NamedTuple):
    """A file of a room."""

    name: str
    room: str
    tree: ast.Module

    @property
    def package(self):
        return ("models", *self.name.split("/")[:-1])


def read_sources():
    for path in sorted(MODELS.rglob("*.py")):
        name = path.relative_to(MODELS).as_posix()
        if path.name != "__init__.py":
            yield Source(name, name.split("/")[0], ast.parse(path.read_text(encoding="utf-8")))


def classes(source):
    return (node for node in source.tree.body if isinstance(node, ast.ClassDef))


def find_owners(sources):
    """:return: ({name of a model of ours: its room}, {name of a method: its lowest room})"""
    models, methods = {}, defaultdict(set)
    for source in sources:
        for node in classes(source):
            for part in node.body:
                if isinstance(part, ast.FunctionDef):
                    methods[part.name].add(source.room)
                elif isinstance(part, ast.Assign) and getattr(part.targets[0], "id", "") == "_name":
                    models[ast.literal_eval(part.value)] = source.room
    models = {name: room for name, room in models.items() if name.startswith("dso.")}
    lowest = {
        name: min(rooms, key=RANKS.__getitem__)
        for name, rooms in methods.items()
        if name not in OTHERS and not name.startswith("__")
    }
    return models, lowest


def find_docstrings(tree):
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr):
            yield node.body[0].value


def is_above(room, other):
    return RANKS[other] > RANKS[room]


def find_upwards(sources):
    """:return: what files say of higher rooms, as "file: thing" """
    models, methods = find_owners(sources)
    for source in sources:
        texts = {id(text) for text in find_docstrings(source.tree)}
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                base = source.package[: len(source.package) - node.level + 1]
                full = [*base, *(node.module or "").split(".")]
                room = full[1] if full[0] == "models" and len(full) > 1 else None
                if full[0] in ABOVE or (room in RANKS and is_above(source.room, room)):
                    yield f"{source.name}: import {'.'.join(filter(None, full))}"
            elif isinstance(node, ast.Constant) and id(node) not in texts:
                if node.value in models and is_above(source.room, models[node.value]):
                    yield f"{source.name}: {node.value}"
            elif isinstance(node, ast.Attribute) and node.attr in methods:
                if is_above(source.room, methods[node.attr]):
                    yield f"{source.name}: {node.attr}"


def read_exceptions():
    """:return: {"file: thing": reason}; a reason is a line that ends with a colon"""
    exceptions, reason = {}, ""
    for line in EXCEPTIONS.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            reason = line.rstrip(":")
            continue
        name, _sign, things = line.strip().partition(": ")
        for thing in things.split(", "):
            assert f"{name}: {thing}" not in exceptions, f"twice: {name}: {thing}"
            exceptions[f"{name}: {thing}"] = reason
    return exceptions


@pytest.fixture(scope="module")
def sources():
    return list(read_sources())


def test_each_file_stands_in_a_room(sources):
    assert {source.room for source in sources} == set(ROOMS)
    loose = [path.name for path in MODELS.glob("*.py") if path.name != "__init__.py"]
    assert not loose


def test_rooms_load_from_the_lowest_to_the_highest():
    lines = (MODELS / "__init__.py").read_text(encoding="utf-8").split("\n")
    assert tuple(line.split()[-1] for line in lines if line) == ROOMS


@pytest.mark.parametrize("folder", ("views", "wizards", "tests"))
def test_other_folders_have_the_same_rooms(folder):
    beside = {"tests": {"faults", "finders"}}.get(folder, set())
    found = {path.name for path in (MODULE / folder).iterdir() if path.is_dir()} - {"__pycache__"}
    assert found - beside <= set(ROOMS)


def test_lower_rooms_know_nothing_of_higher_ones(sources):
    found, allowed = set(find_upwards(sources)), read_exceptions()
    assert not (new := sorted(found - allowed.keys())), "against the order of floors: " + str(new)
    assert not (gone := sorted(allowed.keys() - found)), "take these off floors.txt: " + str(gone)
    assert all(allowed.values()), "an exception without a reason"


def test_tools_and_engine_know_no_room():
    for folder in ("engine", "tools"):
        for path in (MODULE / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.level > 1:
                    first = (node.module or "").split(".")[0]
                    assert first in ("engine", "tools"), f"{folder}/{path.name} imports {first}"


def test_what_extends_is_plain():
    """An abstract model is an interface with several implementations, or what several models share:
    none that one model alone inherits."""
    heirs, abstract = defaultdict(set), set()
    folders = [MODELS, MODULE / "wizards", MODULE / "report"]
    for folder in folders:
        for path in folder.rglob("*.py"):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if not isinstance(node, ast.ClassDef):
                    continue
                said = {
                    part.targets[0].id: ast.literal_eval(part.value)
                    for part in node.body
                    if isinstance(part, ast.Assign)
                    and getattr(part.targets[0], "id", "") in ("_name", "_inherit")
                }
                inherited = said.get("_inherit", [])
                inherited = [inherited] if isinstance(inherited, str) else inherited
                name = said.get("_name") or (inherited[0] if inherited else None)
                for each in inherited:
                    if each != name:
                        heirs[each].add(name)
                kind = node.bases and getattr(node.bases[0], "attr", "")
                if kind == "AbstractModel" and "_name" in said and said["_name"].startswith("dso."):
                    abstract.add(said["_name"])
    cuts = {name for name in abstract if len(heirs[name]) == 1}
    assert not cuts - {
        # what companies' own channels and providers may be, too
        "dso.erm.service",
        # in an add-on beside, which is there or not
        "dso.debit.line.mixin",
        "dso.debit.order.mixin",
    }
