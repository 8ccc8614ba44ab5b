"""What a run makes, as a function of the plan: the paths that rules take and hand on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ROOT = "results"
EVIDENCE = ("check.json", "source_audit.csv", "findings.csv", "agreement.csv", "map.json")
# Of each endpoint, in its own folder below results/analysis/.
DATA_SETS = ("data.csv", "excluded.csv", "alternatives.csv")
ANALYSES = (
    *("pool.json", "subgroups.json", "influence.json", "small_study.json"),
    *("confidence.json", "confidence.csv", "discrepancies.json"),
    *("bayes.json", "multiverse.json", "multiverse_sets.csv"),
)
# Tables of all endpoints; those of `CURATED` are shown as they were curated.
TIDY = (
    *("pool", "subgroups", "contrasts", "tests", "influence", "cumulative"),
    *("studies", "discrepancies"),
)
CURATED = ("risk_of_bias", "benchmarks", "survival", "flow")
CROSSCHECK = ("reproduce.R", "r.csv", "agreement.csv", "agreement.json")
LINEAGE = ("lineage.json", "results.csv", "rows.csv", "jobs.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What the plan asks for.

    Attributes
    ----------
    endpoints : tuple of str
        Names of the endpoints.
    safety, survival, comparisons : bool
        Whether the plan has that block.
    benchmarks : bool
        Whether the table of quoted results has rows.
    """

    endpoints: tuple[str, ...]
    safety: bool = False
    survival: bool = False
    comparisons: bool = False
    benchmarks: bool = False

    def each(self, *names: str) -> list[str]:
        """Return files of every endpoint."""
        return [f"{ROOT}/analysis/{key}/{name}" for key in self.endpoints for name in names]

    @property
    def evidence(self) -> list[str]:
        """What is said of the tables themselves."""
        return [*_in("evidence", EVIDENCE), *_tables("evidence_map")]

    @property
    def figures(self) -> list[str]:
        """The static forest plots."""
        return [
            f"{ROOT}/figures/forest_{key}.{ending}"
            for ending in ("svg", "pdf")
            for key in self.endpoints
        ]

    @property
    def beside(self) -> list[str]:
        """What stands beside the pooled proportions, where the plan asks for it."""
        found = []
        if self.safety:
            found += [*_in("safety", ("data.csv", "pool.json")), *_tables("safety")]
        if self.survival:
            found += [*_in("survival", ("data.csv", "pool.json")), *_tables("survival_rates")]
        if self.comparisons:
            found += _in("comparisons", ("data.csv", "comparisons.json"))
            found += _tables("comparisons")
        if self.benchmarks:
            found += _in("benchmarks", ("benchmarks.json",))
        return [*found, *_in("certainty", ("certainty.json",)), *_tables("certainty")]

    @property
    def recomputed(self) -> list[str]:
        """What the second engine computes anew."""
        pooled = self.each("pool.json", "subgroups.json", "influence.json")
        return [*pooled, *(_in("safety", ("pool.json",)) if self.safety else [])]

    @property
    def results(self) -> list[str]:
        """Everything that the manifest lists."""
        return [
            *self.evidence,
            *self.each(*DATA_SETS, *ANALYSES, "certificate.json"),
            *_tables(*TIDY, *CURATED, "certificate", "bayes", "multiverse"),
            *self.beside,
            *crosscheck(),
            *self.figures,
        ]


def tidy() -> list[str]:
    """Return the tables of results and evidence."""
    return _tables(*TIDY, *CURATED)


def crosscheck() -> list[str]:
    """Return what the second engine leaves."""
    return _in("crosscheck", CROSSCHECK)


def lineage() -> list[str]:
    """Return how results came about."""
    return _in("audit", LINEAGE)


def sealed() -> list[str]:
    """Return what comes after the manifest and is sealed with it; a folder with all its files."""
    return [f"{ROOT}/report.html", *lineage(), f"{ROOT}/crate", f"{ROOT}/crate.zip"]


def _tables(*names: str) -> list[str]:
    return _in("tables", (f"{name}.csv" for name in names))


def _in(folder: str, names: Iterable[str]) -> list[str]:
    return [f"{ROOT}/{folder}/{name}" for name in names]
