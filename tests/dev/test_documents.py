"""What the documents say of the repository holds: links, targets, tags, pinned versions."""

import functools
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import polib
import pytest
from dsodev import lint
from dsodev.paths import REPO

#: Read by people; the module's README is made of its fragments.
DOCUMENTS = [
    *REPO.glob("*.md"),
    *REPO.glob("*.rst"),
    *REPO.glob("docs/*.md"),
    *REPO.glob("benchmarks/*.rst"),
    *REPO.glob("findings/*.rst"),
    *REPO.glob("dso_collection*/README.rst"),
    *REPO.glob("dso_collection*/readme/*.md"),
]
EXPECTED = {
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "HISTORY.md",
    "README.rst",
    "design.md",
    "sources.md",
    "GLOSSARY.md",
}

# ----------------------------------------------------------------------
# Links and commands
# ----------------------------------------------------------------------

#: [text](target), `text <target>`__ and .. image:: target
LINK = re.compile(r"\]\(([^)\s]+)\)|`[^`<]+<([^`>\s]+)>`__?|^\.\. image:: (\S+)", re.M)
MADE = re.compile(r"`make ([a-z-]+)|^    make ([a-z-]+)", re.M)
FENCE = re.compile(r"^```.*?^```", re.M | re.S)


def get_targets():
    rules = re.findall(r"^([a-z-]+):", (REPO / "Makefile").read_text(encoding="utf-8"), re.M)
    return set(rules)


def get_broken_links(path, text):
    for match in LINK.finditer(FENCE.sub("", text)):
        target = next(group for group in match.groups() if group).partition("#")[0]
        if not target or re.match(r"[a-z]+:", target):
            continue
        # by its address in Odoo
        if target.startswith("/dso_collection/"):
            found = REPO / target[1:]
        else:
            found = path.parent / unquote(target)
        if not found.exists():
            yield target


def test_all_documents_are_looked_at():
    assert {path.name for path in DOCUMENTS} >= EXPECTED


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(REPO)))
def test_links_lead_somewhere(path):
    assert not list(get_broken_links(path, path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(REPO)))
def test_make_knows_what_is_named(path):
    text = path.read_text(encoding="utf-8")
    named = {name for match in MADE.finditer(text) for name in match.groups() if name}
    assert named <= get_targets()


def test_a_broken_link_would_be_found(tmp_path):
    text = "[a](nothing.md) `b <no/thing.rst>`__ [c](https://example.com) [d](#here)"
    assert list(get_broken_links(tmp_path / "x.md", text)) == ["nothing.md", "no/thing.rst"]


def test_paths_that_are_named_exist():
    """`folder/file` in code marks, from the root of the repository or of the module."""
    missing = {
        f"{path.name}: {name}"
        for path in DOCUMENTS
        if path.parent.name not in ("benchmarks", "findings")
        for name in re.findall(r"`+((?:[\w.-]+/)+[\w.-]*)`+", path.read_text(encoding="utf-8"))
        if not name.startswith(".dev/")
        and not any((root / name).exists() for root in (REPO, REPO / "dso_collection"))
    }
    assert not missing


#: Models, fields, methods and XML ids: what has a dot behind `dso`, or an underscore.
NAME = re.compile(r"\bdso(?:\.[a-z]+)+\b(?!_)|\b[a-z_][a-z0-9]*_[a-z0-9_]*\b")


def test_rooms_are_listed_from_the_lowest_to_the_highest():
    table = re.findall(r"^\| `(\w+)` \|", (REPO / "ARCHITECTURE.md").read_text("utf-8"), re.M)
    loaded = (REPO / "dso_collection" / "models" / "__init__.py").read_text("utf-8")
    assert table == re.findall(r"^from \. import (\w+)$", loaded, re.M)


@functools.cache
def get_names():
    known = set()
    for path, text in get_sources().items():
        known.add(path.stem)
        if path.suffix in (".py", ".xml"):
            known.update(NAME.findall(text))
    return known


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/design.md"])
def test_names_in_code_are_in_the_code(name):
    text = FENCE.sub("", (REPO / name).read_text(encoding="utf-8"))
    marked = [mark for mark in re.findall(r"`([^`]+)`", text) if not re.match(r"\.|.*/", mark)]
    named = {found for mark in marked for found in NAME.findall(mark)}
    known = get_names()
    assert len(named) > 10
    # dso_collection_payment_*
    assert not {found for found in named - known if not found.endswith("_")}


# ----------------------------------------------------------------------
# Tags
# ----------------------------------------------------------------------

SOURCES = REPO / "docs" / "sources.md"
RULE = re.compile(r"\bR[1-9]\d?\b")
STANDARD = re.compile(r"\bRFC ?(\d+)")
BRACKET = re.compile(r"\[([^\[\]]*)\]", re.S)
SEEDS = re.compile(r"\bseeds? (\d{3}(?:(?:, | to | and )\d{3})*)")
FURTHER = re.compile(r"\bQ\d+\b")


