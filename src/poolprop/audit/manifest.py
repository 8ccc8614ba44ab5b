"""The manifest and the seal: hashes of inputs and outputs, versions, and the plan that ran.

The manifest names tables, plan and results; the report shows the manifest. So the last job writes
the seal: the hashes of manifest, lineage, job records and report, and one digest over everything.
Who keeps that line elsewhere can tell later whether anything changed.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolprop._version import __version__
from poolprop.files import sha256

if TYPE_CHECKING:
    from poolprop.plan import Settings


SCHEMA = "poolprop/manifest/1"
# What the results depend on, besides our own code.
PACKAGES = (
    "numpy", "scipy", "pandas", "statsmodels", "matplotlib", "jinja2", "pydantic", "snakemake",
)  # fmt: skip


def manifest(
    settings: Settings, inputs: Iterable[Path], outputs: Iterable[Path], code: str
) -> dict[str, Any]:
    """Describe a run so that another can be compared with it.

    Files are relative to the working directory; ``code`` is the digest of the code that ran. No
    clock, user, host or absolute path is in it: equal runs give equal manifests.
    """
    described = [_file(path) for path in sorted(inputs)]
    return {
        "schema": SCHEMA,
        "data": _digest(described),
        "version": __version__,
        "code": code,
        "plan": settings.model_dump(mode="json"),
        "inputs": described,
        "outputs": [_file(path) for path in sorted(outputs)],
        "versions": {
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in PACKAGES},
        },
    }


def _digest(files: Iterable[dict[str, Any]]) -> str:
    """Return one digest of all inputs: the sha256 of their digests by path."""
    lines = "".join(f"{file['sha256']}  {file['path']}\n" for file in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def _file(path: Path) -> dict[str, Any]:
    return {"path": path.as_posix(), "bytes": path.stat().st_size, "sha256": sha256(path)}


Record = dict[str, Any]
SEAL = "poolprop/seal/1"


def seal(manifest: Record, files: Iterable[Path]) -> Record:
    """Return the content of ``results/audit/seal.json``.

    ``files`` are those that the manifest does not name; folders are taken with all that is in them.
    """
    sealed = {path.as_posix(): sha256(path) for path in _inside(files)}
    return {
        "schema": SEAL,
        "digest": digest({**hashes(manifest), **sealed}),
        "files": dict(sorted(sealed.items())),
    }


def hashes(manifest: Record) -> dict[str, str]:
    """Return the sha256 of every file that a manifest names."""
    return {f["path"]: f["sha256"] for f in (*manifest["inputs"], *manifest["outputs"])}


def digest(files: dict[str, str]) -> str:
    """Return the digest of a whole review: that of the lines that ``sha256sum`` would print."""
    lines = "".join(f"{value}  {path}\n" for path, value in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _inside(files: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in files:
        found += [p for p in path.rglob("*") if p.is_file()] if path.is_dir() else [path]
    return sorted(found)
