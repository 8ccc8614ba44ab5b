"""From the study tables to analysis data sets."""

from __future__ import annotations

from pathlib import Path

from poolprop.files import sha256, write_csv, write_json


def check(config: Path, out: Path) -> None:
    """Check the plan and all study tables; write what was checked."""
    from poolprop.evidence.tables import TABLES
    from poolprop.review import load_review

    review = load_review(config)
    folder = Path(review.settings.data)
    tables = [
        {
            "file": (folder / model.FILE).as_posix(),
            "rows": sum(1 for table, _ in review.evidence.lines if table == name),
            "sha256": sha256(folder / model.FILE),
        }
        for name, model in TABLES.items()
        if (folder / model.FILE).exists()
    ]
    write_json(out, {"schema": "poolprop/check/1", "tables": tables})


def audit_sources(config: Path, recomputed: Path, findings: Path, agreement: Path) -> None:
    """Recompute what the sources print, judge it, and compare the two extractions."""
    from poolprop.evidence.audit import agreement as compared
    from poolprop.evidence.audit import findings as found
    from poolprop.evidence.audit import recomputed as beside
    from poolprop.evidence.audit.finding import COLUMNS
    from poolprop.review import load_review

    evidence = load_review(config).evidence
    outcomes = evidence.outcomes.values()
    write_csv(recomputed, list(beside.RecomputedRow.__annotations__), beside.recomputed(outcomes))
    write_csv(findings, COLUMNS, (one.row() for one in found.findings(evidence)))
    write_csv(agreement, list(compared.AgreementRow.__annotations__), compared.agreement(evidence))


def select(config: Path, endpoint: str, data: Path, excluded: Path, alternatives: Path) -> None:
    """Write the analysis data sets of one endpoint, what was left out, and what might change."""
    from poolprop.evidence.alternatives import AlternativeRow, alternative_rows
    from poolprop.evidence.datasets import (
        ExcludedRow,
        data_columns,
        data_rows,
        excluded_rows,
        sets,
    )
    from poolprop.review import load_review

    review = load_review(config)
    evidence, plan = review.evidence, review.settings.endpoints[endpoint]
    chosen = dict(sets(evidence, plan))
    kept = [row for name, one in chosen.items() for row in data_rows(name, one, evidence)]
    out = [row for name, one in chosen.items() for row in excluded_rows(name, one, evidence)]
    write_csv(data, data_columns(evidence), kept)
    write_csv(excluded, list(ExcludedRow.__annotations__), out)
    changes = alternative_rows(evidence, plan, chosen)
    write_csv(alternatives, list(AlternativeRow.__annotations__), changes)


def select_safety(config: Path, out: Path) -> None:
    """Write the data sets of adverse events."""
    from poolprop.evidence.datasets import data_columns, data_rows
    from poolprop.evidence.safety import safety_sets
    from poolprop.review import load_review

    review = load_review(config)
    plan, evidence = review.settings.safety, review.evidence
    chosen = safety_sets(evidence, plan) if plan else ()
    rows = [row for name, one in chosen for row in data_rows(name, one, evidence)]
    write_csv(out, data_columns(evidence), rows)


def select_comparisons(config: Path, out: Path) -> None:
    """Write the figures that both arms of a two-arm study report alike."""
    from poolprop.evidence.pairs import PairRow, pairs
    from poolprop.review import load_review

    review = load_review(config)
    plan = review.settings.comparisons
    write_csv(out, list(PairRow.__annotations__), pairs(review.evidence, plan) if plan else ())


def evidence_map(config: Path, out: Path, table: Path) -> None:
    """Write what each arm reports of each question of the plan, and in what form."""
    from poolprop.evidence.availability import MapRow
    from poolprop.evidence.availability import evidence_map as cells
    from poolprop.review import load_review

    review = load_review(config)
    found = list(cells(review.evidence, review.settings))
    write_json(out, {"schema": "poolprop/evidence_map/1", "cells": found})
    write_csv(table, list(MapRow.__annotations__), found)
