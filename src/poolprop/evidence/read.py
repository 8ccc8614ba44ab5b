"""Read one table: every fault of every cell, each with its file, row and column."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from poolprop.evidence.cells import Row, shortened
from poolprop.evidence.problems import Problem
from poolprop.hints import did_you_mean

HINTS = {
    "string_pattern_mismatch": "Use letters, digits and . _ + - only.",
    "string_too_short": "Fill in the cell.",
    "string_too_long": "Shorten the text.",
    "whole_number": "Write a whole number in plain digits, or NR if the source does not report it.",
    "plain_number": "Write a number with a decimal point, or NR if the source does not report it.",
    "finite_number": "Write a finite number, or NR if the source does not report it.",
    "column:events": "Correct the counts: events must lie between 0 and total.",
    "column:total": "A denominator must be at least 1.",
}

Numbered = list[tuple[int, Row]]

MAX_LINES = 50_000
MAX_COLUMNS = 200
DIVIDERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
REMOVE = "Remove it, or define its values as a field of vocabulary.csv."


def read_table(
    path: Path, model: type[Row], name: str, fields: Collection[str] = ()
) -> tuple[Numbered, list[Problem]]:
    """Read a CSV table against its model.

    Parameters
    ----------
    path : Path
        The file.
    model : type of Row
        What each row must be; a table that is not ``REQUIRED`` may be absent or empty.
    name : str
        How messages call the file.
    fields : collection of str
        Fields of the vocabulary: the further columns that a table with ``FACTORS`` may have.

    Returns
    -------
    rows : list of (int, Row)
        The good rows with their line numbers.
    problems : list of Problem
        Everything that is wrong; empty when the table may be used.
    """
    columns = list(model.model_fields)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        if not model.REQUIRED:
            return [], []
        return [], [Problem(name, 1, columns[0], "the table is missing", "Restore the file.")]
    except OSError as error:
        problem = f"the table cannot be read ({error.strerror})"
        return [], [Problem(name, 1, columns[0], problem, "Restore the file.")]
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return [], [Problem(name, line, "-", "not UTF-8 text", "Save the table as UTF-8.")]
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        return [], [Problem(name, line, "-", "the table holds a NUL byte", "Remove it.")]
    if (lines := text.count("\n")) > MAX_LINES:
        problem = f"{lines} lines, more than {MAX_LINES}"
        return [], [Problem(name, 1, "-", problem, "Keep the figures of studies only.")]
    try:
        records = _records(text)
        _, header = next(records, (1, []))
        further = sorted(set(fields) - set(model.TERMS.values())) if model.FACTORS else []
        free = model.model_config.get("extra") == "allow" and not model.FACTORS
        if faults := _header_problems(header, columns, name, further=further, free=free):
            return [], faults
        return _rows(records, header, model, name)
    except _NotCsv as error:
        line, words = error.args
        return [], [Problem(name, line, "-", f"not a CSV table ({words})", "Check the quotes.")]


class _NotCsv(Exception):
    """Line and words of a record that cannot be read."""


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (first line, cells) of each record; a quoted cell may span lines."""
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise _NotCsv(line, str(error)) from None


def _header_problems(
    header: list[str], columns: list[str], name: str, *, further: list[str], free: bool
) -> list[Problem]:
    if not any(header):
        hint = f"Write the heading: {', '.join(columns[:3])} and so on."
        return [Problem(name, 1, columns[0], "the table is empty", hint)]
    for mark, called in DIVIDERS.items():
        if len(header) == 1 and len(set(header[0].split(mark)) & set(columns)) > 1:
            words = f"cells are divided by {called}, not by commas"
            return [Problem(name, 1, columns[0], words, "Save the table with commas.")]
    problems = []
    for column in columns:
        if column not in header:
            problems.append(Problem(name, 1, column, "the column is missing", "Add it."))
    for index, column in enumerate(header[:MAX_COLUMNS]):
        shown = column[:60] or "-"
        if column in header[:index]:
            problem = Problem(name, 1, shown, "the column stands twice", "Keep one.")
            problems.append(problem)
        elif column not in (*columns, *further) and not (free and column):
            hint = did_you_mean(column, [*columns, *further], REMOVE)
            problems.append(Problem(name, 1, shown, "unknown column", hint))
    return problems


def _rows(
    records: Iterator[tuple[int, list[str]]], header: list[str], model: type[Row], name: str
) -> tuple[Numbered, list[Problem]]:
    rows: Numbered = []
    problems: list[Problem] = []
    seen = False
    for line, cells in records:
        if not any(cells):
            continue
        seen = True
        if len(cells) != len(header):
            problem = f"{len(cells)} cells where the header has {len(header)}"
            column = header[min(len(cells), len(header)) - 1]
            problems.append(Problem(name, line, column, problem, "Check commas and quotes."))
            continue
        try:
            rows.append((line, model.model_validate(dict(zip(header, cells, strict=True)))))
        except ValidationError as error:
            problems += [_problem(fault, line, name) for fault in error.errors()]
    if not seen and model.REQUIRED:
        empty = Problem(name, 2, header[0], "the table has no rows", "Add at least one row.")
        problems.append(empty)
    return rows, problems


def _problem(fault: ErrorDetails, line: int, name: str) -> Problem:
    kind = fault["type"]
    if kind.startswith("column:"):
        hint = HINTS.get(kind, "Correct the cell.")
        return Problem(name, line, kind.removeprefix("column:"), fault["msg"], hint)
    column = str(fault["loc"][0]) if fault["loc"] else "-"
    message = fault["msg"][0].lower() + fault["msg"][1:]
    if kind not in ("whole_number", "plain_number"):
        message += f" (got {shortened(fault['input'])})"
    return Problem(name, line, column, message, HINTS.get(kind, "Correct the cell."))
