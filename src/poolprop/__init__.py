"""Meta-analysis of proportions with exact likelihoods and honest intervals.

>>> import poolprop as pp
>>> fit = pp.pool([12, 91, 11, 12], [21, 110, 12, 13])
>>> round(fit.proportion, 3)
0.813

Names are imported when first used, so that ``import poolprop`` itself is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from poolprop._version import __version__

if TYPE_CHECKING:
    from poolprop.errors import EstimationError, PoolpropError
    from poolprop.stats.batch.left_out import leave_one_out_many
    from poolprop.stats.batch.pool_many import pool_many
    from poolprop.stats.bayes import bayes
    from poolprop.stats.bayes_normal import NormalPosterior, bayes_normal
    from poolprop.stats.empirical_bayes import shrunken_effects
    from poolprop.stats.estimates import estimate_effects
    from poolprop.stats.exact_strata import common_odds_ratio, ratio_of_odds_ratios
    from poolprop.stats.exact_two_arm import exact_risk_difference, exact_risk_ratio
    from poolprop.stats.gosh import Gosh, gosh
    from poolprop.stats.henmi_copas import HenmiCopas, henmi_copas
    from poolprop.stats.heterogeneity_intervals import (
        HeterogeneityIntervals,
        heterogeneity_intervals,
    )
    from poolprop.stats.influence import Influence, influence
    from poolprop.stats.influence_glmm import GlmmInfluence
    from poolprop.stats.influence_study import StudyInfluence
    from poolprop.stats.intervals import study_intervals
    from poolprop.stats.leave_one_out import Omission, cumulative, leave_one_out
    from poolprop.stats.location_priors import BetaPrior, NormalPrior
    from poolprop.stats.measures import back_transform, effect_sizes
    from poolprop.stats.meta_regression import MetaRegression, meta_regression
    from poolprop.stats.pool import pool
    from poolprop.stats.pool_effects import pool_effects
    from poolprop.stats.posterior import Posterior
    from poolprop.stats.priors import HalfCauchy, HalfNormal, HalfT
    from poolprop.stats.results import Interval, PoolResult
    from poolprop.stats.robust import Robust, cluster_robust
    from poolprop.stats.small_study import SmallStudyEffects, small_study_effects
    from poolprop.stats.subgroups import SubgroupResult, subgroups
    from poolprop.stats.survival import SurvivalPool, cloglog_rates, pool_survival
    from poolprop.stats.three_level import ThreeLevel, three_level
    from poolprop.stats.trim_and_fill import TrimAndFill, trim_and_fill
    from poolprop.stats.two_arm import (
        TwoArmPool,
        exact_test,
        mantel_haenszel,
        peto,
        two_arm_effects,
    )

_HOMES = {
    "EstimationError": "errors",
    "PoolpropError": "errors",
    "pool": "stats.pool",
    "pool_effects": "stats.pool_effects",
    "estimate_effects": "stats.estimates",
    "pool_many": "stats.batch.pool_many",
    "subgroups": "stats.subgroups",
    "leave_one_out": "stats.leave_one_out",
    "leave_one_out_many": "stats.batch.left_out",
    "cumulative": "stats.leave_one_out",
    "bayes": "stats.bayes",
    "meta_regression": "stats.meta_regression",
    "MetaRegression": "stats.meta_regression",
    "influence": "stats.influence",
    "Influence": "stats.influence",
    "GlmmInfluence": "stats.influence_glmm",
    "StudyInfluence": "stats.influence_study",
    "heterogeneity_intervals": "stats.heterogeneity_intervals",
    "HeterogeneityIntervals": "stats.heterogeneity_intervals",
    "gosh": "stats.gosh",
    "Gosh": "stats.gosh",
    "small_study_effects": "stats.small_study",
    "SmallStudyEffects": "stats.small_study",
    "effect_sizes": "stats.measures",
    "back_transform": "stats.measures",
    "study_intervals": "stats.intervals",
    "HalfNormal": "stats.priors",
    "HalfT": "stats.priors",
    "HalfCauchy": "stats.priors",
    "BetaPrior": "stats.location_priors",
    "NormalPrior": "stats.location_priors",
    "Interval": "stats.results",
    "PoolResult": "stats.results",
    "SubgroupResult": "stats.subgroups",
    "Omission": "stats.leave_one_out",
    "Posterior": "stats.posterior",
    "three_level": "stats.three_level",
    "ThreeLevel": "stats.three_level",
    "Robust": "stats.robust",
    "cluster_robust": "stats.robust",
    "TrimAndFill": "stats.trim_and_fill",
    "trim_and_fill": "stats.trim_and_fill",
    "HenmiCopas": "stats.henmi_copas",
    "henmi_copas": "stats.henmi_copas",
    "shrunken_effects": "stats.empirical_bayes",
    "TwoArmPool": "stats.two_arm",
    "exact_risk_difference": "stats.exact_two_arm",
    "exact_risk_ratio": "stats.exact_two_arm",
    "common_odds_ratio": "stats.exact_strata",
    "ratio_of_odds_ratios": "stats.exact_strata",
    "exact_test": "stats.two_arm",
    "mantel_haenszel": "stats.two_arm",
    "peto": "stats.two_arm",
    "two_arm_effects": "stats.two_arm",
    "NormalPosterior": "stats.bayes_normal",
    "bayes_normal": "stats.bayes_normal",
    "SurvivalPool": "stats.survival",
    "cloglog_rates": "stats.survival",
    "pool_survival": "stats.survival",
}
__all__ = [
    "BetaPrior",
    "NormalPrior",
    "Robust",
    "cluster_robust",
    "TrimAndFill",
    "trim_and_fill",
    "HenmiCopas",
    "henmi_copas",
    "shrunken_effects",
    "TwoArmPool",
    "exact_risk_difference",
    "exact_risk_ratio",
    "common_odds_ratio",
    "ratio_of_odds_ratios",
    "exact_test",
    "mantel_haenszel",
    "peto",
    "two_arm_effects",
    "NormalPosterior",
    "bayes_normal",
    "SurvivalPool",
    "cloglog_rates",
    "pool_survival",
    "HeterogeneityIntervals",
    "heterogeneity_intervals",
    "ThreeLevel",
    "three_level",
    "SmallStudyEffects",
    "small_study_effects",
    "Gosh",
    "gosh",
    "GlmmInfluence",
    "Influence",
    "influence",
    "MetaRegression",
    "meta_regression",
    "EstimationError",
    "HalfCauchy",
    "HalfNormal",
    "HalfT",
    "Interval",
    "Omission",
    "PoolResult",
    "PoolpropError",
    "Posterior",
    "StudyInfluence",
    "SubgroupResult",
    "__version__",
    "back_transform",
    "bayes",
    "cumulative",
    "effect_sizes",
    "estimate_effects",
    "leave_one_out",
    "leave_one_out_many",
    "pool",
    "pool_effects",
    "pool_many",
    "study_intervals",
    "subgroups",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'poolprop' has no attribute {name!r}")
    found = getattr(import_module(f"poolprop.{_HOMES[name]}"), name)
    globals()[name] = found  # the next use finds it without coming here
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
