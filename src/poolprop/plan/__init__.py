"""The analysis plan: ``config/config.yaml``, checked and frozen.

Everything that may be chosen is a field here; a key that is not here is an error. The JSON
Schema in ``workflow/schemas/`` is made from these models, so that editors can complete keys.
"""

from __future__ import annotations

from poolprop.plan.blocks import Block, Name
from poolprop.plan.endpoints import Endpoint, Estimand, Moderator, Selection, Subgroup
from poolprop.plan.models import (
    Bayes,
    LeftOut,
    Model,
    Models,
    Multiverse,
    MuPrior,
    TauPrior,
    Thresholds,
)
from poolprop.plan.schema import Review, Settings
from poolprop.plan.stages import (
    Atlas,
    Certainty,
    Certificate,
    Comparisons,
    Rules,
    Safety,
    Survival,
    SurvivalEndpoint,
)

__all__ = [
    "Atlas", "Bayes", "Block", "Certainty", "Certificate", "Comparisons", "Endpoint", "Estimand",
    "LeftOut", "Model", "Models", "Moderator", "MuPrior", "Multiverse", "Name", "Review", "Rules",
    "Safety", "Selection", "Settings", "Subgroup", "Survival", "SurvivalEndpoint", "TauPrior",
    "Thresholds",
]  # fmt: skip
