"""What the package meta reports: pooled proportions and subgroups."""

from __future__ import annotations

import math

import numpy as np
from rows import Dataset

from computed.one_step import wald_limits, wald_q
from computed.registry import LOGIT, SM, Quantities, back, method
from computed.regression import level_of
from poolprop.stats import measures
from poolprop.stats.analyses.subgroups import wald_between
from poolprop.stats.answers.pool_two_step import fit_two_step, hts_prediction
from poolprop.stats.fits import glmm_design as glmm
from poolprop.stats.fits.glmm_levels import fit_levels
from poolprop.stats.fits.tau2 import estimate_tau2
from poolprop.stats.numeric.distributions import chi_square_pvalue
from poolprop.stats.numeric.wls import intercept


def meta_effects(data: Dataset, sm: str):
    """meta's own corrections of empty cells where they differ from metafor's."""
    if sm == "PLN":
        x = data.x + 0.5 * (data.x == 0)
        n = data.n + 0.5 * (data.x == 0)
        return np.log(x / n), 1 / x - 1 / (n + 0.5 * (data.x == data.n))
    yi, vi = measures.effect_sizes(data.x, data.n, SM.get(sm, sm))
    # Of a raw proportion only the variance is corrected.
    return (data.x / data.n if sm == "PRAW" else yi), vi


@method(r"metaprop\|(\w+)\|Inverse\|REML\|(classic|HK|KR)")
def metaprop(data: Dataset, sm: str, ci: str) -> Quantities:
    yi, vi = meta_effects(data, sm)
    kind = {"classic": "wald", "HK": "hksj", "KR": "kr"}[ci]
    fit = fit_two_step(yi, vi, "REML", kind, 0.95)
    common = fit_two_step(yi, vi, "EE", "wald", 0.95)
    found = {
        "TE.common": common.estimate,
        "seTE.common": common.se,
        "lower.common": common.ci.lower,
        "upper.common": common.ci.upper,
        "TE.random": fit.estimate,
        "seTE.random": fit.se,
        "lower.random": fit.ci.lower,
        "upper.random": fit.ci.upper,
        "tau2": fit.tau2,
        "Q": fit.heterogeneity.q if data.k > 1 else 0.0,
    }
    if data.k > 1:
        found["I2"] = common.heterogeneity.i2
        # meta's prediction interval takes the classic standard error whatever the interval's.
        classic = fit_two_step(yi, vi, "REML", "wald", 0.95)
        limits = hts_prediction(classic, 0.95, data.k - 1)
        found |= {"lower.predict": limits.lower, "upper.predict": limits.upper}
    return found


@method(r"sub\|(\w+)\|Inverse\|REML\|(sep|common)\|(classic|HK)")
def subgroup_analysis(data: Dataset, sm: str, tau2: str, ci: str) -> Quantities:
    yi, vi = meta_effects(data, sm)
    kind = {"classic": "wald", "HK": "hksj"}[ci]
    groups = {g: np.array([h == g for h in data.group]) for g in dict.fromkeys(data.group)}
    shared = None
    if tau2 == "common":
        design = np.column_stack([pick.astype(float) for pick in groups.values()])
        shared = estimate_tau2(yi, vi, design, "REML")
    overall = fit_two_step(yi, vi, "REML", kind, 0.95)
    common = fit_two_step(yi, vi, "EE", "wald", 0.95)
    found = {
        "TE.random": overall.estimate,
        "seTE.random": overall.se,
        "lower.random": overall.ci.lower,
        "upper.random": overall.ci.upper,
        "tau2": overall.tau2,
        "Q": common.heterogeneity.q,
    }
    random, fixed = [], []
    for level, pick in groups.items():
        fit = fit_two_step(yi[pick], vi[pick], "REML", kind, 0.95, shared)
        alone = fit_two_step(yi[pick], vi[pick], "EE", "wald", 0.95)
        random.append(fit)
        fixed.append(alone)
        inverse = back(SM.get(sm, sm), data.n[pick])
        found |= {
            f"{name}[{level}]": value
            for name, value in {
                "k.w": int(pick.sum()),
                "TE.common.w": alone.estimate,
                "seTE.common.w": alone.se,
                "lower.common.w": alone.ci.lower,
                "upper.common.w": alone.ci.upper,
                "TE.random.w": fit.estimate,
                "seTE.random.w": fit.se,
                "lower.random.w": fit.ci.lower,
                "upper.random.w": fit.ci.upper,
                "tau2.w": fit.tau2,
                "Q.w": alone.heterogeneity.q or 0.0,
                "I2.w": alone.heterogeneity.i2 if pick.sum() > 1 else float("nan"),
                "n.harmonic.mean.w": measures.harmonic_mean(data.n[pick]),
                "bt.est": inverse(fit.estimate),
                "bt.lower": inverse(fit.ci.lower),
                "bt.upper": inverse(fit.ci.upper),
            }.items()
        }
    df = len(groups) - 1
    for name, fits in (("random", random), ("common", fixed)):
        q = wald_between(np.array([f.estimate for f in fits]), np.array([f.se**2 for f in fits]))
        found[f"Q.b.{name}"] = q
        found[f"pval.Q.b.{name}"] = chi_square_pvalue(q, df)
    return found | {
        "df.Q.b": df,
        "df.Q.w": data.k - df - 1,
        "Q.w.common": sum(f.heterogeneity.q or 0.0 for f in fixed),
    }


