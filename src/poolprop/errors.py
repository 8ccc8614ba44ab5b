"""Every error the project raises on purpose.

PoolpropError
├── DataError         a table in data/ is wrong; the user edits the data
├── ConfigError       config/config.yaml is wrong; the user edits the config
├── ResultError       a file in results/ is missing or foreign; the user runs the workflow again
├── Faults            many of these at once, each a record (Fault); check shows all in one pass
└── EstimationError   the numbers do not allow an answer; the user picks another method

Anything else that escapes is a bug and keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


class PoolpropError(Exception):
    """Base class: where, what is wrong (with the values), what to do.

    Parameters
    ----------
    problem : str
        What is wrong, with the offending values, without a final full stop.
    where : str, optional
        File, row and column, config key or argument, as the user would look it up.
    hint : str, optional
        The next thing to do, a full sentence.
    """

    def __init__(self, problem: str, *, where: str = "", hint: str = "") -> None:
        self.problem, self.where, self.hint = problem, where, hint
        place = f"{where}: " if where else ""
        advice = f" {hint}" if hint else ""
        super().__init__(f"{place}{problem}.{advice}")


class DataError(PoolpropError):
    """A study table cannot be analysed as it stands."""


class ConfigError(PoolpropError):
    """The analysis plan in ``config/config.yaml`` is wrong."""


class ResultError(PoolpropError):
    """A result file is missing, incomplete or was written by another version."""


class EstimationError(PoolpropError):
    """The numbers do not allow the answer that was asked for."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong, with its place.

    Attributes
    ----------
    file : str
        The plan or the table, as the user would open it.
    row : int
        Line of the file, from 1; 0 where none can be named.
    column : str
        Name of the column, or key of the plan with dots; empty where there is none.
    problem : str
        What is wrong, with the value.
    hint : str
        How to put it right.
    """

    file: str
    row: int
    column: str
    problem: str
    hint: str

    def __str__(self) -> str:
        return self.line()

    def line(self, note: str = "") -> str:
        """Return the fault as people read it; what cannot be printed is spelt out."""
        place = f"{self.file}:{self.row}" if self.row else self.file
        if self.column:
            place += f":{self.column}" if self.row else f": {self.column}"
        line = f"{place}: {self.problem}{note}. {self.hint}".rstrip()
        return "".join(mark if mark.isprintable() else f"\\x{ord(mark):02x}" for mark in line)


class Faults(PoolpropError):
    """All faults that were found at once: each a record, those alike told in one line.

    Attributes
    ----------
    faults : list of Fault
        In the order in which they are told.
    """

    SHOWN = 200
    NUMBERED = 5

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        lines = list(self.lines())
        if len(lines) > self.SHOWN:
            lines = [*lines[: self.SHOWN], f"... and {len(lines) - self.SHOWN} more lines."]
        Exception.__init__(self, "\n".join(lines))

    def lines(self) -> Iterator[str]:
        """Yield one line for each kind of fault of a column: its first row and their number."""
        alike: dict[tuple[str, ...], list[Fault]] = {}
        for one in self.faults:
            alike.setdefault((one.file, one.column, one.problem, one.hint), []).append(one)
        for found in alike.values():
            rows = [str(one.row) for one in found]
            note = f" ({len(rows)} rows, first line {rows[0]})"
            if len(rows) <= self.NUMBERED:
                note = f" (lines {', '.join(rows)})" if len(rows) > 1 else ""
            yield found[0].line(note)


class TableErrors(Faults, DataError):
    """All faults found in the tables, in file and row order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        super().__init__(sorted(faults))
