"""Judgements of the risk of bias as rows of ``risk_of_bias.csv``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from poolprop.importing.sheets import Judged
from poolprop.keys import keys

OVERALL = "overall"  # the item that rules and pictures use
TOOL = "Risk of bias (RevMan)"


def add_judgements(
    rows: list[dict[str, str]], bias: Sequence[Judged], studies: Mapping[str, str]
) -> int:
    """Add the judgements of known studies that no row holds yet; return how many.

    ``rows`` are those of ``risk_of_bias.csv``, changed in place; ``studies`` is the key of each
    study by its name.
    """
    given = {row["question"]: row["item"] for row in rows}
    for one in bias:
        if one.domain.casefold().startswith(OVERALL):
            given.setdefault(one.domain, OVERALL)
    items = keys((one.domain for one in bias), given, noun="item")
    known = {(row["study_id"], row["item"]) for row in rows}
    new = [
        {
            "study_id": studies[one.study],
            "tool": TOOL,
            "item": items[one.domain],
            "question": one.domain,
            "adjudicated": one.judgement,
            "reason": one.support,
        }
        for one in bias
        if one.study in studies and (studies[one.study], items[one.domain]) not in known
    ]
    rows.extend(new)
    return len(new)