@method(r"sub\|PLOGIT\|GLMM\|(sep|common)")
def subgroup_glmm(data: Dataset, tau2: str) -> Quantities:
    found = metaprop_glmm(data)
    groups = {level: level_of(data, level) for level in dict.fromkeys(data.group)}
    shared = None
    if tau2 == "common":
        shared = fit_levels(data.x, data.n, np.array(data.group, dtype=object), LOGIT)
    random, fixed = [], []
    for level, part in groups.items():
        alone = glmm.fit_glmm(part.x, part.n, intercept(part.k), LOGIT, common=True)
        fit = glmm.fit_glmm(part.x, part.n, intercept(part.k), LOGIT)
        found |= {
            f"k.w[{level}]": part.k,
            f"n.harmonic.mean.w[{level}]": measures.harmonic_mean(part.n),
            f"tau2.w[{level}]": (shared or fit).tau ** 2,
        }
        if alone.separated:  # an infinite mean has no interval and takes part in no test
            continue
        mu, variance = float(fit.beta[0]), float(fit.cov[0, 0])
        if shared is not None:
            mu, variance = shared.means[level], shared.variances[level]
        random.append((mu, variance))
        fixed.append((float(alone.beta[0]), float(alone.cov[0, 0])))
        wald, common = (
            wald_limits(m, math.sqrt(v), 0.0, math.inf) for m, v in ((mu, variance), fixed[-1])
        )
        found |= {
            f"TE.common.w[{level}]": fixed[-1][0],
            f"seTE.common.w[{level}]": common["se"],
            f"lower.common.w[{level}]": common["ci.lb"],
            f"upper.common.w[{level}]": common["ci.ub"],
            f"TE.random.w[{level}]": mu,
            f"seTE.random.w[{level}]": wald["se"],
            f"lower.random.w[{level}]": wald["ci.lb"],
            f"upper.random.w[{level}]": wald["ci.ub"],
            f"Q.w[{level}]": (q := wald_q(part, intercept(part.k))),
            f"I2.w[{level}]": max(0.0, 1 - (part.k - 1) / q) if q > 0 else 0.0,
            f"bt.est[{level}]": float(LOGIT.inverse(mu)),
            f"bt.lower[{level}]": wald["bt.ci.lb"],
            f"bt.upper[{level}]": wald["bt.ci.ub"],
        }
    found["df.Q.b"] = len(groups) - 1
    if len(random) < len(groups):
        return found
    for name, pairs in (("random", random), ("common", fixed)):
        means, variances = (np.array(column) for column in zip(*pairs, strict=True))
        q = wald_between(means, variances)
        if name == "random" and shared is not None:
            # The levels' means are correlated through the tau they share.
            contrast = np.eye(len(groups))[1:] - np.eye(len(groups))[0]
            slopes, cov = contrast @ means, contrast @ shared.cov @ contrast.T
            q = float(slopes @ np.linalg.solve(cov, slopes))
        found[f"Q.b.{name}"] = q
        found[f"pval.Q.b.{name}"] = chi_square_pvalue(q, len(groups) - 1)
    return found | {"df.Q.b": len(groups) - 1}


@method(r"metaprop\|PLOGIT\|GLMM")
def metaprop_glmm(data: Dataset) -> Quantities:
    fit = glmm.fit_glmm(data.x, data.n, intercept(data.k), LOGIT)
    common = glmm.fit_glmm(data.x, data.n, intercept(data.k), LOGIT, common=True)
    if fit.separated or data.k == 1:
        return {}
    q = wald_q(data, intercept(data.k))
    limits = wald_limits(float(fit.beta[0]), math.sqrt(fit.cov[0, 0]), fit.tau, data.k - 1)
    found = {
        "tau2": fit.tau**2,
        "Q": q,
        "I2": max(0.0, 1 - (data.k - 1) / q) if q > 0 else 0.0,
        "lower.predict": limits["pi.lb"],
        "upper.predict": limits["pi.ub"],
    }
    for name, model in (("random", fit), ("common", common)):
        wald = wald_limits(float(model.beta[0]), math.sqrt(model.cov[0, 0]), 0.0, math.inf)
        found |= {
            f"TE.{name}": float(model.beta[0]),
            f"seTE.{name}": wald["se"],
            f"lower.{name}": wald["ci.lb"],
            f"upper.{name}": wald["ci.ub"],
        }
    return found
