"""The map of the evidence: questions by studies, and what is missing where."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from poolprop.report.context import Context, Section
from poolprop.report.formats import MISSING, beside
from poolprop.report.prose import plural
from poolprop.report.tables import Table, text_table
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


@dataclass(frozen=True, slots=True, kw_only=True)
class MapCell:
    """What one arm reports of one question; ``counts`` is empty where there are none."""

    state: str
    sign: str
    word: str
    counts: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLine:
    """A question with the cells of all arms; ``part`` names the group that begins here."""

    part: str
    question: str
    cells: tuple[MapCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapTable:
    """Questions by arms; columns are name and detail."""

    id: str
    caption: str
    columns: tuple[tuple[str, str], ...]
    lines: tuple[MapLine, ...]
    tall: bool

    @property
    def width(self) -> int:
        """How many columns there are, that of the questions among them."""
        return len(self.columns) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceMap:
    """How full the map is, what its signs mean, the tables, and the reasons of gaps."""

    count: str
    legend: tuple[tuple[str, str], ...]
    tables: tuple[MapTable, ...]
    reasons: Table | None


def section(context: Context) -> Section | None:
    """Return the section; None without the result file."""
    cells: list[Record] = context.results.evidence_map.get("cells", [])
    if not cells:
        return None
    main = [cell for cell in cells if cell["part"] != APART]
    present = {cell["state"] for cell in main}
    body = EvidenceMap(
        count=_count(main),
        legend=tuple((STATES[s][0], MEANINGS[s]) for s in STATES if s in present),
        tables=_tables("map", "What each study reports", main),
        reasons=_reasons(main),
    )
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


def _tables(name: str, caption: str, cells: list[Record]) -> tuple[MapTable, ...]:
    if not cells:
        return ()
    arms = {
        cell["arm_id"]: (cell["label"], beside(cell["label"], cell["arm_label"])) for cell in cells
    }
    lines, before = [], ""
    for (part, question), row in groupby(
        cells, key=lambda c: (c["part_label"], c["question_label"])
    ):
        by_arm = {cell["arm_id"]: _cell(cell) for cell in row}
        group = part if part != before else ""
        lines.append(
            MapLine(part=group, question=question, cells=tuple(by_arm[arm] for arm in arms))
        )
        before = part
    return (
        MapTable(
            id=f"table-{name}", caption=caption, columns=tuple(arms.values()),
            lines=tuple(lines), tall=len(lines) > 12,
        ),
    )  # fmt: skip


def _cell(cell: Record) -> MapCell:
    sign, word = STATES[cell["state"]]
    counts: Sentence = ()
    if cell["events"] is not None and cell["total"] is not None:
        counts = (quote(cell, "events", "count"), "/", quote(cell, "total", "count"))
        word = "" if cell["state"] == "reported" else word
    elif cell["state"] == "reported":
        word = cell["reason"] or word
    return MapCell(
        state=cell["state"].replace("_", "-"), sign=sign, word=word, counts=counts,
    )  # fmt: skip


def _reasons(cells: list[Record]) -> Table | None:
    """List what stands behind the cells that hold no count as asked."""
    rows = [
        (
            f"{cell['part_label']}: {cell['question_label']}",
            cell["label"],
            STATES[cell["state"]][1],
            cell["reason"],
        )
        for cell in cells
        if cell["reason"] and cell["state"] != "reported"
    ]
    if not rows:
        return None
    titles = ("Question", "Study", "State", "Why, or how the figure came about")
    return text_table("table-map-reasons", "Why a cell is as it is", titles, rows)
