"""Results that were not made in this folder, as far as Snakemake remembers.

Snakemake takes a file for up to date where it has no record of how the file was made. So results
that came without its memory (a restored cache, a copied folder, ``.snakemake`` deleted) would stay
as they are, whatever the tables say now.
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64encode
from contextlib import suppress
from pathlib import Path, PurePath

RECORDS = Path("results") / "audit" / "jobs"
# What Snakemake keeps of finished outputs, and of those that a run left half-made.
MEMORY = (Path(".snakemake") / "metadata", Path(".snakemake") / "incomplete")


def unremembered() -> str | None:
    """Return a result in the working directory that Snakemake does not remember, if there is one.

    A record of a job that cannot be read says nothing: that job is made anew for its own reasons.
    """
    for record in sorted(RECORDS.rglob("*.json")):
        with suppress(OSError, ValueError, KeyError, TypeError):
            for path in json.loads(record.read_bytes())["writes"]:
                if Path(path).exists() and not _remembered(path):
                    return str(path)
    return None


def _remembered(path: str) -> bool:
    """Tell whether there is a record of the file, or of the folder that a job made as a whole."""
    names = [_record(one) for one in (path, *map(str, PurePath(path).parents))]
    return any((folder / name).is_file() for folder in MEMORY for name in names)


def _record(path: str) -> Path:
    """Return how Snakemake's ``persistence`` names the record of an output."""
    most = os.pathconf(".", "PC_NAME_MAX") - 1
    text = urlsafe_b64encode(path.encode()).decode()
    parts = [text[i : i + most] for i in range(0, len(text), most)]
    return Path(*(f"@{part}" for part in parts[:-1]), parts[-1])
