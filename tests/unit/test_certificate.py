"""The coverage certificate: what intervals cover for these very studies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import drawn_reviews
import pytest
import yaml

from poolprop.errors import PoolpropError
from poolprop.files import read_json
from poolprop.plan import Settings
from poolprop.plan.parse import load, parse
from poolprop.synthesis.certificate import LABELS, certificate
from poolprop.tables.analyses import certificate_table

FEW = [(12, 21), (91, 110), (11, 12), (12, 13)]


def plan(**certificate_block: object) -> Settings:
    """Return a plan with one endpoint; few replicates."""
    return parse(
        {
            "review": {"title": "A made-up review", "question": "What share heals?"},
            "endpoints": {
                "healed": {
                    "label": "Healed", "short": "Healed",
                    "defaults": {
                        "outcome": "healed", "denominator": "all", "timepoints": ["best"]
                    },
                    "estimands": {"primary": {"label": "All"}},
                }
            },
            "certificate": {"replicates": 150, "bootstrap": 60, "taus": [0.0, 1.0]}
            | certificate_block,
        },
        "config.yaml",
    )  # fmt: skip


def rows(counts: list[tuple[int, int]]) -> list[dict[str, str]]:
    return [{"set": "primary", "events": str(x), "total": str(n)} for x, n in counts]


def test_every_interval_is_certified_at_every_tau() -> None:
    record = certificate(plan(), "healed", rows(FEW))
    assert [(case["law"], case["origin"]) for case in record["cases"]] == [
        ("normal", "declared"), ("normal", "estimate"), ("normal", "declared"),
        ("normal", "upper credible limit"), ("skewed", "estimate"), ("two-point", "estimate"),
        ("heavy-tailed", "estimate"),
    ]  # fmt: skip
    assert [method["method"] for method in record["methods"]] == list(LABELS)
    for case in record["cases"]:
        for method, cell in case["intervals"].items():
            assert 0 <= cell["coverage"] <= 1
            assert cell["failed"] == 0
            assert (cell["width"] is None) == (method == "bootstrap-lr")
    assert record["truth"]["proportion"] == pytest.approx(0.813, abs=1e-3)


def test_the_reported_interval_covers_where_the_usual_one_does_not() -> None:
    record = certificate(plan(replicates=400), "healed", rows(FEW))
    usual = next(m for m in record["methods"] if m["method"] == "dl-wald")
    assert record["lowest"] > 0.93
    assert usual["lowest"] < 0.88


def test_other_laws_of_the_logits_are_apart_from_what_is_said_of_the_model() -> None:
    record = certificate(plan(replicates=400), "healed", rows(FEW))
    (ours,) = (method for method in record["methods"] if method["role"] == "default")
    shares = {
        law: [
            case["intervals"][ours["method"]]["coverage"]
            for case in record["cases"]
            if (case["law"] == "normal") == (law == "normal")
        ]
        for law in ("normal", "other")
    }
    assert (record["lowest"], record["highest"]) == (min(shares["normal"]), max(shares["normal"]))
    assert record["other_laws"] == min(shares["other"])


def test_without_seen_heterogeneity_other_laws_have_the_posterior_median_of_tau() -> None:
    record = certificate(plan(), "healed", rows([(8, 20), (12, 30), (4, 10)]))
    others = [case for case in record["cases"] if case["law"] != "normal"]
    assert {case["origin"] for case in others} == {"posterior median"}
    assert all(case["tau"] > 0.05 for case in others)


def test_the_same_seed_gives_the_same_certificate_and_another_does_not() -> None:
    first, again = (certificate(plan(), "healed", rows(FEW)) for _ in range(2))
    other = certificate(plan(seed=5), "healed", rows(FEW))
    assert first == again
    assert first["cases"] != other["cases"]


def test_the_order_of_studies_does_not_matter() -> None:
    turned = certificate(plan(), "healed", rows(FEW[::-1]))
    assert certificate(plan(), "healed", rows(FEW)) == turned


@pytest.mark.parametrize("counts", [[], [(3, 9)]])
def test_nothing_pooled_is_nothing_simulated(counts: list[tuple[int, int]]) -> None:
    record = certificate(plan(), "healed", rows(counts))
    assert record["cases"] == []
    assert record["note"].startswith("No study" if not counts else "One study")
    assert certificate_table([record])[1] == []


@pytest.mark.parametrize("counts", [[(9, 9), (12, 12), (20, 20)], [(0, 9), (0, 12)]])
def test_at_the_boundary_the_posterior_median_is_the_truth(counts: list[tuple[int, int]]) -> None:
    record = certificate(plan(), "healed", rows(counts))
    assert record["truth"]["source"] == "posterior median"
    assert 0 < record["truth"]["proportion"] < 1
    assert record["lowest"] > 0.9


def test_many_studies_do_without_the_companion() -> None:
    record = certificate(plan(replicates=100), "healed", rows([(7, 20)] * 40))
    assert "more than 10 studies" in record["companion_note"]
    assert "bootstrap-lr" not in record["cases"][0]["intervals"]


def test_an_interval_that_is_not_simulated_is_said_to_be_none() -> None:
    settings = plan().model_copy(
        update={"models": plan().models.model_copy(update={"primary": _other()})}
    )
    record = certificate(settings, "healed", rows(FEW))
    assert record["default"] == ""
    assert record["note"].startswith("The plan's primary interval")
    assert record["lowest"] is None


def _other() -> object:
    from poolprop.plan import Model

    return Model(model="two-step", measure="PAS", tau2="REML", ci="kr")


def test_a_tau_out_of_range_is_refused() -> None:
    with pytest.raises(PoolpropError, match="not between 0 and 5"):
        plan(taus=[-1.0])


def test_the_step_writes_the_same_bytes_under_another_hash_seed(tmp_path: Path) -> None:
    drawn_reviews.write(tmp_path, FEW)
    config = tmp_path / "config" / "config.yaml"
    settings = yaml.safe_load(config.read_text("utf-8"))
    settings["certificate"] = {"replicates": 100, "bootstrap": 20, "taus": [0.5]}
    config.write_text(json.dumps(settings), "utf-8")
    written = []
    for seed in ("1", "2"):
        out = tmp_path / f"{seed}.json"
        command = [sys.executable, "-m", "poolprop", "step", "certificate"]
        arguments = ["--config", config, "--endpoint", "response", "--out", out]
        environment = os.environ | {"PYTHONHASHSEED": seed}
        subprocess.run([*command, *map(str, arguments)], check=True, env=environment, cwd=tmp_path)
        written.append(out.read_bytes())
    assert written[0] == written[1]
    record = read_json(tmp_path / "1.json", "poolprop/certificate/1")
    assert record["id"] == "certificate/response/primary"
    # The step selects its counts itself: those of the review, whatever else its rows hold.
    # Here sums may be made by several threads, in a step by one: the last digit is not the same.
    of_counts = certificate(load(config), "response", rows(FEW))
    told, direct = (
        json.loads(json.dumps(one["cases"]), parse_float=lambda text: round(float(text), 9))
        for one in (record, of_counts)
    )
    assert told == direct
    assert len(certificate_table([record])[1]) == len(record["cases"]) * len(LABELS)


def test_a_registry_of_a_million_needs_no_memory_of_gigabytes() -> None:
    """The table behind the credible intervals would have 1e9 cells; they are left out."""
    content = rows([(31, 50), (44, 80), (30, 120), (400_000, 1_000_000)])
    record = certificate(plan(replicates=500, bootstrap=0), "healed", content)
    assert "bayes" not in record["cases"][0]["intervals"]
    assert "Bayesian interval is not simulated for studies as large" in record["companion_note"]
    assert {"profile-ck", "hksj"} <= set(record["cases"][0]["intervals"])
