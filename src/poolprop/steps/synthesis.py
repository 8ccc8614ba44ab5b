"""From analysis data sets to estimates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from poolprop.files import read_csv, write_csv, write_json

if TYPE_CHECKING:
    from poolprop.review import Review


def synthesise(
    config: Path, endpoint: str, data: Path, excluded: Path, alternatives: Path, out: Path
) -> None:
    """Write all that is computed for one endpoint into a folder.

    The pooled estimates by every model, subgroups, what each study does, confidence curves, each
    discrepancy decided otherwise, the Bayesian companion, other models and the multiverse. They
    share a job, for
    to load the engine takes longer than most of them.
    """
    from poolprop.review import load_review
    from poolprop.synthesis.bayesian import bayesian
    from poolprop.synthesis.confidence import COLUMNS, confidence, curve_rows
    from poolprop.synthesis.discrepancy_effects import effects
    from poolprop.synthesis.influence import influence
    from poolprop.synthesis.models import further_models
    from poolprop.synthesis.pooled import pooled
    from poolprop.synthesis.small_study import small_study
    from poolprop.synthesis.subgroups import by_subgroup

    review = load_review(config)
    settings, rows = review.settings, read_csv(data)
    curves = confidence(settings, endpoint, rows)
    records = {
        "pool": pooled(settings, endpoint, rows, read_csv(excluded)),
        "subgroups": by_subgroup(settings, endpoint, rows),
        "influence": influence(settings, endpoint, rows),
        "small_study": small_study(settings, endpoint, rows),
        "confidence": curves,
        "discrepancies": effects(settings, endpoint, rows, read_csv(alternatives)),
        "bayes": bayesian(settings, endpoint, rows),
        "models": further_models(settings, endpoint, rows),
    }
    for name, record in records.items():
        write_json(out / f"{name}.json", record)
    write_csv(out / "confidence.csv", COLUMNS, curve_rows(curves))
    _multiverse(review, endpoint, out)


def nested(config: Path, endpoint: str, out: Path) -> None:
    """Write the model of outcomes each within the one before, which others' rows go into."""
    from poolprop.evidence.datasets import nested_rows
    from poolprop.review import load_review
    from poolprop.synthesis.nested import nested as chained

    review = load_review(config)
    rows = nested_rows(review.evidence, review.settings.endpoints[endpoint])
    cells = [{name: str(cell) for name, cell in row.items()} for row in rows]
    write_json(out, chained(review.settings, endpoint, cells))


def _multiverse(review: Review, endpoint: str, out: Path) -> None:
    """Write every defensible analysis of an endpoint, and the data sets they rest on."""
    from poolprop.evidence.universes import SET_COLUMNS, plain, set_rows, universes
    from poolprop.synthesis.multiverse import multiverse

    evidence, settings = review.evidence, review.settings
    found = universes(evidence, settings.endpoints[endpoint], settings.multiverse)
    record = multiverse(settings, endpoint, *plain(found))
    write_csv(out / "multiverse_sets.csv", SET_COLUMNS, set_rows(evidence, record["sets"]))
    write_json(out / "multiverse.json", record)


def safety(config: Path, data: Path, out: Path, table: Path) -> None:
    """Select adverse events, pool those that enough studies share; write rows, JSON and a table."""
    from poolprop.evidence.datasets import data_columns, data_rows
    from poolprop.evidence.safety import safety_sets
    from poolprop.review import load_review
    from poolprop.synthesis.safety import safety as pool_events
    from poolprop.synthesis.tidy import safety_table

    review = load_review(config)
    plan, evidence = review.settings.safety, review.evidence
    chosen = safety_sets(evidence, plan) if plan else ()
    rows = [row for name, one in chosen for row in data_rows(name, one, evidence)]
    write_csv(data, data_columns(evidence), rows)
    record = pool_events(review.settings, read_csv(data))
    write_json(out, record)
    write_csv(table, *safety_table(record))


def comparisons(config: Path, data: Path, out: Path, table: Path) -> None:
    """Compare the arms of each two-arm study; write the figures, JSON and a tidy table."""
    from poolprop.evidence.pairs import COLUMNS, pairs
    from poolprop.review import load_review
    from poolprop.synthesis.comparisons import comparisons as compare
    from poolprop.synthesis.tidy import comparison_table

    review = load_review(config)
    plan = review.settings.comparisons
    found = pairs(review.evidence, plan) if plan else ()
    write_csv(data, COLUMNS, found)
    record = compare(review.settings, read_csv(data))
    write_json(out, record)
    write_csv(table, *comparison_table(record))
