"""What is wrong with a table, said once and the same way everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from poolprop.errors import DataError


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault of one cell.

    Attributes
    ----------
    file : str
        The table, as the user would open it.
    row : int
        Line of the file, the header being line 1.
    column : str
        Name of the column.
    problem : str
        What is wrong, with the value.
    hint : str
        How to mend it.
    """

    file: str
    row: int
    column: str
    problem: str
    hint: str

    def __str__(self) -> str:
        line = f"{self.file}:{self.row}:{self.column}: {self.problem}. {self.hint}"
        return "".join(mark if mark.isprintable() else f"\\x{ord(mark):02x}" for mark in line)


class TableErrors(DataError):
    """All faults found in the tables, one line each, in file and row order."""

    SHOWN = 200

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        lines = [str(problem) for problem in self.problems[: self.SHOWN]]
        if len(self.problems) > self.SHOWN:
            lines.append(f"... and {len(self.problems) - self.SHOWN} more faults.")
        Exception.__init__(self, "\n".join(lines))
