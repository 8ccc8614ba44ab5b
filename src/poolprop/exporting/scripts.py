"""Scripts for R and Stata that start from the same counts and fit the same models."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from poolprop.exporting.results import Rows, primary
from poolprop.exporting.safe import csv_text

R_HEAD = """\
# {label}: {k} cohorts. Written by poolprop; needs the package metafor.
library(metafor)

counts <- data.frame(
  study = c({studies}),
  events = c({events}),
  total = c({totals})
)

# The model of the report: {method}
{model}
"""
R_TWO_STEP = """\
{remark}answer <- rma(measure = "{measure}", xi = events, ni = total, data = counts, slab = study,
              method = "{tau2}", test = "{test}", level = {level})
print(predict(answer{back}), digits = 6)
if (interactive()) forest(answer{back})
"""
R_GLMM = """\
{remark}answer <- rma.glmm(measure = "PLO", xi = events, ni = total, data = counts, nAGQ = 7,
                   test = "{test}", level = {level})
print(predict(answer, transf = transf.ilogit), digits = 6)
"""
R_OTHERS = """
# Two-step models, as many reviews report them.
for (measure in c("PLO", "PAS")) {{
  back <- if (measure == "PLO") transf.ilogit else transf.iarcsin
  fit <- rma(measure = measure, xi = events, ni = total, data = counts, method = "REML",
             test = "knha", slab = study, level = {level})
  cat("\\n", measure, "REML with Hartung-Knapp\\n")
  print(predict(fit, transf = back), digits = 6)
}}

# The same with the package meta, if it is there.
if (requireNamespace("meta", quietly = TRUE)) {{
  print(meta::metaprop(events, total, studlab = study, data = counts, method = "GLMM"))
}}
"""
# How predict() of metafor comes back from each measure, and what rma() calls each interval.
R_BACK = {
    "PR": "", "PLN": ", transf = exp", "PLO": ", transf = transf.ilogit",
    "PAS": ", transf = transf.iarcsin",
    "PFT": ", transf = transf.ipft.hm, targs = list(ni = counts$total)",
}  # fmt: skip
R_TEST = {"wald": "z", "t": "t", "hksj": "knha", "hksj-adhoc": "adhoc"}
R_NEAR = "# metafor has no {what}: the limits below are those of {instead}, not the report's.\n"
STATA = """\
* {label}: {k} cohorts. Written by poolprop; the counts are in {data}.
version 16
clear all
import delimited using "{data}", varnames(1) encoding("utf-8") stringcols(1) clear
encode study, generate(id)

* The model of the report: {method}
{model}
* A two-step model with the community command metaprop (ssc install metaprop):
capture noisily metaprop events total, random label(namevar=study)
"""
STATA_GLMM = """\
melogit events || id:, binomial(total) intpoints(30) level({level})
nlcom (proportion: invlogit(_b[_cons])), level({level})
"""
STATA_TWO_STEP = """\
* (needs Stata 18)
capture noisily meta esize events total, esize({measure}) studylabel(study) level({level})
capture noisily meta summarize, {tau2}{se}
"""
STATA_NONE = "* Stata has no command for it: the R script has.\n"
STATA_MEASURE = {"PLO": "logitprop", "PFT": "ftukeyprop"}
STATA_TAU2 = {
    "DL": "dlaird", "HE": "hedges", "HS": "hschmidt", "SJ": "sjonkman", "ML": "mle",
    "REML": "reml", "EB": "ebayes", "PM": "ebayes",
}  # fmt: skip
STATA_SE = {"hksj": " se(khartung)", "hksj-adhoc": " se(khartung, truncated)"}


def r_script(label: str, rows: Rows, model: Any, level: float, method: str = "") -> str:
    """Return a script in R for the primary estimand of an endpoint.

    Parameters
    ----------
    label : str
        Name of the endpoint.
    rows : list of dict
        Rows of its ``data.csv``.
    model : Model
        The primary model of the plan.
    level : float
        Level of the intervals.
    method : str
        The model in words, as the result file has it.
    """
    chosen = primary(rows)
    head = R_HEAD.format(
        label=_comment(label),
        k=len(chosen),
        studies=_wrapped(quoted(_name(row)) for row in chosen),
        events=", ".join(row["events"] for row in chosen),
        totals=", ".join(row["total"] for row in chosen),
        method=_comment(method) or model.key,
        model=_r_model(model, f"{100 * level:g}"),
    )
    return head + R_OTHERS.format(level=f"{100 * level:g}")


def _r_model(model: Any, level: str) -> str:
    """Return the plan's model in metafor, with a remark where its interval is another one."""
    if model.model == "beta-binomial":
        return (
            "# metafor has no beta-binomial model; results/crosscheck/reproduce.R of the review "
            "fits it.\n"
        )
    test, remark = R_TEST.get(model.ci), ""
    if test is None:
        what = "Kenward-Roger interval" if model.ci == "kr" else "profile-likelihood interval"
        test, remark = "z", R_NEAR.format(what=what, instead="Wald")
    if model.model == "glmm":
        return R_GLMM.format(remark=remark, test=test, level=level)
    tau2 = "EE" if model.model == "common" else model.tau2
    back = R_BACK[model.measure]
    return R_TWO_STEP.format(
        remark=remark, measure=model.measure, tau2=tau2, test=test, level=level, back=back
    )


def stata(
    label: str, rows: Rows, data: str, model: Any, level: float, method: str = ""
) -> tuple[str, str]:
    """Return a do-file and its data as CSV; arguments as of :func:`r_script`."""
    chosen = primary(rows)
    columns = ["study", "events", "total"]
    table = [{"study": _name(row), **{c: row[c] for c in columns[1:]}} for row in chosen]
    script = STATA.format(
        label=_comment(label), k=len(chosen), data=data,
        method=_comment(method) or model.key, model=_stata_model(model, f"{100 * level:g}"),
    )  # fmt: skip
    return script, csv_text(columns, table)


def _stata_model(model: Any, level: str) -> str:
    if model.model == "glmm":
        return STATA_GLMM.format(level=level)
    measure = STATA_MEASURE.get(model.measure)
    if model.model == "beta-binomial" or measure is None:
        return STATA_NONE
    tau2 = "common" if model.model == "common" else f"random({STATA_TAU2[model.tau2]})"
    return STATA_TWO_STEP.format(
        measure=measure, tau2=tau2, se=STATA_SE.get(model.ci, ""), level=level
    )


def quoted(text: str) -> str:
    """Return a text as a string of R: what JSON escapes, R reads."""
    return json.dumps(re.sub(r"[\x00-\x1f\x7f]", " ", text), ensure_ascii=False)


def _name(row: Mapping[str, str]) -> str:
    """Return study and arm; the study alone where the arm is called after it."""
    study, arm = row["label"], row["arm_label"]
    return study if arm in ("", study) else f"{study}: {arm}"


def _comment(text: str) -> str:
    return " ".join(text.split())


def _wrapped(words: Iterable[str]) -> str:
    return ",\n            ".join(words)
