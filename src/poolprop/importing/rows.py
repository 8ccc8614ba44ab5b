"""One row of a sheet, read cell by cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from poolprop.errors import Fault
from poolprop.importing.entries import Entry
from poolprop.importing.kinds import WHERE
from poolprop.reading.cells import Reading, Unclear, count, is_missing
from poolprop.reading.headings import Heading
from poolprop.reading.marks import Figures, Inexact, figures
from poolprop.reading.sheet import Cell, cell_at, said_at, tidy

# Names that are no study, whatever their figures add up to.
SUMS = frozenset({"total", "totals", "sum", "overall", "pooled", "all studies", "summe", "gesamt"})
# What says in a column of levels that there is none; 'none' and 'unknown' are levels.
NO_LEVEL = frozenset(
    {
        "na", "n/a", "n.a.", "nr", "n.r.", "not reported", "not available", "nan", "#n/a", "?",
        "-", "--", "\N{EN DASH}", "\N{EM DASH}", "k.a.",
    }
)  # fmt: skip
YEAR = re.compile(r"(?<!\d)(1[6-9]|20|21)\d\d(?!\d)")
MOST_PERCENT = 100
TOO_MANY = (
    "Correct the counts. If one person can have several events, or the total is person-time, "
    + WHERE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A row as it was read, before its percentages are made counts."""

    entry: Entry
    percents: tuple[Decimal, ...] = ()  # all percentages of the cell, as they stand
    signed: bool = False  # whether a percentage has its sign
    marks: tuple[str, ...] = ()  # cells of which a mark was taken off
    loose: tuple[str, ...] = ()  # cells with an interval that does not say it is of 95 %
    # Factors without a level here, with what the cell says.
    missing: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True, kw_only=True)
