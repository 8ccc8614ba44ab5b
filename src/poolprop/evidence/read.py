"""Read one table: every fault of every cell, each with its file, row and column."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from poolprop.errors import DataError, Fault
from poolprop.evidence.cells import Row, shortened
from poolprop.hints import did_you_mean
from poolprop.reading.text import Records, Text, read_strictly

HINTS = {
    "string_pattern_mismatch": "Use letters, digits and . _ + - only.",
    "string_too_short": "Fill in the cell.",
    "string_too_long": "Shorten the text.",
    "whole_number": "Write a whole number in plain digits, or NR if the source does not report it.",
    "plain_number": "Write a number with a decimal point, or NR if the source does not report it.",
    "finite_number": "Write a finite number, or NR if the source does not report it.",
    "column:events": "Correct the counts: events must lie between 0 and total.",
    "column:reason": "Write a brace only around a field.",
    "column:total": "A denominator must be at least 1.",
}

Numbered = list[tuple[int, Row]]

MAX_BYTES = 100_000_000
MAX_LINES = 50_000
MAX_COLUMNS = 200
DIVIDERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
REMOVE = (
    "Remove it, or define it in vocabulary.csv: its values as a field, or a column of numbers as a "
    "term of the field number."
)


def read_table(
    path: Path, model: type[Row], name: str, fields: Collection[str] = ()
) -> tuple[Numbered, list[Fault]]:
    """Read a CSV table against its model; return the good rows with their lines, and every fault.

    A table that is not ``REQUIRED`` may be absent or empty. ``name`` is how messages call the file;
    ``fields`` are the further columns that a table with ``FACTORS`` may have.
    """
    columns = list(model.model_fields)
    if not path.exists():
        missing = Fault(name, 1, columns[0], "the table is missing", "Restore the file.")
        return [], [missing] if model.REQUIRED else []
    try:
        table = read_strictly(path, MAX_BYTES)
        if (lines := table.content.count("\n")) > MAX_LINES:
            problem = f"{lines} lines, more than {MAX_LINES}"
            return [], [Fault(name, 1, "-", problem, "Keep the figures of studies only.")]
        records = table.records()
        _, header = next(records, (1, []))
        further = sorted(set(fields) - set(model.TERMS.values())) if model.FACTORS else []
        free = model.model_config.get("extra") == "allow" and not model.FACTORS
        if faults := _header_problems(header, model, name, further=further, free=free):
            return [], faults
        if odd := _odd_cells(table, header, name):
            return [], odd
        return _rows(records, header, model, name)
    except DataError as error:
        line = error.where.removeprefix(f"{path}:")
        row = int(line) if line.isdigit() else 1
        return [], [Fault(name, row, "-", error.problem, error.hint)]


def _header_problems(
    header: list[str], model: type[Row], name: str, *, further: list[str], free: bool
) -> list[Fault]:
    columns = list(model.model_fields)
    needed = [column for column, field in model.model_fields.items() if field.is_required()]
    if not any(header):
        hint = f"Write the heading: {', '.join(columns[:3])} and so on."
        return [Fault(name, 1, columns[0], "the table is empty", hint)]
    for mark, called in DIVIDERS.items():
        if len(header) == 1 and len(set(header[0].split(mark)) & set(columns)) > 1:
            words = f"cells are divided by {called}, not by commas"
            return [Fault(name, 1, columns[0], words, "Save the table with commas.")]
    problems = []
    for column in needed:
        if column not in header:
            problems.append(Fault(name, 1, column, "the column is missing", "Add it."))
    for index, column in enumerate(header[:MAX_COLUMNS]):
        shown = column[:60] or "-"
        if column in header[:index]:
            problem = Fault(name, 1, shown, "the column stands twice", "Keep one.")
            problems.append(problem)
        elif column not in (*columns, *further) and not (free and column):
            hint = did_you_mean(column, [*columns, *further], REMOVE)
            problems.append(Fault(name, 1, shown, "unknown column", hint))
    return problems


def _odd_cells(table: Text, header: list[str], name: str) -> list[Fault]:
    return [
        Fault(
            name,
            line,
            (*header, "-")[min(place, len(header))],
            f"the cell holds {what}",
            "Remove it.",
        )
        for line, place, what in table.odd_cells()
    ]


def _rows(
    records: Records, header: list[str], model: type[Row], name: str
) -> tuple[Numbered, list[Fault]]:
    rows: Numbered = []
    problems: list[Fault] = []
    seen = False
    for line, cells in records:
        if not any(cells):
            continue
        seen = True
        if len(cells) != len(header):
            problem = f"{len(cells)} cells where the header has {len(header)}"
            column = header[min(len(cells), len(header)) - 1]
            problems.append(Fault(name, line, column, problem, "Check commas and quotes."))
            continue
        try:
            rows.append((line, model.model_validate(dict(zip(header, cells, strict=True)))))
        except ValidationError as error:
            problems += [_problem(fault, line, name) for fault in error.errors()]
    if not seen and model.REQUIRED:
        empty = Fault(name, 2, header[0], "the table has no rows", "Add at least one row.")
        problems.append(empty)
    return rows, problems


def _problem(fault: ErrorDetails, line: int, name: str) -> Fault:
    kind = fault["type"]
    if kind.startswith("column:"):
        hint = HINTS.get(kind, "Correct the cell.")
        return Fault(name, line, kind.removeprefix("column:"), fault["msg"], hint)
    column = str(fault["loc"][0]) if fault["loc"] else "-"
    message = fault["msg"][0].lower() + fault["msg"][1:]
    if kind not in ("whole_number", "plain_number"):
        message += f" (got {shortened(fault['input'])})"
    return Fault(name, line, column, message, HINTS.get(kind, "Correct the cell."))
