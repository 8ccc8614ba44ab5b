"""What opens behind a number: its result, rows, decisions, job and hashes, for the page's script.

All of it goes into the page once, as one block of JSON: rows, methods, jobs and decisions are
listed once and pointed to.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from poolprop.report.evidence_panel.packing import pack
from poolprop.report.evidence_panel.records import Entry, holders
from poolprop.report.read import Results
from poolprop.report.values import Record, Value, within

DECISION = ("printed", "recomputed", "decision", "reason", "locator")
# What recomputes a result by its id; the page's script says so wherever a job is known.
RECOMPUTE = "poolprop verify --recompute "
Numbers = dict[str, dict[str, str]]
# Facts that many results have in common: stored once each, and pointed to by position.
SHARED = {
    "file": "files",
    "job": "tasks",
    "method": "methods",
    "rows": "sets",
    "call": "calls",
    "decisions": "verdicts",
}


def quoted_numbers(node: Any) -> Numbers:
    """Return every number within a page's data: by result, what it is and the number as JSON."""
    found: Numbers = {}
    for value in within(node, Value):
        found.setdefault(value.ref, {})[value.key] = value.raw
    return {ref: dict(sorted(held.items())) for ref, held in sorted(found.items())}


def island(results: Results, numbers: Numbers, more: Record | None = None) -> str:
    """Return what the panels show, packed, as JSON that is safe inside a script element.

    The ``lineage`` of the results adds jobs, hashes and the code where it exists; ``more`` are
    facts that other scripts of the page need, beside these.
    """
    found = {
        ref: _facts(
            results,
            ref,
            holders(results.ledger, ref, {told.split()[0]: raw for told, raw in held.items()}),
        )
        for ref, held in numbers.items()
    }
    content: dict[str, Any] = {
        **(more or {}),
        "rows": _rows(results, found.values()),
        "decisions": _decisions(results, found.values()),
        "jobs": _jobs(results.lineage, found.values()),
    }
    for name, shared in SHARED.items():
        content[shared] = _pool(found.values(), name)
    content["results"] = {
        ref: facts | {"values": {told: json.loads(raw) if raw else None
                                 for told, raw in numbers[ref].items()}}
        for ref, facts in found.items()
    }  # fmt: skip
    text = json.dumps(pack(content), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.replace("<", "\\u003c").replace("\u2028", " ").replace("\u2029", " ")


def _facts(results: Results, ref: str, entries: Sequence[Entry]) -> dict[str, Any]:
    """Return the file, method, rows, decisions, job and code line of a result; known ones only."""
    traced = _traced(results.lineage, ref)
    studies = entries[0].studies if entries else ()
    rows = traced.get("rows") or [one["outcome_id"] for one in studies if "outcome_id" in one]
    found = {
        "file": f"results/{entries[0].file}" if entries else traced.get("file", ""),
        "job": traced.get("job", ""),
        "method": traced.get("method") or _first(_method(one) for one in entries),
        "rows": rows,
        "decisions": traced.get("decisions") or _touching(results.discrepancies, rows),
        "command": "" if traced.get("recompute") == RECOMPUTE + ref else traced.get("recompute"),
        "call": _first(_call(one) for one in entries),
    }
    return {name: fact for name, fact in found.items() if fact}


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")


def _traced(lineage: Record, ref: str) -> Record:
    """Return what the lineage tells of a result, or of the group of results it belongs to."""
    known: Record = lineage.get("results", {})
    found: Record = known.get(ref) or known.get(f"{ref.rpartition('/')[0]}/*") or {}
    return found


def _method(entry: Entry) -> str:
    """Return how a result was computed, in full; empty if the record does not say."""
    inner = entry.record.get("result")
    method = entry.record.get("method") or (inner or {}).get("method", "")
    if not method and "intervals" in entry.record:
        return "the study's own counts; exact (Clopper-Pearson) or Wilson interval"
    return str(method)


def _call(entry: Entry) -> str:
    """Return the call that computes a pooled result again, ``{}`` for the counts; or nothing."""
    result = entry.record.get("result") or entry.record
    if "ci_method" not in result or len(entry.studies) != result.get("k"):
        return ""
    if result["model"] == "single-study":
        return f"poolprop.study_intervals({{}}, level={result['level']})"
    options = {
        "model": result["model"],
        "measure": result.get("measure"),
        "tau2": result.get("tau2_method"),
        "ci": result["ci_method"],
        "level": result["level"],
    }
    told = ", ".join(f"{name}={value!r}" for name, value in options.items() if value)
    return f"poolprop.pool({{}}, {told})"


def _pool(facts: Iterable[dict[str, Any]], name: str) -> list[Any]:
    """Replace a fact of each result by its position in a list of all that occur; return these."""
    places: dict[str, int] = {}
    pooled: list[Any] = []
    for one in facts:
        if name in one:
            key = json.dumps(one[name])
            if key not in places:
                places[key] = len(pooled)
                pooled.append(one[name])
            one[name] = places[key]
    return pooled


def _rows(results: Results, facts: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the rows that any of the results rests on, by id."""
    studies: dict[str, Record] = {}
    for entries in results.ledger.values():
        for entry in entries:
            if "events" in entry.record and "outcome_id" in entry.record:
                studies.setdefault(entry.record["outcome_id"], entry.record)
    wanted = sorted({row for one in facts for row in one.get("rows", ())})
    traced: Record = results.lineage.get("rows", {})
    return {row: _row(studies.get(row, {}), traced.get(row, {})) for row in wanted}


def _row(study: Record, traced: Record) -> dict[str, Any]:
    """Return one row of the evidence: whose it is, its counts, and where it stands."""
    found = {
        "label": study.get("label", "") or traced.get("source", ""),
        "arm": study.get("arm_label", ""),
        "events": traced.get("events", study.get("events")),
        "total": traced.get("total", study.get("total")),
        "locator": traced.get("locator") or study.get("locator", ""),
        "record": study.get("record_label") or traced.get("record_type", ""),
        "table": traced.get("table", ""),
        "line": traced.get("line"),
        "sha256": traced.get("sha256", ""),
    }
    return {name: fact for name, fact in found.items() if fact not in ("", None)}


def _touching(discrepancies: Sequence[Mapping[str, str]], rows: Sequence[str]) -> list[str]:
    """Return the contradictions that concern any of the rows."""
    wanted = set(rows)
    return [
        one["discrepancy_id"]
        for one in discrepancies
        if wanted & {part.strip() for part in one.get("outcome_ids", "").split(";")}
    ]


def _decisions(results: Results, facts: Any) -> dict[str, dict[str, str]]:
    wanted = {name for one in facts for name in one.get("decisions", ())}
    return {
        row["discrepancy_id"]: {name: row[name] for name in DECISION if row.get(name)}
        for row in results.discrepancies
        if row["discrepancy_id"] in wanted
    }


def _jobs(lineage: Record, facts: Any) -> dict[str, Any]:
    """Return rule, code digest and hashes of the jobs that made what is shown."""
    jobs: Record = lineage.get("jobs", {})
    wanted = {one["job"] for one in facts if one.get("job") in jobs}
    return {name: jobs[name] for name in sorted(wanted)}
