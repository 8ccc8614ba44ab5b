"""What is wrong with a table, said once and the same way everywhere."""

from __future__ import annotations

from collections.abc import Iterable

from poolprop.errors import DataError, Fault, Faults

Problem = Fault


class TableErrors(Faults, DataError):
    """All faults found in the tables, in file and row order."""

    def __init__(self, problems: Iterable[Fault]) -> None:
        super().__init__(sorted(problems))
