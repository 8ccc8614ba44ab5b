"""A script in R that pools as the plan does and compares itself with the report."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from poolprop.crosscheck.r_script import ENGINE
from poolprop.exporting.redone import NOT_STATED, Numbers, Redone, Regressed, listed, plain
from poolprop.plan.columns import FACTOR

DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
HEAD = """\
# {label}: everything that the plan's primary model pools, done again in R.
#
# The model: {method}
# {limits}
# Of very few studies the report may show a Bayesian result in its place (rules.bayesian_up_to).
# Needs the package metafor{lme4}. Written by poolprop.
suppressMessages(library(metafor))
"""
FUNCTIONS = """
# ---- Functions: the likelihood by quadrature and its intervals, which no package of R has. ----
{engine}
# ---- End of the functions. ----
"""
DATA = """
# The rows, each once; NA is what a study does not state.
rows <- data.frame(
{columns}
)

# What the report says, and which rows each result rests on.
sets <- list(
{sets}
)
report <- data.frame(
  id = names(sets),
{numbers}
)
"""
LIKELIHOOD = """
# The model of the plan.
pool <- function(d) {{
  task <- list(model = {model}, ci = {ci}, level = {level})
  if (nrow(d) == 1) task$model <- "single-study"
  unlist(reproduce(task, d$events, d$total))[c("proportion", "lower", "upper")]
}}
"""
# How metafor comes back from each measure, and what it calls each interval.
BACK = {
    "PR": "", "PLN": ", transf = exp", "PLO": ", transf = transf.ilogit",
    "PAS": ", transf = transf.iarcsin",
    "PFT": ", transf = transf.ipft.hm, targs = list(ni = d$total)",
}  # fmt: skip
TEST = {"wald": "z", "t": "t", "hksj": "knha", "hksj-adhoc": "adhoc"}
NO_LIMITS = "metafor has no Kenward-Roger interval: estimates are compared, limits are not."
TWO_STEP = """
# Iterated further than metafor does by itself, so that digits can be compared.
tight <- list(threshold = 1e-12, tol = 1e-12, maxiter = 10000, tau2.max = 1000)

# The model of the plan.
pool <- function(d) {{
  if (nrow(d) == 1) {{
    return(c(d$events / d$total, binom.test(d$events, d$total, conf.level = {level})$conf.int))
  }}
  fit <- rma(measure = {measure}, xi = events, ni = total, data = d, slab = study,
             method = {tau2}, test = {test}, level = {percent}, control = tight)
  found <- predict(fit{back})
  c(found$pred, {limits})
}}
"""
COMPARED = """
found <- t(vapply(sets, function(set) pmin(pmax(pool(rows[set, ]), 0), 1), numeric(3)))
compared <- data.frame(id = report$id, proportion = found[, 1], lower = found[, 2],
                       upper = found[, 3], row.names = NULL)
print(compared, digits = 10)
differences <- abs(as.matrix(compared[-1]) - as.matrix(report[-1]))
cat("\\nLargest difference from the report:", max(differences, na.rm = TRUE), "\\n")
"""
BESIDE = """
# The same model by R's packages: metafor with seven nodes, and lme4, both with Wald's interval.
main <- rows[sets[[1]], ]
if (nrow(main) > 1) {{
  try(print(predict(rma.glmm(measure = "PLO", xi = events, ni = total, data = main, nAGQ = 7,
                             level = {percent}), transf = transf.ilogit)))
  if (requireNamespace("lme4", quietly = TRUE)) {{
    main$row <- factor(seq_len(nrow(main)))
    try(print(lme4::glmer(cbind(events, total - events) ~ 1 + (1 | row), data = main,
                          family = binomial, nAGQ = 25)))
  }}
}}
"""
REGRESSION_TOOLS = """
# What a meta-regression takes: rows that state all of it; a mixed level is not one.
stated <- function(d, numbers, factors) {
  keep <- complete.cases(d[c(numbers, factors)])
  for (name in factors) keep <- keep & d[[name]] != "mixed"
  d <- d[keep, ]
  for (name in numbers) d[[name]] <- d[[name]] - mean(d[[name]])
  for (name in factors) {
    d[[name]] <- factor(d[[name]], levels = sort(unique(d[[name]]), method = "radix"))
  }
  d
}
"""
REGRESSION = """
# Meta-regression on {label}: numbers about their means.
d <- stated(rows[sets[[1]], ], {numbers}, {factors})
{fit}
said <- rbind(
{said}
)
cat("\\n", {id}, "\\n", sep = "")
print(here, digits = 10)
cat("Largest difference from the report:", max(abs(here - said), na.rm = TRUE), "\\n")
"""
FIT_TWO_STEP = """\
fit <- rma(measure = {measure}, xi = events, ni = total, mods = ~ {terms}, data = d,
           method = {tau2}, test = "knha", level = {percent}, control = tight)
