"""The examples in docstrings of engine, library and plots; each public function has one."""

from __future__ import annotations

import doctest
import inspect
import pkgutil
from importlib import import_module

import pytest

import poolprop
import poolprop.library
import poolprop.plots
import poolprop.stats

MODULES = [
    module.name
    for package in (poolprop.stats, poolprop.library, poolprop.plots)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
]
FUNCTIONS = [name for name in poolprop.__all__ if inspect.isfunction(getattr(poolprop, name))]


@pytest.mark.parametrize("name", ["poolprop", *MODULES])
def test_examples_give_what_they_show(name):
    failed, _ = doctest.testmod(import_module(name))
    assert failed == 0


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_has_an_example(name):
    function = getattr(poolprop, name)
    tests = doctest.DocTestFinder(recurse=False).find(function)
    assert any(example.want for test in tests for example in test.examples)
