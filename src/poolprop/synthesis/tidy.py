"""Result records of survival, safety and certainty as tidy tables, one estimate a row."""

from __future__ import annotations

from poolprop.synthesis.records import Record

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


def certainty_table(record: Record) -> Table:
    """Return each judged domain; an estimand that nobody judged has one row without a domain."""
    columns = [
        "id", "endpoint", "estimand", "k", "total", "level", "domain", "judgement", "downgrade",
        "reason",
    ]  # fmt: skip
    rows = []
    for one in record["assessments"]:
        about = {key: one[key] for key in ("endpoint", "estimand", "level")}
        about |= {key: one["facts"][key] for key in ("k", "total")}
        empty = {"id": one["id"], "domain": None, "judgement": None, "downgrade": None}
        for domain in one["domains"] or [empty | {"reason": None}]:
            rows.append(about | domain)
    return columns, rows


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
