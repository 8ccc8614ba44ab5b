"""Reference values again, by the batched engine: all data sets of a method in one call."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from agreement import exceptions, graded, source, tolerance
from rows import PUBLIC, agrees, read_datasets, read_expected

import poolprop as pp

FOLDER = source(PUBLIC)
DATASETS = {name: data for name, data in read_datasets(FOLDER).items() if data.k > 1}
EXPECTED = read_expected(FOLDER)
EXCEPTIONS = exceptions()
CI = {"z": "wald", "knha": "hksj", "adhoc": "hksj-adhoc"}
MODEL = {"beta": "estimate", "se": "se", "tau2": "tau2", "logLik": "loglik"}
# R does not cut proportions of PR and PLN off at 0 and 1; we do.
SHARES = {"bt.est": "proportion", "bt.ci.lb": "ci_lower", "bt.ci.ub": "ci_upper"}
LIKELIHOODS = {
    "glmm_exact|ML": (
        "glmm|logit|ML|profile",
        MODEL | {"bt.est": "proportion", "bt.pl.lb": "ci_lower", "bt.pl.ub": "ci_upper"},
    ),
    "betabinom|ML": (
        "beta-binomial|logit|ML|wald",
        {"mu.logit": "estimate", "mean": "proportion", "logLik": "loglik", "se": "se"},
    ),
}


def asked(key: str) -> tuple[str, dict[str, str]] | None:
    """Return our method for a reference key, and which column holds which quantity."""
    if key in LIKELIHOODS:
        return LIKELIHOODS[key]
    match = re.fullmatch(r"rma\|(\w+)\|(DL|HE|HS|SJ|ML|REML|EB|PM)(?:\|(z|knha|adhoc))?", key)
    if not match:
        return None
    measure, tau2, ci = match.groups()
    columns = MODEL if ci is None else {"se": "se"}
    if ci is not None and measure in ("PLO", "PAS", "PFT"):
        columns = columns | SHARES
    return f"two-step|{measure}|{tau2}|{CI[ci or 'z']}", columns


KEYS = sorted({key for name, key in EXPECTED if name in DATASETS and asked(key)})


@pytest.fixture(scope="module")
def frame():
    return pd.DataFrame(
        [
            (name, int(x), int(n))
            for name, data in DATASETS.items()
            for x, n in zip(data.x, data.n, strict=True)
        ],
        columns=["dataset_id", "events", "total"],
    )


@pytest.mark.parametrize("key", KEYS)
def test_reference_values_are_reproduced_in_batch(frame, key):
    method, columns = asked(key)
    names = [name for name, other in EXPECTED if other == key and name in DATASETS]
    found = pp.pool_many(frame[frame.dataset_id.isin(names)], methods=[method])
    found = found.set_index("dataset_id")
    relative, floor = tolerance(key)
    compared, differing = 0, []
    for name in names:
        for row in EXPECTED[name, key]:
            known = (name, key, row.quantity) in EXCEPTIONS
            if row.quantity not in columns or known or not graded(row):
                continue
            ours = float(found.loc[name, columns[row.quantity]])
            compared += 1
            if not agrees(ours, row.value, relative, floor):
                differing.append((name, row.quantity, ours, row.value))
    assert compared
    assert differing == []


def test_the_batch_covers_every_two_step_key_and_both_likelihoods():
    assert len([key for key in KEYS if key.startswith("rma|")]) >= 5 * 8
    assert set(LIKELIHOODS) <= set(KEYS)
