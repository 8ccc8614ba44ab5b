"""Other questions and other analyses: how far the answer moves, and which choice moves it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from poolprop.formats import plural
from poolprop.report import prose
from poolprop.report.blocks import Blocks, Folded, Part, Widget
from poolprop.report.context import Context, Section, leading
from poolprop.report.drawing.specification import SHOWN, axis_of, specification
from poolprop.report.figures import Figure
from poolprop.report.formats import level
from poolprop.report.multiverse_data import analyses, place_of
from poolprop.report.naming import in_words, level_name
from poolprop.report.read import EndpointResults
from poolprop.report.tables import Table, numbers, table, texts
from poolprop.report.values import Record, Sentence, join, quote, quote_range

TITLE = "Multiverse analysis"


def section(context: Context) -> Section | None:
    """Return the section; None where no endpoint has an analysis."""
    parts = tuple(
        _part(context, endpoint)
        for endpoint in leading(context)
        if endpoint.multiverse.get("summary")
    )
    return Section(id="multiverse", title=TITLE, body=parts) if parts else None


def _part(context: Context, endpoint: EndpointResults) -> Part:
    record = _in_words(context, endpoint.multiverse)
    name, meta = f"multiverse-{endpoint.id}", record["endpoint"]
    place = place_of(record)
    axis, short = axis_of(record, context.axis(endpoint.id)), meta["short"]
    curve = specification(
        f"plot-{name}", f"{short}: specification curve", record, place,
        context.settings.thresholds.values, axis,
    )  # fmt: skip
    levels = _levels(f"table-{name}-levels", short, record)
    dropped = _dropped(f"table-{name}-dropped", short, record)
    blocks: Blocks = (
        *_answer(record),
        Widget("explore", "multiverse", analyses(context, record, place, axis)),
        Figure(id=f"plot-{name}", panel=curve, caption=_caption(record)),
        _choices(f"table-{name}-choices", short, record),
        Folded(levels, "Estimates by level of each choice"),
        Folded(dropped, "What was enumerated and dropped"),
    )
    return Part(name, meta["label"], blocks, of=TITLE)


def _in_words(context: Context, record: Record) -> Record:
    """Return a multiverse whose levels are named in words wherever a person reads them."""
    names = {row["source_id"]: row["label"] for row in context.results.studies}
    known = {
        row["discrepancy_id"]: {**row, "source_label": names.get(row["source_id"], "")}
        for row in context.results.discrepancies
    }
    choices = [
        {**choice, "levels": [{**one, "label": level_name(choice["choice"], one, known)}
                              for one in choice["levels"]]}
        for choice in record["choices"]
    ]  # fmt: skip
    return {**record, "choices": choices}


def _answer(record: Record) -> list[Sentence]:
    return [
        _meeting(record),
        *([_others(record)] if record["others"] else []),
        _most(record["choices"]),
        _extreme("Lowest of all", record, "lowest"),
        _extreme("Highest of all", record, "highest"),
        (
            "Shares of analyses are not probabilities: the analyses are neither independent nor "
            "equally plausible, and some ask a narrower question than the primary one.",
        ),
    ]


def _meeting(record: Record) -> Sentence:
    """Say how far the estimate moves over questions, by analyses that keep their promise."""
    if not record["meeting"]:
        return (
            "None of the plan's analyses has an interval that holds 94% of truths in simulated "
            "small reviews: what follows is what others would have reported.",
        )
    return join(
        "The plan asks ",
        quote(record, "meeting.questions", "count"),
        f" {plural(record['meeting']['questions'], 'question')}: who is counted, when, and "
        "which studies are left out. The pooled proportion is ",
        *_span(record, "meeting"),
        " by ",
        _analyses(record, "meeting"),
        " whose intervals held at least 94% of true values in simulated small reviews.",
    )


def _others(record: Record) -> Sentence:
    return join(
        "The same questions give ",
        *_span(record, "others"),
        " by ",
        _analyses(record, "others"),
        " whose intervals held fewer.",
    )


def _analyses(record: Record, which: str) -> Sentence:
    number = quote(record, f"{which}.methods", "count")
    return (number, " analysis" if record[which]["methods"] == 1 else " analyses")


def _span(record: Record, which: str) -> Sentence:
    ends = record[which]["range"]
    highest = quote(record, f"{which}.range.upper", "percent")
    if ends["lower"] == ends["upper"]:
        return (highest, " each time")
    return (quote(record, f"{which}.range.lower", "points"), " to ", highest)


def _most(choices: Sequence[Record]) -> Sentence:
    """Say which choice explains most of the variance."""
    if not choices or max(choice["share"] for choice in choices) == 0:
        return ()
    most = max(choices, key=lambda choice: choice["share"])
    return join(
        f"The choice “{prose.symbols(most['label'].lower())}” moves the estimate most: it explains",
        " ",
        quote(most, "share", "share"),
        " of the variance (over this list of choices; another list has other shares).",
    )


def _extreme(name: str, record: Record, which: str) -> Sentence:
    """Say what the lowest or highest analysis chose."""
    analysis = record[which]
    parts = [_chosen(record, part) for part in analysis["words"].split("; ")]
    chosen = prose.symbols("; ".join(parts)) or "the primary analysis"
    return join(f"{name}: ", quote(analysis, "proportion", "percent"), f" ({chosen}).")


def _chosen(record: Record, part: str) -> str:
    """Return ``choice: level`` with the level as the table names it."""
    label, _, code = part.partition(": ")
    for choice in record["choices"]:
        if choice["label"].lower() == label:
            for one in choice["levels"]:
                if code in (str(one["level"]), f"{one['level']} otherwise"):
                    return f"{label}: {one['label']}"
    return part


def _caption(record: Record) -> Sentence:
    summary = record["summary"]
    thin = summary["analyses"] > SHOWN
    shown = f"{SHOWN} of them are drawn, evenly by rank. " if thin else ""
    return join(
        "Dots: pooled proportions of ",
        quote(summary, "analyses", "count"),
        f" analyses in rising order; thin lines: their {level(record['level'])} intervals. {shown}"
        "The coloured one is the primary analysis; dashed lines are thresholds. Marks show "
        "each analysis's choices; duplicates take the labels closest to the primary one.",
    )


def _choices(name: str, short: str, record: Record) -> Table:
    def mean(end: Callable[..., int], choice: Record) -> Sentence:
        """Quote the lowest or the highest mean of a choice's levels, and say whose it is."""
        levels = choice["levels"]
        known = [i for i, one in enumerate(levels) if one["mean"] is not None]
        at = end(known, key=lambda i: levels[i]["mean"])
        told = prose.symbols(levels[at]["label"])
        return (quote(choice, f"levels.{at}.mean", "percent"), f" ({told})")

    fields = (
        texts("Choice", lambda one: prose.symbols(one["label"])),
        numbers("Share of variance", "share", "share", about="of the pooled proportion"),
        numbers("Of the lower limit's", "share_of_lower_limit", "share",
                about="variance of the lower limit"),
        texts("Lowest mean", partial(mean, min), room="long"),
        texts("Highest mean", partial(mean, max), room="long"),
    )  # fmt: skip
    note = (
        "Analysis of variance with main effects; sequential sums of squares averaged over all "
        "orders of the choices. The remainder is due to interactions. Shares depend on the list of "
        "choices: one with more, or more extreme, levels explains more.",
    )
    ranked = sorted(record["choices"], key=lambda one: -one["share"])
    caption = f"{short}: which choice matters"
    return table(name, caption, ranked, fields, anchor="id", note=(note,))


