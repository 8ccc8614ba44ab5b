"""Scripts for R and Stata that start from the same counts and fit the same models."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from poolprop.exporting.results import Rows, primary
from poolprop.exporting.safe import csv_text

R_HEAD = """\
# {label}: {k} cohorts. Written by poolprop; needs the packages metafor and meta.
library(metafor)

counts <- data.frame(
  study = c({studies}),
  events = c({events}),
  total = c({totals})
)

# The model of the report: binomial-normal, logit link, maximum likelihood. The report has a
# profile-likelihood interval with a small-sample cut; rma.glmm gives the Wald interval.
glmm <- rma.glmm(measure = "PLO", xi = events, ni = total, data = counts, nAGQ = 7)
print(predict(glmm, transf = transf.ilogit), digits = 6)

# Two-step models, as many reviews report them.
for (measure in c("PLO", "PAS")) {{
  back <- if (measure == "PLO") transf.ilogit else transf.iarcsin
  fit <- rma(measure = measure, xi = events, ni = total, data = counts, method = "REML",
             test = "knha", slab = study)
  cat("\\n", measure, "REML with Hartung-Knapp\\n")
  print(predict(fit, transf = back), digits = 6)
}}
if (interactive()) forest(fit, transf = transf.iarcsin)

# The same with the package meta, if it is there.
if (requireNamespace("meta", quietly = TRUE)) {{
  print(meta::metaprop(events, total, studlab = study, data = counts, method = "GLMM"))
}}
"""
STATA = """\
* {label}: {k} cohorts. Written by poolprop; the counts are in {data}.
version 16
clear all
import delimited using "{data}", varnames(1) encoding("utf-8") stringcols(1) clear
encode study, generate(id)

* The model of the report: binomial-normal, logit link, maximum likelihood.
melogit events || id:, binomial(total) intpoints(30)
nlcom (proportion: invlogit(_b[_cons]))

* A two-step model with the community command metaprop (ssc install metaprop):
capture noisily metaprop events total, random label(namevar=study)
"""


def r_script(label: str, rows: Rows) -> str:
    """Return a script in R for the primary estimand of an endpoint."""
    chosen = primary(rows)
    return R_HEAD.format(
        label=_comment(label),
        k=len(chosen),
        studies=_wrapped(quoted(_name(row)) for row in chosen),
        events=", ".join(row["events"] for row in chosen),
        totals=", ".join(row["total"] for row in chosen),
    )


def stata(label: str, rows: Rows, data: str) -> tuple[str, str]:
    """Return a do-file and its data as CSV."""
    chosen = primary(rows)
    columns = ["study", "events", "total"]
    table = [{"study": _name(row), **{c: row[c] for c in columns[1:]}} for row in chosen]
    return STATA.format(label=_comment(label), k=len(chosen), data=data), csv_text(columns, table)


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
