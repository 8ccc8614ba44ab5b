"""Survival, quoted results and certainty: the stages beside the pooled proportions."""

from __future__ import annotations

from pathlib import Path

from poolprop.files import read_csv, write_csv, write_json


def select_survival(config: Path, out: Path) -> None:
    """Write the survival rates of each time, those not used with the reason, and all medians."""
    from poolprop.evidence.survival import survival_columns, survival_rows
    from poolprop.review import load_review

    review = load_review(config)
    plan = review.settings.survival
    rows = survival_rows(review.evidence, plan) if plan else ()
    write_csv(out, survival_columns(review.evidence), rows)


def survival(config: Path, data: Path, out: Path, table: Path) -> None:
    """Pool survival rates at the times of the plan; write JSON and a tidy table."""
    from poolprop.plan import load
    from poolprop.synthesis.survival import survival as pool_rates
    from poolprop.synthesis.tidy import survival_table

    record = pool_rates(load(config), read_csv(data))
    write_json(out, record)
    write_csv(table, *survival_table(record))
