"""Two-arm studies as such: contrasts within a study, never mixed with single-arm pools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from poolprop.plan import Settings
from poolprop.synthesis.contrasts import (
    Arms,
    fisher_p,
    limits,
    odds_ratio,
    risk_difference,
    risk_ratio,
)
from poolprop.synthesis.records import Record, Rows, plain

if TYPE_CHECKING:
    from poolprop.stats.arms.exact_strata import ExactOddsRatio

COPIED = (
    "study_id", "label", "outcome", "outcome_label", "population", "population_label",
    "timepoint_label", "denominator_label", "arm1_label", "arm2_label", "outcome1_id",
    "outcome2_id", "record_label", "locator",
)  # fmt: skip
ALIKE = ("study_id", "outcome", "arm1_label", "arm2_label", "timepoint_label")


def comparisons(settings: Settings, data: Rows) -> Record:
    """Compare the arms of each two-arm study.

    Its level is used. ``data`` holds the rows of ``results/comparisons/data.csv``. What is returned
    is the content of ``results/comparisons/comparisons.json``: risk difference, risk ratio and odds
    ratio with exact intervals (:mod:`poolprop.stats.arms.exact_two_arm` and, given the margins,
    :mod:`poolprop.stats.arms.exact_strata`), and Fisher's exact two-sided p value. A ratio that the
    counts do not define, and a limit that is inplain, are ``None``. Under ``strata`` stand the
    declared populations of which a study compares all parts: their common odds ratio, and whether
    the parts' odds ratios differ.
    """
    return {
        "schema": "poolprop/comparisons/1",
        "comparisons": _told_apart(_comparison(row, settings.level) for row in data),
        "strata": _told_apart(_strata(settings, data)),
    }


def _told_apart(records: Iterable[Record]) -> list[Record]:
    """Add the first two rows to ids that several contrasts share: other times, or other arms."""
    found = list(records)
    shared = Counter(one["id"] for one in found)
    for one in found:
        if shared[one["id"]] > 1:
            rows = one.get("outcome_ids") or [one["outcome1_id"], one["outcome2_id"]]
            one["id"] = "/".join([one["id"], *rows[:2]])
    return found


def _comparison(row: Mapping[str, str], level: float) -> Record:
    table = x1, n1, x2, n2 = _table(row)
    return {
        "id": f"comparison/{row['study_id']}/{row['outcome']}/{row['population']}",
        **{key: row[key] for key in COPIED},
        "events1": x1,
        "total1": n1,
        "events2": x2,
        "total2": n2,
        "proportion1": x1 / n1,
        "proportion2": x2 / n2,
        "level": level,
        "risk_difference": risk_difference(table, level),
        "risk_ratio": risk_ratio(table, level),
        "odds_ratio": odds_ratio(table, level),
        "p": fisher_p(table),
    }


def _strata(settings: Settings, data: Rows) -> Iterator[Record]:
    """Yield what the strata of a population say together, in each study and outcome."""
    plan = settings.comparisons
    groups: dict[tuple[str, ...], dict[str, Mapping[str, str]]] = {}
    for row in data:
        # Strata belong together where all but the population is the same.
        group = groups.setdefault(tuple(row[key] for key in ALIKE), {})
        group[row["population"]] = row
    for (study, outcome, *_), found in groups.items():
        for whole, parts in plan.strata.items() if plan else ():
            if set(parts) <= set(found):
                identifier = f"comparison/{study}/{outcome}/strata/{whole}"
                yield _stratified(identifier, [found[part] for part in parts], settings.level)


def _stratified(identifier: str, rows: list[Mapping[str, str]], level: float) -> Record:
    from poolprop.stats.arms.exact_strata import common_odds_ratio, ratio_of_odds_ratios

    tables = [_table(row) for row in rows]
    between = ratio_of_odds_ratios(tables[0], tables[1], level) if len(tables) == 2 else None
    return {
        "id": identifier,
        "label": rows[0]["label"],
        "outcome_label": rows[0]["outcome_label"],
        "parts": [row["population_label"] for row in rows],
        "outcome_ids": [row[key] for row in rows for key in ("outcome1_id", "outcome2_id")],
        "level": level,
        "common": _exact(common_odds_ratio(tables, level)),
        "between": between and _exact(between),
    }


def _exact(found: ExactOddsRatio) -> Record:
    return {
        "estimate": plain(found.estimate),
        "ci": limits(found.ci),
        "p": found.p,
        "method": "conditional maximum likelihood, exact interval and p",
    }


def _table(row: Mapping[str, str]) -> Arms:
    return int(row["events1"]), int(row["total1"]), int(row["events2"]), int(row["total2"])
