"""Studies left out, added one by one, and what each of them does."""

from __future__ import annotations

import math

import numpy as np
from rows import Dataset

from computed.registry import LOGIT, Quantities, each, method
from computed.two_step import two_step_fit
from poolprop.stats.analyses.influence import case_diagnostics
from poolprop.stats.answers.pool_two_step import fit_two_step
from poolprop.stats.fits import glmm_design as glmm
from poolprop.stats.fits.empirical_bayes import shrunken_effects
from poolprop.stats.numeric.wls import intercept


@method(r"leave1out\|glmm_exact")
def leave_one_out_glmm(data: Dataset) -> Quantities:
    fits = [
        glmm.fit_glmm(np.delete(data.x, i), np.delete(data.n, i), intercept(data.k - 1), LOGIT)
        for i in range(data.k)
    ]
    return each(
        beta=[f.beta[0] for f in fits],
        se=[math.sqrt(f.cov[0, 0]) for f in fits],
        tau2=[f.tau**2 for f in fits],
    )


def _path(fits) -> Quantities:
    """What R's leave1out and cumul print, study by study."""
    spread = [f.heterogeneity for f in fits]
    return each(
        estimate=[f.estimate for f in fits],
        se=[f.se for f in fits],
        zval=[f.statistic for f in fits],
        pval=[f.p for f in fits],
        ci__lb=[f.ci.lower for f in fits],
        ci__ub=[f.ci.upper for f in fits],
        Q=[0.0 if s.q is None else s.q for s in spread],
        Qp=[1.0 if s.q_p is None else s.q_p for s in spread],
        tau2=[f.tau2 for f in fits],
        I2=[0.0 if s.i2 is None else 100 * s.i2 for s in spread],
        H2=[1.0 if s.h2 is None else s.h2 for s in spread],
    )


@method(r"leave1out\|(\w+)\|REML")
def leave_one_out(data: Dataset, measure: str) -> Quantities:
    yi, vi, tau2 = two_step_fit(data, measure)
    return _path(
        [
            fit_two_step(np.delete(yi, i), np.delete(vi, i), tau2, "wald", 0.95)
            for i in range(yi.size)
        ]
    )


@method(r"cumul\|(\w+)\|REML")
def cumulative(data: Dataset, measure: str) -> Quantities:
    yi, vi, tau2 = two_step_fit(data, measure)
    return _path([fit_two_step(yi[:i], vi[:i], tau2, "wald", 0.95) for i in range(1, yi.size + 1)])


@method(r"influence\|(\w+)\|REML")
def influence(data: Dataset, measure: str) -> Quantities:
    found = case_diagnostics(*two_step_fit(data, measure))
    return each(
        rstudent=found.rstudent,
        dffits=found.dffits,
        cook__d=found.cooks_distance,
        cov__r=found.covariance_ratio,
        tau2__del=found.tau2_deleted,
        QE__del=found.q_deleted,
        hat=found.hat,
        weight=found.weight,
        dfbs=found.dfbetas,
        is__infl=found.influential,
    )


@method(r"rstandard\|(\w+)\|REML")
def internal_residuals(data: Dataset, measure: str) -> Quantities:
    found = case_diagnostics(*two_step_fit(data, measure))
    return each(resid=found.residual, se=found.residual_se, z=found.rstandard)


@method(r"rstudent\|(\w+)\|REML")
def external_residuals(data: Dataset, measure: str) -> Quantities:
    found = case_diagnostics(*two_step_fit(data, measure))
    return each(resid=found.deleted, se=found.deleted_se, z=found.rstudent)


@method(r"baujat\|(\w+)\|REML")
def baujat(data: Dataset, measure: str) -> Quantities:
    found = case_diagnostics(*two_step_fit(data, measure))
    return each(x=found.baujat_x, y=found.baujat_y)


@method(r"weights\|(\w+)\|(REML|EE)")
def weights(data: Dataset, measure: str, tau2: str) -> Quantities:
    yi, vi, tau2 = two_step_fit(data, measure, tau2)
    return each(w=100 * fit_two_step(yi, vi, tau2, "wald", 0.95).weights)


@method(r"blup\|(\w+)\|REML")
def blup(data: Dataset, measure: str) -> Quantities:
    yi, vi, tau2 = two_step_fit(data, measure)
    fit = fit_two_step(yi, vi, tau2, "wald", 0.95)
    prediction, se = shrunken_effects(yi, vi, fit.tau2)
    half = 1.959963984540054 * se
    return each(pred=prediction, se=se, pi__lb=prediction - half, pi__ub=prediction + half)
