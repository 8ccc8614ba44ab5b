"""Many meta-analyses: scattered over jobs, gathered into one table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from poolprop.files import write_json

if TYPE_CHECKING:
    from poolprop.plan import Atlas


def split_atlas(config: Path, out: Sequence[Path]) -> None:
    """Cut the file of data sets into one table a chunk."""
    from poolprop.atlas import split

    split(_plan(config), out)


def pool_atlas(config: Path, chunk: str, out: Path, checksum: Path) -> None:
    """Draw the data sets of one chunk and pool them by every method of the plan."""
    from poolprop.atlas import pool_chunk
    from poolprop.shards import write_shard

    write_shard(pool_chunk(_plan(config), int(chunk), None), out, checksum)


def pool_atlas_table(config: Path, chunk: str, table: Path, out: Path, checksum: Path) -> None:
    """Pool the data sets of one chunk's table by every method of the plan."""
    from poolprop.atlas import pool_chunk
    from poolprop.shards import write_shard

    write_shard(pool_chunk(_plan(config), int(chunk), table), out, checksum)


def gather_atlas(
    shards: Sequence[Path], checksums: Sequence[Path], out: Path, summary: Path
) -> None:
    """Put the shards together, each checked against its checksum."""
    from poolprop.atlas import gather

    write_json(summary, {"schema": "poolprop/atlas/1", "methods": gather(shards, checksums, out)})


def _plan(config: Path) -> Atlas:
    from poolprop.errors import ConfigError
    from poolprop.plan.parse import load

    plan = load(config).atlas
    if plan is None:
        raise ConfigError("there is no block 'atlas'", where=str(config), hint="Add one.")
    return plan
