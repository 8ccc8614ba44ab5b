"""Models beside the pool: other laws, missing and nested outcomes, a next trial."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from poolprop.report.context import Context, Section
from poolprop.report.formats import MISSING, level
from poolprop.report.read import EndpointResults
from poolprop.report.tables import Column, Table, TableRow, cell
from poolprop.report.values import Record, Sentence, join, quote, quote_range


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One kind of model: a heading, what is to be known of it, and its table."""

    id: str
    title: str
    words: tuple[Sentence, ...]
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointModels:
    """The parts of one endpoint."""

    id: str
    title: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """All endpoints."""

    endpoints: tuple[EndpointModels, ...]


def section(context: Context) -> Section | None:
    """Return the section; None where no endpoint has another model."""
    found = [_endpoint(context, one) for one in context.results.endpoints if one.models]
    shown = tuple(one for one in found if one.parts)
    return (
        Section(id="models", title="Other models", body=Models(endpoints=shown)) if shown else None
    )


def _endpoint(context: Context, endpoint: EndpointResults) -> EndpointModels:
    meta, record = endpoint.models["endpoint"], endpoint.models
    participants = context.settings.review.participants
    parts = [
        *_laws(meta, record["laws"]),
        *_missing(meta, record["missing"], participants),
        *_nested(meta, endpoint.nested.get("model"), participants),
        *_next_trial(meta, record["next_trial"], participants),
    ]
    return EndpointModels(
        id=f"other-models-{endpoint.id}",
        title=meta["label"],
        parts=tuple(parts),
        notes=(*record["notes"], *endpoint.nested.get("notes", ())),
    )


def _laws(meta: Record, record: Record | None) -> Iterator[Part]:
    if record is None:
        return
    of = level(record["level"])
    name = f"laws-{meta['id']}"
    rows = tuple(
        TableRow(
            cells=(
                cell(fit["law"]),
                cell(quote(fit, "proportion", "percent")),
                cell(quote_range(fit, "ci")),
                cell(quote(fit, "population.mean", "percent")),
                cell(quote_range(fit, "population.ci")),
                cell(quote(fit, "loglik", "number")),
            ),
            anchor=fit["id"],
        )
        for fit in record["fits"]
    )
    columns = (
        Column(title="Law of the logits"),
        Column(title="Median study", numeric=True, help="proportion of the median study"),
        Column(title=f"{of} CI", numeric=True, help="of the median study; points have none"),
        Column(title="Average", numeric=True, help="proportion averaged over studies"),
        Column(title=f"{of} CI of it", numeric=True),
        Column(title="Log-likelihood", numeric=True, help="the higher, the better it fits"),
    )
    table = Table(
        id=f"table-{name}",
        caption=f"{meta['short']}: other laws of the random effects",
        columns=columns,
        rows=rows,
    )
    words = (
        "The primary model lets the studies' logits vary normally. Other laws have heavier "
        "tails, lean to one side, or are any law at all (nonparametric); all else is the same. "
        "Intervals: "
        f"{record['method']}.",
    )
    yield Part(id=name, title="Other laws of the random effects", words=(words,), table=table)


def _missing(meta: Record, record: Record | None, participants: str) -> Iterator[Part]:
    if record is None:
        return
    name = f"missing-{meta['id']}"
    rows = tuple(
        TableRow(
            cells=(
                cell(one["belief"]),
                cell(quote(one, "proportion", "percent")),
                cell(quote_range(one, "ci")),
            ),
            anchor=one["id"],
        )
        for one in record["beliefs"]
    )
    columns = (
        Column(title="Those without assessment had the event", room="long"),
        Column(title="Of all", numeric=True, help="proportion of all in the median study"),
        Column(title=f"{level(record['level'])} CI", numeric=True),
    )
    table = Table(
        id=f"table-{name}",
        caption=f"{meta['short']}: {participants} without assessment",
        columns=columns,
        rows=rows,
    )
    words = join(
        quote(record, "missing", "count"), " of ", quote(record, "total", "count"),
        f" {participants} in ", quote(record, "k", "count"),
        " studies were not assessed. The first two rows are the bounds (the first counts them as "
        "no event); the rows below take their odds of the event as a multiple of the odds of "
        "those assessed in the same study.",
    )  # fmt: skip
    yield Part(id=name, title="Without assessment", words=(words,), table=table)


