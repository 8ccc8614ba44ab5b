"""How likely a next trial of some patients meets a rule, given the studies pooled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poolprop.errors import EstimationError
from poolprop.stats.analyses.map_prior import MapPrior, map_prior
from poolprop.stats.answers.posterior import Posterior
from poolprop.stats.answers.shown import Shown
from poolprop.stats.fits.one_proportion import study_intervals
from poolprop.stats.inputs import fraction


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NextTrial(Shown):
    """A next trial of ``n`` patients and the rule that its exact interval lies beyond a value.

    Attributes
    ----------
    n : int
        Patients.
    p0, level : float
        The exact (Clopper-Pearson) interval of this level is to lie above ``p0``, or below.
    side : str
        ``above`` or ``below``.
    events : int or None
        The fewest (the most, for ``below``) events with which the rule is met; None if none are.
    chance : float
        Probability of that by the predictive law of the studies.
    robust : float
        The same by the robust prior, whose vague component allows for a trial unlike them.
    """

    n: int
    p0: float
    level: float
    side: str
    events: int | None
    chance: float
    robust: float


def next_trial(
    posterior: Posterior,
    n: int,
    p0: float,
    *,
    side: str = "above",
    level: float = 0.95,
    prior: MapPrior | None = None,
) -> NextTrial:
    """Return how likely a next trial's exact interval lies beyond a value.

    Parameters
    ----------
    posterior : Posterior
        What :func:`poolprop.bayes` returns.
    n : int
        Patients of the trial, at least 1.
    p0 : float
        The value, in (0, 1).
    side : {"above", "below"}
        Where the whole interval is to lie.
    level : float
        Level of the exact interval.
    prior : MapPrior, optional
        The robust prior; what :func:`poolprop.map_prior` makes of the posterior by default.

    Raises
    ------
    EstimationError
        If a value is not valid.

    Examples
    --------
    >>> from poolprop import bayes
    >>> found = next_trial(bayes([12, 91, 11, 12], [21, 110, 12, 13]), 40, 0.5)
    >>> f"{found.events} of {found.n}: {found.chance:.2f}"
    '27 of 40: 0.75'
    """
    if n < 1 or n != int(n):
        raise EstimationError(f"n is {n!r}", where="n", hint="Give a whole number of patients.")
    if side not in ("above", "below"):
        raise EstimationError(f"side is {side!r}", where="side", hint="Choose above or below.")
    y = np.arange(n + 1)
    whole = np.full(n + 1, n)
    lower, upper = study_intervals(y, whole, "clopper-pearson", fraction(level, "level"))
    met = lower > fraction(p0, "p0") if side == "above" else upper < fraction(p0, "p0")
    meets = y[met]
    ends = {"above": np.min, "below": np.max}
    return NextTrial(
        n=int(n),
        p0=p0,
        level=level,
        side=side,
        events=int(ends[side](meets)) if meets.size else None,
        chance=float(posterior.predict(int(n))[met].sum()),
        robust=float((prior or map_prior(posterior)).predict(int(n))[met].sum()),
    )
