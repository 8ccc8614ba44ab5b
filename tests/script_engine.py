"""The engine of the page beside Python: made-up reviews, both answers, where they differ."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import poolprop as pp
from poolprop.report.render import ENGINE, static
from poolprop.stats.answers import columns as notes
from poolprop.stats.answers.options import resolve
from poolprop.stats.answers.pool import pool_sets
from poolprop.stats.likelihoods.location_priors import BetaPrior, NormalPrior
from poolprop.stats.priors import HalfCauchy, HalfNormal, HalfT
from poolprop.stats.sets import Sets

REPORT = Path(__file__).parents[1] / "report"
# As it stands in a page.
SCRIPT = "".join(static(REPORT, f"js/{name}.js") for name in ENGINE)
# Answers a list of cases, each of rows and options.
ANSWER = "((cases) => cases.map(({ rows, options }) => engine.pool(rows, options)))"

# Absolute on shares and logits, relative on what exceeds 1.
TOLERANCE = 1e-8
KEYS = {
    notes.ALONE: "one-study",
    notes.TWO_STUDIES: "two-studies",
    notes.boundary_note(-1.0): "none",
    notes.boundary_note(1.0): "all",
    notes.RUNAWAY: "runaway",
    notes.STRETCHED: "stretched",
    notes.ONE_SIDED: "one-sided",
    notes.BOUNDED: "bounded",
    notes.NO_WALD: "no-wald",
    notes.NO_MAXIMUM: "no-maximum",
}
OF_RESULT = (
    "k", "events", "total", "level", "proportion", "ci", "estimate", "ci_estimate", "prediction",
    "tau", "tau2", "tau2_ci", "i2", "i2_ci", "q", "q_df", "q_p", "converged",
)  # fmt: skip
USUAL = {"level": 0.95, "ci": "small-lr", "bayesian_up_to": 2}
PRIORS = {"half-normal": HalfNormal, "half-cauchy": HalfCauchy}

Case = dict[str, Any]


def case(events: list[int], total: list[int], **options: Any) -> Case:
    """Return a review and what is asked of it."""
    rows = [{"events": int(x), "total": int(n)} for x, n in zip(events, total, strict=True)]
    return {"rows": rows, "options": options}


def made_up(count: int, seed: int) -> list[Case]:
    """Return reviews of 2 to 60 studies of 1 to a million patients, with all kinds of spread."""
    dice = random.Random(seed)
    found = []
    for _ in range(count):
        k = dice.choice([2, 2, 3, 3, 4, 5, 6, 8, 12, 20, dice.randint(2, 60)])
        top, mu = 10 ** dice.uniform(0, 6), dice.gauss(0, 2.5)
        tau = dice.choice([0, 0.3, 1, 3, 8])
        total = [max(1, int(top ** dice.choice([1, dice.uniform(0.3, 1)]))) for _ in range(k)]
        p = [1 / (1 + math.exp(-max(-30.0, min(30.0, dice.gauss(mu, tau))))) for _ in range(k)]
        if tau > 2:  # studies all at 0 % and at 100 % beside others
            p = [dice.choice([one] * 12 + [0.0, 1.0]) for one in p]
        events = [_drawn(dice, n, one) for n, one in zip(total, p, strict=True)]
        ci = dice.choice(["small-lr"] * 5 + ["profile-ck", "profile", "wald", "t"])
        level = dice.choice([0.95, 0.95, 0.95, 0.8, 0.9, 0.99])
        found.append(case(events, total, ci=ci, level=level))
    return found


def _drawn(dice: random.Random, n: int, p: float) -> int:
    """Return a binomial number; of many patients by its normal limit."""
    if n <= 300:
        return sum(dice.random() < p for _ in range(n))
    return min(n, max(0, round(dice.gauss(n * p, math.sqrt(n * p * (1 - p))))))


def expected(cases: list[Case]) -> Iterator[dict[str, Any]]:
    """Yield what Python answers, named as the script names it; alike cases are fitted at once."""
    counts = [
        tuple([row[name] for row in one["rows"]] for name in ("events", "total")) for one in cases
    ]
    alike: dict[tuple[str, float], list[int]] = {}
    for i, one in enumerate(cases):
        asked = USUAL | one["options"]
        alike.setdefault((asked["ci"], asked["level"]), []).append(i)
    found: dict[int, Any] = {}
    for (ci, level), places in alike.items():
        sets = Sets.joined([tuple(map(np.array, counts[i])) for i in places])
        fits = pool_sets(sets, resolve(ci=ci, level=level))
        found |= zip(places, zip(fits, _intervals(sets, level), strict=True), strict=True)
    for i, one in enumerate(cases):
        fit, studies = found.pop(i)  # posteriors are kept with it
        record, options = fit.record(), USUAL | one["options"]
        few = 1 < fit.k <= options["bayesian_up_to"]
        yield {name: record[name] for name in OF_RESULT} | {
            "notes": [KEYS[note] for note in record["notes"]],
            "weights": list(fit.weights),
            "bayes": _companion(*counts[i], options) if few else None,
            "studies": studies,
        }


def _intervals(sets: Sets, level: float) -> Iterator[list[dict[str, Any]]]:
    """Yield proportions and intervals of the studies of each data set."""
    columns = [sets.x / sets.n]
    for method in ("clopper-pearson", "wilson"):
        columns += pp.study_intervals(sets.x, sets.n, method=method, level=level)
    rows = (
        {"proportion": p, "intervals": {"clopper-pearson": _ends(a, b), "wilson": _ends(c, d)}}
        for p, a, b, c, d in zip(*(each.tolist() for each in columns), strict=True)
    )
    yield from ([next(rows) for _ in range(size)] for size in sets.size.tolist())


def _ends(lower: float, upper: float) -> dict[str, float]:
    return {"lower": lower, "upper": upper}


def _companion(x: list[int], n: list[int], options: dict[str, Any]) -> dict[str, Any]:
    family, scale = options.get("tau_family", "half-normal"), options.get("tau_scale", 1.5)
    known = HalfT(scale, options["tau_df"]) if family == "half-t" else PRIORS[family](scale)
    given = options.get("mu_prior", [1, 1])
    location = NormalPrior(**given) if isinstance(given, dict) else BetaPrior(*given)
    posterior, level = pp.bayes(x, n, known, location), options["level"]
    ends = {"ci": posterior.interval(level), "prediction": posterior.prediction(level)}
    return {"median": posterior.median} | {
        name: _ends(one.lower, one.upper) for name, one in ends.items()
    }


def differences(cases: Sequence[Case], found: list[dict[str, Any]]) -> list[str]:
    """Return where answers of the script are not Python's."""
    assert len(found) == len(cases)
    return [
        f"{place}: {one!r} is not {other!r} in {json.dumps(asked)}"
        for asked, answer, wanted in zip(cases, found, expected(list(cases)), strict=True)
        for place, one, other in _pairs("answer", answer, wanted)
        if not _same(one, other)
    ]


def _pairs(place: str, one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(other, dict) and isinstance(one, dict) and one.keys() == other.keys():
        for name in other:
            yield from _pairs(f"{place}.{name}", one[name], other[name])
    elif isinstance(other, list) and isinstance(one, list) and len(one) == len(other):
        for i, pair in enumerate(zip(one, other, strict=True)):
            yield from _pairs(f"{place}.{i}", *pair)
    else:
        yield place, one, other


def _same(one: Any, other: Any) -> bool:
    if isinstance(other, float | int) and not isinstance(other, bool):
        number = isinstance(one, float | int) and not isinstance(one, bool)
        return number and abs(one - other) <= TOLERANCE * max(1.0, abs(other))
    return type(one) is type(other) and one == other
