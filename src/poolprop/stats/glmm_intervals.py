"""Intervals of a mean of the binomial-normal model: Wald, and from the profile likelihood."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from poolprop.stats._types import Floats
from poolprop.stats.bootstrap_lr import bootstrap_interval
from poolprop.stats.distributions import profile_cut, t_quantile
from poolprop.stats.glmm import TAU_BOUNDARY, GlmmFit, likelihood
from poolprop.stats.links import LINKS, Link
from poolprop.stats.options import Options
from poolprop.stats.profile import REACH, TAU_TOP, Profile, boundary_limit, mu_limits
from poolprop.stats.results import Interval
from poolprop.stats.wls import intercept

WORDS = {
    "wald": "Wald interval",
    "t": "Wald interval with Student's t, k - {p} degrees of freedom",
    "profile": "profile-likelihood interval, chi-square cut",
    "profile-ck": "profile-likelihood interval, small-sample cut c_k",
    "bootstrap-lr": "likelihood-ratio interval calibrated by bootstrap under each null value",
}
NO_WALD = "A Wald interval does not exist here: the profile interval (chi-square) is given."
ONE_SIDED = "The likelihood excludes no proportion on one side: the interval ends there."
BOUNDED = (
    "So few studies bound the proportion only if tau is bounded: the limit takes "
    f"tau <= {TAU_BOUNDARY:g}."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A mean, and the likelihood in which it is estimated.

    Attributes
    ----------
    profile : Profile
        Likelihood of the mean and ``tau``; of a level, maximised over the other levels' means.
    variance : float
        Of the estimate, NaN where there is none.
    distant : float
        The log-likelihood at any mean as ``tau`` grows without end.
    totals : ndarray
        Patients of the studies the mean is of.
    k, parameters : int
        Studies that ``tau`` is estimated from, and means fitted to them.
    """

    profile: Profile
    variance: float
    distant: float
    totals: Floats
    k: int
    parameters: int = 1

    @property
    def df(self) -> int:
        """Degrees of freedom of Student's t."""
        return self.k - self.parameters


def pooled_mean(x: Floats, n: Floats, fit: GlmmFit, link: Link) -> Mean:
    """Return the one mean of a fit without moderators."""
    return Mean(
        profile=glmm_profile(x, n, fit, link),
        variance=float(fit.cov[0, 0]),
        distant=-x.size * math.log(2),
        totals=n,
        k=x.size,
    )


def glmm_profile(x: Floats, n: Floats, fit: GlmmFit, link: Link) -> Profile:
    """Return the likelihood as :mod:`poolprop.stats.profile` takes it."""
    return Profile(
        evaluate=likelihood(x, n, intercept(x.size), link),
        mu=float(fit.beta[0]),
        second=fit.tau,
        loglik=fit.loglik,
        reach=REACH[link.name],
        top=TAU_BOUNDARY if fit.runaway else TAU_TOP,
    )


def interval_words(options: Options, parameters: int = 1) -> str:
    """Return the name of the interval, with seed and replicates if it is bootstrapped."""
    words = WORDS[options.ci].format(p=parameters)
    if options.ci != "bootstrap-lr":
        return words
    return f"{words} ({options.replicates} replicates, seed {options.seed})"


def mean_interval(mean: Mean, options: Options, notes: list[str]) -> Interval:
    """Return the interval that is asked for, on the link's scale; remarks go to ``notes``."""
    mu, ci = mean.profile.mu, options.ci
    if ci in ("wald", "t"):
        if math.isfinite(mean.variance) and (ci == "wald" or mean.df > 0):
            df = math.inf if ci == "wald" else mean.df
            half = t_quantile(options.level, df) * math.sqrt(mean.variance)
            return Interval(lower=mu - half, upper=mu + half)
        notes.append(NO_WALD)
    small = ci == "profile-ck"
    cut = profile_cut(options.level, mean.k, small_sample=small, parameters=mean.parameters)
    plain = profile_interval(mean, cut, LINKS[options.link], notes)
    if ci != "bootstrap-lr":
        return plain
    return bootstrap_interval(
        mean.profile, mean.totals, plain, options.level, cut, options.seed, options.replicates
    )


def profile_interval(mean: Mean, cut: float, link: Link, notes: list[str]) -> Interval:
    """Return the profile-likelihood interval; remarks are added to ``notes``."""
    mu = mean.profile.mu
    if math.isinf(mu):
        # One patient in four times as many would be near the boundary indeed.
        share = 1 / (4 * mean.totals.sum() + 4)
        inside = float(link.forward(np.float64(share if mu < 0 else 1 - share)))
        limit, bounded = boundary_limit(mean.profile, cut, mean.distant, inside)
        if bounded:
            notes.append(BOUNDED)
        return Interval(lower=min(mu, limit), upper=max(mu, limit))
    lower, upper = mu_limits(mean.profile, cut)
    if np.isinf(lower) or np.isinf(upper):
        notes.append(ONE_SIDED)
    return Interval(lower=lower, upper=upper)


def plug_in_prediction(
    mean: Mean, options: Options, notes: list[str]
) -> tuple[Interval | None, str]:
    """Return normal or Student's t limits for a new study's proportion, and their name."""
    df = {"normal": math.inf, "hts": mean.df - 1.0, "hts-k1": float(mean.df)}[options.prediction]
    if df < 1 or not math.isfinite(mean.variance):
        notes.append("No prediction interval: too few studies, or no standard error.")
        return None, ""
    mu, link = mean.profile.mu, LINKS[options.link]
    half = t_quantile(options.level, df) * math.sqrt(mean.variance + mean.profile.second**2)
    words = "normal" if math.isinf(df) else f"Student's t, {df:g} degrees of freedom"
    limits = Interval(lower=as_proportion(mu - half, link), upper=as_proportion(mu + half, link))
    return limits, f"plug-in, {words}"


def as_proportion(eta: float, link: Link) -> float:
    """Return the proportion at a value of the link's scale that may be infinite."""
    return float(eta > 0) if math.isinf(eta) else float(link.inverse(np.float64(eta)))
