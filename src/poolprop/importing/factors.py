"""The columns that a person names as factors, and as numbers to regress on."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from poolprop.errors import ConfigError, DataError, Fault, Faults
from poolprop.evidence.cells import NOT_REPORTED
from poolprop.evidence.moderators import OWN_NUMBERS
from poolprop.evidence.names import NUMBERS, not_factors
from poolprop.importing.entries import Entry
from poolprop.importing.records import label
from poolprop.keys import keys, readable
from poolprop.plan.columns import FIXED_NUMBERS
from poolprop.reading.cells import Unclear, decimal_mark, is_missing, number
from poolprop.reading.headings import Heading
from poolprop.reading.sheet import Sheet, cell_at, tidy

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
# Columns of the studies that hold terms: a sheet may state them as it states a factor.
OF_STUDIES = ("design", "publication_type")


def factor_columns(asked: Sequence[str], head: Heading, sheet: Sheet) -> dict[str, int]:
    """Return the column of each factor by the factor's name.

    ``asked`` are ``COLUMN`` or ``COLUMN=NAME``, as on the command line. Raises ConfigError if a
    name cannot be one, is a column of ours, or stands twice; DataError if there is no such column.
    """
    named: dict[str, int] = {}
    free: dict[str, int] = {}
    for text in asked:
        column, mark, name = (part.strip() for part in text.partition("="))
        if mark and name and column:
            _refuse(name, text, named)
            named[name] = head.find(column, sheet)
        elif column and not mark:
            place = head.find(column, sheet)
            free[head.names[place]] = place
        else:
            hint = "Name a column."
            raise ConfigError(f"{text!r} is not COLUMN or COLUMN=NAME", where="--factor", hint=hint)
    taken = [*named, *(set(not_factors(())) - set(OF_STUDIES))]
    made = keys((begun(text) for text in free), {}, taken, noun="factor")
    return named | {made[begun(text)]: place for text, place in free.items()}


def begun(text: str) -> str:
    """Return a heading so that its key begins with a letter."""
    return text if NAME.match(readable(text)) else f"factor {text}"


def _refuse(name: str, text: str, named: dict[str, int]) -> None:
    if not NAME.fullmatch(name):
        hint = "Begin with a small letter; then letters, digits and _."
        raise ConfigError(f"{name!r} cannot be the name of a factor", where="--factor", hint=hint)
    if name in named:
        raise ConfigError(f"the name {name!r} stands twice", where="--factor", hint="Rename one.")
    if name not in OF_STUDIES and (file := not_factors(()).get(name)):
        hint = f"Choose another, as in --factor {text.partition('=')[0]!r}={name}_group."
        raise ConfigError(f"{file} uses the name {name!r} itself", where="--factor", hint=hint)


WHERE = "--moderator"
MINUS = "-\N{MINUS SIGN}\N{EN DASH}"
Rows = list[dict[str, str]]


def moderator_columns(asked: Sequence[str], head: Heading, sheet: Sheet) -> dict[str, int]:
    """Return the column of each number by its name in the review.

    Raises ConfigError if a name cannot be one, is that of another column, or stands twice;
    DataError if there is no such column.
    """
    taken = {*not_factors(()), *FIXED_NUMBERS} - set(OWN_NUMBERS)
    found: dict[str, int] = {}
    for text in asked:
        column, mark, name = (part.strip() for part in text.partition("="))
        if not column or (mark and not NAME.fullmatch(name)):
            hint = "Name a column, or a column and what to call it: latitude=abs_latitude."
            raise ConfigError(f"{text!r} is not COLUMN or COLUMN=NAME", where=WHERE, hint=hint)
        place = head.find(column, sheet)
        heading = begun(head.names[place])
        name = name or keys([heading], {}, [*found, *taken], noun="number")[heading]
        if name in taken or name in found:
            hint = f"Choose another name, as in {column}={name}_x."
            raise ConfigError(f"{name!r} is the name of another column", where=WHERE, hint=hint)
        found[name] = place
    return found


def add_numbers(
    tables: Mapping[str, Rows],
    sheet: Sheet,
    head: Heading,
    columns: Mapping[str, int],
    entries: Sequence[Entry],
    *,
    points: str,
    replace: bool,
) -> list[str]:
    """Write the numbers of studies that were added, declare them, and say what was done.

    Raises Faults with each cell that holds no number; DataError if two rows of a study, or sheet
    and tables, have different numbers.
    """
    cells = dict(sheet.rows)
    studies = {row["label"]: row for row in tables["studies"]}
    faults: list[Fault] = []
    for name, place in columns.items():
        marks = (
            points or sheet.points or decimal_mark([cell_at(cells[e.row], place) for e in entries])
        )
        for entry in entries:
            try:
                text = _text(cell_at(cells[entry.row], place), marks)
            except Unclear as unclear:
                column = head.called(place)
                faults.append(Fault(sheet.file, entry.row, column, unclear.problem, unclear.hint))
                continue
            _write(studies[label(entry)], name, text, sheet.where(entry.row), replace=replace)
    if faults:
        raise Faults(faults)
    declared = {row["term"] for row in tables["vocabulary"] if row["field"] == NUMBERS}
    for name, place in columns.items():
        if name not in declared and name not in OWN_NUMBERS:
            order = str(len(declared) + 1)
            words = {"label": head.names[place], "definition": "", "order": order}
            tables["vocabulary"].append({"field": NUMBERS, "term": name, **words})
            declared.add(name)
    return [
        f"{head.names[place]!r} is the number {name!r}; to regress on it write "
        f"endpoints.NAME.moderators.{name}: {{label: {head.names[place]}, column: {name}}}"
        for name, place in columns.items()
    ]


def _text(cell: Any, points: str) -> str:
    """Return a number as tables hold it, or ``NR`` where the cell has none."""
    if is_missing(cell):
        return NOT_REPORTED
    if isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell):
        return _plain(Decimal(repr(cell)))
    text = tidy(str(cell))
    minus = text[:1] in MINUS
    value = number(text[1:] if minus or text[:1] == "+" else text, points)
    return _plain(-value if minus else value)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    if len(text.partition(".")[2]) > 15:
        text = f"{value:.15f}"
    return text.rstrip("0").rstrip(".") if "." in text and len(text) > 15 else text


def _write(study: dict[str, str], name: str, text: str, where: str, *, replace: bool) -> None:
    before = study.get(name) or NOT_REPORTED
    if NOT_REPORTED not in (before, text) and before != text and not replace:
        problem = f"{study['label']!r} has the {name} {text} here and {before} in studies.csv"
        hint = "Correct one of them, or let the sheet win with --replace."
        raise DataError(problem, where=where, hint=hint)
    if text != NOT_REPORTED or name not in study:
        study[name] = text
