"""What other programs answer to proportions that are hard to pool, and how fast: docs/peers.md.

``python benchmarks/peers.py`` makes an environment of its own for the Python peers, asks each of
them, R's metafor and lme4 (where there is R), and this package, and writes the page. Each peer is
asked as its documentation asks it; those that have no measure for proportions get the logits with
0.5 added to both counts of a study without events or without non-events, and their variances.
``ask`` is run inside the other environment and needs nothing of this package.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "peers.md"
PINNED = ("pimeta==1.1.0", "pymare==0.0.13", "pymetaanalysis==0.9.0", "statsmodels==0.15.0")
SETS: dict[str, tuple[list[int], list[int]]] = {
    "ordinary: 12/21, 91/110, 11/12, 12/13": ([12, 91, 11, 12], [21, 110, 12, 13]),
    "rare: 0/10, 1/12, 2/15, 60/2000": ([0, 1, 2, 60], [10, 12, 15, 2000]),
    "all 0 %: 0/10, 0/12, 0/15": ([0, 0, 0], [10, 12, 15]),
    "all 100 %: 10/10, 12/12, 15/15": ([10, 12, 15], [10, 12, 15]),
    "one study: 3/9": ([3], [9]),
    "a thousand million each: 30 %, 31 %, 29 %": (
        [300_000_000, 310_000_000, 290_000_000], [1_000_000_000] * 3,
    ),
}  # fmt: skip
Answer = tuple[float, float, float]


def expit(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def logits(x: list[int], n: list[int]) -> tuple[list[float], list[float]]:
    """Return logits and variances, 0.5 added where a cell is empty."""
    pairs = [(a, b - a) for a, b in zip(x, n, strict=True)]
    pairs = [(a + 0.5, b + 0.5) if 0 in (a, b) else (a, b) for a, b in pairs]
    return [math.log(a / b) for a, b in pairs], [1 / a + 1 / b for a, b in pairs]


def first(value: Any) -> float:
    while hasattr(value, "__len__"):
        value = value[0]
    return float(value)


def pimeta_glmm(x: list[int], n: list[int]) -> Answer:
    import pimeta

    fit = pimeta.rma_glmm(measure="PLO", xi=x, ni=n)
    return expit(first(fit.b)), expit(first(fit.ci_lb)), expit(first(fit.ci_ub))


def pimeta_two_step(x: list[int], n: list[int], sm: str = "PLOGIT") -> Answer:
    import pimeta

    fit = pimeta.metaprop(x, n, sm=sm)
    return fit.random_prop, fit.random_lower, fit.random_upper


def pimeta_double_arcsine(x: list[int], n: list[int]) -> Answer:
    return pimeta_two_step(x, n, "PFT")


def pymare_reml(x: list[int], n: list[int]) -> Answer:
    import numpy as np
    from pymare import Dataset, estimators

    yi, vi = (np.array(each)[:, None] for each in logits(x, n))
    fit = estimators.VarianceBasedLikelihoodEstimator(method="REML").fit_dataset(Dataset(yi, vi))
    row = fit.summary().to_df().iloc[0]
    return expit(row["estimate"]), expit(row["ci_0.025"]), expit(row["ci_0.975"])


def pymetaanalysis_reml(x: list[int], n: list[int]) -> Answer:
    import meta_analyze

    yi, vi = logits(x, n)
    fit = meta_analyze.meta_analysis(effect=yi, variance=vi, tau2_method="REML")
    return expit(fit.estimate), expit(fit.ci_low), expit(fit.ci_high)


def statsmodels_iterated(x: list[int], n: list[int]) -> Answer:
    import numpy as np
    from statsmodels.stats.meta_analysis import combine_effects

    yi, vi = (np.array(each) for each in logits(x, n))
    row = combine_effects(yi, vi, method_re="iterated").summary_frame().loc["random effect"]
    return expit(row["eff"]), expit(row["ci_low"]), expit(row["ci_upp"])


PEERS: dict[str, tuple[str, Callable[[list[int], list[int]], Answer]]] = {
    "pimeta, `rma_glmm`": ("pimeta", pimeta_glmm),
    "pimeta, `metaprop`, logit": ("pimeta", pimeta_two_step),
    "pimeta, `metaprop`, double arcsine": ("pimeta", pimeta_double_arcsine),
    "PyMARE, REML of logits": ("pymare", pymare_reml),
    "PyMetaAnalysis, REML of logits": ("pymetaanalysis", pymetaanalysis_reml),
    "statsmodels, `combine_effects` of logits": ("statsmodels", statsmodels_iterated),
}


def told(call: Callable[[list[int], list[int]], Answer], x: list[int], n: list[int]) -> str:
    """Return an answer in words, or what was raised."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            share, lower, upper = call(x, n)
    except Exception as error:  # whatever it says is its answer
        line = (str(error).strip().splitlines() or [""])[0]
        return f"{type(error).__name__}: {line}".rstrip(": ")
    if not all(math.isfinite(each) for each in (share, lower, upper)):
        return "not a number"
    return f"{100 * share:.3g} % ({100 * lower:.3g} to {100 * upper:.3g})"


