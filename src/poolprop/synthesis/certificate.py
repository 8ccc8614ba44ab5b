"""The coverage certificate: what each nominal interval covers for these very studies."""

from __future__ import annotations

import math
from dataclasses import asdict

from poolprop.plan import Certificate, Model, Settings
from poolprop.synthesis.records import Record, Rows, counts, endpoint_record, of_set

# The plan's model -> its name among the simulated intervals.
SIMULATED = {
    ("glmm", "PLO", "ML", "small-lr"): "small-lr",
    ("glmm", "PLO", "ML", "profile-ck"): "profile-ck",
    ("glmm", "PLO", "ML", "profile"): "profile",
    ("glmm", "PLO", "ML", "t"): "glmm-t",
    ("glmm", "PLO", "ML", "wald"): "glmm-wald",
    ("two-step", "PLO", "DL", "wald"): "dl-wald",
    ("two-step", "PLO", "REML", "hksj"): "hksj",
    ("two-step", "PLO", "REML", "hksj-adhoc"): "hksj-adhoc",
}
LABELS = {
    "small-lr": "GLMM, likelihood ratio for few studies",
    "profile-ck": "GLMM, profile likelihood, small-sample cut",
    "bootstrap-lr": "GLMM, likelihood ratio calibrated by bootstrap",
    "bayes": "Bayesian, half-normal(1.5) prior on tau",
    "profile": "GLMM, profile likelihood, chi-square cut",
    "glmm-t": "GLMM, Wald with Student's t",
    "glmm-wald": "GLMM, Wald",
    "hksj-adhoc": "Two-step, REML, Hartung-Knapp, ad hoc",
    "hksj": "Two-step, REML, Hartung-Knapp",
    "dl-wald": "Two-step, DerSimonian-Laird, Wald",
}
COMPANIONS = ("bootstrap-lr", "bayes")
# Laws of the studies' logits that no interval here assumes, tried where tau is its estimate.
OTHER_LAWS = ("skewed", "two-point", "heavy-tailed")
# An estimate of less says nothing of other laws: the posterior median stands in.
LEAST_TAU = 0.05
# Beyond this many studies the companion agrees with the default and costs much.
COMPANION_MOST = 10


def certificate(settings: Settings, name: str, data: Rows) -> Record:
    """Simulate reviews with these study sizes and report what each interval covers.

    Its ``certificate`` block holds replicates, seed and values of ``tau``. What is returned is the
    content of ``certificate.json``. Data sets have the totals of the primary estimand's studies and
    the fitted ``mu``; ``tau`` runs over the declared values, the estimate and the upper end of its
    credible interval, the studies' logits being normal. What ``lowest`` and ``highest`` say is said
    of these. Further cases have other laws of the logits, of mean ``mu``, at the estimate of
    ``tau``. ``cases`` is empty, and ``note`` says why, where fewer than two studies are pooled.
    """
    rows, plan = of_set(data, "primary"), settings.certificate
    identifier = f"certificate/{name}/primary"
    out: Record = {
        "schema": "poolprop/certificate/1",
        "endpoint": endpoint_record(name, settings.endpoints[name]),
        "estimand": "primary",
        "id": identifier,
        "reference": f"pool/{name}/primary",
        "level": settings.level,
        "k": len(rows),
        "replicates": plan.replicates,
        "bootstrap": plan.bootstrap,
        "seed": plan.seed,
        "default": _simulated(settings.models.primary),
        "truth": None,
        "lowest": None,
        "highest": None,
        "other_laws": None,
        "error": None,
        "methods": [],
        "companion_note": "",
        "note": "",
        "cases": [],
    }
    if len(rows) < 2:
        return out | {"note": _nothing(len(rows))}
    return out | _simulate(settings, identifier, rows, out["default"])


def _nothing(k: int) -> str:
    if k == 0:
        return "No study reports what this estimand asks for."
    return (
        "One study: nothing is pooled, and its exact (Clopper-Pearson) interval covers at least "
        "its nominal level by construction."
    )


def _simulated(model: Model) -> str:
    """Return the name of the plan's primary interval among those simulated; '' if it is none."""
    return SIMULATED.get((model.model, model.measure, model.tau2, model.ci), "")


