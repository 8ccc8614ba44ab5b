"""The summary of findings: what each estimand and each level of a factor found, and how sure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from poolprop.exporting.results import Finished
from poolprop.formats import MISSING, Policy, count, part

HEAD = (
    "Outcome", "Studies", "Events / total", "Proportion (CI)", "Prediction interval", "Certainty",
)  # fmt: skip
Row = tuple[str, ...]


def findings(results: Finished) -> Iterator[Row]:
    """Yield the rows of the table: a heading has one cell, a finding as many as ``HEAD``."""
    for name, record in results.pools.items():
        policy = Policy.of(record["endpoint"])
        yield (record["endpoint"]["label"],)
        for estimand in record["estimands"]:
            result = next((r for r in estimand["results"] if r["role"] == "primary"), None)
            sure = results.certainty.get(f"certainty/{name}/{estimand['estimand']}", "")
            yield _finding(estimand["label"], result, policy, sure)
        for factor in results.groups[name]["factors"]:
            if factor["levels"]:
                yield (f"{record['endpoint']['short']} by {factor['label'].lower()}",)
            for level in factor["levels"]:
                yield _finding(level["label"], level["result"], policy, "")


def _finding(name: str, result: Mapping[str, Any] | None, policy: Policy, sure: str) -> Row:
    if result is None:
        return (name, "0", "", "no study reports it", "", "")
    counts = part(result["events"], result["total"])
    limits = interval(result, policy)
    return (
        name, count(result["k"]), counts, f"{estimate(result, policy)} ({limits})",
        prediction(result, policy), sure.replace("_", " ") or MISSING,
    )  # fmt: skip


def estimate(result: Mapping[str, Any], policy: Policy) -> str:
    """Return the estimate on the outcome's scale, with the digits that its interval carries."""
    return policy.value(result["proportion"], result["ci"]["lower"], result["ci"]["upper"])


def interval(result: Mapping[str, Any], policy: Policy) -> str:
    """Return the limits of the confidence interval: ``50 to 97``."""
    lower, upper = result["ci"]["lower"], result["ci"]["upper"]
    return policy.interval(lower, upper, result["proportion"], dash=" to ")


def prediction(result: Mapping[str, Any], policy: Policy) -> str:
    """Return the limits of the prediction interval with their unit, or that there is none."""
    found = result["prediction"]
    if not found:
        return "not estimable"
    return f"{policy.interval(found['lower'], found['upper'], dash=' to ')}{policy.unit}"
