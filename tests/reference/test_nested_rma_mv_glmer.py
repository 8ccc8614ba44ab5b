"""Regressions of rows nested in studies agree with rma.mv and glmer; nested.R wrote the values."""

from __future__ import annotations

import csv
from collections import defaultdict

import numpy as np
import pytest
from rows import HERE, agrees

import poolprop as pp
from poolprop.stats.design import group_design, named_columns
from poolprop.stats.fits.study_effect_fit import fit_study_effect
from poolprop.stats.likelihoods.study_effect import rows_of


def tables():
    data, values = defaultdict(dict), defaultdict(dict)
    with (HERE / "nested.csv").open(newline="") as handle:
        for row in csv.DictReader(handle):
            name = row["dataset"]
            if row["model"] == "data":
                data[name].setdefault(row["quantity"], []).append(row["value"])
            else:
                values[name, row["model"], row["method"]][row["quantity"]] = float(row["value"])
    for columns in data.values():
        for count in ("events", "total"):
            columns[count] = [int(cell) for cell in columns[count]]
        if columns["x"][0].isdigit():
            columns["x"] = [float(cell) for cell in columns["x"]]
    return data, values


DATA, VALUES = tables()


def numbered(**quantities):
    return {
        f"{name}{i}": float(value)
        for name, values in quantities.items()
        for i, value in enumerate(np.atleast_1d(values), start=1)
    }


def two_step(data, method):
    fit = pp.three_level(
        data["events"], data["total"], data["study"], method=method, ci="wald", X={"x": data["x"]}
    ).fit
    return numbered(
        beta=fit.beta, se=fit.se, tau2=[fit.tau2_study, fit.tau2_row], loglik=fit.loglik,
        qm=fit.qm, qmp=fit.qm_p, qe=fit.heterogeneity.q, qep=fit.heterogeneity.q_p,
        lower=fit.lower, upper=fit.upper,
    )  # fmt: skip


def three_level(data, method):
    found = pp.influence(data["events"], data["total"], "three-level", study=data["study"])
    return numbered(cook=found.cooks_distance)


def glmm(data, method):
    """Of `grades` one variance is 0 with the grades told apart, and the other without."""
    k = len(data["events"])
    design = named_columns({"x": data["x"]}, k)[1] if method == "study" else np.ones((k, 1))
    study = group_design(np.array(data["study"], dtype=object)).argmax(axis=1)
    x, n = (np.array(data[name], dtype=float) for name in ("events", "total"))
    fit = fit_study_effect(rows_of(x, n, design, study))
    ours = {"study": fit.tau_study, "row": fit.tau_row}
    assert min(ours.values()) == 0
    return numbered(beta=fit.beta, tau2=ours[method] ** 2)


OURS = {"two-step": two_step, "three-level": three_level, "glmm": glmm}


@pytest.mark.parametrize("key", VALUES, ids="-".join)
def test_nested_rows_agree(key):
    name, model, method = key
    found, expected = OURS[model](DATA[name], method), VALUES[key]
    assert found.keys() == expected.keys()
    differing = {
        quantity: (found[quantity], value)
        for quantity, value in expected.items()
        if not agrees(found[quantity], value, 1e-6, floor=1e-3)
    }
    assert differing == {}
