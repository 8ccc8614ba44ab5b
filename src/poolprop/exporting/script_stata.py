"""A do-file for Stata that pools as the plan does, and its data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from poolprop.exporting.redone import NOT_STATED, Redone, Regressed, plain
from poolprop.exporting.safe import csv_text
from poolprop.plan.columns import FACTOR

HEAD = """\
* {label}: everything that the plan's primary model pools. Written by poolprop, whose tests
* have no Stata: read what it says.
* The model of the report: {method}
* The rows are in {data}; set1, set2 ... mark those of each result.
version 16
clear all
import delimited using "{data}", varnames(1) encoding("utf-8") stringcols(1) clear
generate id = _n
"""
POOLED = """
* {id}: {said} in the report
{fit}
"""
GLMM = """\
capture noisily melogit events if {set} || id:, binomial(total) intpoints(30) level({level})
capture noisily nlcom (proportion: invlogit(_b[_cons])), level({level})"""
TWO_STEP = "capture noisily meta summarize if {set}, {tau2}{se}"
DECLARE = """
* Two steps need Stata 18.
capture noisily meta esize events total, esize({measure}) studylabel(study) level({level})
"""
ONE = "cii proportions {total} {events}, level({level})"
NONE = "* Stata has no command for this model: the script in R has.\n"
NO_LIMITS = "* Stata's interval is Wald's; the report's stands in each comment.\n"
MEASURE = {"PLO": "logitprop", "PFT": "ftukeyprop"}
TAU2 = {
    "DL": "dlaird", "HE": "hedges", "HS": "hschmidt", "SJ": "sjonkman", "ML": "mle",
    "REML": "reml", "EB": "ebayes", "PM": "ebayes",
}  # fmt: skip
SE = {"hksj": " se(khartung)", "hksj-adhoc": " se(khartung, truncated)"}
REGRESSION = """
* {id}: {label}; the coefficients of the report are {said}
{fit}
"""
REGRESS_GLMM = (
    "capture noisily melogit events {terms} if {keep} || id:, binomial(total) intpoints(30)"
)
REGRESS = "capture noisily meta regress {terms} if {keep}, {tau2} se(khartung)"
LONGEST = 28


def stata(what: Redone, data: str, model: Any, level: float) -> tuple[str, str]:
    """Return a do-file and its data as CSV; ``data`` is the name of the file of the data."""
    names = {name: _name(name, i) for i, name in enumerate(what.columns)}
    head = HEAD.format(
        label=plain(what.label), method=plain(what.method) or model.key, data=data
    ) + _encoded(names)
    body = "".join(_body(what, names, model, f"{100 * level:g}"))
    return head + body, _table(what, names)


def _name(column: str, i: int) -> str:
    """Return a name that Stata takes: letters, digits and _, at most 32, each its own."""
    short = column.replace(".", "_")
    return short if len(short) <= LONGEST else f"{short[: LONGEST - 3]}_{i}"


def _encoded(names: dict[str, str]) -> str:
    """Return the commands that give each factor numbers, which its labels are called after."""
    return "".join(
        f"capture encode {short}, generate(e_{short})\n"
        for name, short in names.items()
        if name.startswith(FACTOR)
    )


def _table(what: Redone, names: dict[str, str]) -> str:
    sets = {f"set{i}": set(one.rows) for i, one in enumerate(what.pooled, start=1)}
    rows = [
        {name: row[name] for name in ("study", "events", "total")}
        | {short: "" if row[name] in NOT_STATED else row[name] for name, short in names.items()}
        | {name: str(int(place in own)) for name, own in sets.items()}
        for place, row in enumerate(what.rows)
    ]
    return csv_text(["study", "events", "total", *names.values(), *sets], rows)


def _body(what: Redone, names: dict[str, str], model: Any, level: str) -> Iterator[str]:
    measure = MEASURE.get(model.measure)
    if model.model == "beta-binomial" or (model.model != "glmm" and measure is None):
        yield NONE
        return
    tau2 = "common" if model.model == "common" else f"random({TAU2[model.tau2]})"
    se = SE.get(model.ci, "")
    if model.model != "glmm":
        yield DECLARE.format(measure=measure, level=level)
    if model.ci not in ("wald", "hksj", "hksj-adhoc"):
        yield NO_LIMITS
    form = GLMM if model.model == "glmm" else TWO_STEP
    for i, one in enumerate(what.pooled, start=1):
        fit = form.format(set=f"set{i}", level=level, tau2=tau2, se=se)
        if len(one.rows) == 1:
            fit = ONE.format(**what.rows[one.rows[0]], level=level)
        value, lower, upper = (f"{number!r}" for number in one.numbers if number is not None)
        yield POOLED.format(id=one.id, said=f"{value} ({lower} to {upper})", fit=fit)
    for regressed in what.regressed:
        yield _regression(regressed, names, model, tau2)


def _regression(one: Regressed, names: dict[str, str], model: Any, tau2: str) -> str:
    """Return a regression on numbers about their means and on factors without a mixed level."""
    numbers = [names[name] for name in one.numbers]
    factors = [f"e_{names[name]}" for name in one.factors]
    stated = [f"!missing({name})" for name in (*numbers, *factors)]
    keep = " & ".join(["set1", *stated, *(f'{name} != "mixed":{name}' for name in factors)])
    centre = "".join(
        f"quietly summarize {name} if {keep}\ngenerate c_{i} = {name} - r(mean)\n"
        for i, name in enumerate(numbers)
    )
    terms = [*(f"c.c_{i}" for i in range(len(numbers))), *(f"i.{name}" for name in factors)]
    fit = (REGRESS_GLMM if model.model == "glmm" else REGRESS).format(
        terms=" ".join(terms), keep=keep, tau2=tau2
    )
    said = ", ".join(f"{coefficient[0]!r}" for coefficient in one.coefficients)
    return REGRESSION.format(
        id=one.id, label=plain(one.label), said=said, fit=f"capture drop c_*\n{centre}{fit}"
    )
