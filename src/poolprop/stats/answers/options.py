"""What may be asked of :func:`poolprop.pool`, checked once at the door, and methods as strings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from poolprop.errors import EstimationError
from poolprop.stats.fits.tau2 import ESTIMATORS
from poolprop.stats.inputs import choice, fraction, wrong
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.measures import MEASURES
from poolprop.stats.priors import HalfCauchy, HalfNormal, Prior

LIKELIHOOD = ("glmm", "beta-binomial")
INTERVALS = {
    "glmm": ("wald", "t", "profile", "profile-ck", "small-lr", "bootstrap-lr"),
    "beta-binomial": ("wald", "t", "profile", "profile-ck"),
    "two-step": ("wald", "t", "hksj", "hksj-adhoc", "kr"),
    "common": ("wald", "t", "hksj", "hksj-adhoc"),
    "bayes": ("credible",),
}
DEFAULT_INTERVAL = {
    "glmm": "small-lr",
    "beta-binomial": "profile-ck",
    "two-step": "hksj-adhoc",
    "common": "wald",
    "bayes": "credible",
}
PREDICTIONS = {
    "glmm": ("bayes", "normal", "hts", "hts-k1", "none"),
    "beta-binomial": ("beta", "bayes", "none"),
    "two-step": ("hts", "hts-k1", "normal", "bootstrap", "bayes", "none"),
    "common": ("none",),
    "bayes": ("bayes", "none"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """A full, valid set of choices; see :func:`poolprop.pool` for what they mean."""

    model: str
    measure: str
    link: str
    tau2: str
    ci: str
    level: float
    prediction: str
    prior: Prior
    correction: str
    inversion: str
    tau2_value: float | None
    seed: int
    replicates: int


@lru_cache(maxsize=64, typed=True)
def resolve(
    *, model: str = "glmm", measure: str = "PLO", link: str = "logit", tau2: str | None = None,
    ci: str | None = None, level: float = 0.95, prediction: str | None = None,
    tau_prior: Prior | None = None, correction: str = "only0", inversion: str = "harmonic",
    tau2_value: float | None = None, seed: int = 20260101, replicates: int = 2000,
) -> Options:  # fmt: skip
    """Fill in defaults, those of :func:`poolprop.pool`, and refuse what does not go together."""
    choice(model, "model", INTERVALS)
    choice(measure, "measure", MEASURES)
    choice(link, "link", LINKS)
    _scale(model, measure, link, ci)
    ci = DEFAULT_INTERVAL[model] if ci is None else choice(ci, "ci", INTERVALS[model])
    tau2 = _tau2(model, tau2)
    if ci == "kr" and tau2 != "REML":
        raise EstimationError(
            f"ci is 'kr' and tau2 is {tau2!r}", where="ci", hint="Kenward-Roger needs tau2='REML'."
        )
    _bootstrap(seed, replicates)
    return Options(
        model=model,
        measure=measure,
        link=link,
        tau2=tau2,
        ci=ci,
        level=fraction(level, "level"),
        prediction=choice(
            PREDICTIONS[model][0] if prediction is None else prediction,
            "prediction",
            PREDICTIONS[model],
        ),
        prior=tau_prior or HalfNormal(),
        correction=correction,
        inversion=choice(inversion, "inversion", ("harmonic", "variance")),
        tau2_value=_known_tau2(model, tau2_value, prediction),
        seed=seed,
        replicates=replicates,
    )


def _scale(model: str, measure: str, link: str, ci: str | None) -> None:
    """Refuse scales that a model or an interval does not have."""
    if model in ("glmm", "beta-binomial", "bayes") and measure != "PLO":
        hint = f"The {model} model works on the logit; other scales need model='two-step'."
        raise wrong(measure, "measure", hint)
    if link != "logit" and model != "glmm":
        raise wrong(link, "link", "Only model='glmm' has other links than logit.")
    if ci == "bootstrap-lr" and link != "logit":
        raise EstimationError(
            f"link is {link!r} and ci is 'bootstrap-lr'",
            where="link",
            hint="The bootstrapped likelihood-ratio interval works on the logit.",
        )


def _tau2(model: str, tau2: str | None) -> str:
    if model == "two-step":
        return choice(tau2 or "REML", "tau2", ESTIMATORS)
    if tau2 not in (None, "ML") and model in LIKELIHOOD:
        hint = f"The {model} model is fitted by ML; other estimators need model='two-step'."
        raise wrong(tau2, "tau2", hint)
    return {"common": "EE", "bayes": "posterior"}.get(model, "ML")


def _bootstrap(seed: int, replicates: int) -> None:
    if seed < 0:
        raise wrong(seed, "seed", "It must be at least 0.")
    if replicates < 100:
        raise wrong(replicates, "replicates", "A bootstrap needs at least 100 of them.")


def _known_tau2(model: str, value: float | None, prediction: str | None) -> float | None:
    if value is not None and prediction == "bootstrap":
        raise EstimationError(
            f"tau2_value is {value!r} and prediction is 'bootstrap'",
            where="prediction",
            hint="The bootstrap draws tau2; a known tau2 leaves nothing to draw.",
        )
    if value is not None and (model != "two-step" or not 0 <= value < float("inf")):
        raise wrong(value, "tau2_value", "It must be a number >= 0, and the model 'two-step'.")
    return value


# No interval that draws random numbers: each data set would need a stream of its own.
DRAWN = ("bootstrap-lr",)
SCALES = {
    "two-step": tuple(MEASURES),
    "common": tuple(MEASURES),
    "glmm": tuple(LINKS),
    "beta-binomial": ("logit",),
    "bayes": ("logit",),
}
FITS = {"two-step": tuple(ESTIMATORS), "common": ("EE",), "glmm": ("ML",), "beta-binomial": ("ML",)}
PRIORS: dict[str, Callable[[float], Prior]] = {
    "half-normal": HalfNormal, "half-cauchy": HalfCauchy,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method: as it was written, and what :func:`poolprop.pool` would be asked."""

    name: str
    options: Options


