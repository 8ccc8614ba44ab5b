"""Tables of contrasts within studies and of meta-regressions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from poolprop.report.formats import MISSING, level
from poolprop.report.tables import Cell, Column, Table, TableRow, cell, numbers, table, texts
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
    fields = (
        texts("Study, and what it compares", _compared, room="long"),
        *(numbers(title, partial(_side, side, bool(pairs)))
          for title, side in zip(titles, "12", strict=True)),
        numbers(f"Odds ratio {interval}", _odds_ratio, about="exact, conditional"),
        numbers(f"Difference, points {interval}", _difference,
                about="exact for small studies, else Newcombe's"),
        numbers("p", "p", "p", about=FISHER),
    )  # fmt: skip
    rows = (*factor["contrasts"], *factor["pooled_contrasts"])
    return table(name, caption, rows, fields, anchor="id", strong=_is_pooled)


def _is_pooled(one: Record) -> bool:
    return "k" in one


def _compared(one: Record) -> Sentence:
    pair = f"{one['label1']} against {one['label2']}"
    if not _is_pooled(one):
        return (f"{one['label']}: {pair}",)
    return ("Mantel-Haenszel of ", quote(one, "k", "count"), f" studies: {pair}")


def _side(which: str, named: bool, one: Record) -> Sentence:
    """Return the counts of one level; ``named``: with its name."""
    if _is_pooled(one):
        return (MISSING,)
    return join(f"{one[f'label{which}']}: " if named else "", arm_counts(one, which))


def arm_counts(one: Record, which: str) -> Sentence:
    """Quote an arm of a contrast: ``3 of 10 (30%)``."""
    share = quote(one, f"proportion{which}", "percent")
    events, total = (quote(one, f"{part}{which}", "count") for part in ("events", "total"))
    return join(events, " of ", total, " (", share, ")")


def _odds_ratio(one: Record) -> Cell:
    """Return the cell of a ratio; one beyond all numbers is sorted behind them all."""
    at, ci = ("odds_ratio", "ci") if _is_pooled(one) else ("odds_ratio.estimate", "odds_ratio.ci")
    if look_up(one, "odds_ratio") is None and not _is_pooled(one):
        return cell(MISSING)
    ratio = join(_open(one, at), " (", _open(one, f"{ci}.lower"), " to ",
                 _open(one, f"{ci}.upper"), ")")  # fmt: skip
    beyond = isinstance(ratio[0], str) and ratio[0].startswith(BEYOND)
    return Cell(content=ratio, sort="Infinity") if beyond else cell(ratio)


def _open(one: Record, field: str) -> Sentence:
    """Quote a number of a ratio; one that is beyond all numbers is infinite."""
    return (BEYOND if look_up(one, field) is None else quote(one, field, "ratio"),)


def _difference(one: Record) -> Sentence:
    if _is_pooled(one):
        return (MISSING,)
    ends = [quote(one, f"risk_difference.ci.{end}", "signed-points") for end in ("lower", "upper")]
    estimate = quote(one, "risk_difference.estimate", "signed-points")
    return join(estimate, " (", ends[0], " to ", ends[1], ")")


def regression_table(records: Sequence[Record], level_of: float, name: str) -> Table | None:
    """Return every coefficient of the meta-regressions that were fitted; None without any."""
    rows = tuple(row for one in records if one["fit"] for row in _coefficients(one))
    columns = (
        Column(title="Moderator", help="numbers are centred at their means"),
        Column(title="Coefficient", numeric=True, help="on the model's scale, for one unit more"),
        Column(title=f"{level(level_of)} CI", numeric=True),
        Column(title="p", numeric=True, help="of the coefficient; in the first line of all slopes"),
        Column(title="k", numeric=True, help="number of arms or cohorts that state it"),
        Column(title="τ²", numeric=True, help="between-study variance left"),
    )
    caption = "Meta-regressions, each a model of its own"
    return Table(id=name, caption=caption, columns=columns, rows=rows) if rows else None


def _coefficients(one: Record) -> Iterator[TableRow]:
    """Yield the row of a model, and one for each of its coefficients."""
    whole = (
        cell(one["label"]), cell(MISSING), cell(MISSING), cell(quote(one, "fit.omnibus.p", "p")),
        cell(quote(one, "k", "count")), cell(quote_within(one, "fit.tau2", "number")),
    )  # fmt: skip
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
