"""Methods as strings: ``model|scale|estimator|interval``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from poolprop.errors import EstimationError
from poolprop.stats.answers.options import INTERVALS, Options, resolve
from poolprop.stats.fits.tau2 import ESTIMATORS
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.measures import MEASURES
from poolprop.stats.priors import HalfCauchy, HalfNormal, Prior

# No interval that draws random numbers: each data set would need a stream of its own.
DRAWN = ("bootstrap-lr",)
SCALES = {
    "two-step": tuple(MEASURES),
    "common": tuple(MEASURES),
    "glmm": tuple(LINKS),
    "beta-binomial": ("logit",),
    "bayes": ("logit",),
}
FITS = {
    "two-step": tuple(ESTIMATORS),
    "common": ("EE",),
    "glmm": ("ML",),
    "beta-binomial": ("ML",),
}
PRIORS: dict[str, Callable[[float], Prior]] = {
    "half-normal": HalfNormal, "half-cauchy": HalfCauchy,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method: as it was written, and what :func:`poolprop.pool` would be asked."""

    name: str
    options: Options


def parse_method(name: str, level: float = 0.95) -> Method:
    """Read a method such as ``"two-step|PLO|DL|wald"`` or ``"glmm|logit|ML|profile-ck"``.

    Raises
    ------
    EstimationError
        Naming the method, the part that is wrong and what may stand there.
    """
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
        correction="only0",
        inversion="harmonic",
        tau2_value=None,
        seed=0,
        replicates=2000,
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
