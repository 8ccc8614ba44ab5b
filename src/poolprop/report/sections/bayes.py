"""The Bayesian view: what is probable, what the next patients may show, what the priors do."""

from __future__ import annotations

import json
from dataclasses import replace

from poolprop.axes import Ends, fixed, proportions
from poolprop.report.blocks import Folded, Items, Part, Widget
from poolprop.report.context import Context, Section, bayesian, leading
from poolprop.report.drawing.charts import Chart, density
from poolprop.report.drawing.rows import Scale
from poolprop.report.figures import charted
from poolprop.report.formats import level
from poolprop.report.read import EndpointResults
from poolprop.report.tables import Field, Table, numbers, ranges, table, texts
from poolprop.report.values import Record, Sentence, join, policy_of, quote, quote_range, same

TITLE = "Bayesian analysis"
# A density below this share of its highest value is not to be seen.
SEEN = 0.005


def section(context: Context) -> Section | None:
    """Return the section; None without Bayesian results."""
    parts = tuple(
        _part(context, endpoint, view)
        for endpoint in leading(context)
        if (view := bayesian(endpoint)) is not None
    )
    return Section(id="bayes", title=TITLE, body=parts) if parts else None


def _part(context: Context, endpoint: EndpointResults, view: Record) -> Part:
    name, meta = f"bayes-{endpoint.id}", endpoint.bayes["endpoint"]
    short, views = meta["short"], endpoint.bayes["estimands"]
    charts = _charts(f"plot-{name}", short, view, context.axis(endpoint.id))
    blocks = (
        *_answer(view),
        Items(tuple(view["notes"])),
        charted(*charts, caption=_caption(view)),
        _chances(f"table-{name}-chances", short, view),
        _patients(f"table-{name}-patients", short, view, context.settings.review.participants),
        Widget("predict", "next-study", _widget(view)),
        Folded(_priors(f"table-{name}-priors", short, view), "The same under other priors"),
        Folded(_estimands(f"table-{name}-estimands", short, views), "Every estimand")
        if len(views) > 1
        else None,
    )
    return Part(name, meta["label"], blocks, of=TITLE)


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
        join(
            "The probability that the proportion is above ",
            quote(view, "headline.threshold", "stated"), " in the median study is ",
            quote(view, "headline.median_study", "share"), *_over_priors(view),
            f": prior {view['mu_prior']}, {view['tau_prior']} on τ.",
        ),
    )  # fmt: skip


def _over_priors(view: Record) -> Sentence:
    """Return the range of the headline's probability over the priors tried."""
    others = [one["headline"]["median_study"] for one in view["sensitivity"]]
    if not others:
        return ()
    every = [view["headline"]["median_study"], *others]
    found = []
    for end in (min(every), max(every)):
        at = every.index(end)
        path = f"sensitivity.{at - 1}.headline" if at else "headline"
        found.append(quote(view, f"{path}.median_study", "share"))
    if same(*found):
        return (" under every one of ", str(len(every)), " priors")
    return (" (", found[0], " to ", found[1], f" over {len(every)} priors)")


def _descriptions(view: Record) -> tuple[str, str]:
    """Describe both densities in words."""
    policy, ci = policy_of(view), view["ci"]
    shaded = policy.interval(ci["lower"], ci["upper"], view["median"], dash=" to ")
    median, tau = quote(view, "median", "percent").text, quote(view, "tau.median", "number").text
    return (
        f"Density of the proportion, highest near {median}, with {shaded}{policy.unit} shaded",
        f"density of tau with median {tau}.",
    )


def _seen(density: Record) -> Ends:
    """Return between which points a posterior density can be seen."""
    highest = max(density["posterior"])
    at = [x for x, y in zip(density["at"], density["posterior"], strict=True) if y > SEEN * highest]
    return (at[0], at[-1]) if at else (density["at"][0], density["at"][-1])


