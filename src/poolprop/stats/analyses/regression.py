"""Meta-regressions: coefficients with their tests, of effect sizes in two steps.

References
----------
Knapp G, Hartung J (2003). Improved tests for a random effects meta-regression with a single
covariate. Statistics in Medicine 22(17):2693-2710.
Raudenbush SW (2009). Analyzing effect sizes: random-effects models. In: The Handbook of Research
Synthesis and Meta-Analysis, 295-315 (R2).
Konstantopoulos S (2011). Fixed effects and variance components estimation in three-level
meta-analysis. Research Synthesis Methods 2(1):61-76 (rows nested in studies).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.design import named_columns
from poolprop.stats.fits.heterogeneity import Heterogeneity, heterogeneity
from poolprop.stats.fits.tau2 import estimate_tau2, tau2_standard_error
from poolprop.stats.fits.variance_components import fit_components
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.likelihoods.normal import logliks, studies
from poolprop.stats.measures import back_transform
from poolprop.stats.numeric.distributions import chi_square_pvalue, f_pvalue, t_pvalue, t_quantile
from poolprop.stats.numeric.wls import weighted_fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """Coefficients of a meta-regression; what a model does not have is ``None``.

    Arrays have shape (p,), ``cov`` (p, p). Coefficients are on the model's scale, with Wald tests
    and limits by Wald or the profile likelihood; NaN (infinite for a profile) where there is none.
    ``cov`` of a GLMM is from the observed information of coefficients and variances jointly.

    ``df`` is that of the t statistics, infinite for z. ``tau2`` is the residual between-study
    variance, of rows nested in studies all of it, ``tau2_study`` and ``tau2_row`` its parts. ``q``
    of a GLMM is the likelihood ratio of the common-effect model against one parameter a study.
    ``qm`` tests all slopes: chi-square or F of the two-step model, likelihood ratio of the GLMM.
    ``r2`` is the share of the between-study variance that the moderators account for, at least 0.
    ``loglik`` is normal, restricted for REML; binomial-normal for the GLMM, with all constants.
    ``lrt`` and ``lrt_p`` test each slope of the GLMM (its column dropped, the variances fitted
    again); NaN for the intercept. ``tau2_null`` and ``loglik_null``: the GLMM without moderators.
    """

    beta: Floats
    se: Floats
    statistic: Floats
    p: Floats
    lower: Floats
    upper: Floats
    cov: Floats
    df: float
    tau2: float
    heterogeneity: Heterogeneity
    qm: float
    qm_df: int
    qm_p: float
    r2: float
    loglik: float
    converged: bool = True
    notes: tuple[str, ...] = ()
    tau2_se: float | None = None
    lrt: Floats | None = None
    lrt_p: Floats | None = None
    tau2_null: float | None = None
    loglik_null: float | None = None
    studies: int | None = None
    tau2_study: float | None = None
    tau2_row: float | None = None


def wald(beta: Floats, cov: Floats, df: float, level: float) -> dict[str, Any]:
    """Return coefficients with their Wald tests and limits, as :class:`Regression` names them."""
    se = np.sqrt(np.diag(cov))
    statistic, half = beta / se, t_quantile(level, df) * se
    return {
        "beta": beta,
        "se": se,
        "statistic": statistic,
        "p": np.array([t_pvalue(float(value), df) for value in statistic]),
        "lower": beta - half,
        "upper": beta + half,
        "cov": cov,
        "df": df,
    }


def omnibus(beta: Floats, cov: Floats, df: float) -> dict[str, Any]:
    """Return the Wald statistic of all slopes (divided by their number for F) and its p value."""
    slopes, count = beta[1:], beta.size - 1
    statistic = float(slopes @ np.linalg.solve(cov[1:, 1:], slopes))
    if math.isinf(df):
        return {"qm": statistic, "qm_df": count, "qm_p": chi_square_pvalue(statistic, count)}
    statistic /= count
    return {"qm": statistic, "qm_df": count, "qm_p": f_pvalue(statistic, count, df)}


def explained(left: float, before: float) -> float:
    """Return the share of a variance that is gone, at least 0."""
    return max(0.0, 1 - left / before) if before > 0 else 0.0


def only_q(q: float, df: int) -> Heterogeneity:
    """Return a residual Q that has no I2."""
    return Heterogeneity(q=q, q_df=df, q_p=chi_square_pvalue(q, df), i2=None, h2=None)


def require_freedom(studies: int, p: int, ci: str) -> None:
    """Refuse Student's t where the studies leave no degree of freedom."""
    if ci == "t" and studies <= p:
        raise EstimationError(
            f"{studies} studies leave no degree of freedom to {p} coefficients",
            where="ci",
            hint="Drop a moderator, or use ci='wald'.",
        )


