"""From the tables to the analysis data set of one estimand.

For each arm the plan's filters leave some rows; the order of preference in the plan picks
one. What is left out is kept with its reason, so that no denominator changes silently.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from poolprop.errors import DataError
from poolprop.evidence.cells import NOT_REPORTED
from poolprop.evidence.estimates import objection
from poolprop.evidence.load import Evidence
from poolprop.evidence.tables import Arm, Outcome, is_reported
from poolprop.plan import Selection

Keep = Callable[[Outcome], bool]
WITHOUT_COUNT = "a percentage without a count"
LEFT_OUT = "left out by name in the plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """An arm that the estimand could have used, and why it does not, in words for the report."""

    arm_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisSet:
    """The rows of one pool, one for each arm, in the order of ``arms.csv``."""

    rows: tuple[Outcome, ...]  # each with events and total
    excluded: tuple[Exclusion, ...]  # eligible arms without a usable row


def select(evidence: Evidence, selection: Selection) -> AnalysisSet:
    """Choose the row of each arm that an analysis uses: at most one an arm.

    Raises DataError if two rows of one arm are equally preferred, or two chosen arms share
    patients.
    """
    chosen, excluded = [], []
    of_arm: dict[str, list[Outcome]] = {}
    for row in filter(is_reported, evidence.outcomes.values()):
        of_arm.setdefault(row.arm_id, []).append(row)
    for arm in evidence.arms.values():
        if arm.role not in selection.roles:
            continue
        found, reason = usable(of_arm.get(arm.arm_id, []), arm, selection, evidence)
        if found:
            chosen.append(preferred(found, selection))
        else:
            excluded.append(Exclusion(arm_id=arm.arm_id, reason=reason))
    refuse_overlap((row.arm_id for row in chosen), evidence)
    return AnalysisSet(rows=tuple(chosen), excluded=tuple(excluded))


def usable(
    rows: Iterable[Outcome], arm: Arm, selection: Selection, evidence: Evidence
) -> tuple[list[Outcome], str]:
    """Return the rows of an arm that a selection admits, or none and the reason.

    The rows are filtered step by step; the first step that leaves nothing is the reason.
    """
    if {arm.arm_id, arm.study_id} & set(selection.without):
        return [], LEFT_OUT
    wanted = selection.where.get("drug_class", ())
    if wanted and not set(wanted) & set(arm.drug_classes):
        return [], f"regimen without {_words(evidence, 'drug_class', wanted)}"
    left = list(rows)
    for reason, column, keep in _steps(selection, evidence):
        kept = [row for row in left if keep(row)]
        if not kept:
            return [], reason + _unstated(left, column)
        left = kept
    return _with_figures(left, selection)


def _with_figures(rows: list[Outcome], selection: Selection) -> tuple[list[Outcome], str]:
    """Return rows with counts, else those that say how sure their percentage is, if admitted."""
    if counted := [row for row in rows if row.events is not None]:
        return counted, ""
    if selection.without_counts == "exclude":
        return [], WITHOUT_COUNT
    return [row for row in rows if not objection(row)], objection(rows[0])


def bases(selection: Selection) -> tuple[str, ...]:
    """Return the denominator bases that a selection takes, in order of preference."""
    unstated = (NOT_REPORTED,) if "denominator" in selection.not_reported else ()
    return (selection.denominator, *unstated)


def times(selection: Selection) -> tuple[str, ...]:
    """Return the times that a selection takes, in order of preference."""
    unstated = (NOT_REPORTED,) if "timepoint" in selection.not_reported else ()
    return tuple(dict.fromkeys((*selection.timepoints, *unstated)))


def _steps(selection: Selection, evidence: Evidence) -> Iterator[tuple[str, str, Keep]]:
    """Yield each filter: what is said of an arm that it leaves without rows, column, and rule."""

    def words(field: str, terms: Iterable[str]) -> str:
        return _words(evidence, field, terms)

    yield (
        f"does not report {words('outcome', [selection.outcome])}",
        "",
        lambda row: row.outcome == selection.outcome or _stands_in(row, selection),
    )
    yield (
        f"no figure with this denominator ({words('denominator_basis', [selection.denominator])})",
        "denominator_basis",
        lambda row: row.denominator_basis in bases(selection),
    )
    yield (
        f"no figure at this time ({words('timepoint', selection.timepoints)})",
        "timepoint",
        lambda row: row.timepoint in times(selection),
    )
    yield (
        f"no figure for this population ({words('population', selection.populations)})",
        "",
        lambda row: row.population in selection.populations,
    )
    if selection.grades:
        yield (
            f"no figure of this grade ({' or '.join(selection.grades)})",
            "",
            lambda row: row.grade in selection.grades,
        )
    for factor in (name for name in selection.where if name != "drug_class"):
        yield (
            f"no figure for this {factor.replace('_', ' ')} alone "
            f"({words(factor, selection.where[factor])})",
            "",
            _at_level(evidence, factor, selection.where[factor]),
        )
    yield (
        "only figures of a kind the plan does not admit here (such as reconstructed or proxy)",
        "",
        lambda row: row.record_type in selection.record_types or _stands_in(row, selection),
    )


def _stands_in(row: Outcome, selection: Selection) -> bool:
    """Tell whether a row is a bound that the plan takes where an arm lacks the outcome itself."""
    return row.record_type == "proxy" and row.outcome in selection.instead


def _unstated(rows: Sequence[Outcome], column: str) -> str:
    """Say of the rows that a filter leaves out that their sources do not state the fact."""
    unstated = column and any(getattr(row, column) == NOT_REPORTED for row in rows)
    return f"; {column.partition('_')[0]} not reported (NR)" if unstated else ""


def _at_level(evidence: Evidence, factor: str, levels: Collection[str]) -> Keep:
    return lambda row: evidence.factor(row, factor) in levels


def _words(evidence: Evidence, field: str, terms: Iterable[str]) -> str:
    return " or ".join(evidence.label(field, term) for term in terms)


def preferred(rows: Sequence[Outcome], selection: Selection) -> Outcome:
    """Return the row that comes first in the plan's order of preference.

    Raises DataError if two rows are equally preferred.
    """

    def rank(row: Outcome) -> tuple[int, int, int, int]:
        return (
            (selection.outcome, *selection.instead).index(row.outcome),
            selection.populations.index(row.population),
            times(selection).index(row.timepoint),
            bases(selection).index(row.denominator_basis),
        )

    ordered = sorted(rows, key=rank)
    if len(ordered) > 1 and rank(ordered[0]) == rank(ordered[1]):
        raise DataError(
            f"rows {ordered[0].outcome_id} and {ordered[1].outcome_id} of arm "
            f"{ordered[0].arm_id} are equally preferred for outcome {selection.outcome!r}",
            where="outcomes.csv",
            hint="Mark one 'conflicting' or tell them apart by population or timepoint.",
        )
    return ordered[0]


def refuse_overlap(
    arm_ids: Iterable[str],
    evidence: Evidence,
    where: str = "arms.csv",
    hint: str = "Choose other roles for the estimand, or correct the overlap groups.",
) -> None:
    """Refuse arms of one pool that share patients; raises DataError with the first two."""
    first: dict[str, str] = {}
    for arm_id in arm_ids:
        for group in evidence.arms[arm_id].overlap_group:
            if group in first:
                problem = (
                    f"arms {first[group]} and {arm_id} share patients (overlap group {group!r}) "
                    "and cannot enter one pool"
                )
                raise DataError(problem, where=where, hint=hint)
            first[group] = arm_id