def _charts(name: str, short: str, view: Record, plan: Ends | None) -> tuple[Chart, Chart]:
    densities, of = view["density"], policy_of(view)
    axis = proportions([view["median"]], [_seen(densities["proportion"])], plan=plan)
    label = "proportion" if of.unit == "%" else f"proportion,{of.unit}"
    proportion = density(
        name, f"{short} in the median study", Scale(axis=axis, label=label, policy=of),
        densities["proportion"], (view["ci"]["lower"], view["ci"]["upper"]), view["median"],
    )  # fmt: skip
    tau, scale = view["tau"], fixed(0.0, densities["tau"]["at"][-1])
    spread = density(
        f"{name}-tau", "Difference between studies",
        Scale(axis=scale, label="τ, standard deviation on the logit"),
        densities["tau"], (tau["ci"]["lower"], tau["ci"]["upper"]), tau["median"],
    )  # fmt: skip
    first, second = _descriptions(view)
    return replace(proportion, description=first), replace(spread, description=second)


def _caption(view: Record) -> Sentence:
    return (
        f"Solid: posterior; dotted: prior; shaded: {level(view['level'])} credible interval; "
        "dashed line: median. Where the curves coincide, the data add little to the prior.",
    )


def _chances(name: str, short: str, view: Record) -> Table:
    def share(field: str, title: str, about: str) -> Field:
        return numbers(title, lambda i: quote(view, f"above.{i}.{field}", "share"), about=about)

    fields = (
        texts("Proportion", lambda i: ("above ", quote(view, f"above.{i}.threshold", "stated"))),
        share("median_study", "Median study", "probability that its proportion is so"),
        share("new_study", "New study", "probability that a new study's is so"),
    )
    return table(name, f"{short}: probabilities", range(len(view["above"])), fields)


def _patients(name: str, short: str, view: Record, participants: str) -> Table:
    def told(i: int, field: str, form: str = "count") -> Sentence:
        return (quote(view, f"next_patients.{i}.{field}", form),)

    def likely(i: int) -> Sentence:
        (lower,), (upper,) = told(i, "lower"), told(i, "upper")
        return told(i, "lower") if same(lower, upper) else (lower, " to ", upper)  # type: ignore[arg-type]

    fields = (
        texts("Next study", lambda i: (*told(i, "patients"), f" {participants}")),
        numbers("Expected events", lambda i: told(i, "mean", "number"),
                about="mean of the prediction"),
        numbers("Median", lambda i: told(i, "median")),
        numbers(f"{level(view['level'])} of predictions", likely),
    )  # fmt: skip
    caption = f"{short}: responders in the next study"
    return table(name, caption, range(len(view["next_patients"])), fields)


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


def _posterior(view: Record) -> tuple[Field, ...]:
    """Return the columns of a posterior's summary."""
    of, at = level(view["level"]), quote(view, "headline.threshold", "stated").text
    return (
        numbers("Median", "median", "percent"),
        ranges(f"{of} credible", "ci"),
        ranges(f"{of} prediction", "prediction"),
        numbers("τ", "tau.median", "number", about="posterior median"),
        numbers(f"P(> {at})", "headline.median_study", "share", about="probability, median study"),
        numbers(f"P(new > {at})", "headline.new_study", "share", about="probability, new study"),
    )


def _priors(name: str, short: str, view: Record) -> Table:
    fields = (
        texts("Prior on τ", "tau_prior"),
        texts("Prior on the proportion", "mu_prior"),
        *_posterior(view),
    )
    return table(
        name, f"{short}: other priors", (view, *view["sensitivity"]), fields,
        anchor=lambda one: "" if one is view else one["id"], strong=lambda one: one is view,
    )  # fmt: skip


def _estimands(name: str, short: str, views: list[Record]) -> Table:
    fields = (texts("Estimand", "label"), numbers("k", "k", "count"), *_posterior(views[0]))
    return table(
        name, f"{short}: every estimand", views, fields, anchor="id",
        strong=lambda one: one["estimand"] == "primary",
    )  # fmt: skip
