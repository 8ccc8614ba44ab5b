"""The engine of the page beside Python: made-up reviews, both answers, where they differ."""

from __future__ import annotations

import csv
import gzip
import json
import math
import random
import subprocess
from collections import defaultdict
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
FAMILIES = {"half-normal": HalfNormal, "half-cauchy": HalfCauchy}

Case = dict[str, Any]


def case(events: list[int], total: list[int], **options: Any) -> Case:
    """Return a review and what is asked of it."""
    rows = [{"events": int(x), "total": int(n)} for x, n in zip(events, total, strict=True)]
    return {"rows": rows, "options": options}


FLAGSHIP = (
    case([12, 91, 11, 12], [21, 110, 12, 13]),
    case([12, 91, 11], [21, 110, 12]),
    case([5, 75, 9, 12, 7], [21, 110, 12, 13, 12]),
    case([0, 7, 0], [22, 110, 13]),
    case([4, 53], [22, 110]),
    case([12], [21]),
)
HARD = (
    case([0], [22]),
    case([22], [22], level=0.9),
    case([0, 0], [22, 13]),
    case([9, 12], [9, 12], ci="profile"),
    case([0, 0, 0, 0], [22, 13, 5, 8], ci="profile-ck"),
    case([9] * 6, [9] * 6),
    case([0, 9], [9, 9]),
    case([0, 9, 0, 9], [9, 9, 9, 9]),
    case([0, 9, 0, 9], [9, 9, 9, 9], ci="wald"),
    case([5] * 6, [20] * 6, ci="wald"),
    case([1, 0], [1, 1]),
    case([18, 20, 6250], [20, 25, 12_500]),
    case([18, 20, 11, 625_000], [20, 25, 30, 1_250_000]),
    case([500_000, 500_900], [10**6, 10**6]),
    case([0, 1, 10**6], [10**6, 10**6, 10**6]),
    # Where a coarse value misled the profile's last step, lost it, or hid another tau.
    case([95, 99_577, 594], [131, 142_782, 913], ci="profile", level=0.8),
    case([8, 10, 5, 20, 1], [8, 10, 5, 21, 2], level=0.8),
)
PRIORS = tuple(
    case([4, 53], [22, 110], **prior)
    for prior in (
        {"tau_family": "half-cauchy", "tau_scale": 0.5},
        {"tau_family": "half-t", "tau_scale": 1.0, "tau_df": 3.0},
        {"tau_scale": 0.5, "mu_prior": [0.5, 0.5]},
        {"mu_prior": {"mean": 0.0, "sd": 1.5}, "level": 0.8},
        {"bayesian_up_to": 0},
    )
)


def published(folder: Path, name: str) -> list[Case]:
    """Return the reference data sets of a folder."""
    path = folder / name
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    sets: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for row in csv.DictReader(text.splitlines()):
        sets[row["dataset_id"]][0].append(int(row["events"]))
        sets[row["dataset_id"]][1].append(int(row["total"]))
    assert len(sets) > 5
    return [case(*counts) for counts in sets.values()]


def in_node(cases: list[Case]) -> list[dict[str, Any]]:
    """Return the script's answers in Node."""
    code = f"{SCRIPT}\nconst given = JSON.parse(require('fs').readFileSync(0, 'utf8'));\n"
    done = subprocess.run(
        ["node", "-e", f"{code}console.log(JSON.stringify({ANSWER}(given)))"],
        input=json.dumps(cases), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


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
    known = HalfT(scale, options["tau_df"]) if family == "half-t" else FAMILIES[family](scale)
    given = options.get("mu_prior", [1, 1])
    location = NormalPrior(**given) if isinstance(given, dict) else BetaPrior(*given)
    posterior, level = pp.bayes(x, n, known, location), options["level"]
    ends = {"ci": posterior.interval(level), "prediction": posterior.prediction(level)}
    return {"median": posterior.median} | {
        name: _ends(one.lower, one.upper) for name, one in ends.items()
    }


def differences(cases: Sequence[Case], *found: list[dict[str, Any]]) -> list[str]:
    """Return where answers of the script, from one or several machines, are not Python's."""
    assert all(len(each) == len(cases) for each in found)
    return [
        f"{place}: {one!r} is not {other!r} in {json.dumps(asked)}"
        for asked, wanted, *answers in zip(cases, expected(list(cases)), *found, strict=True)
        for answer in answers
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
