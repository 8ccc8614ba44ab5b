"""Models beside the pool: other laws, missing and nested outcomes, a next trial."""

from __future__ import annotations

from collections.abc import Iterator

from poolprop.report.blocks import Block, Heading, Items, Part
from poolprop.report.context import Context, Section
from poolprop.report.formats import MISSING, level
from poolprop.report.read import EndpointResults
from poolprop.report.tables import numbers, ranges, table, texts
from poolprop.report.values import Record, Sentence, join, quote

TITLE = "Other models"


def section(context: Context) -> Section | None:
    """Return the section; None where no endpoint has another model."""
    found = (_part(context, one) for one in context.results.endpoints if one.models)
    parts = tuple(part for part in found if len(part.blocks) > 1)
    return Section(id="models", title=TITLE, body=parts) if parts else None


def _part(context: Context, endpoint: EndpointResults) -> Part:
    meta, record = endpoint.models["endpoint"], endpoint.models
    people, nested = context.settings.review.participants, endpoint.nested.get("model")
    blocks = (
        Items((*record["notes"], *endpoint.nested.get("notes", ()))),
        *(_laws(meta, record["laws"]) if record["laws"] else ()),
        *(_missing(meta, record["missing"], people) if record["missing"] else ()),
        *(_nested(meta, nested, people) if nested else ()),
        *(_next_trial(meta, record["next_trial"], people) if record["next_trial"] else ()),
    )
    return Part(f"other-models-{endpoint.id}", meta["label"], blocks, of=TITLE)


def _laws(meta: Record, record: Record) -> Iterator[Block]:
    of, name = level(record["level"]), f"laws-{meta['id']}"
    fields = (
        texts("Law of the logits", "law"),
        numbers("Median study", "proportion", "percent", about="proportion of the median study"),
        ranges(f"{of} CI", "ci", about="of the median study; points have none"),
        numbers("Average", "population.mean", "percent", about="proportion averaged over studies"),
        ranges(f"{of} CI of it", "population.ci"),
        numbers("Log-likelihood", "loglik", "number", about="the higher, the better it fits"),
    )
    yield Heading("Other laws of the random effects", meta["label"], name)
    yield (
        "The primary model lets the studies' logits vary normally. Other laws have heavier "
        "tails, lean to one side, or are any law at all (nonparametric); all else is the same. "
        f"Intervals: {record['method']}."
    )
    caption = f"{meta['short']}: other laws of the random effects"
    yield table(f"table-{name}", caption, record["fits"], fields, anchor="id")


def _missing(meta: Record, record: Record, people: str) -> Iterator[Block]:
    name = f"missing-{meta['id']}"
    fields = (
        texts("Those without assessment had the event", "belief", room="long"),
        numbers("Of all", "proportion", "percent", about="proportion of all in the median study"),
        ranges(f"{level(record['level'])} CI", "ci"),
    )
    yield Heading("Without assessment", meta["label"], name)
    yield join(
        quote(record, "missing", "count"), " of ", quote(record, "total", "count"),
        f" {people} in ", quote(record, "k", "count"),
        " studies were not assessed. The first two rows are the bounds (the first counts them as "
        "no event); the rows below take their odds of the event as a multiple of the odds of "
        "those assessed in the same study.",
    )  # fmt: skip
    caption = f"{meta['short']}: {people} without assessment"
    yield table(f"table-{name}", caption, record["beliefs"], fields, anchor="id")


def _nested(meta: Record, record: Record, people: str) -> Iterator[Block]:
    for model in record["models"]:
        of, name = level(model["level"]), f"nested-{meta['id']}-{model['effects']}"
        fields = (
            texts("Stage", "label"),
            numbers("k", "k", "count", about="studies that report it"),
            numbers(
                "Events/total",
                lambda one: (quote(one, "events", "count"), "/", quote(one, "total", "count")),
                about="of those in the stage before",
            ),
            numbers("Of the stage before", "proportion", "percent", about="in the median study"),
            ranges(f"{of} CI", "ci"),
            numbers("Of all", "whole.median", "percent", about="in the median study"),
            ranges(f"{of} interval", "whole.ci", about="of the proportion of all"),
            ranges(f"{of} prediction", "prediction", about="of all, in a new study"),
            numbers("Expected", "expected", "number", about=f"of the next {model['patients']}"),
        )
        separate = model["effects"] == "separate"
        kind, of_what = (
            ("an effect of the study", "each stage")
            if separate
            else ("one effect", "all stages of a study")
        )
        title = f"Nested outcomes, {model['effects']} effects"
        yield Heading(title, meta["label"], name)
        yield join(
            f"Each stage is a share of the stage before, so that none holds more {people} "
            f"than the one around it; {kind} for {of_what}. Log-likelihood ",
            quote(model, "loglik", "number"), " with ", quote(model, "parameters", "count"),
            " parameters. The last column is what is expected of the next ",
            quote(model, "patients", "count"), f" {people}.",
        )  # fmt: skip
        caption = f"{meta['short']}: {title.lower()}"
        yield table(f"table-{name}", caption, model["stages"], fields, anchor="id")


def _next_trial(meta: Record, record: Record, people: str) -> Iterator[Block]:
    name, side = f"next-trial-{meta['id']}", record["side"]
    fields = (
        texts("Next trial", lambda one: (quote(one, "n", "count"), f" {people}")),
        numbers(
            "At least" if side == "above" else "At most",
            lambda one: MISSING if one["events"] is None else quote(one, "events", "count"),
            about="events with which the rule is met",
        ),
        numbers("Chance", "chance", "share", about="that it is met, if like the studies"),
        numbers("Robust", "robust", "share", about="that it is met, by the robust prior"),
    )
    yield Heading("The next trial", meta["label"], name)
    yield join(
        f"The rule: the exact {level(record['level'])} interval of the next trial lies {side} ",
        quote(record, "p0", "stated"), f". Chances are Bayesian, with the prior "
        f"{record['mu_prior']} and a {record['tau_prior']} prior on τ.",
    )  # fmt: skip
    yield _prior(record, people)
    caption = f"{meta['short']}: chance of success of a next trial"
    yield table(f"table-{name}", caption, record["trials"], fields, anchor="id")


def _prior(record: Record, people: str) -> Sentence:
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
        f" {people} (expected local-information ratio).",
    )  # fmt: skip
