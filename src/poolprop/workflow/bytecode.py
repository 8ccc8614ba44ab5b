"""Where a run keeps the bytecode of what it imports, if Python was told to keep none.

Containers often set ``PYTHONDONTWRITEBYTECODE``, so that nothing is left beside the sources. Then
every job compiles NumPy, SciPy and pydantic anew, which takes longer than most jobs compute. A run
keeps its bytecode beside Snakemake's own memory instead: nothing lies beside the sources either.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

FOLDER = Path(".snakemake") / "bytecode"
PLACE = "PYTHONPYCACHEPREFIX"
REFUSED = "PYTHONDONTWRITEBYTECODE"


def bytecode() -> dict[str, str]:
    """Return the variables with which a process started from here keeps its bytecode.

    None where Python keeps it already. A place that the caller named is left alone.
    """
    if not sys.dont_write_bytecode:
        return {}
    return {REFUSED: "", PLACE: os.environ.get(PLACE) or str(FOLDER.absolute())}
