"""The second engine: whether other software finds the same numbers, the primary ones first."""

from __future__ import annotations

from markupsafe import Markup

from poolprop.formats import own_decimals
from poolprop.report.blocks import Text
from poolprop.report.context import Context, Section
from poolprop.report.formats import plain
from poolprop.report.tables import Table, numbers, table, texts
from poolprop.report.values import Record, Sentence, join, listing, quote

WHAT = {
    "statsmodels": "the two-step models whose estimators it has, from effect sizes of its own",
    "R": (
        "the two-step models by the package metafor; the likelihood models by base R alone, with "
        "another quadrature and another optimiser; single studies by binom.test"
    ),
}


SCRIPT = Markup(
    "The script <code>results/crosscheck/reproduce.R</code> repeats them; it requires only R and "
    "metafor."
)


def section(context: Context) -> Section | None:
    """Return the section; None where nothing was recomputed."""
    found = context.results.crosscheck
    if not found:
        return None
    said: list[Sentence] = [_overall(found)]
    said += [_engine(found, engine) for engine in found["engines"]]
    if found["unanswered"]:
        said.append(("R gave no answer for ", ", ".join(found["unanswered"]), "."))
    by = [
        str(engine["software"])
        for engine in found["engines"]
        if any(method["method"] == context.settings.models.primary.key
               for method in engine["methods"])
    ]  # fmt: skip
    primary = _primary(by)
    body = (primary if by else Text(primary, "caution"), *said, SCRIPT, _table(found))
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
    rows = [(engine, method) for engine in found["engines"] for method in engine["methods"]]
    fields = (
        texts("Method", lambda row: _words(row[1]["method"])),
        texts("Software", lambda row: row[0]["software"], filtered=True),
        numbers("Results that agree", lambda row: quote(row[1], "results", "count")),
    )
    caption = "Results recomputed, by software and method"
    return table("table-second-engine", caption, rows, fields, anchor=lambda row: row[1]["id"])


def _words(method: str) -> str:
    first, *others = method.split(".")
    return f"{plain(first)}, {', '.join(others)}"
