"""What a run left behind, and what a dry run would do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

OUTPUTS = (
    *("analysis", "audit", "benchmarks", "certainty", "comparisons", "crosscheck", "evidence"),
    *("figures", "safety", "survival", "tables"),
    "report.html",
    "crate.zip",
)


@dataclass(frozen=True)
class Run:
    """A folder and what Snakemake said there."""

    folder: Path
    code: int
    said: str


def tree(folder: Path) -> dict[str, bytes]:
    """Return every result of a run by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for name in OUTPUTS
        for path in sorted([folder / "results" / name, *(folder / "results" / name).rglob("*")])
        if path.is_file()
    }


def planned(said: str) -> set[str]:
    """Return the jobs of a dry run as ``rule`` or ``rule wildcard``."""
    jobs, rule = set(), ""
    for line in said.splitlines():
        if line.startswith(("rule ", "localrule ")):
            rule = line.split()[1].rstrip(":")
            jobs.add(rule)
        elif line.strip().startswith("wildcards: endpoint="):
            jobs.discard(rule)
            jobs.add(f"{rule} {line.split('=')[1]}")
    return jobs - {"all", "everything"}
