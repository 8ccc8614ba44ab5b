"""What each estimate would be had a contradiction been decided the other way."""

from __future__ import annotations

from poolprop.report import prose
from poolprop.report.context import Context, primary_result
from poolprop.report.formats import MISSING, level
from poolprop.report.read import EndpointResults
from poolprop.report.tables import Column, Table, TableRow, cell
from poolprop.report.values import (
    Record,
    Sentence,
    join,
    look_up,
    quote,
    quote_range,
    separated,
)


def effects(context: Context, endpoint: EndpointResults) -> list[Table]:
    """Return the table of an endpoint; none if no decision touches its estimates."""
    found = endpoint.discrepancies.get("effects", [])
    if not found:
        return []
    meta = endpoint.pool["endpoint"]
    columns = (
        Column(title="No.", help="number of the contradiction in the table above"),
        Column(title="Estimand", room="long"),
        Column(title="Counts used", numeric=True),
        Column(title="Other reading", numeric=True),
        Column(title="Reported", numeric=True),
        Column(title="Otherwise", numeric=True),
        Column(title=f"{level(context.settings.level)} CI", numeric=True),
        Column(title="Change, points", numeric=True),
    )
    reported = {e["id"]: primary_result(e) for e in endpoint.pool["estimands"]}
    return [
        Table(
            id=f"table-decisions-{meta['id']}",
            caption=f"{meta['short']}, had it been decided otherwise",
            columns=columns,
            rows=tuple(_row(effect, reported.get(effect["reference"])) for effect in found),
        )
    ]


def largest(endpoint: EndpointResults) -> Sentence:
    """Say which decision moves the primary estimate most; nothing if none touches it."""
    found: list[Record] = endpoint.discrepancies.get("effects", [])
    touching = [effect for effect in found if effect["estimand"] == "primary"]
    if not touching:
        return ()
    most = max(touching, key=lambda effect: abs(effect["change"]))
    short = endpoint.pool["endpoint"]["short"]
    return join(
        f"Of the decisions that touch the primary estimate of {short}, "
        f"{most['discrepancy_id']} matters most: the other reading would move it by ",
        quote(most, "change", "signed-points"),
        f"{prose.differing(most)}.",
    )


def _row(effect: Record, reported: Record | None) -> TableRow:
    prefixes = [f"changes.{i}." for i in range(len(effect["changes"]))]
    used = [_counts(effect, prefix) for prefix in prefixes]
    other = [_counts(effect, f"{prefix}alternative_") for prefix in prefixes]
    return TableRow(
        cells=(
            cell(effect["discrepancy_id"]),
            cell(effect["estimand_label"]),
            cell(separated(used, "; ")),
            cell(separated(other, "; ")),
            cell(quote(reported, "proportion", "percent") if reported else MISSING),
            cell(quote(effect, "result.proportion", "percent")),
            cell(quote_range(effect, "result.ci")),
            cell(quote(effect, "change", "signed-points")),
        ),
        anchor=effect["id"],
    )


def _counts(effect: Record, prefix: str) -> Sentence:
    """Quote counts; where the estimate uses no row of the cohort, say so."""
    if look_up(effect, f"{prefix}total") is None:
        return ("not used",)
    events = quote(effect, f"{prefix}events", "count")
    return (events, "/", quote(effect, f"{prefix}total", "count"))
