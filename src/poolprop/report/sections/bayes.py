"""The Bayesian view: what is probable, what the next patients may show, what the priors do."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from poolprop.axes import Ends, fixed, proportions
from poolprop.formats import Policy
from poolprop.report.chart import Chart, density
from poolprop.report.context import Context, Section, leading
from poolprop.report.figures import Figure, charted
from poolprop.report.formats import level
from poolprop.report.read import EndpointResults
from poolprop.report.scales import Scale
from poolprop.report.tables import Column, Table, TableRow, cell
from poolprop.report.uncertainty import primary_view, probability
from poolprop.report.values import Record, Sentence, join, policy_of, quote, quote_range, same


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One endpoint; ``widget`` is what the script needs to predict any number of patients."""

    id: str
    title: str
    answer: tuple[Sentence, ...]
    figure: Figure
    chances: Table
    patients: Table
    widget: str
    priors: Table
    estimands: Table | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """All endpoints that the question asks for."""

    views: tuple[View, ...]


def section(context: Context) -> Section | None:
    """Return the section; None without Bayesian results."""
    views = tuple(
        _view(context, endpoint, found)
        for endpoint in leading(context)
        if (found := primary_view(endpoint)) is not None
    )
    return (
        Section(id="bayes", title="Bayesian analysis", body=Views(views=views)) if views else None
    )


def _view(context: Context, endpoint: EndpointResults, view: Record) -> View:
    name = f"bayes-{endpoint.id}"
    meta = endpoint.bayes["endpoint"]
    return View(
        id=name,
        title=meta["label"],
        answer=_answer(view),
        figure=charted(
            *_charts(f"plot-{name}", meta["short"], view, context.axis(endpoint.id)),
            caption=_caption(view),
        ),
        chances=_chances(f"table-{name}-chances", meta["short"], view),
        patients=_patients(
            f"table-{name}-patients", meta["short"], view, context.settings.review.participants
        ),
        widget=_widget(view),
        priors=_priors(f"table-{name}-priors", meta["short"], view),
        estimands=_estimands(f"table-{name}-estimands", meta["short"], endpoint),
        notes=tuple(view["notes"]),
    )  # fmt: skip


def _answer(view: Record) -> tuple[Sentence, ...]:
    of = level(view["level"])
    return (
        join(
            f"With the prior {view['mu_prior']} and a {view['tau_prior']} prior on τ, the "
            "proportion of the median study is ",
            quote(view, "median", "percent"), f" ({of} credible interval ",
            quote_range(view, "ci"), "). Averaged over studies the proportion is ",
            quote(view, "population.mean", "percent"), " (", quote_range(view, "population.ci"),
            "). A new study's true proportion is expected between ",
            quote(view, "prediction.lower", "points"), " and ",
            quote(view, "prediction.upper", "percent"), ".",
        ),
        join(
            "Between-study standard deviation τ (logit scale): ",
            quote(view, "tau.median", "number"), " (", quote_range(view, "tau.ci", "number"),
            ").",
        ),
        probability(view),
    )  # fmt: skip


def _described(view: Record) -> str:
    policy, ci = policy_of(view), view["ci"]
    shaded = policy.interval(ci["lower"], ci["upper"], view["median"], dash=" to ")
    return (
        f"Density of the proportion, highest near {quote(view, 'median', 'percent').text}, with "
        f"{shaded}{policy.unit} shaded; density of tau with median "
        f"{quote(view, 'tau.median', 'number').text}."
    )


# A density below this share of its highest value is not to be seen.
SEEN = 0.005


def _seen(density: Record) -> Ends:
    """Return between which points a posterior density can be seen."""
    highest = max(density["posterior"])
    at = [x for x, y in zip(density["at"], density["posterior"], strict=True) if y > SEEN * highest]
    return (at[0], at[-1]) if at else (density["at"][0], density["at"][-1])


def _charts(name: str, short: str, view: Record, plan: Ends | None) -> tuple[Chart, Chart]:
    densities, of = view["density"], policy_of(view)
    axis = proportions([view["median"]], [_seen(densities["proportion"])], plan=plan)
    proportion = density(
        name, f"{short} in the median study", Scale(axis=axis, label=_proportion(of), policy=of),
        densities["proportion"], (view["ci"]["lower"], view["ci"]["upper"]), view["median"],
    )  # fmt: skip
    tau, scale = view["tau"], fixed(0.0, densities["tau"]["at"][-1])
    spread = density(
        f"{name}-tau", "Difference between studies",
        Scale(axis=scale, label="τ, standard deviation on the logit"),
        densities["tau"], (tau["ci"]["lower"], tau["ci"]["upper"]), tau["median"],
    )  # fmt: skip
    told = _described(view).split("; ")
    return tuple(replace(c, description=t) for c, t in zip((proportion, spread), told, strict=True))  # type: ignore[return-value]