here <- cbind(fit$beta, fit$ci.lb, fit$ci.ub)"""
FIT_GLMM = """\
# The report's limits are those of a profile likelihood for few studies, which lme4 lacks.
d$row <- factor(seq_len(nrow(d)))
fit <- lme4::glmer(cbind(events, total - events) ~ {terms} + (1 | row), data = d,
                   family = binomial, nAGQ = 25,
                   control = lme4::glmerControl(optimizer = "bobyqa", optCtrl = list(
                     rhobeg = 0.01, rhoend = 1e-10, maxfun = 1e5)))
here <- cbind(lme4::fixef(fit), NA, NA)"""


def r_script(what: Redone, model: Any, level: float) -> str:
    """Return the script for an endpoint, by the primary model of the plan."""
    likelihood = model.model in ("glmm", "beta-binomial")
    words = {
        "model": quoted(model.model), "ci": quoted(model.ci), "measure": quoted(model.measure),
        "tau2": quoted("EE" if model.model == "common" else model.tau2),
        "test": quoted(TEST.get(model.ci, "z")), "back": BACK[model.measure],
        "level": f"{level:g}", "percent": f"{100 * level:g}",
        "limits": "NA, NA" if model.ci == "kr" else "found$ci.lb, found$ci.ub",
    }  # fmt: skip
    parts = [_head(what, model, likelihood)]
    if likelihood:
        parts.append(FUNCTIONS.format(engine=ENGINE.read_text("utf-8").strip()))
    parts += [_data(what), (LIKELIHOOD if likelihood else TWO_STEP).format(**words), COMPARED]
    if model.model == "glmm":
        parts.append(BESIDE.format(**words))
    if what.regressed:
        fit = FIT_GLMM if likelihood else FIT_TWO_STEP
        parts.append(REGRESSION_TOOLS)
        parts += [_regression(one, fit, words) for one in what.regressed]
    return "".join(parts)


def quoted(text: str) -> str:
    """Return a text as a string of R: what JSON escapes, R reads."""
    return json.dumps(re.sub(r"[\x00-\x1f\x7f]", " ", text), ensure_ascii=False)


def _head(what: Redone, model: Any, likelihood: bool) -> str:
    limits = "Estimates and limits are compared with the report's at the end."
    if model.ci == "kr":
        limits = NO_LIMITS
    elif likelihood and model.ci not in ("wald", "t"):
        limits = "R's packages have no such interval; the functions below make it."
    lme4 = " and lme4" if likelihood and what.regressed else ""
    return HEAD.format(
        label=plain(what.label), method=plain(what.method) or model.key, limits=limits, lme4=lme4
    )


def _data(what: Redone) -> str:
    columns = [
        ("study", [quoted(row["study"]) for row in what.rows]),
        *((name, [row[name] for row in what.rows]) for name in ("events", "total")),
        *((name, _cells(what, name)) for name in what.columns),
    ]
    numbers = [
        (name, [_number(one.numbers[i]) for one in what.pooled])
        for i, name in enumerate(("proportion", "lower", "upper"))
    ]
    sets = [
        f"  {quoted(one.id)} = c({', '.join(str(i + 1) for i in one.rows)})" for one in what.pooled
    ]
    return DATA.format(
        columns=",\n".join(_vectors(columns)),
        sets=",\n".join(sets),
        numbers=",\n".join(_vectors(numbers)),
    )


def _cells(what: Redone, name: str) -> Iterator[str]:
    for row in what.rows:
        cell = row[name]
        if cell in NOT_STATED:
            yield "NA"
        else:
            number = DECIMAL.fullmatch(cell)  # as it is stated: a year has no decimals
            yield quoted(cell) if name.startswith(FACTOR) else cell if number else "NA"


def _number(value: float | None) -> str:
    return "NA" if value is None else f"{value!r}"


def _vectors(columns: Iterable[tuple[str, Iterable[str]]]) -> Iterator[str]:
    for name, words in columns:
        yield f"  {name} = c({listed(list(words), '    ')})"


def _regression(one: Regressed, fit: str, words: dict[str, str]) -> str:
    return REGRESSION.format(
        label=plain(one.label),
        id=quoted(one.id),
        numbers=_names(one.numbers),
        factors=_names(one.factors),
        fit=fit.format(terms=" + ".join([*one.numbers, *one.factors]), **words),
        said=",\n".join(_row(numbers) for numbers in one.coefficients),
    )


def _row(numbers: Numbers) -> str:
    return f"  c({', '.join(map(_number, numbers))})"


def _names(names: Iterable[str]) -> str:
    return f"c({', '.join(map(quoted, names))})"
