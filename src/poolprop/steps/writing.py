"""From estimates to what people read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from poolprop.files import read_json, write_csv, write_json, write_text

# Curated tables that the report shows as they are.
SUPPLEMENT_TABLES = ("risk_of_bias", "benchmarks", "survival", "flow")


# Tables of results, in files of their own beside those above.
RESULT_TABLES = (
    *("pool", "subgroups", "contrasts", "tests", "influence", "cumulative"),
    *("studies", "discrepancies"),
)


def tables(
    config: Path,
    pools: Sequence[Path],
    subgroups: Sequence[Path],
    influence: Sequence[Path],
    small_studies: Sequence[Path],
    out: Path,
) -> None:
    """Write results, studies and discrepancies as tidy tables into a folder."""
    from poolprop import analysis_tables, tables
    from poolprop.review import load_review

    evidence = load_review(config).evidence
    pooled = [read_json(path, "poolprop/pool/1") for path in pools]
    factors = [read_json(path, "poolprop/subgroups/2") for path in subgroups]
    studies = [read_json(path, "poolprop/influence/2") for path in influence]
    asymmetry = [read_json(path, "poolprop/small_study/1") for path in small_studies]
    made = (
        tables.pool_table(pooled),
        tables.subgroup_table(factors),
        analysis_tables.contrast_table(factors),
        analysis_tables.tests_table(factors, asymmetry),
        analysis_tables.influence_table(studies),
        analysis_tables.cumulative_table(studies),
        tables.study_table(evidence),
        tables.discrepancy_table(evidence),
    )
    curated = (tables.supplement_table(evidence, name) for name in SUPPLEMENT_TABLES)
    for name, (columns, rows) in zip(
        (*RESULT_TABLES, *SUPPLEMENT_TABLES), (*made, *curated), strict=True
    ):
        write_csv(out / f"{name}.csv", columns, rows)


def forest(config: Path, pool: Path, svg: Path, pdf: Path) -> None:
    """Draw the static forest plot of an endpoint's primary estimand."""
    from poolprop.plan import load
    from poolprop.plots.forest import forest_of
    from poolprop.plots.style import save

    settings, record = load(config), read_json(pool, "poolprop/pool/1")
    axis = settings.endpoints[record["endpoint"]["id"]].axis
    figure = forest_of(
        record, interval=settings.study_interval, plan=None if axis == "auto" else axis
    )
    for path in (svg, pdf):
        save(figure, path)


def manifest(
    config: Path, inputs: Sequence[Path], outputs: Sequence[Path], code: str, out: Path
) -> None:
    """Write hashes of inputs and outputs, versions, and the plan that ran."""
    from poolprop.audit.manifest import manifest as describe
    from poolprop.plan import load

    write_json(out, describe(load(config), inputs, outputs, code))


def report(config: Path, results: Path, source: Path, out: Path) -> None:
    """Write the report: one page that needs nothing else."""
    from poolprop.report.render import build
    from poolprop.review import load_review

    review = load_review(config)
    terms: dict[str, dict[str, str]] = {}
    for (field, term), entry in review.evidence.terms.items():
        terms.setdefault(field, {})[term] = entry.label
    write_text(out, build(results, source, review.settings, terms))


def schema(out: Path) -> None:
    """Write the JSON Schema of the plan (``make schema``)."""
    from poolprop.plan import json_schema

    write_json(out, json_schema())
