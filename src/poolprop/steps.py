"""One function for each step of the workflow: files in, files out.

A step reads, calls one function that computes, and writes; its imports are inside, because
each job is a new Python and pays for what it loads.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from poolprop.files import read_csv, read_json, sha256, write_csv, write_json, write_text

# Curated tables that the report shows as they are.
SUPPLEMENT_TABLES = ("risk_of_bias", "benchmarks", "survival")


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
    from poolprop.evidence.datasets import DataRow, ExcludedRow, data_rows, excluded_rows, sets
    from poolprop.review import load_review

    review = load_review(config)
    evidence, plan = review.evidence, review.settings.endpoints[endpoint]
    chosen = dict(sets(evidence, plan))
    kept = [row for name, one in chosen.items() for row in data_rows(name, one, evidence)]
    out = [row for name, one in chosen.items() for row in excluded_rows(name, one, evidence)]
    write_csv(data, list(DataRow.__annotations__), kept)
    write_csv(excluded, list(ExcludedRow.__annotations__), out)
    changes = alternative_rows(evidence, plan, chosen)
    write_csv(alternatives, list(AlternativeRow.__annotations__), changes)


def synthesise(config: Path, endpoint: str, data: Path, excluded: Path, out: Path) -> None:
    """Pool every estimand of an endpoint by every model of the plan."""
    from poolprop.plan import load
    from poolprop.synthesis import pooled

    write_json(out, pooled(load(config), endpoint, read_csv(data), read_csv(excluded)))


def subgroups(config: Path, endpoint: str, data: Path, out: Path) -> None:
    """Pool the levels of each factor, and test between them where the plan allows it."""
    from poolprop.plan import load
    from poolprop.synthesis import by_subgroup

    write_json(out, by_subgroup(load(config), endpoint, read_csv(data)))


def influence(config: Path, endpoint: str, data: Path, out: Path) -> None:
    """Repool the primary estimand without each study in turn."""
    from poolprop.plan import load
    from poolprop.synthesis import leave_one_out

    write_json(out, leave_one_out(load(config), endpoint, read_csv(data)))


def discrepancy_effects(
    config: Path, endpoint: str, data: Path, alternatives: Path, out: Path
) -> None:
    """Repool each estimand as if each discrepancy of the sources had been decided otherwise."""
    from poolprop.discrepancy_effects import effects
    from poolprop.plan import load

    write_json(out, effects(load(config), endpoint, read_csv(data), read_csv(alternatives)))


def select_safety(config: Path, out: Path) -> None:
    """Write the data sets of adverse events."""
    from poolprop.evidence.datasets import DataRow, data_rows
    from poolprop.evidence.safety import safety_sets
    from poolprop.review import load_review

    review = load_review(config)
    plan, evidence = review.settings.safety, review.evidence
    chosen = safety_sets(evidence, plan) if plan else ()
    rows = [row for name, one in chosen for row in data_rows(name, one, evidence)]
    write_csv(out, list(DataRow.__annotations__), rows)


def safety(config: Path, data: Path, out: Path) -> None:
    """Pool adverse events that enough studies share."""
    from poolprop.plan import load
    from poolprop.safety import safety as pool_events

    write_json(out, pool_events(load(config), read_csv(data)))


def select_comparisons(config: Path, out: Path) -> None:
    """Write the figures that both arms of a two-arm study report alike."""
    from poolprop.evidence.pairs import PairRow, pairs
    from poolprop.review import load_review

    review = load_review(config)
    plan = review.settings.comparisons
    write_csv(out, list(PairRow.__annotations__), pairs(review.evidence, plan) if plan else ())


def comparisons(config: Path, data: Path, out: Path) -> None:
    """Compare the arms of each two-arm study."""
    from poolprop.comparisons import comparisons as compare
    from poolprop.plan import load

    write_json(out, compare(load(config), read_csv(data)))


def tables(config: Path, pools: Sequence[Path], subgroups: Sequence[Path], out: Path) -> None:
    """Write results, studies and discrepancies as tidy tables into a folder."""
    from poolprop.review import load_review
    from poolprop.tables import (
        discrepancy_table,
        pool_table,
        study_table,
        subgroup_table,
        supplement_table,
    )

    evidence = load_review(config).evidence
    pool_records = [read_json(path, "poolprop/pool/1") for path in pools]
    subgroup_records = [read_json(path, "poolprop/subgroups/1") for path in subgroups]
    for name, (columns, rows) in {
        "pool": pool_table(pool_records),
        "subgroups": subgroup_table(subgroup_records),
        "studies": study_table(evidence),
        "discrepancies": discrepancy_table(evidence),
        **{name: supplement_table(evidence, name) for name in SUPPLEMENT_TABLES},
    }.items():
        write_csv(out / f"{name}.csv", columns, rows)


def forest(config: Path, pool: Path, svg: Path, pdf: Path) -> None:
    """Draw the static forest plot of an endpoint's primary estimand."""
    from poolprop.plan import load
    from poolprop.plots.forest import forest_of
    from poolprop.plots.style import save

    figure = forest_of(read_json(pool, "poolprop/pool/1"), interval=load(config).study_interval)
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