def speed(call: Callable[[list[int], list[int]], Answer], times: int = 20) -> float | None:
    """Return milliseconds of the processor that a call takes, of the ordinary set."""
    x, n = next(iter(SETS.values()))
    try:
        call(x, n)
    except Exception:  # no answer, no speed
        return None
    started = time.process_time()
    for _ in range(times):
        call(x, n)
    return 1000 * (time.process_time() - started) / times


def asked(peers: dict[str, tuple[str, Callable[[list[int], list[int]], Answer]]]) -> Any:
    """Return version, answers and speed of each peer."""
    found = {}
    for name, (package, call) in peers.items():
        answers = {each: told(call, *SETS[each]) for each in SETS}
        found[name] = {"version": _version(package), "answers": answers, "ms": speed(call)}
    return found


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def ours() -> Any:
    """Return the same of this package."""
    import poolprop

    def pool(x: list[int], n: list[int]) -> Answer:
        fit = poolprop.pool(x, n)
        return fit.proportion, fit.ci.lower, fit.ci.upper

    def two_step(x: list[int], n: list[int]) -> Answer:
        fit = poolprop.pool(x, n, model="two-step")
        return fit.proportion, fit.ci.lower, fit.ci.upper

    return asked({"poolprop, `pool`": ("poolprop", pool),
                  "poolprop, `pool` in two steps": ("poolprop", two_step)})  # fmt: skip


def others(environment: Path) -> Any:
    """Return what the Python peers say, in an environment made for them."""
    python = environment / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PINNED], check=True)
    run = subprocess.run([str(python), __file__, "ask"], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def in_r() -> Any:
    """Return what R's packages say; nothing where there is no R."""
    script = Path(__file__).with_suffix(".R")
    data = json.dumps([{"name": name, "x": x, "n": n} for name, (x, n) in SETS.items()])
    try:
        run = subprocess.run(["Rscript", "--vanilla", str(script)], input=data, text=True,
                             capture_output=True, check=False)  # fmt: skip
    except FileNotFoundError:
        return {}
    if run.returncode:
        print(run.stderr, file=sys.stderr)
        return {}
    found: dict[str, Any] = {}
    for line in run.stdout.splitlines():
        name, release, kind, key, text = line.split("\t")
        one = found.setdefault(name, {"version": release, "answers": {}, "ms": None})
        if kind == "ms":
            one["ms"] = float(text)
        else:
            one["answers"][key] = text.partition(" (set 'verbose")[0]
    return found


HEAD = """\
# What others answer

Written by `benchmarks/peers.py`, which asks each program that can be installed, as its own
documentation asks it, in an environment made for it. Programs that have no measure for single
proportions (PyMARE, PyMetaAnalysis, statsmodels) get logits and their variances, 0.5 added to both
counts of a study with an empty cell, as their users do. An answer is the pooled proportion with its
95 % interval, each by its own default; intervals differ by method, and a narrow one is not a better
one. What is raised is quoted.
"""
SPEED = """\
One call with the ordinary set, processor time of one run on one machine: compare within the column
only. What a call includes differs: metafor tests heterogeneity in it, poolprop when it is asked.
"""


def page(found: dict[str, Any]) -> str:
    """Return the page: a table for each set, then speed and versions."""
    parts = [HEAD]
    for name in SETS:
        parts += [f"## {name[0].upper()}{name[1:]}\n", "| program | answer |", "| --- | --- |"]
        for who, one in found.items():
            cell = one["answers"][name].replace("|", "\\|")
            parts.append(f"| {who} | {cell} |")
        parts.append("")
    parts += ["## Speed and versions\n", SPEED]
    parts += ["| program | version | ms a call |", "| --- | --- | --- |"]
    for who, one in found.items():
        ms = "no answer" if one["ms"] is None else f"{one['ms']:.2g}"
        parts.append(f"| {who} | {one['version']} | {ms} |")
    return "\n".join([*parts, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", default="page", choices=["page", "ask"])
    parser.add_argument("--environment", type=Path, help="of the peers; by default a new one")
    chosen = parser.parse_args()
    if chosen.what == "ask":
        print(json.dumps(asked(PEERS)))
        return
    with tempfile.TemporaryDirectory() as folder:
        found = ours() | others(chosen.environment or Path(folder) / "peers") | in_r()
    PAGE.write_text(page(found), "utf-8")
    print(page(found))


if __name__ == "__main__":
    main()
