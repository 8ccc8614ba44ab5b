"""What RevMan exports of its analyses as CSV: studies apart from headings, sums and means.

Two forms: RevMan 5's list (``Comparison Number``, ``Name``, ``Data Type``, ``Events 1`` ...), where
outcomes and subgroups are rows of their own with sums of their studies, and the data rows of a
Cochrane data package (``Analysis group``, ``Experimental cases`` ...).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from poolprop.importing.sheets import HEADER, ReviewSheet
from poolprop.reading.sheet import Cell, Sheet, as_text, said_at, tidy

LIST = {"Comparison Number", "Outcome Number", "Name", "Data Type", "Events 1", "Total 1"}
ROWS = {"Analysis group", "Analysis number", "Study", "Experimental cases", "Experimental N"}
ARMS = ("Experimental cases", "Experimental N", "Control cases", "Control N")
COUNTS = ("Events 1", "Total 1", "Events 2", "Total 2")
MOST = 8  # rows that a note names
Row = tuple[int, Callable[[str], str]]
Body = list[tuple[int, list[Cell]]]


def analyses(sheet: Sheet, types: Mapping[tuple[str, str], str] | None = None) -> Sheet:
    """Return the studies with counts of an export of analyses; another sheet as it is.

    ``types`` is the data type by number of group and analysis, where a data package says it.
    """
    names = {tidy(as_text(cell)) for cell in sheet.rows[0][1]}
    if names >= LIST:
        return _of_list(sheet)
    if names >= ROWS:
        return _of_rows(sheet, types or {})
    return sheet


def rows_by_name(sheet: Sheet) -> list[Row]:
    """Return the rows below the first with a function that gives a cell by its heading."""
    columns: dict[str, int] = {}
    for place, cell in enumerate(sheet.rows[0][1]):
        columns.setdefault(tidy(as_text(cell)), place)

    def reader(cells: Sequence[Cell]) -> Callable[[str], str]:
        def said(name: str) -> str:
            return said_at(cells, columns.get(name, len(cells)))

        return said

    return [(row, reader(cells)) for row, cells in sheet.rows[1:]]


def _of_list(sheet: Sheet) -> ReviewSheet:
    body: Body = [(sheet.rows[0][0], [*HEADER, "Year", "Comparison"])]
    comparison = outcome = group = kind = ""
    no_counts: dict[str, list[int]] = {}
    rows = rows_by_name(sheet)
    for place, (row, said) in enumerate(rows):
        name = said("Name")
        if said("Outcome Number") in ("", "0"):
            comparison = name
        elif said("Data Type"):
            below = said("Subgroup Number") in ("", "0")
            kind = said("Data Type")
            outcome, group = (name, "") if below else (outcome, name)
        elif _adds_up(rows, place):
            group = name
        elif kind.upper().startswith("DI"):
            counts = [said(one) for one in COUNTS]
            cells = [name, outcome, group, *counts, said("Year of study"), comparison]
            body.append((row, [*cells]))
        else:
            no_counts.setdefault(f"{outcome!r} ({kind})", []).append(row)
    notes = [*sheet.notes, "read as RevMan's list of analyses", *_left_out(no_counts)]
    return _sheet(sheet, body, notes, ("Comparison", "Outcome"))


def _adds_up(rows: Sequence[Row], place: int) -> bool:
    """Tell whether a row without a data type has the sums of the rows of its subgroup below."""
    _, said = rows[place]
    where = ("Comparison Number", "Outcome Number", "Subgroup Number")
    parts = []
    for _, other in rows[place + 1 :]:
        if other("Data Type") or any(other(one) != said(one) for one in where):
            break
        parts.append(other)
    return len(parts) > 1 and all(
        _whole(said(one)) == sum(_whole(part(one)) for part in parts) for one in COUNTS
    )


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _of_rows(sheet: Sheet, types: Mapping[tuple[str, str], str]) -> ReviewSheet:
    body: Body = [(sheet.rows[0][0], [*HEADER, "Year"])]
    no_counts: dict[str, list[int]] = {}
    for row, said in rows_by_name(sheet):
        title = said("Analysis name")
        kind = types.get((said("Analysis group"), said("Analysis number")), "")
        if _is_continuous(kind, said):
            no_counts.setdefault(repr(title), []).append(row)
            continue
        counts = [said(one) for one in ARMS]
        body.append((row, [said("Study"), title, said("Subgroup"), *counts, said("Study year")]))
    notes = [*sheet.notes, "read as the data rows of a Cochrane data package"]
    return _sheet(sheet, body, [*notes, *_left_out(no_counts)], ("Outcome",))


def _is_continuous(kind: str, said: Callable[[str], str]) -> bool:
    if kind:
        return not kind.casefold().startswith("dich")
    named = ("Experimental mean", "Experimental SD", "Control mean", "Control SD", "GIV SE")
    return any(said(one).strip("0.") for one in named)


def _left_out(no_counts: Mapping[str, Sequence[int]]) -> list[str]:
    return [
        f"rows of {title} have no counts and are left out (rows {', '.join(map(str, rows[:MOST]))}"
        + (" ...)" if len(rows) > MOST else ")")
        for title, rows in no_counts.items()
    ]


def _sheet(sheet: Sheet, body: Body, notes: list[str], choose: tuple[str, ...]) -> ReviewSheet:
    return ReviewSheet(
        file=sheet.file, name=sheet.name, rows=body, notes=notes, points=".", choose=choose
    )
