"""The examples in the docstrings of the engine hold."""

import doctest
import importlib
import pkgutil

import engine
import pytest

MODULES = ["engine", *(f"engine.{module.name}" for module in pkgutil.iter_modules(engine.__path__))]


@pytest.mark.parametrize("name", MODULES)
def test_doctests(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_doctests_are_found():
    finder = doctest.DocTestFinder(exclude_empty=True)
    module = importlib.import_module("engine.scenario")
    found = {test.name.split(".")[-1] for test in finder.find(module) if test.examples}
    assert {"offsets", "rule_date", "decide"} <= found
