"""Tests beside other add-ons: what is chosen and what is said of it. Nothing is downloaded here."""

import re

import pytest
from dsodev import beside
from dsodev.paths import REPO
from dsodev.ui import Stop


def test_all_or_those_that_are_named():
    assert beside._choose([]) == list(beside.NEIGHBOURS)
    assert beside._choose(["netting"]) == ["netting"]
    assert beside._choose(["sepa", "pos"]) == ["banking_sepa", "payment_sepa", "pos"]


def test_an_unknown_one_is_told():
    with pytest.raises(Stop, match="no neighbour dance: choose from reconcile, "):
        beside._choose(["dance"])


def test_every_story_is_there():
    for neighbour in beside.NEIGHBOURS.values():
        for story in neighbour.stories:
            assert (REPO / story).is_file(), story
        for module in neighbour.ours:
            assert (REPO / module / "__manifest__.py").is_file(), module


def test_versions_are_pinned():
    pins = [line for line in beside.PINS.read_text().splitlines() if not line.startswith("#")]
    assert pins
    for pin in pins:
        assert re.fullmatch(r"odoo-addon-[a-z0-9-]+==19\.0\.[0-9.]+|\w+==[0-9.]+", pin), pin


def test_what_has_no_release_is_skipped_and_said(monkeypatch, capsys):
    gone = beside.Neighbour(("no_such_addon",), ())
    monkeypatch.setitem(beside.NEIGHBOURS, "gone", gone)
    monkeypatch.setattr(beside.Neighbour, "missing", lambda self: ["no_such_addon"])
    assert beside._run("gone") == [("gone", "", "skipped: no no_such_addon for Odoo 19.0", 0.0)]
    assert "gone: skipped: no no_such_addon" in capsys.readouterr().err


def test_a_failure_ends_with_an_error_and_does_not_stop_the_others(monkeypatch, capsys):
    def run_once(name, neighbour, order):
        if order == "ours_first":
            raise Stop("It broke.")
        return "passed"

    monkeypatch.setattr(beside, "_run_once", run_once)
    monkeypatch.setattr(beside, "_bring_addons", lambda: None)
    monkeypatch.setattr(beside.Neighbour, "missing", lambda self: [])
    assert beside.main(["netting"], lambda **_: None) == 1
    said = capsys.readouterr().err
    assert "ours first    failed: It broke." in said
    assert "theirs first  passed" in said
    assert "1 of 2 as expected" in said
