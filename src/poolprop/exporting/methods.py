"""The paragraphs on methods that a manuscript needs, written from the plan and the results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from poolprop.exporting.results import Finished
from poolprop.formats import level

SINGLE = "single-study"


def paragraphs(settings: Any, results: Finished) -> list[str]:
    """Return what was pooled, by which model, and how it was checked."""
    return [
        " ".join(part) for part in (_questions(settings), _models(settings, results)) if part
    ] + [_checked(results)]


def _questions(settings: Any) -> list[str]:
    found = []
    for endpoint in settings.endpoints.values():
        plan = endpoint.estimands["primary"]
        about = endpoint.description.rstrip(".") or plan.description.rstrip(".")
        found.append(f"{endpoint.label}: {plan.label}{f' ({about})' if about else ''}.")
    return ["Outcomes and the patients that each is a share of were:", *found]


def _models(settings: Any, results: Finished) -> list[str]:
    answers = [r for r in _results(results, "primary") if r["model"] != SINGLE]
    said = [f"Proportions were pooled by {_and(r['method'] for r in answers)}."] if answers else []
    if predicted := _and(r["prediction_method"] for r in answers if r["prediction"]):
        said.append(f"Prediction intervals are {predicted}.")
    if meanings := _and(r["i2_definition"] for r in answers if r["i2_definition"]):
        said.append(f"I2 is {meanings}.")
    said.append(f"Intervals are at the level of {level(settings.level)}.")
    said.append("One study alone is shown with its exact interval and not pooled.")
    if others := _and(r["method"] for r in _results(results, "comparison")):
        said.append(f"Beside it stand: {others}.")
    factors = {
        factor.label.lower(): None
        for endpoint in settings.endpoints.values()
        for factor in endpoint.subgroups.values()
    }
    if factors:
        said.append(f"Each level of {_and(factors)} was pooled on its own by the same model.")
    return said


def _checked(results: Finished) -> str:
    versions = results.versions
    python = f" in Python {versions['python']}" if "python" in versions else ""
    return (
        f"The analysis was made by poolprop {versions.get('poolprop', '')}{python}; a build from "
        "the same tables and plan gives the same results to the byte, and the report carries both."
    )


def _results(results: Finished, role: str) -> Iterator[dict[str, Any]]:
    for pool in results.pools.values():
        for estimand in pool["estimands"]:
            yield from (r for r in estimand["results"] if r["role"] == role)


def _and(words: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(words))
