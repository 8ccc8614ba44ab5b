"""What a script in another language has to redo: rows, sets of them, and the report's numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from poolprop.exporting.results import Grid
from poolprop.plan.columns import FACTOR, NUMBER, factor_column, number_column

NOT_STATED = ("", "NR")
LIMITS = ("lower", "upper")
Numbers = tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """A result of the report: its id, its place among the sets of rows, and its numbers."""

    id: str
    rows: tuple[int, ...]
    numbers: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Regressed:
    """A meta-regression of the report: its columns, and estimate and limits of each coefficient."""

    id: str
    label: str
    numbers: tuple[str, ...]
    factors: tuple[str, ...]
    coefficients: tuple[Numbers, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Redone:
    """An endpoint as another program can do it again.

    Attributes
    ----------
    label, method : str
        The endpoint, and the primary model in words.
    rows : list of dict
        Each row of the data once: ``study``, ``events``, ``total``, numbers and factors.
    columns : tuple of str
        The numbers and factors that any row states.
    pooled, regressed
        The results of the plan's primary model.
    """

    label: str
    method: str
    rows: list[dict[str, str]]
    columns: tuple[str, ...]
    pooled: tuple[Pooled, ...]
    regressed: tuple[Regressed, ...]


def redone(grid: Grid, pool: Mapping[str, Any], groups: Mapping[str, Any]) -> Redone:
    """Gather what a script needs of one endpoint.

    ``grid`` is its ``data.csv``, ``pool`` and ``groups`` are ``pool.json`` and ``subgroups.json``.
    """
    results = list(_results(pool, groups))
    wanted = {name for name, _ in results} | {"primary"}
    own = [name for name in grid.columns if name.startswith((FACTOR, NUMBER)) or name == "year"]
    rows: list[dict[str, str]] = []
    sets: dict[str, list[int]] = {}
    for row in grid.rows:
        if row["set"] not in wanted or not row["events"]:
            continue  # an estimate without counts
        kept = {"study": named(row), **{c: row[c] for c in ("events", "total", *own)}}
        if kept not in rows:
            rows.append(kept)
        sets.setdefault(row["set"], []).append(rows.index(kept))
    return Redone(
        label=" ".join(pool["endpoint"]["label"].split()),
        method=next((r["method"] for _, r in results if r["role"] == "primary"), ""),
        rows=rows,
        columns=tuple(c for c in own if any(row[c] not in NOT_STATED for row in rows)),
        pooled=tuple(
            Pooled(id=r["id"], rows=tuple(sets[name]), numbers=_numbers(r["proportion"], r["ci"]))
            for name, r in results
            if len(sets.get(name, ())) == r["k"]
        ),
        regressed=tuple(_regressed(one) for one in groups["regressions"] if one["fit"]),
    )


def named(row: Mapping[str, str]) -> str:
    """Return study and arm; the study alone where the arm is called after it."""
    study, arm = row["label"], row["arm_label"]
    return study if arm in ("", study) else f"{study}: {arm}"


def plain(text: str) -> str:
    """Return a text in one line, for a comment."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())


def _results(
    pool: Mapping[str, Any], groups: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the name of the set and the result of each estimand and each level."""
    for estimand in pool["estimands"]:
        for result in estimand["results"]:
            if result["role"] == "primary":
                yield estimand["estimand"], result
    for factor in groups["factors"]:
        for level in factor["levels"]:
            yield f"subgroup/{factor['factor']}/{level['level']}", level["result"]


def _numbers(value: float, limits: Mapping[str, float | None]) -> Numbers:
    return (value, *(limits[end] for end in LIMITS))


def _regressed(one: Mapping[str, Any]) -> Regressed:
    return Regressed(
        id=one["id"],
        label=one["label"],
        numbers=tuple(map(number_column, one["columns"])),
        factors=tuple(map(factor_column, one["factors"])),
        coefficients=tuple(_numbers(c["estimate"], c["ci"]) for c in one["fit"]["coefficients"]),
    )


def listed(words: Sequence[str], indent: str) -> str:
    """Return words after one another, in lines of a readable width."""
    lines, line = [], ""
    for word in words:
        if line and len(indent) + len(line) + len(word) > 96:
            lines.append(line)
            line = ""
        line += f"{word}, "
    return f"\n{indent}".join([*(one.rstrip() for one in lines), line.removesuffix(", ")])
