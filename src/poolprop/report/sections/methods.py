"""Methods, written from the plan that ran and the results it gave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from poolprop.formats import plural
from poolprop.plan import Estimand
from poolprop.report import prose
from poolprop.report.blocks import Block, Heading, Items
from poolprop.report.context import Context, Section, factors
from poolprop.report.formats import MISSING, level
from poolprop.report.tables import listed
from poolprop.report.values import Record, Sentence, listing

STUDY_INTERVALS = {"clopper-pearson": "Clopper-Pearson (exact)", "wilson": "Wilson score"}


TITLE = "Methods"


def section(context: Context) -> Section:
    """Return the methods section: topics, each with its paragraphs, table or list."""
    topics: list[tuple[str, list[Block | None]]] = [
        *_estimands(context),
        ("Pooling", [*_pooling(context)]),
        ("Subgroups", [*_subgroups(context)]),
        ("Sensitivity", _sensitivity(context)),
    ]
    body = (
        block
        for title, blocks in topics
        if any(blocks)
        for block in (Heading(title, TITLE, level=3), *blocks)
    )
    return Section(id="methods", title=TITLE, body=tuple(body))


def _estimands(context: Context) -> Iterator[tuple[str, list[Block | None]]]:
    for name, endpoint in context.settings.endpoints.items():
        table = listed(
            f"table-definitions-{name}",
            f"Estimands of {endpoint.short}",
            endpoint.estimands.values(),
            _definition(context),
        )
        yield endpoint.label, [endpoint.description, table]


def _definition(context: Context) -> dict[str, Callable[[Estimand], str]]:
    """Describe an estimand, in the plan's words and by its choices."""

    def kept(one: Estimand) -> str:
        told = (
            " or ".join(context.term(field, code) for code in codes)
            for field, codes in one.where.items()
            if codes
        )
        return "; ".join(told) or MISSING

    return {
        "Estimand": lambda one: one.label,
        "Definition": lambda one: one.description or MISSING,
        "Outcome": lambda one: context.term("outcome", one.outcome),
        "Denominator": lambda one: (
            context.term("denominator_basis", one.denominator) + _or_nr(one, "denominator")
        ),
        "Time point": lambda one: (
            _preference(context, "timepoint", one.timepoints) + _or_nr(one, "timepoint")
        ),
        "Population": lambda one: _preference(context, "population", one.populations),
        "Only": kept,
    }


def _or_nr(estimand: Estimand, what: str) -> str:
    return ", or not reported" if what in estimand.not_reported else ""


def _preference(context: Context, field: str, codes: Iterable[str]) -> str:
    return ", else ".join(context.term(field, code) for code in codes)


def _all_results(context: Context, role: str) -> list[Record]:
    return [
        result
        for endpoint in context.results.endpoints
        for estimand in endpoint.pool["estimands"]
        for result in estimand["results"]
        if result["role"] == role
    ]


def _unique(texts: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(prose.symbols(text).rstrip(".") for text in texts if text))


def _pooling(context: Context) -> list[Sentence]:
    primary = [r for r in _all_results(context, "primary") if not prose.single(r)]
    paragraphs: list[Sentence] = []
    methods = _unique(r["method"] for r in primary)
    if methods:
        paragraphs.append(("Primary model: ", "; ".join(methods), "."))
    predictions = _unique(r["prediction_method"] for r in primary if r["prediction"])
    if predictions:
        crossing = f" {prose.CROSSING}" if any(prose.crosses(r) for r in primary) else ""
        paragraphs.append((f"Prediction intervals: {'; '.join(predictions)}.{crossing}",))
    definitions = _unique(prose.definition(r) for r in primary)
    if definitions:
        paragraphs.append((f"I²: {' or '.join(definitions)}.",))
    name = STUDY_INTERVALS.get(context.settings.study_interval, context.settings.study_interval)
    of = level(context.settings.level)
    paragraphs.append((f"Single studies have {name} intervals. All intervals are at {of}.",))
    paragraphs += _without_counts(context)
    if any(prose.single(r) for r in _all_results(context, "primary")):
        paragraphs.append(("Where only one study reports, it is shown as it is and not pooled.",))
    return paragraphs


def _without_counts(context: Context) -> list[Sentence]:
    """Name the estimands that pool proportions without counts, and say how."""
    names = [
        f"{endpoint.pool['endpoint']['short']}, {estimand['label']}"
        for endpoint in context.results.endpoints
        for estimand in endpoint.pool["estimands"]
        if estimand.get("without_counts")
    ]
    if not names:
        return []
    text = (
        ". Effect sizes are those of the estimates by the delta method, with the reported standard "
        "error, interval or effective sample size; models of counts cannot take them."
    )
    return [("Proportions without counts are pooled in two steps for ", *listing(names), text)]


def _subgroups(context: Context) -> list[Sentence]:
    found = [
        (endpoint.pool["endpoint"]["short"], factor)
        for endpoint in context.results.endpoints
        for factor in factors(endpoint)
    ]
    if not found:
        return []
    names = listing([f"{short} by {factor['label'].lower()}" for short, factor in found])
    paragraphs: list[Sentence] = [("Estimates were made for each level on its own: ", *names, ".")]
    tested = [f"{short} by {f['label'].lower()}" for short, f in found if f["test"] is not None]
    least = context.settings.rules.min_studies_per_level
    studies = f"{least} {plural(least, 'study')}"
    rule = f"A test between levels needs at least {studies} in each of two levels"
    if not tested:
        paragraphs.append((f"{rule}; no factor met this, so none was tested.",))
    else:
        paragraphs.append((f"{rule}. Tested: ", *listing(tested), "."))
    return paragraphs


def _sensitivity(context: Context) -> list[Block | None]:
    """List the companion models, and say for which endpoints each study was left out."""
    blocks: list[Block | None] = []
    left = [e for e in context.results.endpoints if len(e.influence.get("leave_one_out", [])) > 2]
    if left:
        names = listing([endpoint.pool["endpoint"]["short"] for endpoint in left])
        text = "The primary model was refitted without each study in turn for "
        blocks.append((text, *names, "."))
    others = [r for r in _all_results(context, "comparison") if not prose.single(r)]
    methods = _unique(r["method"] for r in others)
    if methods:
        blocks.append("These models are shown beside the primary one, never instead of it:")
        blocks.append(Items(tuple(methods), style=""))
    return blocks
