"""Results of other studies that the sources quote: beside the estimates, never tested or pooled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from poolprop.plan import Settings
from poolprop.plan.columns import factor_column
from poolprop.stats.fits.one_proportion import study_intervals
from poolprop.synthesis.records import Record

COPIED = (
    "benchmark_id", "source_id", "quoted_study", "outcome", "bound", "overlap", "locator", "note",
)  # fmt: skip
Row = Mapping[str, Any]


def benchmarks(settings: Settings, rows: Sequence[Row], studies: Mapping[str, str]) -> Record:
    """Give each quoted result its proportion, and say which estimates it may stand beside.

    An endpoint's ``quoted`` outcomes, or else the outcome of its primary estimand, match; so does
    the level of the endpoint's first factor. ``rows``: rows of ``benchmarks.csv`` with their
    factors and ``outcome_label``. ``studies``: labels of the review's studies, by identifier. What
    is returned is the content of ``results/benchmarks/benchmarks.json``. A result on patients of a
    study of this review has ``own`` set and stands beside nothing.
    """
    return {
        "schema": "poolprop/benchmarks/1",
        "benchmarks": [_benchmark(settings, row, studies) for row in rows],
    }


def _benchmark(settings: Settings, row: Row, studies: Mapping[str, str]) -> Record:
    proportion, upper = _proportion(row)
    own = any(part.strip() in studies for part in row["overlap"].split(";"))
    shown = proportion is not None and not own
    ci, origin = _interval(row, settings.level)
    return {
        "id": f"benchmark/{row['benchmark_id']}",
        **{key: row[key] for key in COPIED},
        "outcome_label": row["outcome_label"],
        "source_label": studies.get(row["source_id"], row["source_id"]),
        "events": row["events"],
        "total": row["total"],
        "proportion": proportion,
        "upper": upper,
        "ci": ci,
        "ci_origin": origin,
        "median_bound": row["median_os_bound"],
        "median_months": row["median_os_months"],
        "median_upper": row["median_os_upper"],
        "own": own,
        "beside": _beside(settings, row) if shown else [],
    }


def _proportion(row: Row) -> tuple[float | None, float | None]:
    """Return the proportion and, of a range, its upper end."""
    upper = None if row["percent_upper"] is None else row["percent_upper"] / 100
    if row["events"] is not None and row["total"]:
        return row["events"] / row["total"], upper
    return (None if row["percent"] is None else row["percent"] / 100), upper


def _interval(row: Row, level: float) -> tuple[Record | None, str]:
    """Return the printed interval, or the exact one of the counts, and which it is."""
    if row["ci_lower"] is not None and row["ci_upper"] is not None:
        return {"lower": row["ci_lower"] / 100, "upper": row["ci_upper"] / 100}, "printed"
    if row["events"] is None or not row["total"]:
        return None, ""
    lower, upper = study_intervals(
        [row["events"]], [row["total"]], method="clopper-pearson", level=level
    )
    return {"lower": float(lower[0]), "upper": float(upper[0])}, "exact, from the counts"


def _beside(settings: Settings, row: Row) -> list[Record]:
    """Return the estimates that share the outcome and the level of their first factor."""
    found = []
    for name, endpoint in settings.endpoints.items():
        outcomes = endpoint.quoted or (endpoint.estimands["primary"].outcome,)
        factor = next(iter(endpoint.subgroups), "")
        if row["outcome"] in outcomes:
            found.append(
                {"endpoint": name, "factor": factor, "level": row.get(factor_column(factor), "")}
            )
    for name, survival in settings.survival.endpoints.items() if settings.survival else ():
        found += [
            {"endpoint": f"survival/{name}/{months:g}", "factor": "", "level": ""}
            for months, outcome in survival.quoted.items()
            if outcome == row["outcome"]
        ]
    return found
