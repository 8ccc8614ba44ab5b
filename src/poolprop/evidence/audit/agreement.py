"""How well two independent extractions agree: percent agreement and Cohen's kappa."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TypedDict

from poolprop.evidence.load import Evidence
from poolprop.evidence.supplements import ExtractionRow

Ratings = list[tuple[str, str]]  # what A says and what B says of the same item
OVERALL = "all"
NORMAL = 1.959963984540054  # the 97.5 % quantile of the normal distribution
REPORTED = "reported"  # the category of what a source prints, as against what follows from it


class AgreementRow(TypedDict):
    """One row of ``agreement.csv``.

    ``aspect`` is

    - ``found_by_both``: of all proportions that either extraction has, the share both have;
    - ``reported_found_by_both``: the same of what either calls reported, without what one may
      have derived and the other not;
    - ``presence``: has it or has it not, over these and what was added to the review later;
    - ``counts``: of the proportions that both have, the share with the same events and total;
    - ``category``: of these, the share that both call reported, or both derived.
    """

    source_id: str
    aspect: str
    n: int
    agreed: int
    percent: float | None
    kappa: float | None
    kappa_lower: float | None
    kappa_upper: float | None
    note: str


def agreement(evidence: Evidence) -> list[AgreementRow]:
    """Return the agreement of the two extractions, over all sources and by source.

    Without a table ``extraction`` there are no rows.
    """
    rows = evidence.extraction
    if not rows:
        return []
    added = _added(evidence)
    lines: list[AgreementRow] = []
    for source_id in (OVERALL, *evidence.sources):
        everything = source_id == OVERALL
        group = [row for row in rows if everything or row.source_id == source_id]
        if group:
            neither = len(added) if everything else added.count(source_id)
            lines += _of_group(source_id, group, neither)
    return lines


def _added(evidence: Evidence) -> list[str]:
    """Return the source of each outcome that neither extraction has."""
    extracted = {name for row in evidence.extraction for name in row.outcome_ids}
    outcomes = evidence.outcomes.values()
    return [evidence.source_of(row) for row in outcomes if row.outcome_id not in extracted]


def _of_group(source_id: str, rows: list[ExtractionRow], neither: int) -> list[AgreementRow]:
    both = [row for row in rows if _in_both(row)]
    rated = [row for row in rows if REPORTED in (row.category_a, row.category_b)]
    note = "No kappa: what neither has is not counted here."
    presence = [(_present(row.a_row), _present(row.b_row)) for row in rows]
    counts = [(_fraction(r.a_events, r.a_total), _fraction(r.b_events, r.b_total)) for r in both]
    categories = [(r.category_a, r.category_b) for r in both if r.category_a and r.category_b]
    return [
        _row(source_id, "found_by_both", len(rows), len(both), note=note),
        _row(source_id, "reported_found_by_both", len(rated), sum(map(_in_both, rated)), note=note),
        _rated(source_id, "presence", presence + [("no", "no")] * neither),
        _rated(source_id, "counts", counts),
        _rated(source_id, "category", categories),
    ]


def _in_both(row: ExtractionRow) -> bool:
    return bool(row.a_row and row.b_row)


def _present(row: str) -> str:
    return "yes" if row else "no"


def _fraction(events: int | None, total: int | None) -> str:
    return f"{'' if events is None else events}/{'' if total is None else total}"


def _rated(source_id: str, aspect: str, ratings: Ratings) -> AgreementRow:
    agreed = sum(1 for a, b in ratings if a == b)
    found = kappa(ratings)
    if found is None:
        note = "No kappa: everything is in one category."
        return _row(source_id, aspect, len(ratings), agreed, note=note)
    return _row(source_id, aspect, len(ratings), agreed, kappa=found)


def _row(
    source_id: str,
    aspect: str,
    n: int,
    agreed: int,
    *,
    kappa: tuple[float, float, float] | None = None,
    note: str = "",
) -> AgreementRow:
    value, lower, upper = kappa or (None, None, None)
    return AgreementRow(
        source_id=source_id,
        aspect=aspect,
        n=n,
        agreed=agreed,
        percent=round(100 * agreed / n, 2) if n else None,
        kappa=value,
        kappa_lower=lower,
        kappa_upper=upper,
        note=note,
    )


def kappa(ratings: Sequence[tuple[str, str]]) -> tuple[float, float, float] | None:
    """Return Cohen's kappa with its 95 % limits, from each rater's category of each item.

    None where chance agreement is already complete.

    References
    ----------
    Cohen J (1960). A coefficient of agreement for nominal scales. Educational and
    Psychological Measurement 20(1):37-46. Interval: Fleiss JL, Cohen J, Everitt BS (1969).
    Large sample standard errors of kappa and weighted kappa. Psychological Bulletin
    72(5):323-327.
    """
    categories = sorted({category for pair in ratings for category in pair})
    if len(categories) < 2:
        return None
    n = len(ratings)
    cells = {pair: count / n for pair, count in Counter(ratings).items()}
    first, second = (
        {one: sum(p for pair, p in cells.items() if pair[rater] == one) for one in categories}
        for rater in (0, 1)
    )
    agreed = math.fsum(cells.get((one, one), 0.0) for one in categories)
    chance = math.fsum(first[one] * second[one] for one in categories)
    value = (agreed - chance) / (1 - chance)
    rest = 1 - value
    spread = math.fsum(
        p
        * (
            (1 - (first[a] + second[a]) * rest) ** 2
            if a == b
            else (rest * (first[b] + second[a])) ** 2
        )
        for (a, b), p in cells.items()
    )
    variance = (spread - (value - chance * rest) ** 2) / ((1 - chance) ** 2 * n)
    half = NORMAL * math.sqrt(max(variance, 0.0))  # rounding can leave a variance below zero
    return value, max(-1.0, value - half), min(1.0, value + half)
