"""The Bayesian stage and the multiverse, as the workflow runs them on the small review."""

from __future__ import annotations

import csv
import json

import pytest


def table(small, name):
    with (small.folder / "results/tables" / name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def result(small, endpoint, name):
    return json.loads((small.folder / "results/analysis" / endpoint / name).read_text("utf-8"))


def test_every_estimand_with_studies_has_its_posterior(small):
    rows = {row["id"]: row for row in table(small, "bayes.csv")}
    for endpoint in ("response", "remission"):
        for view in result(small, endpoint, "bayes.json")["estimands"]:
            assert float(rows[view["id"]]["median"]) == view["median"]
            assert float(rows[view["id"]]["above_0.5"]) == view["headline"]["median_study"]
    assert "bayes/response/primary" in rows


def test_every_analysis_of_the_multiverse_is_in_the_table(small):
    rows = table(small, "multiverse.csv")
    records = [result(small, name, "multiverse.json") for name in ("response", "remission")]
    assert len(rows) == sum(record["counts"]["analyses"] for record in records)
    for record in records:
        assert any(row["id"] == record["primary"]["id"] for row in rows)


def test_the_primary_analysis_is_that_of_the_pool(small):
    for endpoint in ("response", "remission"):
        pooled = result(small, endpoint, "pool.json")["estimands"][0]["results"][0]
        primary = result(small, endpoint, "multiverse.json")["primary"]
        assert primary["proportion"] == pytest.approx(pooled["proportion"], abs=1e-8)
        assert primary["ci"]["lower"] == pytest.approx(pooled["ci"]["lower"], abs=1e-8)


def test_the_answer_says_both(small):
    page = (small.folder / "results/report.html").read_text("utf-8")
    assert "The probability that the proportion is above" in page
    assert "whose intervals held at least 94% of true values in simulated small reviews" in page