def _proportion(policy: Policy) -> str:
    return "proportion" if policy.unit == "%" else f"proportion,{policy.unit}"


def _caption(view: Record) -> Sentence:
    return (
        f"Solid: posterior; dotted: prior; shaded: {level(view['level'])} credible interval; "
        "dashed line: median. Where the curves coincide, the data add little to the prior.",
    )


def _chances(name: str, short: str, view: Record) -> Table:
    rows = tuple(
        TableRow(
            cells=(
                cell("above ", quote(view, f"above.{i}.threshold", "stated")),
                cell(quote(view, f"above.{i}.median_study", "share")),
                cell(quote(view, f"above.{i}.new_study", "share")),
            )
        )
        for i in range(len(view["above"]))
    )
    columns = (
        Column(title="Proportion"),
        Column(title="Median study", numeric=True, help="probability that its proportion is so"),
        Column(title="New study", numeric=True, help="probability that a new study's is so"),
    )
    return Table(id=name, caption=f"{short}: probabilities", columns=columns, rows=rows)


def _patients(name: str, short: str, view: Record, participants: str) -> Table:
    rows = []
    for i in range(len(view["next_patients"])):
        path = f"next_patients.{i}"
        ends = [quote(view, f"{path}.{end}", "count") for end in ("lower", "upper")]
        likely = ends[:1] if same(*ends) else [ends[0], " to ", ends[1]]
        cells = (
            cell(quote(view, f"{path}.patients", "count"), f" {participants}"),
            cell(quote(view, f"{path}.mean", "number")),
            cell(quote(view, f"{path}.median", "count")),
            cell(*likely),
        )  # fmt: skip
        rows.append(TableRow(cells=cells))
    columns = (
        Column(title="Next study"),
        Column(title="Expected events", numeric=True, help="mean of the prediction"),
        Column(title="Median", numeric=True),
        Column(title=f"{level(view['level'])} of predictions", numeric=True),
    )
    caption = f"{short}: responders in the next study"
    return Table(id=name, caption=caption, columns=columns, rows=tuple(rows))


def _widget(view: Record) -> str:
    """Return the prediction of a new study's proportion for the script, compactly."""
    future = view["next_study"]
    return json.dumps(
        {
            "start": round(future["start"], 6),
            "step": round(future["step"], 9),
            "weights": [float(f"{weight:.6g}") for weight in future["weights"]],
            "level": view["level"],
            "stated": level(view["level"]),
            "patients": view["next_patients"][0]["patients"],
        },
        separators=(",", ":"),
    )


def _priors(name: str, short: str, view: Record) -> Table:
    rows = tuple(
        TableRow(
            cells=(
                cell(one["tau_prior"]),
                cell(one["mu_prior"]),
                cell(quote(one, "median", "percent")),
                cell(quote_range(one, "ci")),
                cell(quote_range(one, "prediction")),
                cell(quote(one, "tau.median", "number")),
                cell(quote(one, "headline.median_study", "share")),
                cell(quote(one, "headline.new_study", "share")),
            ),
            strong=one is view,
            anchor="" if one is view else one["id"],
        )
        for one in (view, *view["sensitivity"])
    )
    columns = (
        Column(title="Prior on τ"),
        Column(title="Prior on the proportion"),
        *_columns(view),
    )
    return Table(id=name, caption=f"{short}: other priors", columns=columns, rows=rows)


def _columns(view: Record) -> tuple[Column, ...]:
    of = level(view["level"])
    at = quote(view, "headline.threshold", "stated").text
    return (
        Column(title="Median", numeric=True),
        Column(title=f"{of} credible", numeric=True),
        Column(title=f"{of} prediction", numeric=True),
        Column(title="τ", numeric=True, help="posterior median"),
        Column(title=f"P(> {at})", numeric=True, help="probability, median study"),
        Column(title=f"P(new > {at})", numeric=True, help="probability, new study"),
    )


def _estimands(name: str, short: str, endpoint: EndpointResults) -> Table | None:
    views = endpoint.bayes["estimands"]
    if len(views) < 2:
        return None
    rows = tuple(
        TableRow(
            cells=(
                cell(one["label"]),
                cell(quote(one, "k", "count")),
                cell(quote(one, "median", "percent")),
                cell(quote_range(one, "ci")),
                cell(quote_range(one, "prediction")),
                cell(quote(one, "tau.median", "number")),
                cell(quote(one, "headline.median_study", "share")),
                cell(quote(one, "headline.new_study", "share")),
            ),
            anchor=one["id"],
            strong=one["estimand"] == "primary",
        )
        for one in views
    )
    columns = (Column(title="Estimand"), Column(title="k", numeric=True), *_columns(views[0]))
    return Table(id=name, caption=f"{short}: every estimand", columns=columns, rows=rows)
