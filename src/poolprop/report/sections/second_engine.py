"""The second engine: whether other software finds the same numbers, the primary ones first."""

from __future__ import annotations

from dataclasses import dataclass

from poolprop.formats import own_decimals
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
    """Whether the primary models were recomputed, and what was compared by engine and method."""

    primary: str
    confirmed: bool
    said: tuple[Sentence, ...]
    table: Table


def section(context: Context) -> Section | None:
    """Return the section; None where nothing was recomputed."""
    found = context.results.crosscheck
    if not found:
        return None
    said = [_overall(found), *(_engine(found, engine) for engine in found["engines"])]
    if found["unanswered"]:
        said.append(("R gave no answer for ", ", ".join(found["unanswered"]), "."))
    by = [
        str(engine["software"])
        for engine in found["engines"]
        if any(method["method"] == context.settings.models.primary.key
               for method in engine["methods"])
    ]  # fmt: skip
    body = SecondEngine(
        primary=_primary(by), confirmed=bool(by), said=tuple(said), table=_table(found)
    )
    return Section(id="second-engine", title="Independent recomputation", body=body)


def _primary(by: list[str]) -> str:
    if by:
        return f"The primary model of every outcome was recomputed by {' and '.join(by)}."
    return (
        "The primary models were not recomputed in this build: R with metafor was not available. "
        "What follows compares other models only."
    )


def _overall(found: Record) -> Sentence:
    return join(
        quote(found, "results", "count"),
        " pooled results of this report can be compared. The build fails if results differ by more "
        "than ",
        own_decimals(found["tolerance"]),
        ".",
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