def parse_method(name: str, level: float = 0.95) -> Method:
    """Read a method such as ``"two-step|PLO|DL|wald"`` or ``"glmm|logit|ML|profile-ck"``."""
    parts = name.split("|")
    if len(parts) != 4:
        raise EstimationError(
            f"method {name!r} has {len(parts)} parts",
            where="methods",
            hint="Write model|scale|estimator|interval, such as 'glmm|logit|ML|profile-ck'.",
        )
    model, scale, fit, ci = parts
    _among(name, "model", model, tuple(SCALES))
    _among(name, "scale", scale, SCALES[model])
    prior = _prior(name, fit) if model == "bayes" else None
    if prior is None:
        _among(name, "estimator", fit, FITS[model])
    _among(name, "interval", ci, tuple(kind for kind in INTERVALS[model] if kind not in DRAWN))
    options = resolve(
        model=model,
        measure=scale if scale in MEASURES else "PLO",
        link=scale if model == "glmm" else "logit",
        tau2=fit if model == "two-step" else None,
        ci=ci,
        level=level,
        prediction="none",
        tau_prior=prior,
        seed=0,
    )
    return Method(name=name, options=options)


def _prior(name: str, fit: str) -> Prior:
    """Return the prior on ``tau`` that stands where other models have an estimator."""
    match = re.fullmatch(r"([a-z-]+)\((\d+(?:\.\d+)?)\)", fit)
    if not match or match[1] not in PRIORS or not float(match[2]) > 0:
        raise EstimationError(
            f"method {name!r} has the prior {fit!r}",
            where="methods",
            hint="It may be half-normal(S) or half-cauchy(S) with a scale S > 0, such as 1.5.",
        )
    return PRIORS[match[1]](float(match[2]))


def _among(name: str, part: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise EstimationError(
            f"method {name!r} has the {part} {value!r}",
            where="methods",
            hint=f"It may be one of {', '.join(allowed)}.",
        )
