"""How sure the answer is, and how far choices move it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from poolprop.files import read_csv, read_json, write_csv, write_json


def bayes(config: Path, endpoint: str, data: Path, out: Path) -> None:
    """Write the Bayesian companion of every estimand of an endpoint."""
    from poolprop.plan import load
    from poolprop.synthesis.bayesian import bayesian

    write_json(out, bayesian(load(config), endpoint, read_csv(data)))


def multiverse(config: Path, endpoint: str, sets: Path, out: Path) -> None:
    """Write every defensible analysis of an endpoint, and the data sets they rest on."""
    from poolprop.evidence.universes import SET_COLUMNS, plain, set_rows, universes
    from poolprop.review import load_review
    from poolprop.synthesis.multiverse import multiverse as every_analysis

    review = load_review(config)
    settings = review.settings
    found = universes(review.evidence, settings.endpoints[endpoint], settings.multiverse)
    record = every_analysis(settings, endpoint, *plain(found))
    write_csv(sets, SET_COLUMNS, set_rows(review.evidence, record["sets"]))
    write_json(out, record)


def uncertainty_tables(
    bayes: Sequence[Path], multiverse: Sequence[Path], bayes_table: Path, multiverse_table: Path
) -> None:
    """Write the results of all endpoints as tidy tables."""
    from poolprop import tables

    for paths, schema, table, out in (
        (bayes, "poolprop/bayes/1", tables.bayes_table, bayes_table),
        (multiverse, "poolprop/multiverse/1", tables.multiverse_table, multiverse_table),
    ):
        columns, rows = table([read_json(path, schema) for path in paths])
        write_csv(out, columns, rows)
