"""Two-arm studies agree with metafor's escalc, rma, rma.mh and rma.peto.

The full set is compared where it lies beside the checkout, the selection, which holds the same
values, otherwise.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from pathlib import Path

import pytest
from agreement import source
from rows import HERE, PUBLIC, agrees, open_table

from poolprop.stats.answers.pool_two_step import fit_two_step, hts_prediction
from poolprop.stats.arms.two_arm import mantel_haenszel, peto, two_arm_effects

FOLDER = source(PUBLIC)
CI = {"z": "wald", "knha": "hksj"}


def read(folder: Path, name: str):
    with open_table(folder, name) as handle:
        return list(csv.DictReader(handle))


def tables():
    cells = defaultdict(list)
    for row in read(FOLDER, "two_group_datasets.csv"):
        cells[row["dataset_id"]].append([int(row[c]) for c in ("ai", "n1i", "ci", "n2i")])
    return {name: list(zip(*rows, strict=True)) for name, rows in cells.items()}


DATA, EXPECTED = tables(), read(FOLDER, "two_group_expected.csv")


def expected(key):
    found = defaultdict(dict)
    for row in EXPECTED:
        if row["method"] == key and row["value"] != "NA":
            found[row["dataset_id"]][row["quantity"]] = float(row["value"])
    return found


def differing(key, ours_of):
    """Return what differs; and require that something was compared."""
    compared, found = 0, []
    for name, values in expected(key).items():
        ours = ours_of(*DATA[name])
        for quantity in ours.keys() & values.keys():
            compared += 1
            if not agrees(ours[quantity], values[quantity], 1e-6):
                found.append((name, quantity, ours[quantity], values[quantity]))
    assert compared
    return found


def pooled(fit):
    return {
        "beta": fit.estimate,
        "se": fit.se,
        "stat": fit.statistic,
        "pval": fit.p,
        "ci.lb": fit.ci.lower,
        "ci.ub": fit.ci.upper,
        "QE": fit.q,
        "QEp": fit.q_p,
    }


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_effects(measure):
    def ours(*cells):
        yi, vi = two_arm_effects(*cells, measure)
        return {f"yi[{i}]": y for i, y in enumerate(yi, 1)} | {
            f"vi[{i}]": v for i, v in enumerate(vi, 1)
        }

    assert differing(f"two|escalc|{measure}", ours) == []


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_mantel_haenszel(measure):
    assert differing(f"two|mh|{measure}", lambda *c: pooled(mantel_haenszel(*c, measure))) == []


def test_peto():
    assert differing("two|peto", lambda *c: pooled(peto(*c))) == []


def random_effects(cells, measure, tau2, ci):
    yi, vi = two_arm_effects(*cells, measure)
    fit = fit_two_step(yi, vi, tau2, CI[ci], 0.95)
    spread, prediction = fit.heterogeneity, hts_prediction(fit, 0.95, fit.df)
    found = {
        "beta": fit.estimate,
        "se": fit.se,
        "stat": fit.statistic,
        "pval": fit.p,
        "ci.lb": fit.ci.lower,
        "ci.ub": fit.ci.upper,
        "tau2": fit.tau2,
        "I2": 100 * spread.i2,
        "H2": spread.h2,
        "QE": spread.q,
        "QEp": spread.q_p,
    }
    if tau2 != "EE":
        found |= {"pi.lb": prediction.lower, "pi.ub": prediction.upper}
    return found


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
@pytest.mark.parametrize("key", ["EE|z", "DL|z", "DL|knha", "REML|z", "REML|knha"])
def test_random_effects(measure, key):
    tau2, ci = key.split("|")

    def ours(*cells):
        return random_effects(cells, measure, tau2, ci)

    assert differing(f"two|rma|{measure}|{key}", ours) == []


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_exact_optimum_of_the_restricted_likelihood(measure):
    def ours(*cells):
        yi, vi = two_arm_effects(*cells, measure)
        fit = fit_two_step(yi, vi, "REML", "wald", 0.95)
        # The reference leaves out the constant log|X'X| / 2 that metafor and we include.
        loglik = fit.loglik - 0.5 * math.log(yi.size)
        return {"beta": fit.estimate, "se": fit.se, "tau2": fit.tau2, "logLik": loglik}

    assert differing(f"two|rma_exact|{measure}|REML", ours) == []


def test_every_key_is_compared_and_the_selection_holds_all_values():
    keys = {row["method"] for row in EXPECTED}
    contrasts = ("OR", "RR", "RD")
    fits = ("EE|z", "DL|z", "DL|knha", "REML|z", "REML|knha")
    assert keys == {
        "two|peto",
        *(f"two|{kind}|{contrast}" for kind in ("escalc", "mh") for contrast in contrasts),
        *(f"two|rma|{contrast}|{fit}" for contrast in contrasts for fit in fits),
        *(f"two|rma_exact|{contrast}|REML" for contrast in contrasts),
    }
    selected = [tuple(row.values())[:4] for row in read(HERE, "two_group_expected.csv")]
    values = [tuple(row.values())[:4] for row in EXPECTED if row["quantity"] != "status"]
    assert selected == values


def test_studies_without_events_do_not_count_as_heterogeneity():
    fit = mantel_haenszel([0, 4, 3], [10, 12, 9], [0, 5, 4], [10, 12, 9])
    assert fit.q_df == 1
