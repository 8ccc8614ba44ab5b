"""A made-up review with claims, for the tests of the audit."""

from __future__ import annotations

from pathlib import Path

import small_review

from poolprop.evidence.audit.finding import Finding
from poolprop.evidence.audit.findings import findings
from poolprop.evidence.load import load

Content = dict[str, list[dict[str, object]]]


def content() -> Content:
    """Return the tables of the small review, with the terms that the audit's cases need."""
    tables = small_review.tables()
    tables["vocabulary"] += [
        {"field": "role", "term": "schedule", "label": "Schedule", "definition": "", "order": 9},
        {"field": "grade", "term": "any", "label": "Any", "definition": "", "order": 0},
    ]
    return tables | {"claims": []}


def outcome(outcome_id: str, events: object, total: object, **cells: object) -> dict[str, object]:
    """Return a reported row of the arm ``larch``."""
    return {
        "outcome_id": outcome_id, "arm_id": "larch", "population": "all",
        "setting": "relapsed_refractory", "lineage": "B", "outcome": "cr", "timepoint": "cycle_1",
        "events": events, "total": total, "denominator_basis": "evaluable",
        "record_type": "reported", "locator": "Table 2", "agreement": "agreed",
    } | cells  # fmt: skip


def claim(claim_id: str, kind: str, **cells: object) -> dict[str, object]:
    """Return a claim of the source ``larch``."""
    return {
        "claim_id": claim_id, "source_id": "larch", "kind": kind, "subject": "A claim",
        "locator": "Results, para 2",
    } | cells  # fmt: skip


def audit(folder: Path, tables: Content) -> dict[str, Finding]:
    """Write the tables, audit them, and return the findings by identifier."""
    small_review.write(folder, tables)
    return {one.finding_id: one for one in findings(load(folder / "data"))}
