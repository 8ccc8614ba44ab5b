"""The public names: one list, resolved when first used, each documented."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import poolprop as pp


def test_the_list_and_the_homes_agree():
    assert len(pp.__all__) == len(set(pp.__all__))
    assert set(pp.__all__) == set(pp._HOMES) | {"__version__"}
    assert dir(pp) == sorted(pp.__all__)


@pytest.mark.parametrize("name", sorted(pp._HOMES))
def test_each_name_resolves_to_what_is_documented(name):
    found = getattr(pp, name)
    assert inspect.unwrap(found).__module__ == f"poolprop.{pp._HOMES[name]}"
    assert found.__name__ == name
    assert inspect.getdoc(found)


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = pp.nothing


def test_a_star_import_brings_every_name():
    code = "from poolprop import *; import poolprop; assert set(poolprop.__all__) <= set(globals())"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "call",
    [
        lambda y, v: pp.cluster_robust(y, v, 0.1, ["a", "b", "b"]),
        pp.trim_and_fill,
        pp.henmi_copas,
        lambda y, v: pp.shrunken_effects(y, v, 0.1),
        pp.pool_survival,
        pp.bayes_normal,
    ],
)
def test_functions_of_effect_sizes_check_them(call):
    assert call([0.1, 0.4, 0.9], [0.1, 0.2, 0.3]) is not None
    with pytest.raises(pp.EstimationError, match=r"study 2: yi is 0\.4 and vi is 0"):
        call([0.1, 0.4, 0.9], [0.1, 0.0, 0.3])
    with pytest.raises(pp.EstimationError, match="yi has 3 values and vi has 2"):
        call([0.1, 0.4, 0.9], [0.1, 0.2])
