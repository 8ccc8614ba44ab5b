"""A small made-up review: four cohorts, two of one study, with everything a table may hold."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import yaml

VOCABULARY = {
    "setting": ["newly_diagnosed", "relapsed_refractory", "mixed"],
    "lineage": ["B", "T", "mixed"],
    "population": ["all", "b_all"],
    "outcome": ["cr", "cr_cri"],
    "timepoint": ["best", "cycle_1"],
    "denominator_basis": ["evaluable", "treated"],
    "record_type": [
        "reported", "derived", "harmonised", "back_calculated", "reconstructed", "conflicting",
    ],
    "role": ["regimen", "comparator", "combined"],
    "drug_class": ["venetoclax", "blinatumomab"],
    "publication_type": ["full_paper"],
    "design": ["single_arm"],
    "agreement": ["agreed"],
    "severity": ["high", "low"],
}  # fmt: skip

CONFIG: dict[str, Any] = {
    "review": {"title": "A made-up review", "question": "What share responds?"},
    "endpoints": {
        "response": {
            "label": "Response",
            "short": "Resp.",
            "defaults": {"outcome": "cr_cri", "denominator": "evaluable", "timepoints": ["best"]},
            "estimands": {
                "primary": {"label": "Evaluable patients"},
                "all_treated": {"label": "Treated patients", "denominator": "treated"},
            },
            "subgroups": {"setting": {"label": "Setting"}},
        },
        "remission": {
            "label": "Full remission",
            "short": "CR",
            "defaults": {"outcome": "cr", "denominator": "evaluable", "timepoints": ["best"]},
            "estimands": {"primary": {"label": "Evaluable patients"}},
        },
    },
    "models": {"comparisons": [{"model": "two-step", "tau2": "REML", "ci": "hksj"}]},
    "certificate": {"replicates": 100, "bootstrap": 0, "taus": [0.5]},
}

# arm, setting, outcome, basis, events, total
OUTCOMES = [
    ("larch", "relapsed_refractory", "cr_cri", "evaluable", 12, 20),
    ("larch", "relapsed_refractory", "cr_cri", "treated", 12, 22),
    ("larch", "relapsed_refractory", "cr", "evaluable", 9, 20),
    ("maple", "relapsed_refractory", "cr_cri", "evaluable", 30, 41),
    ("maple", "relapsed_refractory", "cr", "evaluable", 21, 41),
    ("oak-a", "newly_diagnosed", "cr_cri", "evaluable", 15, 16),
    ("oak-b", "newly_diagnosed", "cr_cri", "evaluable", 11, 15),
]
ARMS = {
    "larch": ("larch", "relapsed_refractory"),
    "maple": ("maple", "relapsed_refractory"),
    "oak-a": ("oak", "newly_diagnosed"),
    "oak-b": ("oak", "newly_diagnosed"),
}


def tables() -> dict[str, list[dict[str, object]]]:
    """Return the tables of the review as lists of cells by column."""
    return {
        "sources": [_source(study) for study in ("larch", "maple", "oak")],
        "studies": [_study(study) for study in ("larch", "maple", "oak")],
        "arms": [_arm(arm, study, setting) for arm, (study, setting) in ARMS.items()],
        "outcomes": [_outcome(i, *row) for i, row in enumerate(OUTCOMES, start=1)],
        "vocabulary": [
            {"field": field, "term": term, "label": term.replace("_", " ").capitalize(),
             "definition": "", "order": order}
            for field, terms in VOCABULARY.items()
            for order, term in enumerate(terms)
        ],
        "discrepancies": [],
    }  # fmt: skip


def write(folder: Path, content: dict[str, list[dict[str, object]]] | None = None) -> Path:
    """Write plan and tables into ``folder`` and return it."""
    from poolprop.evidence.tables import TABLES

    for name, rows in (content or tables()).items():
        columns = dict.fromkeys(TABLES[name].model_fields)
        columns |= {column: None for row in rows for column in row}  # the factors
        write_table(folder / "data" / f"{name}.csv", list(columns), rows)
    write_plan(folder, CONFIG)
    return folder


def write_tiny(folder: Path, content: dict[str, list[dict[str, object]]] | None = None) -> Path:
    """Write a review that is built in seconds, every kind of job included."""
    write(folder, content)
    write_plan(folder, tiny_plan())
    return folder


def tiny_plan() -> dict[str, Any]:
    """Return the plan of the review that is built in seconds."""
    response = CONFIG["endpoints"]["response"]
    one = {"defaults": response["defaults"], "label": "Response", "short": "Resp."}
    primary = {"primary": response["estimands"]["primary"]}
    return CONFIG | {
        "endpoints": {"response": one | {"estimands": primary}},
        "bayes": {"other_tau_priors": [], "other_mu_priors": []},
        "multiverse": {"models": ["glmm"], "measures": ["PLO"], "ci": ["profile-ck"]},
    }


def write_plan(folder: Path, plan: dict[str, object]) -> None:
    """Write the plan."""
    (folder / "config").mkdir(parents=True, exist_ok=True)
    (folder / "config" / "config.yaml").write_text(yaml.safe_dump(plan, sort_keys=False))


def write_table(path: Path, columns: list[str], rows: list[dict[str, object]]) -> None:
    """Write one table with its header."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(buffer.getvalue(), encoding="utf-8")


def _source(study: str) -> dict[str, object]:
    return {
        "source_id": study, "file_name": f"{study}.txt", "sha256": "0" * 64, "title": study.title(),
        "authors": "NR", "year": "NR", "publication_type": "full_paper",
        "citation": f"{study.title()} report.",
    }  # fmt: skip


def _study(study: str) -> dict[str, object]:
    setting = "newly_diagnosed" if study == "oak" else "relapsed_refractory"
    return {
        "study_id": study, "source_id": study, "label": study.title(), "design": "single_arm",
        "setting": setting, "lineage": "B", "drug_classes": "venetoclax",
        "n_enrolled": "NR", "publication_type": "full_paper",
    }  # fmt: skip


def _arm(arm: str, study: str, setting: str) -> dict[str, object]:
    return {
        "arm_id": arm, "study_id": study, "label": f"Arm {arm}", "drug_classes": "venetoclax",
        "role": "regimen", "setting": setting, "lineage": "B",
    }  # fmt: skip


def _outcome(
    number: int, arm: str, setting: str, outcome: str, basis: str, events: int, total: int
) -> dict[str, object]:
    return {
        "outcome_id": f"R{number}", "arm_id": arm, "population": "all", "setting": setting,
        "lineage": "B", "outcome": outcome, "timepoint": "best", "events": events, "total": total,
        "denominator_basis": basis, "percent_reported": round(100 * events / total),
        "record_type": "reported", "locator": "Results, para 1", "agreement": "agreed",
    }  # fmt: skip
