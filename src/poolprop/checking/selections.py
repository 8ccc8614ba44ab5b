"""Whether every data set of the plan can be selected: ties and shared patients, all at once."""

from __future__ import annotations

from collections.abc import Iterator

from poolprop.errors import DataError, Fault
from poolprop.evidence.datasets import selections
from poolprop.evidence.load import Evidence
from poolprop.evidence.safety import safety_selections
from poolprop.evidence.select import select
from poolprop.plan import Selection, Settings


def selection_faults(settings: Settings, evidence: Evidence) -> list[Fault]:
    """Return what keeps data sets from being selected, each fault once."""
    found: dict[str, Fault] = {}
    for name, selection in _selections(settings, evidence):
        try:
            select(evidence, selection)
        except DataError as error:
            problem = f"{error.problem} ({name})"
            file = f"{settings.data}/{error.where}"
            found.setdefault(error.problem, Fault(file, 0, "", problem, error.hint))
    return list(found.values())


def _selections(settings: Settings, evidence: Evidence) -> Iterator[tuple[str, Selection]]:
    for end, endpoint in settings.endpoints.items():
        for name, selection in selections(evidence, endpoint):
            yield (
                f"endpoints.{end}.{name.replace('subgroup/', 'subgroups.').replace('/', '.')}",
                selection,
            )
    if settings.safety:
        for name, selection in safety_selections(evidence, settings.safety):
            yield f"safety, {name}", selection
