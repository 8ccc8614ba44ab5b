"""Meta-regressions of the primary estimand, or the sentence why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poolprop.errors import EstimationError
from poolprop.plan import Moderator, Settings
from poolprop.plan.columns import factor_column, label_column, number_column
from poolprop.synthesis.records import Record, Rows, counts

UNCLEAR = ("", "mixed", "NR")


def regression(settings: Settings, name: str, key: str, plan: Moderator, primary: Rows) -> Record:
    """Regress the primary estimand on numbers and factors where enough studies state them.

    Numbers are centred at their means, so that the intercept is that of a typical study; of a
    factor the first level by name is the reference. Studies that do not state all of it are left
    out. By the binomial-normal GLMM where the primary model is a likelihood, else by the primary
    two-step model's measure and estimator of ``tau2``.

    ``rules.min_studies_per_moderator`` studies are needed for each slope. ``name``, ``key``: the
    endpoint's and the moderator's keys in the plan. ``plan``: its columns, factors and label.
    ``primary``: rows of the primary estimand.
    """
    rows = [row for row in primary if _states_all(row, plan)]
    levels = {name: sorted({row[factor_column(name)] for row in rows}) for name in plan.factors}
    slopes = len(plan.numbers) + sum(max(len(found) - 1, 0) for found in levels.values())
    need = settings.rules.min_studies_per_moderator * max(slopes, 1)
    record: Record = {
        "id": f"regression/{name}/{key}", "moderator": key, "label": plan.label,
        "columns": list(plan.numbers), "factors": list(plan.factors), "k": len(rows),
        "k_missing": len(primary) - len(rows), "min_studies": need, "fit": None, "note": "",
    }  # fmt: skip
    if why := _why_not(rows, plan, levels, need, slopes):
        return record | {"note": f"No meta-regression on {plan.label.lower()}: {why}."}
    try:
        fit = _fit(settings, rows, _columns(key, plan, rows))
    except EstimationError as error:
        why = f"{error.problem}".rstrip(".")
        return record | {"note": f"No meta-regression on {plan.label.lower()}: {why}."}
    named = _labels(key, plan, rows, levels)
    for one in fit["coefficients"]:
        one["label"] = named.get(one["name"], "Intercept")
        one["name"] = one["name"].removeprefix("[").replace("][", "[", 1)
    missing = record["k_missing"]
    verb = "does" if missing == 1 else "do"
    note = f"{missing} of {len(primary)} studies {verb} not state it." if missing else ""
    return record | {"fit": fit, "note": note}


def _states_all(row: Mapping[str, str], plan: Moderator) -> bool:
    return all(_is_number(row[number_column(name)]) for name in plan.numbers) and all(
        row[factor_column(name)] not in UNCLEAR for name in plan.factors
    )


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _why_not(
    rows: Rows, plan: Moderator, levels: Mapping[str, list[str]], need: int, slopes: int
) -> str:
    """Return why nothing is fitted; empty where something may be."""
    several = f" all of it ({need // slopes} for each of {slopes} slopes)" if slopes > 1 else " it"
    if len(rows) < need:
        here = f"here {'is' if len(rows) == 1 else 'are'} {len(rows)}"
        return f"it needs {need} studies that state{several}, {here}"
    alone = len(plan.numbers) + len(plan.factors) == 1
    numbers = [(name, number_column(name)) for name in plan.numbers]
    for name, column in (*numbers, *((name, factor_column(name)) for name in levels)):
        if len({row[column] for row in rows}) == 1:
            return f"{'it' if alone else _words(name)} is the same in every study"
    events, total = counts(rows)
    return "" if 0 < sum(events) < sum(total) else "no study differs in its outcome"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _columns(key: str, plan: Moderator, rows: Rows) -> dict[str, list[float] | list[str]]:
    """Return the design without its intercept: centred numbers, and levels as text."""
    found: dict[str, list[float] | list[str]] = {}
    for name in plan.numbers:
        values = [float(row[number_column(name)]) for row in rows]
        mean = sum(values) / len(values)
        found[key if plan.column else name] = [value - mean for value in values]
    for name in plan.factors:  # a name with brackets is none of a number
        found[f"[{name}]"] = [row[factor_column(name)] for row in rows]
    return found


def _labels(
    key: str, plan: Moderator, rows: Rows, levels: Mapping[str, list[str]]
) -> dict[str, str]:
    """Return how people call each slope."""
    found = {name: _words(name) for name in plan.numbers}
    if plan.column:
        found[key] = plan.label
    for name, codes in levels.items():
        shown = {row[factor_column(name)]: row[label_column(name)] for row in rows}
        for code in codes[1:]:
            found[f"[{name}][{code}]"] = (
                f"{_words(name)}: {shown[code] or code} against {shown[codes[0]] or codes[0]}"
            )
    return found


def _fit(settings: Settings, rows: Rows, design: Mapping[str, Any]) -> Record:
    from poolprop.stats.analyses.meta_regression import meta_regression

    model = settings.models.primary
    if model.model in ("two-step", "common"):
        tau2 = "EE" if model.model == "common" else model.tau2
        found = meta_regression(*counts(rows), design, model.measure, tau2, level=settings.level)
        return {"method": f"two-step, {model.measure}, tau2 {tau2}"} | found.to_dict()
    found = meta_regression(*counts(rows), design, model="glmm", level=settings.level)
    return {"method": "binomial-normal GLMM, logit link, ML"} | found.to_dict()
