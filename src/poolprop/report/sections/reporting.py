"""Reporting checklists: where the page answers each item, and what people still have to write."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from poolprop.formats import plural
from poolprop.report.checklists import LIVING, MOOSE, PRISMA, Checklist, Item
from poolprop.report.context import Context, Section
from poolprop.report.values import Record
from poolprop.sentences import COUNTED, with_counts

CHECKLISTS = (PRISMA, LIVING, MOOSE)
FILLED, LACKING, NOT_APPLICABLE = "filled", "text missing", "not applicable"
# A statement that begins so says why an item does not apply.
NEGATION = NOT_APPLICABLE


def section(context: Context, others: Collection[Section]) -> Section:
    """Return the checklists as the ``others``, the sections that stand on the page, fill them."""
    by_id = {other.id: other for other in others}
    counts = _counts(context)
    written = context.settings.review.statements.items()
    statements = {key: with_counts(text, counts) for key, text in written}
    filled = [_fill(checklist, by_id, statements) for checklist in CHECKLISTS]
    return Section(id="reporting", title="Reporting checklists", body={"checklists": filled})


def _counts(context: Context) -> dict[str, int]:
    """Return what a statement may count: documents, studies and arms of the tables."""
    checked = context.results.checked.get("tables", [])
    rows = {str(one["file"]).rpartition("/")[2]: int(one["rows"]) for one in checked}
    files = ("sources.csv", "studies.csv", "arms.csv")
    return dict(zip(COUNTED, (rows.get(name, 0) for name in files), strict=True))


def _fill(
    checklist: Checklist, by_id: Mapping[str, Section], statements: Mapping[str, str]
) -> Record:
    lines = [
        _line(item, by_id, statements.get(f"{checklist.key}-{item.number}", ""))
        for item in checklist.items
    ]
    return {
        "id": f"checklist-{checklist.key}",
        "name": checklist.name,
        "source": checklist.source,
        "count": _count([line["state"] for line in lines]),
        "lines": lines,
    }


def _line(item: Item, by_id: Mapping[str, Section], statement: str) -> Record:
    found = next((by_id[name] for name in item.sections if name in by_id), None)
    state = FILLED if found or statement else LACKING
    if statement.lower().startswith(NEGATION):
        state = NOT_APPLICABLE
    mark = {FILLED: "good", LACKING: "bad", NOT_APPLICABLE: "open"}[state]
    return {
        "item": item, "state": state, "mark": mark, "section": found, "statement": statement,
    }  # fmt: skip


def _count(states: list[str]) -> str:
    parts = [f"{states.count(state)} {state}" for state in (FILLED, LACKING, NOT_APPLICABLE)
             if state in states]  # fmt: skip
    return f"{len(states)} {plural(len(states), 'item')}: {', '.join(parts)}."
