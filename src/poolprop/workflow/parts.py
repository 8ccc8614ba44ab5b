"""Fingerprints of those parts of the plan and of the evidence that a job reads."""

from __future__ import annotations

import hashlib
from typing import Any

from pydantic import BaseModel

# What every estimate depends on, whatever its endpoint.
MODELS = ("level", "study_interval", "models", "rules")


def plan_digest(settings: BaseModel, *paths: str) -> str:
    """Return a digest of blocks of the plan, named by keys with dots: ``endpoints.cr``."""
    plan = settings.model_dump(mode="json")
    return digest([_inside(plan, path) for path in paths])


def digest(value: Any) -> str:
    """Return twelve hexadecimal digits that stand for plain values."""
    return hashlib.sha256(repr(value).encode()).hexdigest()[:12]


def _inside(plan: Any, path: str) -> Any:
    for key in path.split("."):
        plan = plan[key]
    return plan
