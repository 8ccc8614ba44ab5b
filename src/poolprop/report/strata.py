"""The first table of the page: the review's own strata by its primary endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from poolprop.axes import Axis, Ends, labels, proportions
from poolprop.report import prose, small_k
from poolprop.report.context import Context, factors, leading, primary_estimand, primary_result
from poolprop.report.read import EndpointResults
from poolprop.report.values import Record, Sentence, join, look_up, policy_of, quote

# Factors where the plan names none, and the most levels of one that fit on a screen.
MOST_FACTORS, MOST_LEVELS = 2, 6
# More endpoints than this stand below one another, each over all studies.
MOST_COLUMNS = 3
NONE = "not reported"
# How a figure came about that no source printed.
INFERRED = ("reconstructed", "proxy")
PERCENTAGE = re.compile(r"\d+(?:\.\d+)?\s?%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A small drawing of an estimate: where its marks lie, in percent of the width."""

    single: bool
    at: float
    ci: Ends
    prediction: Ends | None
    ticks: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """What a cell draws, as proportions."""

    at: float
    ci: Ends
    prediction: Ends | None = None
    single: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One stratum of one endpoint.

    ``flag`` says what a reader must know of the figure, ``decision`` where that is explained,
    ``printed`` what the source printed instead. Without studies only ``basis`` is given.
    """

    basis: Sentence
    number: Sentence = ()
    interval: Sentence = ()
    flag: str = ""
    printed: str = ""
    decision: str = ""
    spans: Spans | None = None
    strip: Strip | None = None
    head: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A stratum: its name, and a cell for each column."""

    label: str
    cells: tuple[Cell, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The levels of one factor, or all studies together; ``more`` levels have no room."""

    id: str
    title: str
    rows: tuple[Row, ...]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A column: its name, and the two ends of its axis, in words and as proportions."""

    label: str
    ends: tuple[str, ...]
    axis: Ends | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Strata:
    """The table."""

    heads: tuple[Head, ...]
    groups: tuple[Group, ...]

    @property
    def width(self) -> int:
        """How many columns it has, with that of the names."""
        return len(self.heads) + 1

    @property
    def cells(self) -> Iterator[Cell]:
        """All cells."""
        return (cell for group in self.groups for row in group.rows for cell in row.cells)


def strata(context: Context) -> Strata:
    """Return the plan's leading strata by the primary endpoints, and all studies together."""
    endpoints = leading(context)
    whole = [_whole(context, one, primary_estimand(one)) for one in endpoints]
    names = [str(endpoint.pool["endpoint"]["label"]) for endpoint in endpoints]
    if len(endpoints) > MOST_COLUMNS:
        rows = tuple(Row(label=n, cells=(c,)) for n, c in zip(names, whole, strict=True))
        return _drawn(context, ("All studies",), [Group(id="all", title="", rows=rows)], ())
    groups = [_group(context, endpoints, name) for name in leading_factors(context)]
    caveat = context.settings.review.caveat if groups else ""
    last = Row(label="All studies together", cells=tuple(whole), note=caveat)
    groups.append(Group(id="all", title="", rows=(last,)))
    return _drawn(context, names, groups, endpoints)


def leading_factors(context: Context) -> tuple[str, ...]:
    """Return the factors of the first screen: the plan's, or the first ones that tell anything."""
    asked = context.settings.review.strata
    if asked != "auto":
        return asked
    telling = (
        factor["factor"]
        for endpoint in leading(context)
        for factor in factors(endpoint)
        if factor["estimand"] == "primary"
        and (
            len(factor["levels"]) > 1 or factor["levels"][0]["k"] < primary_estimand(endpoint)["k"]
        )
    )
    return tuple(dict.fromkeys(telling))[:MOST_FACTORS]


def _group(context: Context, endpoints: Sequence[EndpointResults], name: str) -> Group:
    """Return the levels of a factor: the largest ones, in the order of the results."""
    by_endpoint: list[dict[str, Record]] = []
    title, names = "", dict[str, str]()
    for endpoint in endpoints:
        found = next((one for one in factors(endpoint) if one["factor"] == name), None)
        held = {level["level"]: level for level in found["levels"]} if found else {}
        title = title or (found["label"] if found else "")
        names |= {key: level["label"] for key, level in held.items() if key not in names}
        by_endpoint.append(held)
    size = {key: sum(held[key]["total"] for held in by_endpoint if key in held) for key in names}
    kept = sorted(names, key=lambda key: -size[key])[:MOST_LEVELS]
    rows = tuple(
        Row(
            label=label,
            cells=tuple(
                _level(context, held[key]) if key in held else Cell(basis=(NONE,))
                for held in by_endpoint
            ),
        )
        for key, label in names.items()
        if key in kept
    )
    return Group(id=name, title=f"By {title.lower()}", rows=rows, more=len(names) - len(kept))


def _whole(context: Context, endpoint: EndpointResults, estimand: Record) -> Cell:
    result = primary_result(estimand)
    if result is None:
        return Cell(basis=(NONE,))
    lead = small_k.of_estimand(context, endpoint, estimand["estimand"], result)
    cell = _cell(context, lead, result, estimand["studies"])
    return _flagged(context, cell, estimand["studies"])


def _level(context: Context, record: Record) -> Cell:
    cell = _cell(context, small_k.of_group(context, record), record, record["studies"])
    return _flagged(context, cell, record["studies"])


def _cell(context: Context, lead: small_k.Lead, record: Record, studies: list[Record]) -> Cell:
    counts = join(quote(record, "events", "count"), " of ", quote(record, "total", "count"))
    people, single = context.settings.review.participants, record["k"] == 1
    ci = look_up(lead.record, lead.ci)
    if single:
        of: Sentence = (f"one study, {studies[0]['label']}",)
        at = look_up(lead.record, lead.proportion)
        spans = Spans(at=at, ci=(ci["lower"], ci["upper"]), single=True)
        return Cell(number=counts, interval=_ends(lead, "percent"), basis=of, spans=spans)
    of = join(prose.sources(record, studies), ", ", quote(record, "total", "count"), f" {people}")
    if not lead.informative:
        return Cell(number=counts, basis=join(of, f"; {small_k.TOO_WIDE}"))
    prediction = look_up(lead.record, lead.prediction)
    spans = Spans(
        at=look_up(lead.record, lead.proportion),
        ci=(ci["lower"], ci["upper"]),
        prediction=(prediction["lower"], prediction["upper"]) if prediction else None,
    )
    return Cell(
        number=(quote(lead.record, lead.proportion, "frequency"),),
        interval=_ends(lead, "points"),
        basis=join(of, "; Bayesian") if lead.bayesian else of,
        spans=spans,
    )


def _ends(lead: small_k.Lead, form: str) -> Sentence:
    lower, upper = (quote(lead.record, f"{lead.ci}.{end}", name)
                    for end, name in (("lower", "points"), ("upper", form)))  # fmt: skip
    return join(lower, " to ", upper)


def _flagged(context: Context, cell: Cell, studies: list[Record]) -> Cell:
    """Mark a figure that no source printed: what was printed instead, and the decision on it."""
    found = [one for one in studies if one.get("record_type") in INFERRED]
    if not found:
        return cell
    ids = {one["outcome_id"] for one in found}
    flag = "inferred" if len(found) == len(studies) else f"{len(found)} of them inferred"
    for row in context.results.discrepancies:
        if ids & set(row.get("outcome_ids", "").split(";")):
            printed = PERCENTAGE.search(row["printed"])
            told = printed.group() if printed else "otherwise"
            return replace(cell, flag=flag, printed=told, decision=row["discrepancy_id"])
    return replace(cell, flag=flag)


def _drawn(
    context: Context,
    names: Sequence[str],
    groups: Sequence[Group],
    endpoints: Sequence[EndpointResults],
) -> Strata:
    """Lay the drawings of each column on one axis, as far as its cells have one scale."""
    heads, axes = [], []
    for i, name in enumerate(names):
        cells = [row.cells[i] for group in groups for row in group.rows]
        axis = _axis(context, cells, endpoints[i].id if endpoints else "")
        policies = {
            policy_of(e.pool["endpoint"]) for e in (endpoints[i : i + 1] or leading(context))
        }
        axes.append(axis if len(policies) == 1 else None)
        held = (axis.lower, axis.upper) if axes[-1] and axis else None
        ends = labels(held, next(iter(policies))) if held else []
        heads.append(Head(label=name, ends=tuple(ends), axis=held))
    placed = tuple(
        replace(group, rows=tuple(_placed(row, axes, names) for row in group.rows))
        for group in groups
    )
    return Strata(heads=tuple(heads), groups=placed)


def _axis(context: Context, cells: Sequence[Cell], endpoint: str) -> Axis | None:
    spans = [cell.spans for cell in cells if cell.spans is not None]
    if not spans:
        return None
    wide = [one.ci for one in spans] + [one.prediction for one in spans if one.prediction]
    return proportions([one.at for one in spans], wide=wide, plan=context.axis(endpoint))


def _placed(row: Row, axes: Sequence[Axis | None], names: Sequence[str]) -> Row:
    cells = (
        replace(cell, strip=_strip(cell, axis), head=name)
        for cell, axis, name in zip(row.cells, axes, names, strict=True)
    )
    return replace(row, cells=tuple(cells))


def _strip(cell: Cell, axis: Axis | None) -> Strip | None:
    if cell.spans is None or axis is None:
        return None

    def place(ends: Ends) -> Ends:
        return axis.place(ends[0], 0, 100), axis.place(ends[1], 0, 100)

    return Strip(
        single=cell.spans.single,
        at=axis.place(cell.spans.at, 0, 100),
        ci=place(cell.spans.ci),
        prediction=place(cell.spans.prediction) if cell.spans.prediction else None,
        ticks=tuple(axis.place(tick, 0, 100) for tick in axis.ticks),
    )
