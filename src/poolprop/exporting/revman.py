"""The counts as the study-centred CSV files that RevMan Web and Covidence exchange.

Source: https://documentation.cochrane.org/revman-kb, "Data extraction templates": study
information, arms, and results with one row an arm and outcome. ``poolprop import`` reads them back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from poolprop.exporting.redone import named
from poolprop.exporting.results import Finished, primary
from poolprop.files import csv_bytes
from poolprop.plan.columns import LABEL

ARMS = ("Study", "Arm", "Description", "Intervention")
# What an estimand pools is one group, whatever its arms were given.
POOLED = "Pooled arms"
RESULTS = ("Study", "Outcome", "Data type", "Arm", "Sample size", "Cases")
Table = list[dict[str, str]]


def revman(results: Finished) -> Iterator[tuple[str, bytes]]:
    """Yield the files by name: the rows of each endpoint's primary estimand that have counts."""
    rows = [
        (results.pools[name]["endpoint"]["label"], row)
        for name, grid in results.data.items()
        for row in primary(grid.rows)
        if row["events"]
    ]
    times = Counter((outcome, row["label"]) for outcome, row in rows)
    several = {label for (_, label), number in times.items() if number > 1}
    studies: dict[str, dict[str, str]] = {}
    arms: dict[tuple[str, str], dict[str, str]] = {}
    counts: Table = []
    for outcome, row in rows:
        # Cohorts of one study are studies of their own, as RevMan's users enter them.
        study = named(row) if row["label"] in several else row["label"]
        arm = row["arm_label"] or row["label"]
        said = studies.setdefault(study, {"Study": study, "Year": _known(row["year"])})
        for name, text in row.items():
            if name.startswith(LABEL):
                said.setdefault(f"Cov: {name.removeprefix(LABEL)}", text)
        arms[study, arm] = {"Study": study, "Arm": arm, "Description": arm, "Intervention": POOLED}
        counts.append(
            {"Study": study, "Outcome": outcome, "Data type": "Dichotomous", "Arm": arm,
             "Sample size": row["total"], "Cases": row["events"]}
        )  # fmt: skip
    columns = list(dict.fromkeys(name for said in studies.values() for name in said))
    stated = [c for c in columns if c == "Year" or any(said.get(c) for said in studies.values())]
    about = [{name: said.get(name, "") for name in stated} for said in studies.values()]
    yield "revman/study-information.csv", csv_bytes(stated, about)
    yield "revman/study-arms.csv", csv_bytes(ARMS, arms.values())
    yield "revman/study-results.csv", csv_bytes(RESULTS, counts)


def _known(text: str) -> str:
    return "" if text == "NR" else text
