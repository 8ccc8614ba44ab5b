"""The engine gives the numbers of R, or shows why R's are not the ones."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from reference_values import datasets, expected, usable

import poolprop as pp

MEASURES = ("PLO", "PAS", "PFT", "PR", "PLN")
TAU2 = ("DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM")
CI = {"z": "wald", "knha": "hksj", "adhoc": "hksj-adhoc"}
TOLERANCE = 1e-6
HERE = Path(__file__).parent


def exceptions() -> set[tuple[str, str]]:
    with (HERE / "exceptions.csv").open(newline="") as handle:
        return {(row["dataset_id"], row["method"]) for row in csv.DictReader(handle)}


EXCEPTIONS = exceptions()


def differs(ours: float | None, theirs: float) -> bool:
    if math.isnan(theirs):
        return False
    if ours is None or math.isnan(ours):
        return True
    if math.isinf(theirs) or math.isinf(ours):
        return ours != theirs
    return abs(ours - theirs) > TOLERANCE * max(1.0, abs(theirs))


def compare(method: str, ours_of) -> list[str]:
    """Return the quantities that differ, over all data sets of a method."""
    found, compared = [], 0
    for name, values in usable(method):
        if (name, method) in EXCEPTIONS:
            continue
        ours = ours_of(*datasets()[name])
        for quantity in ours.keys() & values.keys():
            compared += 1
            if differs(ours[quantity], values[quantity]):
                found.append(f"{name} {quantity}: {ours[quantity]!r}, R {values[quantity]!r}")
    assert compared, f"nothing was compared for {method}"
    return found


def each(letter: str, values) -> dict[str, float]:
    return {f"{letter}[{i}]": float(value) for i, value in enumerate(values, start=1)}


@pytest.mark.parametrize("measure", MEASURES)
def test_effect_sizes(measure):
    def ours(x, n):
        yi, vi = pp.effect_sizes(x, n, measure)
        return each("yi", yi) | each("vi", vi)

    assert compare(f"escalc|{measure}", ours) == []


@pytest.mark.parametrize(
    ("key", "method"),
    [("ci|CP", "clopper-pearson"), ("ci|WS", "wilson"), ("ci_own|CP", "clopper-pearson"),
     ("ci_own|WS", "wilson")],
)  # fmt: skip
def test_study_intervals(key, method):
    def ours(x, n):
        lower, upper = pp.study_intervals(x, n, method=method)
        return each("lower", lower) | each("upper", upper)

    assert compare(key, ours) == []


def two_step(x, n, measure, tau2, ci):
    """Return what R calls by these names; one study is not R's affair but its own interval's."""
    if len(x) == 1:
        return {}
    fit = pp.pool(x, n, model="two-step", measure=measure, tau2=tau2, ci=ci)
    return {
        "beta": fit.estimate,
        "tau2": fit.tau2,
        "I2": 100 * fit.i2,
        "H2": fit.h2,
        "QE": fit.q,
        "QEp": fit.q_p,
        "se": fit.se,
        "ci.lb": fit.ci_estimate.lower,
        "ci.ub": fit.ci_estimate.upper,
        "bt.est": fit.proportion,
        "bt.ci.lb": fit.ci.lower,
        "bt.ci.ub": fit.ci.upper,
    }


def in_unit_range(values, measure):
    """R leaves the back-transformed ends of these two scales beyond [0, 1]; we clip them."""
    if measure in ("PR", "PLN"):
        return {k: v for k, v in values.items() if not k.startswith("bt.")}
    return values


@pytest.mark.parametrize("tau2", TAU2)
@pytest.mark.parametrize("measure", MEASURES)
def test_two_step_estimates(measure, tau2):
    wanted = ("beta", "tau2", "I2", "H2", "QE", "QEp", "bt.est")

    def ours(x, n):
        found = in_unit_range(two_step(x, n, measure, tau2, "wald"), measure)
        return {key: value for key, value in found.items() if key in wanted}

    assert compare(f"rma|{measure}|{tau2}", ours) == []


@pytest.mark.parametrize("ci", CI)
@pytest.mark.parametrize("tau2", TAU2)
@pytest.mark.parametrize("measure", MEASURES)
def test_two_step_intervals(measure, tau2, ci):
    wanted = ("se", "ci.lb", "ci.ub", "bt.ci.lb", "bt.ci.ub")

    def ours(x, n):
        found = in_unit_range(two_step(x, n, measure, tau2, CI[ci]), measure)
        return {key: value for key, value in found.items() if key in wanted}

    assert compare(f"rma|{measure}|{tau2}|{ci}", ours) == []


@pytest.mark.parametrize("tau2", ["ML", "REML", "PM"])
@pytest.mark.parametrize("measure", MEASURES)
def test_two_step_maxima_are_global(measure, tau2):
    def ours(x, n):
        found = two_step(x, n, measure, tau2, "wald")
        return {key: found[key] for key in ("beta", "tau2", "se") if found}

    assert compare(f"rma_exact|{measure}|{tau2}", ours) == []


def one_step(x, n):
    if len(x) == 1:
        return {}
    profile = pp.pool(x, n, ci="profile")
    wald = pp.pool(x, n, ci="wald")
    found = {
        "beta": profile.estimate,
        "bt.est": profile.proportion,
        "pl.lb": profile.ci_estimate.lower,
        "pl.ub": profile.ci_estimate.upper,
        "bt.pl.lb": profile.ci.lower,
        "bt.pl.ub": profile.ci.upper,
        "logLik": profile.loglik,
    }
    if np.isfinite(profile.estimate):
        found |= {
            "tau2": profile.tau2,
            "se": profile.se,
            "ci.lb": wald.ci_estimate.lower,
            "ci.ub": wald.ci_estimate.upper,
        }
    return found


def test_the_one_step_model_is_at_the_exact_maximum():
    assert compare("glmm_exact|ML", one_step) == []


def test_leaving_one_out_of_the_one_step_model():
    def ours(x, n):
        if len(x) > 20 or len(x) < 3:
            return {}
        found = {}
        for i in range(len(x)):
            fit = pp.pool(x[:i] + x[i + 1 :], n[:i] + n[i + 1 :], ci="profile")
            found |= {f"beta[{i + 1}]": fit.estimate, f"tau2[{i + 1}]": fit.tau2}
        return found

    assert compare("leave1out|glmm_exact", ours) == []


def test_the_selection_covers_every_method_key():
    """A clone without the full set must not test less than one with it."""
    families = {key.split("|sub=")[0] for key in expected()}
    assert len(families) > 300
    for key in ("glmm_exact|ML", "betabinom|ML", "rma|PLO|REML|knha", "escalc|PFT", "ci|CP"):
        assert key in families


def test_every_exception_names_a_value_that_exists():
    for name, method in EXCEPTIONS:
        assert name in expected()[method]
