"""The second engine: how far other software finds the same numbers, and the script to try."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from poolprop.report.context import Context, Section
from poolprop.report.formats import plain
from poolprop.report.tables import Cell, Column, Table, TableRow, cell
from poolprop.report.values import Record, Sentence, join, listing, quote

WHAT = {
    "statsmodels": "the two-step models whose estimators it has, from effect sizes of its own",
    "R": (
        "the two-step models by the package metafor; the likelihood models by base R alone, with "
        "another quadrature and another optimiser; single studies by binom.test"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondEngine:
    """What was compared, by engine and method, and the R script as a download."""

    said: tuple[Sentence, ...]
    table: Table
    script: str


def section(context: Context) -> Section | None:
    """Return the section; None where nothing was recomputed."""
    found = context.results.crosscheck
    if not found:
        return None
    said = [_overall(found), *(_engine(found, engine) for engine in found["engines"])]
    if not any(engine["software"] == "R" for engine in found["engines"]):
        said.append(("R with metafor was not on the machine that made this report.",))
    if found["unanswered"]:
        said.append(("R gave no answer for ", ", ".join(found["unanswered"]), "."))
    body = SecondEngine(said=tuple(said), table=_table(found), script=_address(context))
    return Section(id="second-engine", title="Recomputed by other software", body=body)


def _overall(found: Record) -> Sentence:
    return join(
        quote(found, "results", "count"),
        " pooled results of this report can be compared. A number that differs by more than ",
        quote(found, "tolerance", "millionths"),
        " stops the build, so that no difference is left to be listed here.",
    )


def _engine(found: Record, engine: Record) -> Sentence:
    name = engine["software"]
    versions: Record = found["versions"]
    version = f" {versions[name]}" if name in versions else ""
    package = f" with metafor {versions['metafor']}" if name == "R" else ""
    return join(
        f"{name}{version}{package} recomputed ",
        listing(
            [
                join(quote(engine, "results", "count"), " results"),
                join(quote(engine, "numbers", "count"), " numbers in all"),
            ],
            last=", ",
        ),
        f": {WHAT.get(name, '')}.",
    )


def _table(found: Record) -> Table:
    return Table(
        id="table-second-engine",
        caption="Results recomputed, by software and method",
        columns=(
            Column(title="Method"),
            Column(title="Software", filter=True),
            Column(title="Results that agree", numeric=True),
        ),
        rows=tuple(
            TableRow(cells=_cells(engine, method), anchor=method["id"])
            for engine in found["engines"]
            for method in engine["methods"]
        ),
    )


def _cells(engine: Record, method: Record) -> tuple[Cell, ...]:
    parts = method["method"].split(".")
    words = f"{plain(parts[0])}, {', '.join(parts[1:])}"
    return cell(words), cell(engine["software"]), cell(quote(method, "results", "count"))


def _address(context: Context) -> str:
    """Return the script as an address that a browser can save without a request."""
    text = context.results.r_script.encode("utf-8")
    return "data:text/plain;base64," + base64.b64encode(text).decode("ascii") if text else ""
