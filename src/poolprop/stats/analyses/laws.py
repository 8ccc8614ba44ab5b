"""What another law of the random effects would say: its shape is an assumption like any other."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.answers.results import Interval
from poolprop.stats.answers.shown import Shown
from poolprop.stats.fits.glmm_design import fit_glmm
from poolprop.stats.fits.laws import TAU_MOST, Function, Maximum, highest, profile_limits
from poolprop.stats.fits.npml import fit_npml, mean_limits
from poolprop.stats.inputs import choice, counts, fraction, wrong
from poolprop.stats.likelihoods.law_mixture import LawLikelihood
from poolprop.stats.likelihoods.laws import Family, SkewNormal, StudentT
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.numeric.distributions import profile_cut
from poolprop.stats.numeric.wls import intercept

LAWS = ("normal", "t", "skew-normal", "npml")
FEWEST = 3


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LawFit(Shown):
    """A pool under one law of the random effects.

    Attributes
    ----------
    law : str
        In words.
    median, mean : float
        The proportion of the median study, and averaged over studies; in [0, 1].
    median_ci, mean_ci : Interval or None
        Profile-likelihood intervals; the median of points of support has none.
    loglik : float
        Maximum of the log-likelihood, all constants included.
    parameters : dict of float
        On the logit: ``location``, ``shift``, ``tau``; empty for points of support.
    support, weight : tuple of float
        Proportions and shares of a law of points, and nothing of the others.
    gradient : float or None
        Of a law of points, by how much another law could be higher at most.
    converged : bool
        Whether the likelihood's slopes are 0 there.
    """

    law: str
    median: float
    median_ci: Interval | None
    mean: float
    mean_ci: Interval
    loglik: float
    parameters: dict[str, float]
    support: tuple[float, ...] = ()
    weight: tuple[float, ...] = ()
    gradient: float | None = None
    converged: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RandomEffectsLaws(Shown):
    """The same data under several laws.

    Attributes
    ----------
    fits : tuple of LawFit
        One a law.
    level : float
        Of all intervals.
    method : str
        How they are made.
    """

    fits: tuple[LawFit, ...]
    level: float
    method: str

    ROWS = (
        "fits",
        ("law", "median", "median_ci_lower", "median_ci_upper", "mean", "mean_ci_lower",
         "mean_ci_upper", "loglik"),
    )  # fmt: skip


def random_effects_laws(
    events: ArrayLike,
    total: ArrayLike,
    laws: tuple[str, ...] = LAWS,
    *,
    df: float = 4.0,
    level: float = 0.95,
) -> RandomEffectsLaws:
    """Pool under laws of the logits other than the normal one.

    ``x_i ~ Bin(n_i, p_i)`` with ``logit p_i`` from a normal law, Student's t (which gives
    outlying studies less weight; Lange, Little and Taylor 1989), a skew-normal law (Azzalini
    1985), or any law at all: nonparametric maximum likelihood, a few points of support (Laird
    1978, Lindsay 1983). After Noma et al. 2022.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        ``0 <= events <= total``, ``total >= 1``; from three studies on, of which not all are at
        0 nor all at 1.
    laws : tuple of {"normal", "t", "skew-normal", "npml"}
        Which ones.
    df : float
        Degrees of freedom of Student's t, above 2.
    level : float
        Confidence level.

    Returns
    -------
    RandomEffectsLaws
        Intervals are where twice the profile log-likelihood has fallen by ``c_k`` (see
        :func:`poolprop.pool`), scales at most 3 on the logit.

    Raises
    ------
    EstimationError
        If the counts or choices are not valid, or too few to tell laws apart.

    Examples
    --------
    >>> found = random_effects_laws([12, 91, 11, 12], [21, 110, 12, 13], laws=("normal", "t"))
    >>> [f"{fit.median:.3f}" for fit in found.fits]
    ['0.813', '0.816']
    """
    x, n = counts(events, total)
    for law in laws:
        choice(law, "laws", LAWS)
    if not df > 2:
        raise wrong(df, "df", "It must exceed 2, such as 4.")
    if x.size < FEWEST:
        raise EstimationError(
            f"{x.size} studies do not tell laws of random effects apart",
            where="events",
            hint=f"Give at least {FEWEST} studies.",
        )
    if not 0 < x.sum() < n.sum():
        raise EstimationError(
            f"{'every' if x.any() else 'no'} patient had the event",
            where="events",
            hint="Every law puts all studies there; pool them with poolprop.pool.",
        )
    cut = profile_cut(fraction(level, "level"), x.size, small_sample=True)
    return RandomEffectsLaws(
        fits=tuple(
            _points(x, n, cut) if law == "npml" else _law(x, n, law, df, cut) for law in laws
        ),
        level=level,
        method=f"profile likelihood, small-sample cut, scale at most {TAU_MOST:g}",
    )


def _law(x: Floats, n: Floats, name: str, df: float, cut: float) -> LawFit:
    family, words = _family(name, df)
    likelihood = LawLikelihood.of(x, n, family)
    best = highest(likelihood, _starts(x, n, family))
    names = ("location", "tau") if best.theta.size == 2 else ("location", "shift", "tau")
    return LawFit(
        law=words,
        median=float(expit(family.median(best.theta).value)),
        median_ci=_limits(likelihood, best, family.median, cut),
        mean=float(expit(family.mean(best.theta).value)),
        mean_ci=_limits(likelihood, best, family.mean, cut),
        loglik=best.loglik,
        parameters=dict(zip(names, best.theta.tolist(), strict=True)),
        converged=best.converged,
    )


def _family(name: str, df: float) -> tuple[Family, str]:
    if name == "skew-normal":
        return SkewNormal(), "skew-normal"
    if name == "t":
        return StudentT(df), f"Student's t, {df:g} degrees of freedom"
    return StudentT(math.inf), "normal"


def _limits(likelihood: LawLikelihood, best: Maximum, function: Function, cut: float) -> Interval:
    lower, upper = expit(profile_limits(likelihood, best, function, cut))
    return Interval(lower=float(lower), upper=float(upper))


def _starts(x: Floats, n: Floats, family: Family) -> list[Floats]:
    """Return starts about the normal law's maximum: of a skew law leaning to either side."""
    fit = fit_glmm(x, n, intercept(x.size), LINKS["logit"])
    mu, tau = float(fit.beta[0]), min(fit.tau, TAU_MOST)
    if family.coefficients == 1:
        return [np.array([mu, scale]) for scale in (tau, 1.0)]
    spread = max(tau, 0.3)
    leaning = [np.array([mu - 0.8 * d * spread, d * spread, spread / 2]) for d in (-1, 1)]
    return [*leaning, np.array([mu, 0.0, tau])]


def _points(x: Floats, n: Floats, cut: float) -> LawFit:
    best = fit_npml(x, n)
    lower, upper = mean_limits(x, n, best, cut)
    return LawFit(
        law="nonparametric", median=best.median, median_ci=None, mean=best.mean,
        mean_ci=Interval(lower=lower, upper=upper), loglik=best.loglik, parameters={},
        support=tuple(best.support.tolist()), weight=tuple(best.weight.tolist()),
        gradient=best.gradient, converged=best.gradient < 1e-6,
    )  # fmt: skip
