"""What a model hands to :func:`poolprop.pool`, before it becomes a :class:`PoolResult`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from poolprop.stats.heterogeneity import Heterogeneity
from poolprop.stats.inputs import Floats
from poolprop.stats.results import Interval

Inverse = Callable[[float], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One model's answer, on the model's scale but for ``prediction``.

    Attributes
    ----------
    estimate, se, tau2 : float
        On the model's scale; ``se`` is NaN where there is none.
    ci : Interval
        Confidence or credible interval, on the model's scale.
    proportion : float
        The estimate as a proportion.
    ci_proportion : Interval
        The interval as proportions.
    prediction : Interval or None
        In [0, 1].
    prediction_method, method : str
        In words.
    heterogeneity : Heterogeneity
        Q, I2, H2.
    loglik : float or None
        With all constants.
    weights : ndarray, shape (k,)
        Shares that sum to 1.
    converged : bool
        Whether the estimate solves its equations.
    notes : list of str
        What a reader must know.
    marginal_mean : float or None
        Population-averaged proportion, where the model has one of its own.
    tau2_p : float or None
        P value of the likelihood-ratio test of ``tau2 = 0``.
    """

    estimate: float
    se: float
    tau2: float
    ci: Interval
    proportion: float
    ci_proportion: Interval
    prediction: Interval | None
    prediction_method: str
    method: str
    heterogeneity: Heterogeneity
    loglik: float | None
    weights: Floats
    converged: bool
    notes: list[str]
    marginal_mean: float | None = None
    tau2_p: float | None = None
