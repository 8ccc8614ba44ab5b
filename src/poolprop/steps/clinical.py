"""Survival, quoted results and certainty: the stages beside the pooled proportions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from poolprop.files import read_csv, write_csv, write_json


def survival(config: Path, data: Path, out: Path, table: Path) -> None:
    """Pool survival rates at the times of the plan; write rows, JSON and a tidy table.

    The rows are the rates of each time, those not used with the reason, and all medians.
    """
    from poolprop.evidence.survival import survival_columns, survival_rows
    from poolprop.review import load_review
    from poolprop.synthesis.survival import survival as pool_rates
    from poolprop.synthesis.tidy import survival_table

    review = load_review(config)
    plan = review.settings.survival
    rows = survival_rows(review.evidence, plan) if plan else ()
    write_csv(data, survival_columns(review.evidence), rows)
    record = pool_rates(review.settings, read_csv(data))
    write_json(out, record)
    write_csv(table, *survival_table(record))


def certainty(config: Path, pools: Sequence[Path], out: Path, table: Path) -> None:
    """Gather what the results say of each domain of certainty, and what was judged."""
    from poolprop.files import read_json
    from poolprop.review import load_review
    from poolprop.synthesis.certainty import certainty as gather
    from poolprop.synthesis.tidy import certainty_table

    review = load_review(config)
    tables = review.evidence.supplements
    bias, judged = (
        [row.model_dump() for row in tables[name]] for name in ("risk_of_bias", "certainty")
    )
    studies = [study.facts() for study in review.evidence.studies.values()]
    records = [read_json(path, "poolprop/pool/1") for path in pools]
    documents = len(review.evidence.sources)
    record = gather(review.settings, records, bias, studies, judged, documents)
    write_json(out, record)
    write_csv(table, *certainty_table(record))


def benchmarks(config: Path, out: Path) -> None:
    """Write the results of other studies that the sources quote, as proportions."""
    from poolprop.evidence.datasets import factor_cells
    from poolprop.review import load_review
    from poolprop.synthesis.benchmarks import benchmarks as quoted

    review = load_review(config)
    evidence = review.evidence
    rows = [
        {
            **one.facts(),
            **factor_cells(evidence, one.factors()),
            "outcome_label": evidence.label("outcome", str(one.facts()["outcome"])),
        }
        for one in evidence.supplements["benchmarks"]
    ]
    labels = {key: study.label for key, study in evidence.studies.items()}
    write_json(out, quoted(review.settings, rows, labels))
