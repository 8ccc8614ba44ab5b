"""``poolprop pool``: pool one table, overall and by level."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolprop.cli.arguments import add_command, add_reading, print_json
from poolprop.errors import DataError, EstimationError
from poolprop.formats import MOST_DIGITS, SCALES

if TYPE_CHECKING:
    from poolprop.importing.counts import Counts
    from poolprop.importing.estimates import Estimates
    from poolprop.stats.analyses.three_level import ThreeLevel
    from poolprop.stats.answers.results import PoolResult

EPILOG = """\
examples:
  poolprop pool studies.csv                      columns by their headings, the default model
  poolprop pool table.xlsx --events n --total N --by setting
  poolprop pool studies.csv --scale per_1000     instead of the scale that the counts ask for
  poolprop pool studies.csv --model two-step --measure PAS --tau2 REML --ci hksj --json
  poolprop pool grades.csv --study study --by grade    several rows of one study
  poolprop pool surveys.csv --ci-scale PLO       columns estimate, ci_lower, ci_upper: no counts
"""
ROLES = {
    "events": "column of events, by heading or letter (default: found)",
    "total": "column of total, by heading or letter (default: found)",
    "study": "column of studies, of which some have several rows: pool in three levels",
}
ESTIMATES = {
    "estimate": "column of proportions without counts (default: estimate)",
    "se": "column of their standard errors (default: se)",
    "ci-lower": "column of lower limits (default: ci_lower)",
    "ci-upper": "column of upper limits (default: ci_upper)",
    "n-effective": "column of effective sample sizes (default: n_effective)",
}


def add_to(actions: Any) -> None:
    """Add ``pool`` to the parser's sub-commands."""
    command = add_command(
        actions,
        "pool",
        "pool the proportions of a table",
        EPILOG,
        "Pool the proportions of a table, one study a row.",
    )
    text = ".csv, .tsv, .txt or .xlsx file with a heading; - is standard input"
    command.add_argument("table", type=Path, help=text)
    for role, text in (ROLES | ESTIMATES).items():
        command.add_argument(f"--{role}", default="", metavar="COLUMN", help=text)
    text = "scale on which the limits are symmetric: PR, PLN, PLO (logit) or PAS"
    command.add_argument("--ci-scale", default="", metavar="SCALE", help=text)
    command.add_argument(
        "--ci-level", type=float, default=0.95, help="level of the limits (default: 0.95)"
    )
    add_reading(command)
    command.add_argument("--by", metavar="COLUMN", help="pool each level of a column as well")
    models = ["glmm", "two-step", "beta-binomial", "bayes", "common"]
    text = "default: glmm; two-step for estimates without counts"
    command.add_argument("--model", choices=models, help=text)
    command.add_argument("--measure", default="PLO", help="PLO, PAS, PFT, PR or PLN (two-step)")
    command.add_argument("--tau2", help="DL, PM, REML, ... (two-step; default: REML)")
    command.add_argument("--ci", help="wald, t, hksj, profile-ck, small-lr, ... (default: advised)")
    command.add_argument("--level", type=float, default=0.95, help="default: 0.95")
    scales = ["auto", *SCALES]
    command.add_argument(
        "--scale", default="auto", choices=scales, help="unit of what is printed (default: auto)"
    )
    command.add_argument(
        "--digits", default="auto", type=_digits, metavar="N", help="decimals (default: auto)"
    )
    command.add_argument("--json", action="store_true", help="print JSON for programs")
    command.set_defaults(run=pool)


def _digits(text: str) -> int | str:
    if text == "auto" or (text.isascii() and text.isdigit() and int(text) <= MOST_DIGITS):
        return text if text == "auto" else int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is neither auto nor 0 to {MOST_DIGITS}")


def pool(
    table: Path, by: str | None, json: bool, scale: str, digits: int | str, ci_scale: str,
    ci_level: float, sheet: str = "", encoding: str = "", decimal: str = "", percent_as: str = "",
    sums: str = "", inexact: str = "", **options: Any,
) -> None:  # fmt: skip
    """Pool a table and print the result, overall and by level, all on one scale."""
    from poolprop.importing.counts import counts_in
    from poolprop.importing.estimates import estimates_in
    from poolprop.importing.read import one_table
    from poolprop.importing.understand import Answers

    names = [name.replace("-", "_") for name in (*ROLES, *ESTIMATES)]
    wanted = {name: column for name in names if (column := options.pop(name))}
    found = one_table(table, sheet, encoding)
    estimates = estimates_in(found, wanted, by, decimal=decimal, percent_as=percent_as)
    if estimates is not None:
        _say(table, estimates.notes)
        results, test = _pool_estimates(estimates, wanted, by, (ci_scale, ci_level), options)
    else:
        answers = Answers(percent_as=percent_as, sums=sums, inexact=inexact)
        data = counts_in(found, wanted, by, decimal=decimal, answers=answers)
        _say(table, data.notes)
        results, test = _pool_counts(data, wanted, by, table, options)
    if json:
        record = {name: result.to_dict() for name, result in results.items()}
        between = {} if test is None else {"between levels": test.to_dict()["test"]}
        print_json(record | between)
    else:
        _print_text(results, test, scale, digits)