def get_tags(text):
    """Every tag in a text: R4, RFC 3464, [seeds 000 to 003], [seed 002, Q48]"""
    tags = set(RULE.findall(text))
    tags.update(f"RFC {number}" for number in STANDARD.findall(text))
    for inside in BRACKET.findall(text):
        tags.update(FURTHER.findall(inside) if re.match(r"seed|Q\d", inside) else ())
        for numbers in SEEDS.findall(inside):
            first, *others = map(int, re.findall(r"\d+", numbers))
            span = range(first, others[-1] + 1) if " to " in numbers else (first, *others)
            tags.update(f"seed {number:03}" for number in span)
    return tags


def get_explained():
    text = SOURCES.read_text(encoding="utf-8")
    return {cell.strip() for cell in re.findall(r"^\| ([^|]+) \|", text, re.M)}


@functools.cache
def get_sources():
    """{path: text} of what git knows or would know"""
    listed = subprocess.run(
        ["git", "-C", REPO, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [Path(REPO, name) for name in listed.stdout.split("\0") if name]
    return {
        path: path.read_text(encoding="utf-8")
        for path in paths
        if path.suffix in (".py", ".xml", ".js", ".scss", ".md", ".rst")
        and path not in (SOURCES, Path(__file__).resolve())
        and path.exists()
    }


def test_tags_are_read():
    text = "(R1, R15) [seeds 000 to 002] [seed 004, Q48] of RFC 3464, R02, Q3 2026, [0:Q1]"
    assert get_tags(text) == {
        *("R1", "R15", "RFC 3464", "Q48"),
        *("seed 000", "seed 001", "seed 002", "seed 004"),
    }


def test_every_tag_is_explained():
    explained = get_explained()
    unknown = {
        f"{path.relative_to(REPO)}: {tag}"
        for path, text in get_sources().items()
        for tag in get_tags(text) - explained
    }
    assert not unknown, f"explain in {SOURCES.relative_to(REPO)}: {sorted(unknown)}"


def test_no_tag_is_explained_that_nobody_uses():
    used = set().union(*map(get_tags, get_sources().values()))
    tags = {cell for cell in get_explained() if get_tags(f"[{cell}]") or RULE.fullmatch(cell)}
    assert tags and not tags - used


def test_rules_are_in_the_design():
    design = (REPO / "docs" / "design.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^- \*\*(R\d+)\*\*", design, re.M))
    assert told == {cell for cell in get_explained() if RULE.fullmatch(cell)}


# ----------------------------------------------------------------------
# Words
# ----------------------------------------------------------------------

GLOSSARY = REPO / "dso_collection" / "readme" / "GLOSSARY.md"


def get_glossary():
    """(English, German, French) of each line"""
    text = GLOSSARY.read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|", text, re.M)
    return [row for row in rows if not row[0].startswith(("English", "---"))]


def test_one_word_for_one_thing():
    rows = get_glossary()
    assert len(rows) > 40
    for words in zip(*rows, strict=True):
        assert not [word for word in words if words.count(word) > 1]


@pytest.mark.parametrize(("column", "lang"), [(1, "de"), (2, "fr")])
def test_the_words_of_the_glossary_are_those_of_the_screens(column, lang):
    entries = polib.pofile(REPO / "dso_collection" / "i18n" / f"{lang}.po")
    said = "\n".join(entry.msgstr for entry in entries if not entry.obsolete).lower()
    assert not [row[column] for row in get_glossary() if row[column].lower() not in said]


# ----------------------------------------------------------------------
# Versions
# ----------------------------------------------------------------------


def test_hooks_are_what_lint_runs():
    """The same versions in .pre-commit-config.yaml as in dev/requirements-test.txt, and the same
    options of pylint."""
    requirements = (REPO / "dev" / "requirements-test.txt").read_text(encoding="utf-8")
    pinned = dict(re.findall(r"^([\w-]+)==([\w.]+)$", requirements, re.M))
    hooks = (REPO / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    named = re.findall(r"([\w-]+)==([\w.]+)", hooks)
    assert {"ruff", "pylint-odoo"} <= {name for name, _version in named}
    assert not [(name, v) for name, v in named if pinned.get(name, v) != v]
    assert f"entry: pylint {' '.join(lint.PYLINT)} " in hooks


def test_the_newest_version_has_its_history():
    manifest = (REPO / "dso_collection" / "__manifest__.py").read_text(encoding="utf-8")
    version = re.search(r'"version": "([\d.]+)"', manifest)[1]
    history = (REPO / "HISTORY.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## ([\d.]+)", history, re.M)
    assert version in versions
    numbers = [tuple(map(int, each.split("."))) for each in versions]
    assert numbers == sorted(numbers, reverse=True)
