"""Where the workflow, the report's sources and the starting folders stand.

In a checkout they are the folders at its top; a wheel carries them inside the package.
"""

from __future__ import annotations

from pathlib import Path

from poolprop.errors import ConfigError

PACKAGE = Path(__file__).resolve().parent


def root() -> Path:
    """Return the folder that holds ``Snakefile``, ``workflow/``, ``report/`` and ``starter/``.

    Raises ConfigError if the package was taken apart and they are nowhere.
    """
    for folder in (PACKAGE / "_bundle", PACKAGE.parents[1]):
        if (folder / "workflow" / "Snakefile").is_file():
            return folder
    problem = "the workflow is not where the package expects it"
    hint = "Install poolprop again."
    raise ConfigError(problem, where=str(PACKAGE), hint=hint)


def workflow_files() -> list[Path]:
    """Return the files of the workflow, ``workflow/Snakefile`` first."""
    folder = root() / "workflow"
    main = folder / "Snakefile"
    parts = sorted(path for path in folder.rglob("*") if path.suffix in (".smk", ".yaml", ".json"))
    return [main, *parts]


def snakefile() -> Path:
    """Return the workflow's entry point, for ``snakemake --snakefile`` and ``module``."""
    return root() / "Snakefile"
