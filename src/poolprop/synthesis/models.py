"""Models beside the pool, as records: laws, missing outcomes, the next trial."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from poolprop.errors import EstimationError
from poolprop.plan import Settings
from poolprop.stats.analyses.laws import random_effects_laws
from poolprop.stats.analyses.map_prior import map_prior, next_trial
from poolprop.stats.analyses.missing_outcomes import missing_outcomes
from poolprop.stats.answers.bayes import bayes
from poolprop.synthesis.bayesian import mu_prior, tau_prior
from poolprop.synthesis.records import Record, Rows, counts, endpoint_record, limits, of_set

# Studies from which on laws are told apart.
FEWEST = 3


def further_models(settings: Settings, name: str, data: Rows) -> Record:
    """Return what other models say of an endpoint's primary estimand.

    It reads ``laws`` and the endpoint's ``missing`` and ``next_trial`` of the plan. What is
    returned is the content of ``models.json``; what was not asked for, or has no data, is null,
    with the reason in ``notes``.
    """
    notes: list[str] = []
    made = {"laws": _laws, "missing": _missing, "next_trial": _next_trial}
    return {
        "schema": "poolprop/models/1",
        "endpoint": endpoint_record(name, settings.endpoints[name]),
        "estimand": "primary",
        "reference": f"pool/{name}/primary",
        **{key: make(settings, name, data, notes) for key, make in made.items()},
        "notes": notes,
    }


def _ids(rows: Rows) -> list[str]:
    return [row["outcome_id"] for row in rows]


def _laws(settings: Settings, name: str, data: Rows, notes: list[str]) -> Record | None:
    rows, plan = of_set(data, "primary"), settings.laws
    events, total = counts(rows)
    if not plan.fit or len(rows) < FEWEST or not 0 < sum(events) < sum(total):
        return None
    found = random_effects_laws(events, total, plan.fit, df=plan.df, level=settings.level)
    identifier = f"laws/{name}/primary"
    return {
        "id": identifier,
        "rows": _ids(rows),
        "k": len(rows),
        "method": found.method,
        "level": found.level,
        "fits": [
            {
                "id": f"{identifier}/{key}",
                "law": fit.law,
                "proportion": fit.median,
                "ci": limits(fit.median_ci),
                "population": {"mean": fit.mean, "ci": limits(fit.mean_ci)},
                "loglik": fit.loglik,
                "parameters": fit.parameters,
                "support": [
                    {"proportion": point, "share": share}
                    for point, share in zip(fit.support, fit.weight, strict=True)
                ],
                "converged": fit.converged,
            }
            for key, fit in zip(plan.fit, found.fits, strict=True)
        ],
    }


def _missing(settings: Settings, name: str, data: Rows, notes: list[str]) -> Record | None:
    plan = settings.endpoints[name].missing
    if plan is None:
        return None
    everyone = {row["arm_id"]: row for row in of_set(data, plan.everyone)}
    rows = [row for row in of_set(data, plan.assessed) if row["arm_id"] in everyone]
    pairs = [(row, everyone[row["arm_id"]]) for row in rows]
    fits = [(a, b) for a, b in pairs if _same_events(a, b)]
    if len(fits) < len(pairs):
        notes.append(
            "Left out of the models of patients without assessment, since their events differ "
            "between both denominators: "
            + ", ".join(a["label"] for a, b in pairs if not _same_events(a, b)) + "."
        )  # fmt: skip
    events, assessed = counts([a for a, _ in fits])
    more = [int(b["total"]) - int(a["total"]) for a, b in fits]
    try:
        found = missing_outcomes(
            events, assessed, more, plan.imor, sd=plan.sd, level=settings.level
        )
    except EstimationError as error:
        notes.append(f"No models of patients without assessment: {error.problem}.")
        return None
    identifier = f"missing/{name}/primary"
    return {
        "id": identifier,
        "rows": [key for pair in fits for key in _ids(pair)],
        "k": len(fits),
        "missing": found.missing,
        "total": found.total,
        "method": found.method,
        "level": found.level,
        "beliefs": [
            {
                "id": f"{identifier}/{number}",
                "belief": one.belief,
                "imor": one.imor,
                "sd": one.sd,
                "proportion": one.proportion,
                "ci": limits(one.ci),
                "tau2": one.tau2,
            }
            for number, one in enumerate(found.assumptions, start=1)
        ],
    }


def _same_events(a: Any, b: Any) -> bool:
    return a["events"] == b["events"] and int(b["total"]) >= int(a["total"])


def _next_trial(settings: Settings, name: str, data: Rows, notes: list[str]) -> Record | None:
    plan, rows = settings.endpoints[name].next_trial, of_set(data, "primary")
    if plan is None or not rows:
        return None
    priors = settings.bayes
    posterior = bayes(*counts(rows), tau_prior(priors.tau_prior), mu_prior(priors.mu_prior))
    prior = map_prior(posterior, plan.vague)
    side = "above" if plan.rule.above is not None else "below"
    p0 = plan.rule.above if plan.rule.above is not None else plan.rule.below
    assert p0 is not None
    identifier = f"next_trial/{name}/primary"
    trials = [
        next_trial(posterior, n, p0, side=side, level=plan.rule.level, prior=prior) for n in plan.n
    ]
    return {
        "id": identifier,
        "rows": _ids(rows),
        "k": len(rows),
        "tau_prior": posterior.prior,
        "mu_prior": posterior.mu_prior,
        "side": side,
        "p0": p0,
        "level": plan.rule.level,
        "prior": {
            "vague": prior.vague,
            "ess": prior.ess,
            "divergence": prior.divergence,
            "components": list(_components(prior.weight, prior.a, prior.b)),
        },
        "trials": [
            {
                "id": f"{identifier}/{trial.n}",
                "n": trial.n,
                "events": trial.events,
                "chance": trial.chance,
                "robust": trial.robust,
            }
            for trial in trials
        ],
    }


def _components(*parameters: tuple[float, ...]) -> Iterator[Record]:
    for weight, a, b in zip(*parameters, strict=True):
        yield {"weight": weight, "a": a, "b": b}
