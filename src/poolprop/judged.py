"""What a judgement was made on, kept beside it, so that it is not read as one of other data.

The cell ``judged_on`` of ``certainty.csv`` holds rows, events, patients and the interval of the
estimate, and a digest of the rows (of the risk of bias too where that was judged). ``poolprop
judge`` writes it when people have read their reasons again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

RISK_OF_BIAS = "risk_of_bias"
NUMBER = r"\d+(?:\.\d+)?(?:e-?\d+)?"
FORM = re.compile(
    rf"k=(\d+) events=(\d+) total=(\d+) ci=({NUMBER}|none)-({NUMBER}|none) data=([0-9a-f]{{8}})"
)
PATTERN = f"^({FORM.pattern})?$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The data of an estimand: how many rows, events and patients, and a digest."""

    k: int
    events: int
    total: int
    digest: str
    ci: tuple[str, str] = ("none", "none")

    def written(self) -> str:
        """Return the cell of ``judged_on``."""
        return (
            f"k={self.k} events={self.events} total={self.total} ci={self.ci[0]}-{self.ci[1]} "
            f"data={self.digest}"
        )


def basis(rows: Iterable[Mapping[str, Any]], domain: str, risks: Mapping[str, str]) -> Basis:
    """Return what a domain of an estimand is judged on now.

    Rows have ``outcome_id``, ``study_id``, ``events`` and ``total``. Risk of bias rests on the
    overall ``risks`` of the studies too.
    """
    found = list(rows)
    facts = [f"{row['outcome_id']}:{row['events']}/{row['total']}" for row in found]
    if domain == RISK_OF_BIAS:
        facts += {f"{row['study_id']}:{risks.get(row['study_id'], '')}" for row in found}
    return Basis(
        k=len(found),
        events=sum(int(row["events"]) for row in found),
        total=sum(int(row["total"]) for row in found),
        digest=hashlib.sha256("\n".join(sorted(facts)).encode()).hexdigest()[:8],
    )


def rounded(ci: Mapping[str, float] | None) -> tuple[str, str]:
    """Return an interval as ``judged_on`` keeps it: proportions with three digits."""
    return (f"{ci['lower']:.3g}", f"{ci['upper']:.3g}") if ci else ("none", "none")


def read(cell: str) -> Basis | None:
    """Return what a cell of ``judged_on`` says; None if it is empty."""
    found = FORM.fullmatch(cell)
    if not found:
        return None
    k, events, total, lower, upper, digest = found.groups()
    counts = {"k": int(k), "events": int(events), "total": int(total)}
    return Basis(**counts, ci=(lower, upper), digest=digest)


def moved(cell: str, now: Basis, *, interval: bool = True) -> bool:
    """Tell whether a judgement was made on other data, or on another interval."""
    then = read(cell)
    if then is None:
        return False
    return then.digest != now.digest or (interval and then.ci != now.ci)
