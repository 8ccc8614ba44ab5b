"""Made-up comparisons, second engine, funnel and lineage that obey docs/results.md."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

LIMITS = {"lower": 0.41, "upper": 1.93}


def comparisons(names: tuple[str, ...]) -> dict:
    """Return a contrast within each study, one of them without an odds ratio."""
    made = []
    for i, name in enumerate(names):
        known = {"estimate": 2.5, "ci": {"lower": 1.2, "upper": 8.5}}
        made.append({
            "id": f"comparison/study{i}/healed/all", "label": name, "arm1_label": name,
            "arm2_label": names[-1], "events1": 10, "total1": 12, "events2": 14, "total2": 21,
            "proportion1": 10 / 12, "proportion2": 14 / 21, "level": 0.95, "p": 0.43,
            "odds_ratio": known if i else {"estimate": None, "ci": None},
            "risk_ratio": {"estimate": 1.25, "ci": LIMITS},
            "risk_difference": {"estimate": 1 / 6, "ci": {"lower": -0.158, "upper": 0.411}},
            "outcome": "healed", "outcome_label": names[0], "population": "all",
            "population_label": names[-1], "record_label": names[0], "locator": names[0],
            "outcome1_id": f"OUT-healed-{i:03d}", "outcome2_id": f"OUT-healed-{i:03d}",
            "study_id": f"study{i}", "denominator_label": "Evaluable", "timepoint_label": "Best",
        })  # fmt: skip
    return {"schema": "poolprop/comparisons/1", "comparisons": made}


def crosscheck() -> dict:
    """Return what two other engines recomputed."""
    engines = [
        {
            "id": f"agreement/{software}", "software": software, "results": 18, "numbers": 270,
            "methods": [
                {"id": f"agreement/{software}/{method}", "method": method, "results": count}
                for method, count in (("glmm.PLO.ML.profile-ck", 7), ("two-step.PFT.DL.wald", 11))
            ],
        }
        for software in ("statsmodels", "R")
    ]  # fmt: skip
    return {
        "schema": "poolprop/agreement/1", "id": "agreement/all", "engines": engines,
        "results": 36, "tolerance": 1e-6, "unanswered": [],
        "versions": {"R": "4.2.2", "metafor": "3.8.1", "statsmodels": "0.15.0"},
    }  # fmt: skip


def small_study(endpoint: str, meta: dict, studies: list[dict]) -> dict:
    """Return a funnel with its tests; the sentence in its place where studies are few."""
    name, many = f"small-study/{endpoint}/primary", len(studies) > 2
    points = [
        {"label": one["label"], "arm_id": one["arm_id"], "outcome_id": one["outcome_id"],
         "estimate": 0.4 * i - 0.5, "se": 0.3 + 0.08 * i}
        for i, one in enumerate(studies)
    ]  # fmt: skip
    tests = [
        {"id": f"{name}/{key}", "name": key, "label": f"Test {key}", "statistic": 1.2, "df": 3,
         "p": 0.21}
        for key in ("egger", "peters", "begg")
    ]  # fmt: skip
    return {
        "schema": "poolprop/small_study/1", "id": name, "endpoint": meta, "estimand": "primary",
        "reference": f"pool/{endpoint}/primary", "k": len(studies), "min_studies": 3,
        "tested": many, "reason": "" if many else "Too few studies.",
        "tests": tests if many else [], "trim_and_fill": None,
        "funnel": {"scale": "logit", "centre": 0.2, "points": points} if many else None,
    }  # fmt: skip


def lineage(folder: Path, names: tuple[str, ...]) -> dict:
    """Return jobs, rows and code behind every result that a folder holds."""
    results: dict[str, Any] = {}
    rows: dict[str, Any] = {}
    jobs: dict[str, Any] = {}
    for path in sorted(folder.rglob("*.json")):
        file = f"results/{path.relative_to(folder).as_posix()}"
        job = "/".join(path.relative_to(folder).with_suffix("").parts[-2:])
        found = list(_records(json.loads(path.read_text("utf-8"))))
        for one in found:
            used = [study["outcome_id"] for study in one.get("studies", ())]
            results[one["id"]] = {
                "file": file, "job": job, "method": "", "parameters": {}, "rows": used,
                "decisions": ["D0"] if used else [],
                "recompute": f"poolprop verify --recompute {one['id']}",
            }  # fmt: skip
            if "outcome_id" in one:
                rows[one["outcome_id"]] = _row(one, len(rows), names)
        before = {"data/outcomes.csv": _hash("data"), "config/config.yaml": _hash("plan")}
        jobs[job] = {
            "rule": path.stem, "code": _hash(job)[:12], "inputs": before, "log": "",
            "outputs": {file: hashlib.sha256(path.read_bytes()).hexdigest()},
            "command": f"poolprop step {path.stem}", "parameters": {},
        }  # fmt: skip
    return {
        "schema": "poolprop/lineage/1", "results": results, "rows": rows, "jobs": jobs,
        "sources": {},
    }  # fmt: skip


def _row(one: dict, place: int, names: tuple[str, ...]) -> dict:
    return {
        "table": "data/outcomes.csv", "line": 2 + place, "sha256": _hash(one["outcome_id"]),
        "events": one.get("events"), "total": one.get("total"), "source": names[-1],
        "arm": one.get("arm_id", ""), "locator": names[place % len(names)],
        "record_type": "reported", "derived_from": [], "derivation": "",
    }  # fmt: skip


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _records(node: Any) -> Any:
    if isinstance(node, dict):
        if isinstance(node.get("id"), str):
            yield node
        node = list(node.values())
    for child in node if isinstance(node, list) else ():
        yield from _records(child)
