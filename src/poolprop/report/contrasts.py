"""Tables of contrasts within studies and of meta-regressions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from poolprop.report.formats import MISSING, level
from poolprop.report.tables import Cell, Column, Table, TableRow, cell
from poolprop.report.values import Record, Sentence, join, look_up, quote, quote_range, quote_within

BEYOND = "∞"
# The help of a p that stands beside intervals of other methods.
FISHER = (
    "Fisher's exact test, two-sided; the intervals beside it come from other methods and may "
    "disagree with it near its borders"
)


def contrast_table(factor: Record, level_of: float, name: str, caption: str) -> Table | None:
    """Return the contrasts of a factor within studies, pooled ones last; None without any."""
    if not factor["contrasts"]:
        return None
    interval = f"({level(level_of)} CI)"
    pairs = {(one["label1"], one["label2"]) for one in factor["contrasts"]}
    titles = pairs.pop() if len(pairs) == 1 else ("First level", "Level compared with")
    columns = (
        Column(title="Study, and what it compares", room="long"),
        *(Column(title=title, numeric=True) for title in titles),
        Column(title=f"Odds ratio {interval}", numeric=True, help="exact, conditional"),
        Column(
            title=f"Difference, points {interval}",
            numeric=True,
            help="exact for small studies, else Newcombe's",
        ),
        Column(title="p", numeric=True, help=FISHER),
    )
    rows = [
        TableRow(cells=_cells(one, named=bool(pairs)), anchor=one["id"])
        for one in factor["contrasts"]
    ]
    pooled = [
        TableRow(cells=_pooled(one), anchor=one["id"], strong=True)
        for one in factor["pooled_contrasts"]
    ]
    return Table(id=name, caption=caption, columns=columns, rows=(*rows, *pooled))


def _cells(one: Record, *, named: bool) -> tuple[Cell, ...]:
    """Return the cells of one contrast; ``named``: each share stands with its level."""
    first, second = (f"{one[f'label{side}']}: " if named else "" for side in "12")
    return (
        cell(f"{one['label']}: {_pair(one)}"),
        cell(first, _side(one, "1")),
        cell(second, _side(one, "2")),
        _sorted(_ratio(one, "odds_ratio")),
        cell(_difference(one)),
        cell(quote(one, "p", "p")),
    )


def _pooled(one: Record) -> tuple[Cell, ...]:
    ratio = join(_open(one, "odds_ratio"), " (", _limits(one, "ci"), ")")
    return (
        cell("Mantel-Haenszel of ", quote(one, "k", "count"), f" studies: {_pair(one)}"),
        cell(MISSING),
        cell(MISSING),
        _sorted(ratio),
        cell(MISSING),
        cell(quote(one, "p", "p")),
    )


def _pair(one: Record) -> str:
    return f"{one['label1']} against {one['label2']}"


def _side(one: Record, which: str) -> Sentence:
    share = quote(one, f"proportion{which}", "percent")
    events, total = (quote(one, f"{part}{which}", "count") for part in ("events", "total"))
    return join(events, " of ", total, " (", share, ")")


def _ratio(one: Record, field: str) -> Sentence:
    if look_up(one, field) is None:
        return (MISSING,)
    return join(_open(one, f"{field}.estimate"), " (", _limits(one, f"{field}.ci"), ")")


def _sorted(ratio: Sentence) -> Cell:
    """Return the cell of a ratio; one beyond all numbers is sorted behind them all."""
    beyond = ratio[0] if isinstance(ratio[0], str) and ratio[0].startswith(BEYOND) else ""
    return Cell(content=ratio, sort="Infinity") if beyond else cell(ratio)


def _limits(one: Record, field: str) -> Sentence:
    return join(_open(one, f"{field}.lower"), " to ", _open(one, f"{field}.upper"))


def _open(one: Record, field: str) -> Sentence:
    """Quote a number of a ratio; one that is beyond all numbers is infinite."""
    return (BEYOND if look_up(one, field) is None else quote(one, field, "ratio"),)


def _difference(one: Record) -> Sentence:
    ends = [quote(one, f"risk_difference.ci.{end}", "signed-points") for end in ("lower", "upper")]
    estimate = quote(one, "risk_difference.estimate", "signed-points")
    return join(estimate, " (", ends[0], " to ", ends[1], ")")


def regression_table(records: Sequence[Record], level_of: float, name: str) -> Table | None:
    """Return every coefficient of the meta-regressions that were fitted; None without any."""
    fitted = [record for record in records if record["fit"]]
    if not fitted:
        return None
    columns = (
        Column(title="Moderator", help="numbers are centred at their means"),
        Column(title="Coefficient", numeric=True, help="on the model's scale, for one unit more"),
        Column(title=f"{level(level_of)} CI", numeric=True),
        Column(title="p", numeric=True, help="of the coefficient; in the first line of all slopes"),
        Column(title="k", numeric=True, help="number of arms or cohorts that state it"),
        Column(title="τ²", numeric=True, help="between-study variance left"),
    )
    return Table(
        id=name,
        caption="Meta-regressions, each a model of its own",
        columns=columns,
        rows=tuple(row for one in fitted for row in _coefficients(one)),
    )


def _coefficients(one: Record) -> Iterator[TableRow]:
    """Yield the row of a model, and one for each of its coefficients."""
    whole = (
        cell(one["label"]),
        cell(MISSING),
        cell(MISSING),
        cell(quote(one, "fit.omnibus.p", "p")),
        cell(quote(one, "k", "count")),
        cell(quote_within(one, "fit.tau2", "number")),
    )
    yield TableRow(cells=whole, anchor=one["id"], strong=True)
    for place, slope in enumerate(one["fit"]["coefficients"]):
        field = f"fit.coefficients.{place}"
        p = "p" if slope.get("lrt_p") is None else "lrt_p"
        yield TableRow(
            cells=(
                cell(slope.get("label", slope["name"])),
                cell(quote(one, f"{field}.estimate", "number")),
                cell(quote_range(one, f"{field}.ci", "number")),
                cell(quote(one, f"{field}.{p}", "p")),
                cell(MISSING),
                cell(MISSING),
            )
        )
