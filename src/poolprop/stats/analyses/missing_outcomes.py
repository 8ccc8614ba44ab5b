"""Patients whose outcome nobody assessed: the pool under what one may believe of them.

References
----------
White IR, Higgins JPT, Wood AM (2008). Statistics in Medicine 27(5):711-727 (part 1).
Higgins JPT, White IR, Wood AM (2008). Imputation methods for missing outcome data in meta-analysis
of clinical trials. Clinical Trials 5(3):225-239.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.answers.pool import pool
from poolprop.stats.answers.results import Interval
from poolprop.stats.answers.shown import Shown
from poolprop.stats.fits.laws import TAU_MOST, first, highest, profile_limits
from poolprop.stats.inputs import counts, fraction
from poolprop.stats.likelihoods.pattern_mixture import PatternLikelihood
from poolprop.stats.numeric.distributions import profile_cut

IMORS = (0.25, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Assumption(Shown):
    """A pool under one belief about the patients without assessment.

    ``imor`` is the odds of the event among them over those of the others (None for the bounds),
    ``sd`` the standard deviation of its logarithm over studies. ``proportion`` is of all patients
    in the median study, ``ci`` by profile likelihood, ``tau2`` on the logit.
    """

    belief: str
    imor: float | None
    sd: float
    proportion: float
    ci: Interval
    tau2: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MissingOutcomes(Shown):
    """The pool under several beliefs.

    Attributes
    ----------
    assumptions : tuple of Assumption
        The bounds first.
    missing, total : int
        Patients without assessment, and all.
    level : float
        Of the intervals.
    method : str
        How they are made.
    """

    assumptions: tuple[Assumption, ...]
    missing: int
    total: int
    level: float
    method: str

    ROWS = "assumptions", ("belief", "proportion", "ci_lower", "ci_upper", "tau2")


def missing_outcomes(
    events: ArrayLike, assessed: ArrayLike, missing: ArrayLike, imor: tuple[float, ...] = IMORS,
    *, sd: float = 1.0, level: float = 0.95,
) -> MissingOutcomes:  # fmt: skip
    """Pool all patients, assessed or not, under beliefs about those who were not.

    The bounds let all or none of them have the event. A pattern mixture lies between them: their
    odds of the event are the informative missingness odds ratio (IMOR) times those of the assessed
    patients of the same study, by the binomial-normal model of all patients' proportions.

    Parameters
    ----------
    events, assessed, missing : array_like of int, shape (k,)
        Events among the assessed, how many these are, and how many more patients there were.
    imor : tuple of float
        Odds ratios to try, from 0.001 to 1000; 1: as the others.
    sd : float
        A last row has the IMOR 1 with this standard deviation of its log, independent over
        studies; 0 leaves it out.
    level : float
        Confidence level.

    Returns
    -------
    MissingOutcomes
        Proportions are the median study's.

    Raises
    ------
    EstimationError
        If counts do not fit, of fewer than two studies, or if nothing is missing.

    Examples
    --------
    >>> counts = [12, 91, 11, 12], [21, 110, 12, 12], [1, 0, 1, 1]
    >>> found = missing_outcomes(*counts, imor=(1.0,), sd=0)
    >>> [f"{row['proportion']:.2f}" for row in found.rows()]
    ['0.79', '0.85', '0.85']
    """
    x, n = counts(events, assessed)
    more, _ = counts(missing, np.maximum(np.asarray(missing), 1))
    _check(x, n, more, imor, sd)
    cut = profile_cut(fraction(level, "level"), x.size, small_sample=True)
    bounds = [
        _bound("none of them had the event", x, n + more, level),
        _bound("all of them had the event", x + more, n + more, level),
    ]
    beliefs = [(ratio, 0.0) for ratio in imor] + [(1.0, sd)] * (sd > 0)
    patterns = [_pattern(x, n, more, ratio, spread, cut) for ratio, spread in beliefs]
    return MissingOutcomes(
        assumptions=(*bounds, *patterns),
        missing=int(more.sum()),
        total=int((n + more).sum()),
        level=level,
        method="binomial-normal, profile likelihood, small-sample cut, tau at most "
        f"{TAU_MOST:g}; bounds by the default of pool",
    )


def _check(x: Floats, n: Floats, more: Floats, imor: tuple[float, ...], sd: float) -> None:
    if more.size != x.size:
        raise EstimationError(
            f"missing has {more.size} values and events has {x.size}",
            where="missing",
            hint="Give one number for each study.",
        )
    if not more.any():
        raise EstimationError(
            "no patient is without assessment", where="missing", hint="Use poolprop.pool."
        )
    if x.size < 2 or not 0 < x.sum() < n.sum():
        raise EstimationError(
            "fewer than two studies, or all or none of the assessed had the event",
            where="events",
            hint="The bounds are those of poolprop.pool of all patients.",
        )
    if sd < 0 or any(not 0.001 <= ratio <= 1000 for ratio in imor):
        raise EstimationError(
            f"imor is {imor!r} and sd is {sd!r}",
            where="imor",
            hint="Odds ratios lie from 0.001 to 1000, a standard deviation is not negative.",
        )


def _bound(belief: str, x: Floats, n: Floats, level: float) -> Assumption:
    fit = pool(x, n, level=level, prediction="none")
    return Assumption(
        belief=belief, imor=None, sd=0.0, proportion=fit.proportion, ci=fit.ci, tau2=fit.tau2
    )


def _pattern(x: Floats, n: Floats, more: Floats, imor: float, sd: float, cut: float) -> Assumption:
    likelihood = PatternLikelihood(x, n, more, math.log(imor), sd)
    centre = float(logit(x.sum() / n.sum()))
    best = highest(likelihood, [np.array([centre, scale]) for scale in (0.2, 1.0)])
    lower, upper = expit(profile_limits(likelihood, best, first, cut))
    words = "as often as the others" if imor == 1 else f"at {imor:g} times the odds of the others"
    if sd:
        words += f", but log IMOR with standard deviation {sd:g}"
    return Assumption(
        belief=words, imor=imor, sd=sd, proportion=float(expit(best.theta[0])),
        ci=Interval(lower=float(lower), upper=float(upper)), tau2=float(best.theta[1]) ** 2,
    )  # fmt: skip
