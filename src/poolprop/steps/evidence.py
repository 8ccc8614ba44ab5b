"""From the study tables to analysis data sets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from poolprop.files import sha256, write_csv, write_json

if TYPE_CHECKING:
    from poolprop.review import Review


def evidence(config: Path, out: Path, table: Path) -> None:
    """Check plan and tables, recompute what the sources print, and map what each arm reports.

    Into a folder go what was checked, the recomputed figures, the findings, the agreement of the
    two extractions and the map; the map is a tidy table too.
    """
    from poolprop.evidence.audit import agreement, findings, recomputed
    from poolprop.evidence.audit.finding import COLUMNS
    from poolprop.evidence.availability import MapRow, evidence_map
    from poolprop.review import load_review

    review = load_review(config)
    known = review.evidence
    outcomes = known.outcomes.values()
    write_json(out / "check.json", _checked(review))
    write_csv(
        out / "source_audit.csv",
        list(recomputed.RecomputedRow.__annotations__),
        recomputed.recomputed(outcomes),
    )
    write_csv(out / "findings.csv", COLUMNS, (one.row() for one in findings.findings(known)))
    write_csv(
        out / "agreement.csv",
        list(agreement.AgreementRow.__annotations__),
        agreement.agreement(known),
    )
    cells = list(evidence_map(known, review.settings))
    write_json(out / "map.json", {"schema": "poolprop/evidence_map/1", "cells": cells})
    write_csv(table, list(MapRow.__annotations__), cells)


def _checked(review: Review) -> dict[str, object]:
    """Return the tables that were read, with their rows and hashes."""
    from poolprop.evidence.tables import TABLES

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
    return {"schema": "poolprop/check/1", "tables": tables}


def select(config: Path, endpoint: str, data: Path, excluded: Path, alternatives: Path) -> None:
    """Write the analysis data sets of one endpoint, what was left out, and what might change."""
    from poolprop.evidence.alternatives import AlternativeRow, alternative_rows
    from poolprop.evidence.datasets import (
        ExcludedRow,
        data_columns,
        data_rows,
        excluded_rows,
        sets,
        stored_name,
    )
    from poolprop.evidence.moderators import asked_numbers
    from poolprop.review import load_review

    review = load_review(config)
    evidence, plan = review.evidence, review.settings.endpoints[endpoint]
    chosen = dict(sets(evidence, plan))
    numbers = asked_numbers(plan)
    kept = [
        row
        for name, one in chosen.items()
        for row in data_rows(stored_name(plan, name), one, evidence, numbers)
    ]
    out = [row for name, one in chosen.items() for row in excluded_rows(name, one, evidence)]
    write_csv(data, data_columns(evidence, numbers), kept)
    write_csv(excluded, list(ExcludedRow.__annotations__), out)
    changes = alternative_rows(evidence, plan, chosen)
    write_csv(alternatives, list(AlternativeRow.__annotations__), changes)