def _levels(name: str, short: str, record: Record) -> Table:
    rows = [(choice, one) for choice in record["choices"] for one in choice["levels"]]
    fields = (
        texts("Choice", lambda row: prose.symbols(row[0]["label"]), filtered=True),
        texts("Level", lambda row: prose.symbols(row[1]["label"])),
        numbers("Combinations", lambda row: quote(row[1], "combinations", "count"),
                about="equal ones counted each time"),
        numbers("Mean estimate", lambda row: quote(row[1], "mean", "percent")),
        numbers("Range", lambda row: quote_range(row[1], "range")),
    )  # fmt: skip
    return table(name, f"{short}: estimates by level", rows, fields)


def _dropped(name: str, short: str, record: Record) -> Table:
    fields = (
        texts("Why", lambda i: in_words(record["invalid"][i]["reason"]), room="long"),
        numbers("Combinations", lambda i: quote(record, f"invalid.{i}.combinations", "count")),
    )
    note = join(
        quote(record, "counts.combinations", "count"), " combinations of levels; ",
        quote(record, "counts.invalid", "count"), " are no analysis; ",
        quote(record, "counts.merged", "count"), " repeat another; ",
        quote(record, "counts.analyses", "count"), " are left: ",
        quote(record, "counts.sets", "count"),
        f" data {plural(record['counts']['sets'], 'set')} by ",
        quote(record, "counts.methods", "count"), " methods.",
    )  # fmt: skip
    caption = f"{short}: combinations that are no analysis"
    return table(name, caption, range(len(record["invalid"])), fields, note=(note,))
