"""Our numbers beside those of other software."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypedDict

from poolprop.crosscheck.tasks import Task
from poolprop.errors import PoolpropError

TOLERANCE = 1e-6
# Below the tolerance a difference is rounding, which differs between machines.
DIGITS = 6


class AgreementRow(TypedDict):
    """One number, ours and theirs."""

    id: str
    field: str
    software: str
    ours: str
    theirs: str
    agrees: str


class DisagreementError(PoolpropError):
    """Another engine finds another number."""


def rows(
    tasks: Sequence[Task], software: str, values: Mapping[str, Mapping[str, float]]
) -> Iterator[AgreementRow]:
    """Yield a row for each number of a result that the other software gave.

    ``values`` are its numbers: result id, then field, then value.
    """
    for task in tasks:
        theirs = values.get(task.id, {})
        for field, mine in task.ours.items():
            if field in theirs:
                yield {
                    "id": task.id,
                    "field": field,
                    "software": software,
                    "ours": f"{mine:.{DIGITS}f}",
                    "theirs": f"{theirs[field]:.{DIGITS}f}",
                    "agrees": "yes" if agree(mine, theirs[field]) else "no",
                }


def summary(
    tasks: Sequence[Task],
    compared: Sequence[AgreementRow],
    versions: Mapping[str, str],
    unanswered: Sequence[str] = (),
) -> dict[str, Any]:
    """Count what was compared, for the report.

    ``versions`` names R only where it ran; ``unanswered`` are results that R could not fit.
    """
    engines = list(dict.fromkeys(row["software"] for row in compared))
    return {
        "schema": "poolprop/agreement/1",
        "id": "agreement/all",
        "tolerance": TOLERANCE,
        "results": len(tasks),
        "versions": dict(versions),
        "unanswered": list(unanswered),
        "engines": [
            {
                "id": f"agreement/{name}",
                "software": name,
                "results": len({row["id"] for row in compared if row["software"] == name}),
                "numbers": sum(row["software"] == name for row in compared),
                "methods": _methods(tasks, compared, name),
            }
            for name in engines
        ],
    }


def _methods(
    tasks: Sequence[Task], compared: Sequence[AgreementRow], software: str
) -> list[dict[str, Any]]:
    """Count the results of each method that one engine recomputed."""
    done = {row["id"] for row in compared if row["software"] == software}
    found = Counter(_method(task) for task in tasks if task.id in done)
    return [
        {"id": f"agreement/{software}/{method}", "method": method, "results": count}
        for method, count in sorted(found.items())
    ]


def _method(task: Task) -> str:
    if task.model == "single-study":
        return f"{task.model}.{task.ci}"
    return ".".join((task.model, task.measure, task.tau2, task.ci))


def agree(mine: float, other: float) -> bool:
    """Tell whether two numbers differ by at most 1e-6, relative to numbers above 1."""
    return abs(mine - other) <= TOLERANCE * max(1.0, abs(mine))


def require(found: Sequence[AgreementRow]) -> None:
    """Stop the build where another engine disagrees; DisagreementError names each number."""
    lines = [
        f"{row['id']}: {row['field']} is {row['ours']}, {row['software']} finds {row['theirs']}"
        for row in found
        if row["agrees"] == "no"
    ]
    if lines:
        raise DisagreementError(
            f"{len(lines)} of {len(found)} numbers differ by more than {TOLERANCE:g}: "
            + "; ".join(lines[:20]),
            where="results/crosscheck",
            hint="One of the engines is wrong: report it with this line.",
        )