def fit_regression(
    yi: Floats, vi: Floats, design: Floats, tau2_method: str, ci: str, level: float
) -> Regression:
    """Regress effect sizes on a design (k, p) of full rank, ``k > p``, intercept first.

    ``ci`` is that of a pooled mean, with ``k - p`` degrees of freedom.
    """
    (k, p), common = design.shape, tau2_method == "EE"
    tau2 = estimate_tau2(yi, vi, design, tau2_method)
    fit, data = weighted_fit(yi, vi, design, tau2), studies(yi, vi, design)
    factor = fit.rss / (k - p) if ci.startswith("hksj") else 1.0
    cov = (max(1.0, factor) if ci == "hksj-adhoc" else factor) * fit.cov
    df = math.inf if ci == "wald" else float(k - p)
    # R2 is the fall of tau2; under a common effect the adjusted R2 of the fit.
    alone = np.ones((k, 1))
    if common:
        r2 = explained(fit.rss / (k - p), weighted_fit(yi, vi, alone).rss / (k - 1))
    else:
        r2 = explained(tau2, estimate_tau2(yi, vi, alone, tau2_method))
    return Regression(
        **wald(fit.beta, cov, df, level),
        **omnibus(fit.beta, cov, df),
        tau2=tau2,
        tau2_se=tau2_standard_error(yi, vi, design, tau2_method, tau2),
        heterogeneity=heterogeneity(data, tau2, common=common),
        r2=r2,
        loglik=float(logliks(data, np.full(2, tau2), restricted=tau2_method == "REML")[0]),
    )


def fit_nested_regression(
    yi: Floats, vi: Floats, design: Floats, member: Floats, method: str, ci: str, level: float
) -> Regression:
    """Regress effect sizes with a variance between studies and one between their rows.

    ``member`` (k, studies) has an indicator for each study; ``"t"`` has ``studies - p`` degrees.
    """
    (k, p), count = design.shape, member.shape[1]
    require_freedom(count, p, ci)
    found = fit_components(yi, vi, member, restricted=method == "REML", design=design)
    alone = fit_components(yi, vi, member, restricted=method == "REML")
    tau2 = found.between + found.within
    df = math.inf if ci == "wald" else float(count - p)
    q = weighted_fit(yi, vi, design).rss
    return Regression(
        **wald(found.beta, found.cov, df, level),
        **omnibus(found.beta, found.cov, df),
        studies=count,
        tau2=tau2,
        tau2_study=found.between,
        tau2_row=found.within,
        heterogeneity=only_q(q, k - p),
        r2=explained(tau2, alone.between + alone.within),
        loglik=found.loglik,
        converged=found.converged,
    )


LEVEL = re.compile(r"(.+)\[(.+)\]")
COLUMNS = ("proportion", "ci_lower", "ci_upper", "prediction_lower", "prediction_upper")


def predicted(found: Any, new: Any, level: float) -> Any:
    """Return a DataFrame of proportions with confidence and prediction intervals.

    ``new`` holds rows of moderators under the names that the fit knows; None: the studies' own.
    """
    import pandas as pd

    design, index = _rows(found, new, pd)
    return pd.DataFrame(at_values(found, design, level), index=index)


def at_values(found: Any, design: Floats, level: float) -> dict[str, Floats]:
    """Return what :func:`predicted` does, by column, for rows of a design, intercept first."""
    if found.model == "glmm":
        inverse = LINKS[found.link].inverse
    else:

        def inverse(y: Any) -> Floats:
            return back_transform(y, found.measure)

    fit, half = found.fit, t_quantile(level, found.fit.df)
    eta = design @ fit.beta
    variance = np.einsum("ij,jk,ik->i", design, fit.cov, design)
    near, far = half * np.sqrt(variance), half * np.sqrt(variance + fit.tau2)
    shares = (inverse(y) for y in (eta, eta - near, eta + near, eta - far, eta + far))
    return dict(zip(COLUMNS, shares, strict=True))


def _rows(found: Any, new: Any, pd: Any) -> tuple[Floats, Any]:
    """Return the design of the rows asked for, intercept first, and their names."""
    given = found.given
    if new is None:
        if given is None:
            raise EstimationError("the studies of this regression are not known", where="new",
                                  hint="Give the values of the moderators.")  # fmt: skip
        k = len(given.columns["events"])
        return named_columns(given.columns["X"], k)[1], given.names
    if given is not None and given.design is not None:
        table = new if isinstance(new, pd.DataFrame) else pd.DataFrame(new)
        try:
            matrix = given.design.get_model_matrix(table, na_action="raise")
        except Exception as error:  # formulaic has no common class for a name that is not there
            line = str(error).strip().splitlines()[-1]
            raise EstimationError(line, where="new", hint="Give the formula's columns.") from None
        return matrix.to_numpy(dtype=float), table.index
    columns = new if hasattr(new, "items") else _named(found, new)
    values = [_values(name, columns) for name in found.names[1:]]
    index = getattr(new, "index", None)
    return np.column_stack([np.ones(len(values[0])), *values]), index


def _named(found: Any, new: Any) -> Mapping[str, Any]:
    array = np.atleast_1d(np.asarray(new))
    wide = array.reshape(-1, 1) if array.ndim == 1 else array
    if wide.shape[1] != len(found.names) - 1:
        raise EstimationError(f"new has {wide.shape[1]} columns", where="new",
                              hint=f"Give {', '.join(found.names[1:])}.")  # fmt: skip
    return dict(zip(found.names[1:], wide.T, strict=True))


def _values(name: str, columns: Any) -> Floats:
    """Return the column of a coefficient: a number, or whether a row has the level."""
    if name in columns:
        return np.atleast_1d(np.asarray(columns[name], dtype=np.float64))
    part = LEVEL.fullmatch(name)
    if part and part[1] in columns:
        return np.array([float(str(one) == part[2]) for one in columns[part[1]]])
    raise EstimationError(f"new has no moderator {(part or [name, name])[1]!r}", where="new",
                          hint="Give each moderator a column.")  # fmt: skip
