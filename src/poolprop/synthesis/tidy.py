"""Result records of the clinical stages as tidy tables, one estimate a row."""

from __future__ import annotations

from typing import Any

from poolprop.formats import MISSING, fixed, number
from poolprop.sentences import FACTS, filled

Record = dict[str, Any]
Table = tuple[list[str], list[Record]]

INTERVALS = ("ci", "prediction")
ESTIMATE_COLUMNS = [
    "role", "k", "proportion", "ci_lower", "ci_upper", "prediction_lower", "prediction_upper",
    "tau2", "method",
]  # fmt: skip


def survival_table(record: Record) -> Table:
    """Return each pooled rate with its companion, and each study's own rate."""
    columns = ["id", "endpoint", "time_months", "label", *ESTIMATE_COLUMNS, "n", "variance_rule"]
    rows = []
    for time in record["times"]:
        about = {"endpoint": time["endpoint"], "time_months": time["time_months"]}
        for study in time["studies"]:
            own = {"k": 1, "n": study["n"], "variance_rule": study["variance_rule"]}
            rows.append(about | own | estimate_cells(study, "study") | {"label": study["label"]})
        for role, result in (("pooled", time["result"]), ("bayes", time["companion"])):
            if result is not None and time["k"] > 1:
                cells = {"label": time["label"], "n": time["total"], "variance_rule": None}
                rows.append(about | estimate_cells(result, role) | cells)
    return columns, rows


def safety_table(record: Record) -> Table:
    """Return each event and grade: its studies, the pooled proportion and its companion."""
    columns = [
        "id", "outcome", "grade", "label", "events", "total", *ESTIMATE_COLUMNS, "study_label",
    ]  # fmt: skip
    rows = []
    for event in record["events"]:
        about = {key: event[key] for key in ("outcome", "grade", "label")}
        for study in event["studies"]:
            shown = study | {"ci": study["intervals"]["clopper-pearson"]}
            cells = {key: study[key] for key in ("events", "total")}
            rows.append(
                about | cells | {"k": 1, "study_label": study["label"]}
                | estimate_cells(shown, "study")
            )  # fmt: skip
        for role, result in (("pooled", event["result"]), ("bayes", event["companion"])):
            if result is not None:
                cells = {key: event[key] for key in ("events", "total")}
                rows.append(about | cells | {"study_label": None} | estimate_cells(result, role))
    return columns, rows


def comparison_table(record: Record) -> Table:
    """Return each contrast of each two-arm figure, then what strata say together."""
    columns = [
        "id", "label", "outcome_label", "population_label", "events1", "total1", "events2",
        "total2", "contrast", "estimate", "ci_lower", "ci_upper", "p", "method",
    ]  # fmt: skip
    rows = []
    for one in record["comparisons"]:
        for name in ("risk_difference", "risk_ratio", "odds_ratio"):
            rows.append(one | _contrast_cells(one[name], name))
    for one in record["strata"]:
        for name in ("common", "between"):
            if one[name] is not None:
                label = {"population_label": "; ".join(one["parts"])}
                rows.append(one | label | _contrast_cells(one[name], f"odds_ratio_{name}"))
    return columns, [{column: row.get(column) for column in columns} for row in rows]


def _contrast_cells(found: Record | None, name: str) -> Record:
    """Return the cells of one contrast; its p value only where it has one of its own."""
    known = found or {}
    ci = known.get("ci") or {"lower": None, "upper": None}
    cells = {"contrast": name, "estimate": known.get("estimate"), "method": known.get("method")}
    cells |= {"ci_lower": ci["lower"], "ci_upper": ci["upper"]}
    return cells | ({"p": known["p"]} if "p" in known else {})


def certainty_table(record: Record) -> Table:
    """Return each judged domain; an estimand that nobody judged has one row without a domain."""
    columns = [
        "id", "endpoint", "estimand", "k", "total", "level", "domain", "judgement", "downgrade",
        "reason", "moved",
    ]  # fmt: skip
    rows = []
    for one in record["assessments"]:
        about = {key: one[key] for key in ("endpoint", "estimand", "level")}
        about |= {key: one["facts"][key] for key in ("k", "total")}
        empty = {"id": one["id"], "domain": None, "judgement": None, "downgrade": None}
        for domain in one["domains"] or [empty | {"reason": None, "moved": None}]:
            rows.append(about | domain | {"reason": _reason(domain["reason"], one)})
    return columns, rows


def _reason(text: str | None, one: Record) -> str | None:
    """Return a reason with its figures, percentages with one decimal."""

    def value(name: str) -> str:
        found = one["facts"]
        for part in name.split("."):
            found = found[part] if found else None
        if found is None:
            return MISSING
        form = FACTS.get(name, "count")
        if form in ("percent", "share"):
            return f"{fixed(100 * found, 1)}%"
        return number(found, 2 if form == "number" else 0)

    return None if text is None else filled(text, value)


def estimate_cells(result: Record, role: str) -> Record:
    """Return the cells of one estimate; what it does not have is ``None``."""
    cells: Record = {"id": result["id"], "role": role}
    for column in ("k", "proportion", "tau2", "method"):
        if column in result or column != "k":
            cells[column] = result.get(column)
    for name in INTERVALS:
        interval = result.get(name) or {"lower": None, "upper": None}
        cells |= {f"{name}_{end}": interval[end] for end in ("lower", "upper")}
    return cells
