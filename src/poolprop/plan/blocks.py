"""What all blocks of the plan share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


class Block(BaseModel):
    """Base of all blocks of the plan: unknown keys are errors, values are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)