def _say(table: Path, notes: Sequence[str]) -> None:
    for note in notes:
        print(f"note: {table}: {note}", file=sys.stderr)


def _pool_counts(
    data: Counts, wanted: Mapping[str, str], by: str | None, table: Path, options: Mapping[str, Any]
) -> tuple[dict[str, Any], Any]:
    """Return results by name, and the test between levels if there are any."""
    from poolprop.importing.counts import repeats
    from poolprop.stats.analyses.subgroups import subgroups
    from poolprop.stats.answers.pool import pool as pooled

    keywords = {**options, "model": options["model"] or "glmm"}
    again = repeats(data.studies)
    nested = bool(again) and "study" in wanted
    if again and not nested:
        _say(table, [again])
    overall: Any = _three_level(data, options) if nested else _counted(
        pooled(data.events, data.total, **keywords), data.studies
    )  # fmt: skip
    results = {"overall": overall}
    if not by:
        return results, None
    study = data.studies if nested else None
    found = subgroups(data.events, data.total, data.levels, study=study, **keywords)
    for level, fit in found.levels.items():
        mine = [s for s, one in zip(data.studies, data.levels, strict=False) if one == level]
        results[f"{by} = {level}"] = _counted(fit, mine)
    return results, found


def _counted(fit: PoolResult, studies: Sequence[str]) -> PoolResult:
    """Return a result that counts studies where some have several rows."""
    named = len(set(filter(None, studies))) + sum(not name for name in studies)
    return replace(fit, studies=named) if studies and named < fit.k else fit


def _three_level(data: Counts, options: Mapping[str, Any]) -> ThreeLevel:
    from poolprop.stats.analyses.three_level import three_level

    if options["model"] in ("beta-binomial", "bayes", "common"):
        raise EstimationError(
            f"model is {options['model']!r} and a column of studies is named",
            where="--study",
            hint="Rows of one study are pooled in three levels: leave --model out, or choose glmm "
            "or two-step for the levels of --by.",
        )
    return three_level(
        data.events, data.total, data.studies, options["measure"], options["tau2"] or "REML",
        options["ci"] or "t", options["level"],
    )  # fmt: skip


def _pool_estimates(
    data: Estimates, wanted: Mapping[str, str], by: str | None, interval: tuple[str, float],
    options: Mapping[str, Any],
) -> tuple[dict[str, Any], Any]:  # fmt: skip
    """Return results by name, and the test between levels if there are any."""
    from poolprop.stats.analyses.subgroups import means_tested
    from poolprop.stats.answers.pool import pool_effects

    if "study" in wanted:
        raise EstimationError(
            "estimates without counts and a column of studies are given",
            where="--study",
            hint="Three levels need counts; keep one row a study.",
        )
    keywords = {**options, "model": options["model"] or "two-step"}
    if keywords["model"] not in ("two-step", "common"):
        pool_effects([0.0], [1.0], model=keywords["model"])  # says why it cannot
    effects = [
        _effect(row, where, options["measure"], interval)
        for row, where in zip(data.rows, data.where, strict=True)
    ]

    def fit(chosen: Sequence[tuple[float, float]]) -> PoolResult:
        yi, vi = zip(*chosen, strict=True)
        return pool_effects(yi, vi, **keywords)

    results = {"overall": fit(effects)}
    levels: dict[str, list[tuple[float, float]]] = {}
    for level, one in zip(data.levels, effects, strict=False):
        levels.setdefault(level, []).append(one)
    found = {level: fit(chosen) for level, chosen in levels.items()}
    results |= {f"{by} = {level}": result for level, result in found.items()}
    return results, means_tested(found, len(effects)) if by else None


def _effect(
    row: Mapping[str, float], where: str, measure: str, interval: tuple[str, float]
) -> tuple[float, float]:
    """Return effect size and variance of one row; a fault names its place in the file."""
    from poolprop.stats.estimates import estimate_effects
    from poolprop.stats.measures import effect_sizes

    given = {name: [value] for name, value in row.items()}
    try:
        if "events" in given:
            yi, vi = effect_sizes(given["events"], given["total"], measure)
        else:
            estimate = given.pop("estimate")
            yi, vi = estimate_effects(
                estimate, **given, measure=measure, symmetric=interval[0] or None,
                ci_level=interval[1],
            )  # fmt: skip
    except EstimationError as error:
        place = where if error.where.startswith("study") else error.where
        hint = error.hint.replace("symmetric='", "--ci-scale ").replace(
            "' is nearest", " is nearest"
        )
        raise DataError(error.problem, where=place, hint=hint) from None
    return float(yi[0]), float(vi[0])


def _print_text(results: Mapping[str, Any], test: Any, scale: str, digits: int | str) -> None:
    chosen = results["overall"].policy(scale, digits).scale
    for name, result in results.items():
        print(f"{name}\n{result.summary(chosen, digits)}\n")
    if test is not None:
        print(f"between levels\n{test.between()}\n")
