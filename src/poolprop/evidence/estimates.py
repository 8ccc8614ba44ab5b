"""Proportions without counts: whether a row says how sure it is, and what it says.

A weighted survey or a published pool prints a percentage with a standard error, an interval or an
effective sample size. An estimand takes such rows where the plan says ``without_counts: two-step``.
"""

from __future__ import annotations

from poolprop.evidence.tables import Outcome

# Columns of data.csv that hold an estimate without counts, as shares of 1; empty in other rows.
COLUMNS = ("estimate", "se", "ci_lower", "ci_upper", "ci_level", "ci_scale", "n_effective")
USUAL_LEVEL = 95.0
# Sets of data.csv that take them are called so, followed by the estimand.
SET = "without_counts/"
MARK = "an estimate without a count, with its precision as reported"


def objection(row: Outcome) -> str:
    """Return why a row without a count cannot be pooled as an estimate; empty if it can."""
    percent = row.percent_reported
    if percent is None or not 0 < percent < 100:
        return "a percentage of 0 or 100 without a count"
    if row.se_reported is not None:
        return "" if row.se_reported > 0 else "a percentage without a count, its standard error 0"
    lower, upper = row.ci_lower_reported, row.ci_upper_reported
    if lower is not None and upper is not None and row.ci_scale not in ("", "NR"):
        fits = lower < percent < upper <= 100 and (lower > 0 or row.ci_scale in ("PR", "PAS"))
        return "" if fits else "a percentage without a count, its interval does not hold it"
    if row.n_effective:
        return ""
    if lower is not None and upper is not None:
        return "a percentage without a count, the scale of its interval (ci_scale) not named"
    return "a percentage without a count, nothing said of its precision"


def cells(row: Outcome) -> dict[str, str]:
    """Return the cells of an estimate: of several words on its precision the first of the columns.

    A standard error comes before an interval of a named scale, and that before an effective size.
    """
    blank = dict.fromkeys(COLUMNS, "")
    if row.events is not None or row.percent_reported is None:
        return blank
    found = blank | {"estimate": _share(row.percent_reported)}
    if row.se_reported is not None:
        return found | {"se": _share(row.se_reported)}
    lower, upper = row.ci_lower_reported, row.ci_upper_reported
    if lower is not None and upper is not None and row.ci_scale not in ("", "NR"):
        level = _share(row.ci_level_reported or USUAL_LEVEL)
        limits = {"ci_lower": _share(lower), "ci_upper": _share(upper)}
        return found | limits | {"ci_level": level, "ci_scale": row.ci_scale}
    return found | {"n_effective": f"{row.n_effective:.12g}" if row.n_effective else ""}


def _share(percent: object) -> str:
    """Return a percentage as a share of 1, without the noise of dividing by 100."""
    return f"{float(str(percent)) / 100:.12g}"
