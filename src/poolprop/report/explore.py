"""What a reader may recompute: which rows each pooled value rests on, and by which model.

The page's script hands the counts to the same model that made the result; a plan whose primary
model it does not have gets no facts, and the page no controls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from poolprop.plan import Settings
from poolprop.plan.models import Bayes, Model
from poolprop.plan.stages import Rules
from poolprop.report.evidence_panel.records import Entry
from poolprop.report.formats import PERCENT, Policy
from poolprop.report.read import Results
from poolprop.report.values import Record

# Other results, such as adverse events, are not split into their studies on the page.
KINDS = re.compile(r"pool/[^/]+/primary|subgroup/.+")
MODELS = ("glmm", "single-study")


def explorable(results: Results, settings: Settings, refs: Iterable[str]) -> dict[str, Any]:
    """Return what the page's script needs to pool again, for the results that are shown.

    ``refs`` are the results on the page. Returned: ``options`` of the model, in the words of the
    plan; ``rows``: outcome, study and arm id,
    events, total; ``pools``: by result, its policy and the positions of its rows, none where the
    plan's primary model is another than the binomial-normal one; ``plan``: what the plan says of an
    estimand.
    """
    model = settings.models.primary
    if model.model != "glmm":
        return {"options": model.model_dump(mode="json"), "pools": {}}
    policies = {one.id: Policy.of(one.pool["endpoint"]) for one in results.endpoints}
    rows: dict[tuple[Any, ...], int] = {}
    pools: dict[str, list[Any]] = {}
    for ref in sorted({ref.replace("bayes/", "pool/", 1) for ref in refs}):
        entry = _pooled(results.ledger.get(ref, ()))
        if KINDS.fullmatch(ref) and entry:
            places = [rows.setdefault(_row(study), len(rows)) for study in entry.studies]
            policy = policies.get(ref.split("/")[1], PERCENT)
            pools[ref] = [policy.scale, policy.digits, places]
    shown = {"study": settings.study_interval, "wide": settings.rules.uninformative_width}
    told = {"rows": [list(row) for row in rows], "pools": pools, "plan": _plan(settings, pools)}
    return (
        {"options": options(model, settings.level, settings.rules, settings.bayes)} | shown | told
    )


def options(model: Model, level: float, rules: Rules, bayes: Bayes) -> dict[str, Any]:
    """Return what the page's engine is told: the plan's model, level and priors in its words."""
    tau, mu = bayes.tau_prior, bayes.mu_prior
    return model.model_dump(mode="json") | {
        "link": "logit",
        "level": level,
        "bayesian_up_to": rules.bayesian_up_to,
        "tau_family": tau.family,
        "tau_scale": tau.scale,
        "tau_df": tau.df,
        "mu_prior": [mu.a, mu.b] if mu.family == "beta" else {"mean": mu.mean, "sd": mu.sd},
    }


def _plan(settings: Settings, pools: Iterable[str]) -> dict[str, Any]:
    """Return what the plan says of each estimand that is pooled, for a variant of it."""
    found = {}
    for ref in pools:
        kind, endpoint, key, *_ = ref.split("/")
        if kind == "pool":
            estimand = settings.endpoints[endpoint].estimands[key]
            found[ref] = estimand.model_dump(mode="json", exclude_defaults=True)
            found[ref].pop("description", None)
    return found


def _pooled(entries: Iterable[Entry]) -> Entry | None:
    """Return the record of a primary result whose studies, all with counts, were pooled."""
    return next((entry for entry in entries if _fits(entry)), None)


def _fits(entry: Entry) -> bool:
    record: Record = entry.record
    result: Record = record.get("result") or record
    return (
        result.get("model") in MODELS
        and record.get("role", "primary") == "primary"
        and bool(entry.studies)
        and len(entry.studies) == record.get("k")
        and all(isinstance(study.get("events"), int) for study in entry.studies)
    )


def _row(study: Record) -> tuple[Any, ...]:
    names = ("outcome_id", "study_id", "arm_id", "events", "total")
    return tuple(study[name] for name in names)