def _nested(meta: Record, record: Record | None, participants: str) -> Iterator[Part]:
    for model in record["models"] if record is not None else ():
        of, name = level(model["level"]), f"nested-{meta['id']}-{model['effects']}"
        rows = tuple(
            TableRow(
                cells=(
                    cell(stage["label"]),
                    cell(quote(stage, "k", "count")),
                    cell(quote(stage, "events", "count"), "/", quote(stage, "total", "count")),
                    cell(quote(stage, "proportion", "percent")),
                    cell(quote_range(stage, "ci")),
                    cell(quote(stage, "whole.median", "percent")),
                    cell(quote_range(stage, "whole.ci")),
                    cell(quote_range(stage, "prediction")),
                    cell(quote(stage, "expected", "number")),
                ),
                anchor=stage["id"],
            )
            for stage in model["stages"]
        )
        columns = (
            Column(title="Stage"),
            Column(title="k", numeric=True, help="studies that report it"),
            Column(title="Events/total", numeric=True, help="of those in the stage before"),
            Column(title="Of the stage before", numeric=True, help="in the median study"),
            Column(title=f"{of} CI", numeric=True),
            Column(title="Of all", numeric=True, help="in the median study"),
            Column(title=f"{of} interval", numeric=True, help="of the proportion of all"),
            Column(title=f"{of} prediction", numeric=True, help="of all, in a new study"),
            Column(title="Expected", numeric=True, help=f"of the next {model['patients']}"),
        )
        kind = "an effect of the study" if model["effects"] == "separate" else "one effect"
        title = f"Nested outcomes, {model['effects']} effects"
        words = join(
            f"Each stage is a share of the stage before, so that none holds more {participants} "
            f"than the one around it; {kind} for "
            f"{'each stage' if model['effects'] == 'separate' else 'all stages of a study'}. "
            "Log-likelihood ", quote(model, "loglik", "number"), " with ",
            quote(model, "parameters", "count"), " parameters. The last column is what is expected "
            "of the next ", quote(model, "patients", "count"), f" {participants}.",
        )  # fmt: skip
        table = Table(
            id=f"table-{name}",
            caption=f"{meta['short']}: {title.lower()}",
            columns=columns,
            rows=rows,
        )
        yield Part(id=name, title=title, words=(words,), table=table)


def _next_trial(meta: Record, record: Record | None, participants: str) -> Iterator[Part]:
    if record is None:
        return
    name, side = f"next-trial-{meta['id']}", record["side"]
    rows = tuple(
        TableRow(
            cells=(
                cell(quote(trial, "n", "count"), f" {participants}"),
                cell(MISSING if trial["events"] is None else quote(trial, "events", "count")),
                cell(quote(trial, "chance", "share")),
                cell(quote(trial, "robust", "share")),
            ),
            anchor=trial["id"],
        )
        for trial in record["trials"]
    )
    columns = (
        Column(title="Next trial"),
        Column(
            title="At least" if side == "above" else "At most",
            numeric=True,
            help="events with which the rule is met",
        ),
        Column(title="Chance", numeric=True, help="that it is met, if like the studies"),
        Column(title="Robust", numeric=True, help="that it is met, by the robust prior"),
    )
    table = Table(
        id=f"table-{name}",
        caption=f"{meta['short']}: chance of success of a next trial",
        columns=columns,
        rows=rows,
    )
    rule = join(
        f"The rule: the exact {level(record['level'])} interval of the next trial lies {side} ",
        quote(record, "p0", "stated"), f". Chances are Bayesian, with the prior "
        f"{record['mu_prior']} and a {record['tau_prior']} prior on τ.",
    )  # fmt: skip
    yield Part(
        id=name, title="The next trial", words=(rule, _prior(record, participants)), table=table
    )


def _prior(record: Record, participants: str) -> Sentence:
    """Write the robust prior as a sum of beta laws."""
    parts: list[Sentence] = []
    for i in range(len(record["prior"]["components"])):
        path = f"prior.components.{i}"
        plus = " + " if i else ""
        parts.append(
            join(
                plus, quote(record, f"{path}.weight", "number"), " Beta(",
                quote(record, f"{path}.a", "number"), ", ", quote(record, f"{path}.b", "number"),
                ")",
            )
        )  # fmt: skip
    return join(
        "Its robust prior, for use elsewhere: ", *parts, "; it weighs ",
        quote(record, "prior.ess", "number"),
        f" {participants} (expected local-information ratio).",
    )  # fmt: skip
