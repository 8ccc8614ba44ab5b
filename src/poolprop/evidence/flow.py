"""From reports found to studies included: ``flow.csv``, one box of the flow chart a row.

References
----------
Page MJ et al. (2021). BMJ 372:n71 (PRISMA 2020, item 16a).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from poolprop.errors import Fault
from poolprop.evidence.cells import Key, Label, MaybeCount, Row, Text


class FlowBox(Row):
    """One box: what it counts, the box it comes from, and whether it goes on or leaves."""

    FILE = "flow.csv"
    KEY = ("box",)
    REQUIRED = False

    box: Key
    from_box: Text
    kind: Literal["on", "out"]
    label: Label
    count: Literal["{documents}", "{studies}"] | MaybeCount
    note: Text

    def counted(self, counts: Mapping[str, int]) -> FlowBox:
        """Return the box with its count; a field counts the rows of a table."""
        if not isinstance(self.count, str):
            return self
        return self.model_copy(update={"count": counts[self.count.strip("{}")]})


def flow_faults(rows: Sequence[tuple[int, FlowBox]], file: str) -> Iterator[Fault]:
    """Yield a fault for each box that comes from nowhere, or whose parts do not add up.

    The boxes that come from one box share its count out among themselves. Where any of the
    counts is not reported nothing can be said.
    """
    known = {row.box: (line, row) for line, row in rows}
    for line, row in rows:
        if row.from_box and row.from_box not in known:
            problem = f"{row.from_box!r} is not a box of {file}"
            yield Fault(file, line, "from_box", problem, "Correct it, or add the box it names.")
    for line, row in known.values():
        parts = [other.count for _, other in rows if other.from_box == row.box]
        counts = [count for count in parts if isinstance(count, int)]
        if not parts or len(counts) < len(parts) or not isinstance(row.count, int):
            continue
        if sum(counts) != row.count:
            told = " + ".join(map(str, counts))
            problem = f"{row.box!r} holds {row.count}, but what comes from it is {told}"
            hint = f"Correct a count; the parts add up to {sum(counts)}."
            yield Fault(file, line, "count", problem, hint)
