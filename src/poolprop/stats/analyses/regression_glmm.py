"""Meta-regressions in one step: binomial-normal models with moderators.

References
----------
Stijnen T, Hamza TH, Özdemir P (2010). Random effects meta-analysis of event outcome in the
framework of the generalized linear mixed model. Statistics in Medicine 29(29):3046-3067.
Pinheiro JC, Chao EC (2006). Efficient Laplacian and adaptive Gaussian quadrature algorithms for
multilevel generalized linear mixed models. Journal of Computational and Graphical Statistics
15(1):58-81 (rows nested in studies).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats, Ints
from poolprop.stats.analyses.regression import Regression, explained, only_q, require_freedom, wald
from poolprop.stats.answers.pool_glmm import saturated_loglik
from poolprop.stats.fits.glmm_design import GlmmFit, fit_glmm
from poolprop.stats.fits.heterogeneity import Heterogeneity
from poolprop.stats.fits.limits import both_ends, coefficient_limits
from poolprop.stats.fits.study_effect_fit import StudyEffectFit, fit_study_effect
from poolprop.stats.likelihoods.links import Link
from poolprop.stats.likelihoods.study_effect import Rows, rows_of
from poolprop.stats.numeric.distributions import chi_square_pvalue, chi_square_quantile, profile_cut

UNBOUNDED = (
    "Moderators separate studies with events from studies without: coefficients are not bounded "
    "and have no standard errors; the likelihood-ratio tests hold."
)
NOT_CONVERGED = "The likelihood has no proper maximum: read the coefficients with caution."
# A limit this many standard errors away, and this many logits, is taken for infinite.
FARTHEST = 30.0

F = TypeVar("F", GlmmFit, StudyEffectFit)


def fit_glmm_regression(
    x: Floats, n: Floats, design: Floats, link: Link, ci: str, level: float
) -> Regression:
    """Fit a design (k, p), ``1 < p < k``, by maximum likelihood; test each slope and all of them.

    Limits are from the profile likelihood, cut at ``k log(1 + t^2 / (k - p))`` with Student's t of
    ``k - p`` (``profile-ck``) or at the chi-square quantile (``profile``), or Wald's. Wald tests
    take the normal with ``profile`` and ``wald``, else Student's t.
    """
    _require_events(x, n)
    k, p = design.shape
    full, null, tests = _likelihood_ratios(lambda columns: fit_glmm(x, n, columns, link), design)
    df = math.inf if ci in ("wald", "profile") else float(k - p)
    found = wald(full.beta, full.cov, df, level)
    if ci.startswith("profile"):
        cut = profile_cut(level, k, small_sample=ci == "profile-ck", parameters=p)
        found["lower"], found["upper"] = coefficient_limits(x, n, design, link, full, cut)
    q = max(0.0, 2 * (saturated_loglik(x, n) - full.loglik_common))
    return Regression(
        **found,
        **tests,
        tau2=full.tau**2,
        tau2_null=null.tau**2,
        heterogeneity=only_q(q, k - p),
        r2=explained(full.tau**2, null.tau**2),
    )


def fit_study_effect_regression(
    x: Floats, n: Floats, design: Floats, study: Ints, ci: str, level: float
) -> Regression:
    """Fit with random effects of studies, numbered from 0, and of their rows, on the logit.

    ``ci`` is the profile at the chi-square quantile, Student's t with ``studies - p``, or z.
    """
    _require_events(x, n)
    rows, p = rows_of(x, n, design, study), design.shape[1]
    count = rows.first.size
    require_freedom(count, p, ci)
    full, null, tests = _likelihood_ratios(
        lambda columns: fit_study_effect(rows._replace(design=columns)), rows.design
    )
    df = float(count - p) if ci == "t" else math.inf
    found = wald(full.beta, full.cov, df, level)
    if ci == "profile":
        cut = chi_square_quantile(level)
        ends = np.array([_profile_limits(rows, full, j, cut) for j in range(p)])
        found["lower"], found["upper"] = ends.T
    tau2 = full.tau_study**2 + full.tau_row**2
    return Regression(
        **found,
        **tests,
        studies=count,
        tau2=tau2,
        tau2_study=full.tau_study**2,
        tau2_row=full.tau_row**2,
        heterogeneity=Heterogeneity(q=None, q_df=0, q_p=None, i2=None, h2=None),
        r2=explained(tau2, null.tau_study**2 + null.tau_row**2),
    )


def _require_events(x: Floats, n: Floats) -> None:
    if not x.any() or np.array_equal(x, n):
        raise EstimationError(
            f"{'every' if x.any() else 'no'} patient had the event, so no coefficient exists",
            where="events",
            hint="Pool the studies without moderators.",
        )


def _likelihood_ratios(fit: Callable[[Floats], F], design: Floats) -> tuple[F, F, dict[str, Any]]:
    """Return the fits with and without moderators, and the tests of each slope and of all."""
    full, null, p = fit(design), fit(design[:, :1]), design.shape[1]
    each = np.full((2, p), np.nan)
    for j in range(1, p):
        without = null if p == 2 else fit(np.delete(design, j, axis=1))
        each[0, j] = max(0.0, 2 * (full.loglik - without.loglik))
        each[1, j] = chi_square_pvalue(float(each[0, j]), 1)
    statistic = max(0.0, 2 * (full.loglik - null.loglik))
    converged = full.converged and null.converged
    unbounded = not np.isfinite(full.cov).all()
    tests = {
        "qm": statistic,
        "qm_df": p - 1,
        "qm_p": chi_square_pvalue(statistic, p - 1),
        "lrt": each[0],
        "lrt_p": each[1],
        "loglik": full.loglik,
        "loglik_null": null.loglik,
        "converged": converged,
        "notes": (UNBOUNDED,) * unbounded + (NOT_CONVERGED,) * (not converged),
    }
    return full, null, tests


def _profile_limits(rows: Rows, full: StudyEffectFit, j: int, cut: float) -> tuple[float, float]:
    """Return where twice the profile log-likelihood of a coefficient has fallen by ``cut``."""
    others = rows._replace(design=np.delete(rows.design, j, axis=1))
    start = np.delete(full.theta, j)
    variance = float(full.cov[j, j])
    se = math.sqrt(variance) if math.isfinite(variance) else 1.0

    def fallen(value: float) -> float:
        held = others._replace(offset=rows.offset + rows.design[:, j] * value)
        return 2 * (full.loglik - fit_study_effect(held, start).loglik)

    return both_ends(fallen, float(full.beta[j]), cut, 2 * se, FARTHEST * max(1.0, se))
