"""What a model is called in a line of a table or plot."""

from __future__ import annotations

from poolprop.report import prose
from poolprop.report.values import Record

MODELS = {
    "glmm": "Binomial-normal GLMM",
    "two-step": "Two-step",
    "beta-binomial": "Beta-binomial",
    "bayes": "Bayesian binomial-normal",
    "common": "Common effect",
    prose.SINGLE: "Single study",
}
INTERVALS = {
    "wald": "Wald interval",
    "t": "t interval",
    "hksj": "Hartung-Knapp interval",
    "hksj-adhoc": "Hartung-Knapp interval, never shorter than Wald",
    "kr": "Kenward-Roger interval",
    "profile": "profile likelihood interval",
    "profile-ck": "profile likelihood interval, small-sample cut",
    "bootstrap-lr": "bootstrap likelihood ratio interval",
}


def model_name(result: Record) -> tuple[str, str]:
    """Return a short name of the model, and its scale, estimator and interval."""
    name = MODELS.get(result["model"], str(result["model"]))
    if result["role"] == "primary":
        name = f"{name} (primary)"
    scale = prose.scale(result)
    interval = INTERVALS.get(result["ci_method"] or "", str(result["ci_method"] or ""))
    parts = [scale] if scale else []
    if result["tau2_method"]:
        parts.append(result["tau2_method"])
    return name, ", ".join([*parts, interval] if interval else parts)


def one_line(result: Record) -> str:
    """Return the short name of the model with its scale, estimator and interval."""
    return ", ".join(part for part in model_name(result) if part)
