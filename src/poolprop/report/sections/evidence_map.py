"""The map of the evidence: questions by studies, and what is missing where."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from poolprop.formats import plural
from poolprop.report.context import Context, Section
from poolprop.report.formats import MISSING, beside
from poolprop.report.tables import Table, listed
from poolprop.report.values import Record, Sentence, quote

# State -> sign, and the word that says the same; a reported count needs no word beside it.
STATES = {
    "reported": ("\N{BLACK CIRCLE}", "as reported"),
    "derived": ("\N{CIRCLE WITH LEFT HALF BLACK}", "derived"),
    "percentage": ("%", "from a percentage"),
    "proxy": ("\N{ALMOST EQUAL TO}", "proxy"),
    "otherwise": ("\N{WHITE CIRCLE}", "in another form"),
    "missing": (MISSING, "not reported"),
    "not_applicable": ("\N{MULTIPLICATION SIGN}", "not applicable"),
}
MEANINGS = {
    "reported": "as reported",
    "derived": "worked out from printed counts",
    "percentage": "only a percentage is printed, counts are inferred",
    "proxy": "another outcome in its place, a bound",
    "otherwise": "reported, but not as asked here",
    "missing": "not reported",
    "not_applicable": "not applicable",
}
APART = "adverse-events"


def section(context: Context) -> Section | None:
    """Return the section; None without the result file."""
    cells: list[Record] = context.results.evidence_map.get("cells", [])
    if not cells:
        return None
    main = [cell for cell in cells if cell["part"] != APART]
    present = {cell["state"] for cell in main}
    body = {
        "count": _count(main),
        "legend": [(STATES[s][0], MEANINGS[s]) for s in STATES if s in present],
        "table": _table(main) if main else None,
        "reasons": _reasons(main),
    }
    return Section(id="map", title="What each study reports", body=body)


def _count(cells: list[Record]) -> str:
    found = Counter(cell["state"] for cell in cells)
    told = sum(found[state] for state in ("reported", "derived", "percentage", "proxy"))
    asked = len(cells) - found["not_applicable"]
    questions = len({(cell["part"], cell["question"]) for cell in cells})
    arms = len({cell["arm_id"] for cell in cells})
    return (
        f"{questions} {plural(questions, 'question')} by {arms} {plural(arms, 'arm')}: of {asked} "
        f"applicable cells {told} hold a usable figure, {found['otherwise']} one in another form, "
        f"{found['missing']} none."
    )


def _table(cells: list[Record]) -> Record:
    """Return questions by arms; ``part`` of a line names the group that begins there."""
    arms = {
        cell["arm_id"]: (cell["label"], beside(cell["label"], cell["arm_label"])) for cell in cells
    }
    lines, before = [], ""
    asked = groupby(cells, key=lambda c: (c["part_label"], c["question_label"]))
    for (part, question), row in asked:
        by_arm = {cell["arm_id"]: _cell(cell) for cell in row}
        group = part if part != before else ""
        lines.append({"part": group, "question": question, "cells": [by_arm[arm] for arm in arms]})
        before = part
    return {
        "columns": list(arms.values()), "width": len(arms) + 1, "lines": lines,
        "tall": len(lines) > 12,
    }  # fmt: skip


def _cell(cell: Record) -> Record:
    """Return what one arm reports of one question; ``counts`` is empty where there are none."""
    sign, word = STATES[cell["state"]]
    counts: Sentence = ()
    if cell["events"] is not None and cell["total"] is not None:
        counts = (quote(cell, "events", "count"), "/", quote(cell, "total", "count"))
        word = "" if cell["state"] == "reported" else word
    elif cell["state"] == "reported":
        word = cell["reason"] or word
    return {"state": cell["state"].replace("_", "-"), "sign": sign, "word": word, "counts": counts}


def _reasons(cells: list[Record]) -> Table | None:
    """List what stands behind the cells that hold no count as asked."""
    rows = [cell for cell in cells if cell["reason"] and cell["state"] != "reported"]
    columns = {
        "Question": lambda cell: f"{cell['part_label']}: {cell['question_label']}",
        "Study": lambda cell: cell["label"],
        "State": lambda cell: STATES[cell["state"]][1],
        "Why, or how the figure came about": lambda cell: cell["reason"],
    }
    return listed("table-map-reasons", "Why a cell is as it is", rows, columns) if rows else None
