"""Tests of small-study effects, trim and fill."""

from __future__ import annotations

from rows import Dataset

from computed.registry import Quantities, method
from computed.two_step import two_step_fit
from poolprop.stats import measures
from poolprop.stats.analyses.publication_bias import trim_and_fill
from poolprop.stats.analyses.small_study import begg_z, rank_test, regression_test


@method(r"regtest\|(\w+)\|(lm|rma)\|(\w+)")
def regression_test_of_asymmetry(
    data: Dataset, measure: str, model: str, predictor: str
) -> Quantities:
    yi, vi, _ = two_step_fit(data, measure)
    found = regression_test(yi, vi, data.n, predictor, multiplicative=model == "lm")
    return {
        "stat": found.statistic,
        "pval": found.p,
        "ddf": found.df,
        "limit.est": found.limit,
        "limit.ci.lb": found.limit_lower,
        "limit.ci.ub": found.limit_upper,
    }


@method(r"ranktest\|(\w+)")
def rank_test_of_asymmetry(data: Dataset, measure: str) -> Quantities:
    yi, vi, _ = two_step_fit(data, measure)
    found = rank_test(yi, vi)
    return {"tau": found.statistic, "pval": found.p}


@method(r"trimfill\|(\w+)\|(\w+)\|(L0|R0|Q0)")
def trim_fill(data: Dataset, measure: str, tau2: str, estimator: str) -> Quantities:
    yi, vi, _ = two_step_fit(data, measure)
    found = trim_and_fill(yi, vi, tau2, estimator)
    return {
        "k0": found.k0,
        "se.k0": found.k0_se,
        "side.left": found.side == "left",
        "estimate": found.fit.estimate,
        "se": found.fit.se,
        "ci.lb": found.fit.ci.lower,
        "ci.ub": found.fit.ci.upper,
        "tau2": found.fit.tau2,
    }


@method(r"metabias\|PLOGIT\|(Egger|Begg|Thompson)")
def meta_bias(data: Dataset, kind: str) -> Quantities:
    yi, vi = measures.effect_sizes(data.x, data.n, "PLO")
    if kind == "Begg":
        found = begg_z(yi, vi)
        return {"statistic": found.statistic, "pval": found.p}
    found = regression_test(
        yi, vi, data.n, "sei", multiplicative=kind == "Egger", tau2="DL", df=data.k - 2
    )
    return {"statistic": found.statistic, "pval": found.p, "df": found.df}
