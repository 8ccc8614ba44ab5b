"""Find the results that a person means: a folder, or a git revision, built out of the way."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from poolprop.errors import ConfigError, ResultError

NOTHING = "-"
TRAIL = Path("audit") / "lineage.json"


@contextmanager
def results_of(name: str) -> Iterator[Path | None]:
    """Yield a results folder; None for ``-``, which stands for no evidence at all.

    A name is a results folder, a review with one, ``-``, or a git revision, which is checked out
    into a temporary folder and built there by its own workflow. Raises ConfigError if it is none of
    these, ResultError if a revision cannot be built.
    """
    if name == NOTHING:
        yield None
        return
    for folder in (Path(name), Path(name) / "results"):
        if (folder / TRAIL).is_file():
            yield folder
            return
    commit = _commit(name)
    with TemporaryDirectory(prefix="poolprop-") as place:
        tree = Path(place) / "review"
        _git("worktree", "add", "--detach", "--quiet", str(tree), commit)
        try:
            yield _built(tree / _git("rev-parse", "--show-prefix"), name)
        finally:
            _git("worktree", "remove", "--force", str(tree))


def _commit(name: str) -> str:
    try:
        return _git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    except (subprocess.CalledProcessError, FileNotFoundError):
        hint = "Name a results folder, a review that was built, a git revision, or - for nothing."
        problem = "neither a finished run nor a git revision"
        raise ConfigError(problem, where=name, hint=hint) from None


def _built(review: Path, name: str) -> Path:
    """Build a review where it has no results yet, and return its results folder."""
    results = review / "results"
    if not (results / TRAIL).is_file():
        print(f"Building {name} in a temporary folder ...", file=sys.stderr)
        # Its own engine, not ours: the revision's code is part of what is compared.
        source = review / "src"
        environment = os.environ | ({"PYTHONPATH": str(source)} if source.is_dir() else {})
        done = subprocess.run(
            [sys.executable, "-m", "poolprop", "build"],
            cwd=review, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode or not (results / TRAIL).is_file():
            said = (done.stderr.strip() or "it leaves no lineage").splitlines()[-1]
            hint = "Check it out and build it, then compare the two results folders."
            raise ResultError(f"the revision cannot be built: {said}", where=name, hint=hint)
    return results


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()
