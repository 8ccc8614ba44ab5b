"""What the intervals cover for these very studies."""

from __future__ import annotations

from pathlib import Path

from poolprop.files import write_json


def certificate(config: Path, endpoint: str, out: Path) -> None:
    """Simulate reviews like an endpoint's primary estimand and write what its intervals cover."""
    from poolprop.evidence.datasets import data_rows, stored_name
    from poolprop.evidence.select import select
    from poolprop.review import load_review
    from poolprop.synthesis.certificate import certificate as certify

    review = load_review(config)
    plan = review.settings.endpoints[endpoint]
    chosen = select(review.evidence, plan.estimands["primary"])
    rows = data_rows(stored_name(plan, "primary"), chosen, review.evidence)
    cells = [{name: str(cell) for name, cell in row.items()} for row in rows]
    write_json(out, certify(review.settings, endpoint, cells))
