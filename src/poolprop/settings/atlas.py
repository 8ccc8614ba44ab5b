"""Thousands of meta-analyses at once: which data sets, which methods, how many a job."""

from __future__ import annotations

import math

from pydantic import Field

from poolprop.settings.base import Block


class Atlas(Block):
    """What ``snakemake atlas`` pools; no part of the report."""

    file: str = Field(
        "", description="CSV with columns events, total and `by`; empty: data sets are drawn."
    )
    by: str = Field("dataset_id", description="Column that names the data set of a row.")
    datasets: int = Field(43_644, ge=1, description="How many data sets there are, or are drawn.")
    seed: int = Field(20_211, ge=0, description="Of the data sets drawn.")
    methods: tuple[str, ...] = Field(
        ("two-step|PLO|DL|wald", "glmm|logit|ML|small-lr"),
        min_length=1,
        description="As `poolprop pool-many --methods` takes them.",
    )
    chunk: int = Field(
        200_000, ge=1, description="Data sets a job; few jobs waste less on starting up."
    )

    @property
    def chunks(self) -> int:
        """Number of jobs."""
        return math.ceil(self.datasets / self.chunk)

    def span(self, chunk: int) -> tuple[int, int]:
        """Return the first data set of a chunk and how many it has."""
        first = chunk * self.chunk
        return first, min(self.chunk, self.datasets - first)
