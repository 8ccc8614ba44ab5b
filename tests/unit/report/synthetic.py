"""Make results folders that obey docs/results.md, without the engine: numbers are made up.

The report only quotes, so its tests need plausible numbers, not right ones.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

from unit.report import synthetic_more as more
from unit.report import synthetic_uncertainty as made_up
from unit.report.synthetic_evidence import (
    benchmarks,
    certainty,
    evidence_map,
    flow,
    safety,
    survival,
)
from unit.report.synthetic_plan import HOSTILE, NAMES, PLAN, settings
from unit.report.synthetic_pooled import estimand, make_studies, result, subgroups
from unit.report.synthetic_studies import certificate, confidence, discrepancies, influence

__all__ = [
    "HOSTILE",
    "NAMES",
    "PLAN",
    "confidence",
    "flow",
    "make_studies",
    "result",
    "settings",
    "write_results",
]


def write_endpoint(folder: Path, endpoint: str, names: tuple[str, ...]) -> None:
    plan = PLAN["endpoints"][endpoint]
    meta = {"id": endpoint, "label": plan["label"], "short": plan["short"], "description": ""}
    studies = make_studies(endpoint, names)
    chosen = {"primary": studies, "treated": studies[: max(1, len(studies) // 2)], "unused": []}
    estimands = [
        estimand(endpoint, key, block["label"], chosen[key])
        for key, block in plan["estimands"].items()
    ]
    factors = {key: block["label"] for key, block in plan["subgroups"].items()}
    home = folder / "analysis" / endpoint
    pool = {"schema": "poolprop/pool/1", "endpoint": meta, "estimands": estimands}
    write_json(home / "pool.json", pool)
    write_json(home / "subgroups.json", subgroups(endpoint, meta, factors, studies))
    write_json(home / "influence.json", influence(endpoint, meta, studies))
    labels = [*names[:2], names[-1]]
    write_json(home / "bayes.json", made_up.bayes(endpoint, meta, labels, len(studies)))
    rows = [one["outcome_id"] for one in studies]
    write_json(home / "models.json", made_up.models(endpoint, meta, rows))
    write_json(home / "nested.json", made_up.nested(endpoint, meta, rows))
    write_json(home / "multiverse.json", made_up.multiverse(endpoint, meta, labels, rows))
    write_json(home / "certificate.json", certificate(endpoint, meta, names[-1]))
    write_json(home / "confidence.json", confidence(endpoint, meta, studies))
    write_json(home / "small_study.json", more.small_study(endpoint, meta, studies))
    if endpoint == "healed":
        write_json(home / "discrepancies.json", discrepancies(endpoint, meta, studies))


def write_results(folder: Path, names: tuple[str, ...] = NAMES) -> Path:
    """Write a results folder on studies of these names; return the folder."""
    write_endpoint(folder, "healed", names)
    write_endpoint(folder, "fast", names[:1])
    write_json(folder / "safety" / "pool.json", safety(names))
    write_json(folder / "survival" / "pool.json", survival(names))
    write_json(folder / "certainty" / "certainty.json", certainty(names))
    write_json(folder / "evidence" / "map.json", evidence_map(names))
    write_json(folder / "benchmarks" / "benchmarks.json", benchmarks(names))
    write_json(folder / "comparisons" / "comparisons.json", more.comparisons(names))
    write_json(folder / "crosscheck" / "agreement.json", more.crosscheck())
    write_json(folder / "audit" / "lineage.json", more.lineage(folder, names))
    rows = [
        {
            "study_id": f"study{i}", "label": name, "design": "single_arm",
            "factor.setting": "later_line", "factor.lineage": "B", "label.setting": "",
            "label.lineage": "", "regimen": name, "n_enrolled": str(20 + i),
            "registry_id": "", "source_id": name,
        }
        for i, name in enumerate(names)
    ]  # fmt: skip
    write_csv(folder / "tables" / "studies.csv", rows)
    audit = [
        {"outcome_id": "A", "percent_reported": "57", "percent_recomputed": "57.1",
         "percent_agrees": "yes", "locator": names[0]}
    ]  # fmt: skip
    write_csv(folder / "evidence" / "source_audit.csv", audit)
    judged = [
        {"finding_id": f"F{i}", "source_id": "S", "kind": "percentage", "printed": names[0],
         "recomputed": "57.1%", "verdict": verdict, "severity": severity, "detail": names[-1],
         "locator": "Results", "discrepancy_ids": "D1;D2"}
        for i, (verdict, severity) in enumerate(
            [("agrees", ""), ("agrees", ""), ("contradicts", "low"), ("impossible", "high")]
        )
    ]  # fmt: skip
    write_csv(folder / "evidence" / "findings.csv", judged)
    agreed = {"source_id": "all", "aspect": "counts", "n": "486", "agreed": "481",
              "percent": "98.97", "kappa": "", "kappa_lower": "", "kappa_upper": "",
              "note": names[0]}  # fmt: skip
    write_csv(folder / "evidence" / "agreement.csv", [agreed])
    bias = [
        {"study_label": name, "tool": "a checklist", "item": item, "question": names[-1],
         "assessor_a": "yes", "assessor_b": "no", "adjudicated": answer, "reason": name}
        for name in names
        for item, answer in (("1", "yes"), ("2", "no"), ("overall", "some concerns"))
    ]  # fmt: skip
    write_csv(folder / "tables" / "risk_of_bias.csv", bias)
    write_csv(folder / "tables" / "flow.csv", flow(names))
    found = [
        {"discrepancy_id": name, "source_id": "S", "printed": names[0], "recomputed": "12/21",
         "severity": grade.lower(), "severity_label": grade, "found_by": "program",
         "decision": names[-1], "reason": "the table says so", "locator": "Results"}
        for name, grade in (("D0", "High"), ("D9", "Low"))
    ]  # fmt: skip
    write_csv(folder / "tables" / "discrepancies.csv", found)
    manifest = {
        "schema": "poolprop/manifest/1",
        "version": "0.1.0",
        "code": "ab" * 32,
        "plan": {"review": {"title": names[0]}},
        "versions": {"python": "3.11", "numpy": "2.3.0"},
        "inputs": [{"path": "data/studies.csv", "sha256": "cd" * 32}],
    }
    write_json(folder / "audit" / "manifest.json", manifest)
    return folder


def write_json(path: Path, record: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n", "utf-8")


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
