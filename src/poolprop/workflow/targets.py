"""What a run makes, as a function of the plan: the paths that rules take and hand on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from poolprop.plan import Settings

ROOT = "results"
EVIDENCE = ("check.json", "source_audit.csv", "findings.csv", "agreement.csv", "map.json")
# Of each endpoint, in its own folder below results/analysis/.
DATA_SETS = ("data.csv", "excluded.csv", "alternatives.csv")
MAIN = ("pool.json", "subgroups.json", "influence.json")
MORE = (
    *("small_study.json", "confidence.json", "confidence.csv", "discrepancies.json"),
    *("bayes.json", "models.json", "multiverse.json", "multiverse_sets.csv"),
)
CERTIFICATE = "certificate.json"
# Of endpoints that the plan nests within others.
NESTED = "nested.json"
ANALYSES = (*MAIN, *MORE, CERTIFICATE)
# Tables of all endpoints; those of `CURATED` are shown as they were curated.
TIDY = (
    *("pool", "subgroups", "contrasts", "tests", "regressions", "influence", "cumulative"),
    *("studies", "discrepancies", "bayes", "multiverse", "certificate"),
)
CURATED = (
    *("risk_of_bias", "benchmarks", "survival", "flow"),
    *("arms", "outcomes", "continuous", "patients", "claims"),
)
CROSSCHECK = ("reproduce.R", "r.csv", "agreement.csv", "agreement.json")
LINEAGE = ("lineage.json", "results.csv", "rows.csv", "jobs.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What the plan asks for.

    Attributes
    ----------
    endpoints, nested : tuple of str
        Names of the endpoints, and of those that are nested within others.
    safety, survival, comparisons : bool
        Whether the plan has that block.
    benchmarks : bool
        Whether the table of quoted results has rows.
    crosscheck : bool
        Whether a second engine is asked.
    """

    endpoints: tuple[str, ...]
    nested: tuple[str, ...] = ()
    safety: bool = False
    survival: bool = False
    comparisons: bool = False
    benchmarks: bool = False
    crosscheck: bool = True

    def each(self, *names: str) -> list[str]:
        """Return files of every endpoint."""
        return [f"{ROOT}/analysis/{key}/{name}" for key in self.endpoints for name in names]

    def figures(self, ending: str) -> list[str]:
        """Return the static forest plots in one format."""
        return [f"{ROOT}/figures/forest_{key}.{ending}" for key in self.endpoints]

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
        pooled = self.each(*MAIN)
        return [*pooled, *(_in("safety", ("pool.json",)) if self.safety else [])]

    @property
    def results(self) -> list[str]:
        """Everything that the manifest lists."""
        return [
            *evidence(),
            *self.each(*DATA_SETS, *ANALYSES),
            *(f"{ROOT}/analysis/{key}/{NESTED}" for key in self.nested),
            *tidy(),
            *_tables("evidence_map"),
            *self.beside,
            *(crosscheck() if self.crosscheck else ()),
            *self.figures("svg"),
            *self.figures("pdf"),
        ]


def targets(settings: Settings, *, benchmarks: bool) -> Targets:
    """Return what a plan asks for; ``benchmarks``: the table of quoted results has rows."""
    return Targets(
        endpoints=tuple(settings.endpoints),
        nested=tuple(key for key, one in settings.endpoints.items() if one.nested),
        safety=settings.safety is not None,
        survival=settings.survival is not None,
        comparisons=settings.comparisons is not None,
        benchmarks=benchmarks,
        crosscheck=settings.crosscheck != "off",
    )


def evidence() -> list[str]:
    """Return what is said of the tables themselves."""
    return _in("evidence", EVIDENCE)


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
