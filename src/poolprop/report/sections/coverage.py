"""What the intervals really cover, simulated for these very studies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from poolprop.report.certified import beyond, measured
from poolprop.report.context import Context, Section
from poolprop.report.formats import MISSING, level, number
from poolprop.report.tables import Cell, Column, Table, TableRow, cell
from poolprop.report.values import Record, Sentence, join, policy_of, quote


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointCoverage:
    """One endpoint: what was simulated, and the table; None where nothing is pooled."""

    id: str
    title: str
    said: tuple[Sentence, ...]
    table: Table | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """All endpoints that have a certificate."""

    endpoints: tuple[EndpointCoverage, ...]


def section(context: Context) -> Section | None:
    """Return the section; None where nothing was simulated."""
    found = [e.certificate for e in context.results.endpoints if e.certificate]
    if not any(record["cases"] for record in found):
        return None
    body = Coverage(endpoints=tuple(_endpoint(record) for record in found))
    return Section(id="coverage", title="Coverage in simulation", body=body)


def _endpoint(record: Record) -> EndpointCoverage:
    meta = record["endpoint"]
    return EndpointCoverage(
        id=f"coverage-{meta['id']}",
        title=meta["label"],
        said=tuple(_said(record)),
        table=_table(record) if record["cases"] else None,
    )


def _said(record: Record) -> Iterator[Sentence]:
    if not record["cases"]:
        yield (record["note"],)
        return
    yield join(
        quote(record, "replicates", "count"),
        " reviews were simulated for each between-study standard deviation τ, with the sizes of "
        "these ",
        quote(record, "k", "count"),
        " studies and a true proportion of the median study of ",
        quote(record, "truth.proportion", "percent"),
        ", the ",
        record["truth"]["source"],
        ". The studies' true logits are drawn from a normal law, as the model assumes; in the last "
        "columns from a skewed one (exponential; the proportion is at the mean of its logits), one "
        "of two values and a heavy-tailed one (Student's t, 3 degrees of freedom), with the same "
        "mean and τ. No Monte-Carlo standard error exceeds ",
        quote(record, "error", "simulated"),
        " percentage points.",
    )
    if record["default"]:
        yield measured(record)
        yield beyond(record)
    for words in (record["note"], record["companion_note"]):
        if words:
            yield (words,)


def _table(record: Record) -> Table:
    of = level(record["level"])
    at, unit = _estimate(record), policy_of(record).points.strip()
    columns = (
        Column(title=f"{of} interval"),
        *(
            Column(
                title=_law(case),
                numeric=True,
                help=f"share of reviews whose interval holds the truth; τ: {case['origin']}",
            )
            for case in record["cases"]
        ),
        Column(
            title=f"Mean width, {unit}",
            numeric=True,
            help="length of the interval where τ is its estimate, on the outcome's scale",
        ),
    )
    rows = tuple(
        TableRow(
            cells=(
                cell(_name(method)),
                *(
                    cell(
                        quote(
                            record, f"cases.{i}.intervals.{method['method']}.coverage", "simulated"
                        )
                    )
                    for i in range(len(record["cases"]))
                ),
                _width(record, at, method["method"]),
            ),
            strong=method["role"] == "default",
        )
        for method in record["methods"]
    )
    caption = f"{record['endpoint']['short']}: how often each nominal {of} interval holds the truth"
    name = f"table-coverage-{record['endpoint']['id']}"
    return Table(id=name, caption=caption, columns=columns, rows=rows)


def _law(case: Record) -> str:
    """Return the heading of a case: its law, unless that is the one assumed, and its tau."""
    law = "" if case["law"] == "normal" else f"{case['law']}, "
    return f"{law}τ = {number(case['tau'])}, %"


def _name(method: Record) -> str:
    words = str(method["label"]).replace(" tau", " τ")
    return f"{words} (reported above)" if method["role"] == "default" else words


def _estimate(record: Record) -> int:
    """Return which value of tau is the estimate."""
    found = (i for i, case in enumerate(record["cases"]) if "estimate" in case["origin"])
    return next(found, 0)


def _width(record: Record, at: int, method: str) -> Cell:
    """Return the mean width; the bootstrap's is not computed, as only its test is simulated."""
    if record["cases"][at]["intervals"][method]["width"] is None:
        return cell(MISSING)
    return cell(quote(record, f"cases.{at}.intervals.{method}.width", "points"))
