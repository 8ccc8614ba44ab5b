"""Ratios that the sources print (Cox, odds): as a forest on a logarithmic axis, never pooled."""

from __future__ import annotations

import math
from collections.abc import Callable

from poolprop.report.context import Context, Section
from poolprop.report.curated import BLANK, Row
from poolprop.report.formats import MISSING, plain
from poolprop.report.values import Record

TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


def section(context: Context) -> Section | None:
    """Return the section; None where no ratio was extracted."""
    found = [row for row in context.results.survival if row["statistic"].endswith("_ratio")]
    found = [row for row in found if row["value"] not in BLANK and float(row["value"]) > 0]
    if not found:
        return None
    ends = [float(row[key]) for row in found for key in ("value", "ci_lower", "ci_upper")
            if row[key] not in BLANK and float(row[key]) > 0]  # fmt: skip
    low = max((tick for tick in TICKS if tick <= min(*ends, 1)), default=TICKS[0])
    high = min((tick for tick in TICKS if tick >= max(*ends, 1)), default=TICKS[-1])

    def place(value: float) -> float:
        share = math.log(value / low) / math.log(high / low)
        return round(100 * min(max(share, 0.0), 1.0), 2)

    body = {
        "rows": [_ratio(context, row, place) for row in found],
        "ends": [f"{tick:g}" for tick in (low, high)],
        "one": place(1.0),
    }
    return Section(id="ratios", title="Ratios that the sources print", body=body)


def _ratio(context: Context, row: Row, place: Callable[[float], float]) -> Record:
    """Return one ratio: what it is of, its text, and where it lies in per cent of the axis."""
    known = row["ci_lower"] not in BLANK and row["ci_upper"] not in BLANK
    interval = f" ({row['ci_lower']} to {row['ci_upper']})" if known else ""
    return {
        "row": row["survival_id"],
        "label": plain(row["population"]),
        "study": row["study_label"],
        "kind": f"{plain(row['statistic'])}, {_endpoint(context, row)}",
        "text": f"{row['value']}{interval}",
        "p": row["p_value"] if row["p_value"] not in BLANK else MISSING,
        "at": place(float(row["value"])),
        "lower": place(float(row["ci_lower"])) if known else None,
        "upper": place(float(row["ci_upper"])) if known else None,
        "locator": row["locator"],
    }


def _endpoint(context: Context, row: Row) -> str:
    plan = context.settings.survival
    known = plan.endpoints.get(row["endpoint"]) if plan else None
    return (known.label if known else plain(row["endpoint"])).lower()
