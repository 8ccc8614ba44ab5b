"""Influence, cumulative pools, contrasts and tests as tidy tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Records = Iterable[Mapping[str, Any]]
Table = tuple[list[str], list[dict[str, Any]]]

DIAGNOSTICS = (
    "rstudent", "predictive_p", "dffits", "cooks_distance", "covariance_ratio", "tau2_deleted",
    "q_deleted", "hat", "baujat_x", "baujat_y", "influential",
)  # fmt: skip
POOLED = ("k", "proportion", "ci_lower", "ci_upper", "tau2")


def influence_table(records: Records) -> Table:
    """Return each study with the pool without it and its diagnostics, one a row."""
    columns = ["id", "endpoint", "label", "arm_id", *POOLED, "change", *DIAGNOSTICS]
    return columns, [row for record in records for row in _influence(record)]


def _influence(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    diagnostics = {one["arm_id"]: one for one in record["diagnostics"]["studies"]}
    for entry in record["leave_one_out"]:
        found = diagnostics.get(entry["arm_id"]) or entry.get("diagnostics", {})
        yield {
            "id": entry["id"],
            "endpoint": record["endpoint"]["id"],
            "label": entry["omitted"],
            "arm_id": entry["arm_id"],
            **_pooled(entry["result"]),
            "change": entry["change"],
            **{name: found.get(name) for name in DIAGNOSTICS},
        }


def cumulative_table(records: Records) -> Table:
    """Return the pool after each study in the order of publication, one a row."""
    columns = ["id", "endpoint", "added", "arm_id", "year", *POOLED]
    return columns, [
        {
            **{name: entry[name] for name in ("id", "added", "arm_id", "year")},
            "endpoint": record["endpoint"]["id"],
            **_pooled(entry["result"]),
        }
        for record in records
        for entry in record["cumulative"]
    ]


def _pooled(result: Mapping[str, Any]) -> dict[str, Any]:
    limits = {f"ci_{end}": result["ci"][end] for end in ("lower", "upper")}
    return {name: result[name] for name in ("k", "proportion", "tau2")} | limits


def contrast_table(records: Records) -> Table:
    """Return the contrasts within studies, one a row."""
    plain = [
        "id", "study_id", "label", "level1", "level2", "outcome1_id", "outcome2_id", "events1",
        "total1", "events2", "total2", "proportion1", "proportion2", "p",
    ]  # fmt: skip
    contrasts = ("odds_ratio", "risk_difference")
    ends = [f"{name}{end}" for name in contrasts for end in ("", "_lower", "_upper")]
    rows = [
        {
            "endpoint": record["endpoint"]["id"],
            "factor": factor["factor"],
            **{name: one[name] for name in plain},
            **{key: value for name in contrasts for key, value in _limits(one, name).items()},
        }
        for record in records
        for factor in record["factors"]
        for one in factor["contrasts"]
    ]
    return ["endpoint", "factor", *plain, *ends], rows


def _limits(one: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = one[name] or {"estimate": None, "ci": {"lower": None, "upper": None}}
    ci = found["ci"]
    return {name: found["estimate"]} | {f"{name}_{end}": ci[end] for end in ("lower", "upper")}


def tests_table(subgroups: Records, small_studies: Records) -> Table:
    """Return every test that was asked for, with the reason where there is none, one a row."""
    columns = ["id", "endpoint", "kind", "k", "statistic", "df", "p", "method", "why_not"]
    rows = [
        {"endpoint": record["endpoint"]["id"], **row}
        for record in subgroups
        for row in (*map(_between, record["factors"]), *map(_regression, record["regressions"]))
    ]
    rows += [
        {"endpoint": record["endpoint"]["id"], **row}
        for record in small_studies
        for row in _asymmetry(record)
    ]
    return columns, rows


def _row(
    identifier: str, kind: str, k: int | None, found: Mapping[str, Any], why_not: str
) -> dict[str, Any]:
    names = ("statistic", "df", "p", "method")
    filled = {name: found.get(name) for name in names}
    return {"id": identifier, "kind": kind, "k": k, **filled, "why_not": why_not}


def _between(factor: Mapping[str, Any]) -> dict[str, Any]:
    test = factor["test"]
    if test is None:
        k = sum(level["k"] for level in factor["levels"])
        return _row(
            f"test/{factor['id'].partition('/')[2]}", "between levels", k, {}, factor["test_note"]
        )
    found = {**test, "statistic": test["q_between"]}
    return _row(test["id"], "between levels", test["k"], found, "")


def _regression(record: Mapping[str, Any]) -> dict[str, Any]:
    fit = record["fit"]
    found = {} if fit is None else {"method": fit["method"], **fit["omnibus"]}
    if fit is not None:
        found["df"] = fit["omnibus"]["df1"]
    why = record["note"] if fit is None else ""
    return _row(record["id"], "meta-regression", record["k"], found, why)


def _asymmetry(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    kind = "small-study effects"
    if not record["tested"]:
        yield _row(record["id"], kind, record["k"], {}, record["reason"])
    for test in record["tests"]:
        found = {**test, "method": test["label"]}
        yield _row(test["id"], kind, record["k"], found, "")


def regression_table(subgroups: Records) -> Table:
    """Return every coefficient of every meta-regression that was fitted, one a row."""
    columns = [
        "id", "endpoint", "moderator", "coefficient", "label", "estimate", "se", "ci_lower",
        "ci_upper", "statistic", "p", "lrt_p", "k", "tau2", "r2", "method",
    ]  # fmt: skip
    rows = [
        {
            "id": record["id"],
            "endpoint": one["endpoint"]["id"],
            "moderator": record["moderator"],
            "coefficient": slope["name"],
            **{name: slope[name] for name in ("label", "estimate", "se", "statistic", "p")},
            "ci_lower": slope["ci"]["lower"],
            "ci_upper": slope["ci"]["upper"],
            "lrt_p": slope.get("lrt_p"),
            "k": record["k"],
            **{name: record["fit"][name] for name in ("tau2", "r2", "method")},
        }
        for one in subgroups
        for record in one["regressions"]
        for slope in (record["fit"] or {"coefficients": ()})["coefficients"]
    ]
    return columns, rows


def certificate_table(records: Records) -> Table:
    """Return what each interval covers at each tau, one a row."""
    cells = ("coverage", "error", "width", "failed")
    columns = ["id", "endpoint", "k", "proportion", "tau", "law", "origin", "method", "label"]
    return [*columns, *cells, "replicates"], [
        {
            **{name: case[name] for name in ("id", "tau", "law", "origin")},
            **{name: record[name] for name in ("k", "replicates")},
            **{name: case["intervals"][method["method"]][name] for name in cells},
            "endpoint": record["endpoint"]["id"],
            "proportion": record["truth"]["proportion"],
            "method": method["method"],
            "label": method["label"],
        }
        for record in records
        for case in record["cases"]
        for method in record["methods"]
    ]