class RowReader:
    """Reads rows; what is wrong is added to ``faults``."""

    file: str  # how messages call the file and its sheet
    head: Heading  # which column holds what
    points: str  # the mark of decimals, or empty
    study_needed: bool  # whether figures without a study are a fault
    inexact: str  # nr takes bounds and ranges as not reported; empty asks
    faults: list[Fault] = field(default_factory=list)

    def left_out(self, cells: list[Cell], keep: Mapping[int, str]) -> str:
        """Say why a row is no study; empty if it is one."""
        for column, wanted in keep.items():
            if (said := said_at(cells, column)) != wanted and said.casefold() != wanted.casefold():
                return f"{self.head.called(column)} is {said!r}"
        name = self._name(cells)
        if name.casefold().rstrip(":") in SUMS:
            return f"{name!r} is a sum"
        if all(is_missing(self._cell(cells, role)) for role in ("events", "total", "percent")):
            return "it has no figures" if name else "it is empty"
        return ""

    def draft(self, row: int, cells: list[Cell], factors: Mapping[str, int]) -> Draft | None:
        """Return what a row says, or None if a cell is unclear."""
        before = len(self.faults)
        study = self._name(cells)
        if not study and self.study_needed:
            self._fault(row, "study", "figures without a study", "Name the study.")
        counts, lost = self._figures(row, cells, "events")
        printed, also = self._figures(row, cells, "percent")
        total = counts.read.total
        if total is None:
            total = self._read(row, cells, "total", count)
        shown = counts if counts.read.percent is not None else printed
        self._refuse_beyond_hundred(row, shown.read.percent)
        if len(self.faults) > before:
            return None
        events = counts.read.events if counts.read.events is not None else printed.read.events
        total = total if total is not None else printed.read.total
        self._refuse_impossible(row, events, total)
        if len(self.faults) > before:
            return None
        levels = {name: said_at(cells, column) for name, column in factors.items()}
        none = tuple((n, said) for n, said in levels.items() if said.casefold() in NO_LEVEL)
        entry = Entry(
            row=row,
            study=study,
            events=events,
            total=total,
            percent=shown.read.percent,
            lower=shown.lower,
            upper=shown.upper,
            lost=lost or also,
            year=self._year(cells),
            doi=said_at(cells, self.head.roles["doi"]) if "doi" in self.head.roles else "",
            factors=levels | dict.fromkeys((name for name, _ in none), ""),
        )
        return _draft(entry, counts, printed, shown, none, self._signed(cells))

    def _refuse_impossible(self, row: int, events: int | None, total: int | None) -> None:
        if total == 0:
            self._fault(row, "total", "the total is 0", "Correct it, or leave the row out.")
        if events is not None and total and events > total:
            self._fault(row, "events", _more_events(events, total), TOO_MANY)

    def _refuse_beyond_hundred(self, row: int, percent: Decimal | None) -> None:
        if percent is not None and percent > MOST_PERCENT:
            role = "percent" if "percent" in self.head.roles else "events"
            problem = f"{percent:f}% is more than 100%"
            self._fault(row, role, problem, "Look the percentage up and correct it.")

    def _figures(self, row: int, cells: list[Cell], role: str) -> tuple[Figures, str]:
        """Read a cell of counts or percentages; with ``inexact`` a bound is a loss, no fault."""
        empty = Figures(read=Reading())
        if role not in self.head.roles:
            return empty, ""
        cell = self._cell(cells, role)
        try:
            return figures(cell, self.points, percent=role == "percent"), ""
        except Inexact as unclear:
            if self.inexact == "nr":
                return empty, unclear.problem
            self._fault(row, role, unclear.problem, unclear.hint)
        except Unclear as unclear:
            self._fault(row, role, unclear.problem, unclear.hint)
        return empty, ""

    def _read(self, row: int, cells: list[Cell], role: str, how: Callable[..., Any]) -> Any:
        cell = self._cell(cells, role)
        try:
            if isinstance(cell, str) and not is_missing(cell):
                return figures(cell, self.points).read.events
            return how(cell, self.points)
        except Unclear as unclear:
            self._fault(row, role, unclear.problem, unclear.hint)
            return None

    def _fault(self, row: int, role: str, problem: str, hint: str) -> None:
        column = self.head.called(self.head.roles[role]) if role in self.head.roles else ""
        self.faults.append(Fault(self.file, row, column, problem, hint))

    def _cell(self, cells: list[Cell], role: str) -> Cell:
        column = self.head.roles.get(role, len(cells))
        cell = cell_at(cells, column)
        return tidy(cell) if isinstance(cell, str) else cell

    def _name(self, cells: list[Cell]) -> str:
        return said_at(cells, self.head.roles["study"]) if "study" in self.head.roles else ""

    def _year(self, cells: list[Cell]) -> str:
        said = said_at(cells, self.head.roles["year"]) if "year" in self.head.roles else ""
        found = YEAR.search(said)
        return found[0] if found else ""

    def _signed(self, cells: list[Cell]) -> bool:
        return any("%" in str(self._cell(cells, role) or "") for role in ("events", "percent"))


def _more_events(events: int, total: int) -> str:
    """Say that a count cannot be; a last digit may have been the mark of a footnote."""
    digits = str(events)
    mark = len(digits) > 1 and digits[-1] != "0" and int(digits[:-1]) <= total
    perhaps = f" ({digits[:-1]} with a footnote {digits[-1]}?)" if mark else ""
    return f"more events ({events}{perhaps}) than persons ({total})"


def _draft(
    entry: Entry, counts: Figures, printed: Figures, shown: Figures,
    missing: tuple[tuple[str, str], ...], signed: bool,
) -> Draft:  # fmt: skip
    several = counts.several or printed.several
    percents = several or ((shown.read.percent,) if shown.read.percent is not None else ())
    if several:
        entry = replace(entry, percent=None)
    marks = tuple(one.mark for one in (counts, printed) if one.mark)
    if marks:
        entry = replace(entry, note=f"In the sheet: {'; '.join(marks)}")
    return Draft(
        entry=entry,
        percents=percents,
        signed=signed,
        marks=marks,
        loose=tuple(one.loose for one in (counts, printed) if one.loose),
        missing=missing,
    )