def _simulate(settings: Settings, identifier: str, rows: Rows, default: str) -> Record:
    import numpy as np

    from poolprop.stats.analyses.coverage import simulate

    # Sorted, so that the order of rows moves no digit.
    total, events = map(list, zip(*sorted(zip(*counts(rows)[::-1], strict=True)), strict=True))
    plan = settings.certificate
    truth, taus = _truths(plan, events, total)
    bootstrap = plan.bootstrap if len(rows) <= COMPANION_MOST else 0
    found = simulate(
        np.array(total, dtype=np.float64), truth["mu"], [tau["tau"] for tau in taus],
        [tau["law"] for tau in taus], level=settings.level, replicates=plan.replicates,
        seed=plan.seed, bootstrap=bootstrap,
    )  # fmt: skip
    cases = [
        tau
        | {
            "id": f"{identifier}/{i + 1}",
            "intervals": {method: asdict(result) for method, result in sorted(methods.items())},
        }
        for i, (tau, methods) in enumerate(zip(taus, found, strict=True))
    ]
    methods = [_across(method, cases, default) for method in LABELS if method in found[0]]
    shown: Record = next((method for method in methods if method["role"] == "default"), {})
    return {
        "truth": truth,
        "cases": cases,
        "methods": methods,
        "lowest": shown.get("lowest"),
        "highest": shown.get("highest"),
        "other_laws": shown.get("other_laws"),
        "error": max(cell["error"] for case in cases for cell in case["intervals"].values()),
        "companion_note": _left_out(len(rows), bootstrap=bootstrap > 0, bayes="bayes" in found[0]),
        "note": "" if default else "The plan's primary interval is none of those simulated.",
    }


def _across(method: str, cases: list[Record], default: str) -> Record:
    """Return what one method covers over all values of ``tau``."""
    shares, others = (
        [
            case["intervals"][method]["coverage"]
            for case in cases
            if (case["law"] == "normal") is ours
        ]
        for ours in (True, False)
    )
    companion = method in COMPANIONS
    return {
        "method": method,
        "label": LABELS[method],
        "role": "default" if method == default else "companion" if companion else "comparison",
        "lowest": min(shares),
        "highest": max(shares),
        "other_laws": min(others),
    }


def _left_out(k: int, *, bootstrap: bool, bayes: bool) -> str:
    """Say which companions of the default were not simulated, and why."""
    notes = [] if bootstrap else [_without_companion(k)]
    if not bayes:
        notes.append("The Bayesian interval is not simulated for studies as large as these.")
    return " ".join(notes)


def _without_companion(k: int) -> str:
    if k > COMPANION_MOST:
        return (
            "The bootstrap-calibrated interval is not simulated with more than "
            f"{COMPANION_MOST} studies, where the default is about as wide."
        )
    return "The bootstrap-calibrated interval is not simulated: the plan asks for no bootstrap."


def _truths(plan: Certificate, events: list[int], total: list[int]) -> tuple[Record, list[Record]]:
    """Return the true proportion and the values of ``tau`` to simulate.

    At the boundary, where the likelihood has no finite maximum, the posterior median stands in.
    """
    from scipy.special import expit, logit

    from poolprop.stats.answers.bayes import bayes
    from poolprop.stats.answers.pool import pool

    fit = pool(events, total, prediction="none")
    posterior = bayes(events, total)
    finite = math.isfinite(fit.estimate)
    mu = fit.estimate if finite else float(logit(posterior.median))
    source = "estimate" if finite else "posterior median"
    middle, upper = (float(tau) for tau in posterior.tau_quantiles([0.5, 0.975]))
    fitted = math.sqrt(fit.tau2)
    origins: dict[float, list[str]] = {}
    for value, origin in (
        *((tau, "declared") for tau in plan.taus),
        (fitted, "estimate"),
        (upper, "upper credible limit"),
    ):
        origins.setdefault(round(value, 4), []).append(origin)
    taus = [
        {"tau": tau, "law": "normal", "origin": " and ".join(origins[tau])}
        for tau in sorted(origins)
    ]
    seen = fitted > LEAST_TAU
    tau, origin = (fitted, "estimate") if seen else (middle, "posterior median")
    taus += [{"tau": round(tau, 4), "law": law, "origin": origin} for law in OTHER_LAWS]
    return {"mu": mu, "proportion": float(expit(mu)), "source": source}, taus
