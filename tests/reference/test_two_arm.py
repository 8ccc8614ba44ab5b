"""Two-arm studies agree with metafor's escalc, rma.mh and rma.peto."""

from __future__ import annotations

import csv
from collections import defaultdict

import pytest
from rows import PUBLIC, agrees

from poolprop.stats.two_arm import mantel_haenszel, peto, two_arm_effects

pytestmark = pytest.mark.skipif(
    not (PUBLIC / "two_group_expected.csv").is_file(),
    reason="the full reference set is not beside the checkout",
)


def tables():
    cells = defaultdict(list)
    with (PUBLIC / "two_group_datasets.csv").open(newline="") as handle:
        for row in csv.DictReader(handle):
            cells[row["dataset_id"]].append([int(row[c]) for c in ("ai", "n1i", "ci", "n2i")])
    return {name: list(zip(*rows, strict=True)) for name, rows in cells.items()}


def expected(key):
    found = defaultdict(dict)
    with (PUBLIC / "two_group_expected.csv").open(newline="") as handle:
        for row in csv.DictReader(handle):
            if row["method"] == key and row["value"] != "NA":
                found[row["dataset_id"]][row["quantity"]] = float(row["value"])
    return found


def differing(key, ours_of):
    """Return what differs; and require that something was compared."""
    data, compared, found = tables(), 0, []
    for name, values in expected(key).items():
        ours = ours_of(*data[name])
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


def test_studies_without_events_do_not_count_as_heterogeneity():
    fit = mantel_haenszel([0, 4, 3], [10, 12, 9], [0, 5, 4], [10, 12, 9])
    assert fit.q_df == 1
