"""Adverse events that the answer and the summary tell of."""

from __future__ import annotations

from poolprop.report.context import Context
from poolprop.report.values import Record


def widest(context: Context, most: int) -> list[Record]:
    """Return the events behind which most studies, then most patients stand: one grade of each."""
    found: dict[str, Record] = {}
    for event in context.results.safety.get("events", []):
        held = found.get(event["outcome"])
        if held is None or (event["k"], event["total"]) > (held["k"], held["total"]):
            found[event["outcome"]] = event
    return sorted(found.values(), key=lambda event: (-event["k"], -event["total"]))[:most]
