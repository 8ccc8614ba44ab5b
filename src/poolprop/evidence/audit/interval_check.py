"""Printed intervals: which methods reproduce them, and whether the one named is among them."""

from __future__ import annotations

from collections.abc import Iterator

from poolprop.evidence.audit.claims import Claim
from poolprop.evidence.audit.figures import claims_of
from poolprop.evidence.audit.finding import Finding, by_points
from poolprop.evidence.audit.names import INTERVALS
from poolprop.evidence.audit.printed import Printed
from poolprop.evidence.load import Evidence
from poolprop.evidence.tables import Outcome
from poolprop.formats import Policy

Limits = tuple[float, float]


def intervals(events: int, total: int, level: float = 0.95) -> dict[str, Limits]:
    """Return the two-sided interval of a proportion by each method of :data:`names.INTERVALS`."""
    from poolprop.stats.fits.one_proportion import study_intervals

    found = {}
    for name, method in INTERVALS.items():
        lower, upper = study_intervals([events], [total], method, level)
        found[name] = float(lower[0]), float(upper[0])
    return found


Shown = tuple[Printed, Printed]


def printed_interval(row: Outcome) -> Shown | None:
    """Return the interval that the source prints, if it prints one."""
    if row.ci_lower_reported is None or row.ci_upper_reported is None:
        return None
    return Printed("=", row.ci_lower_reported), Printed("=", row.ci_upper_reported)


def methods_that_give(shown: Shown, by_method: dict[str, Limits]) -> list[str]:
    """Return the methods that reproduce both printed limits, in percent."""
    return [
        name
        for name, limits in by_method.items()
        if all(p.fits(100 * limit) for p, limit in zip(shown, limits, strict=True))
    ]


def interval_findings(evidence: Evidence) -> Iterator[Finding]:
    """Recompute every printed interval by every common method."""
    naming = {term: claim for claim in claims_of(evidence, "interval") for term in claim.terms}
    for row in evidence.outcomes.values():
        shown = printed_interval(row)
        if shown is not None and row.events is not None and row.total is not None:
            by_method = intervals(row.events, row.total)
            yield _finding(row, shown, by_method, naming.get(row.outcome_id), evidence)


def _finding(
    row: Outcome,
    shown: Shown,
    by_method: dict[str, Limits],
    claim: Claim | None,
    evidence: Evidence,
) -> Finding:
    found = methods_that_give(shown, by_method)
    named = claim.method if claim is not None and claim.names_method else ""
    subject = claim.claim_id if claim else row.outcome_id
    fine = bool(found) and (not named or named in found)
    off = _largest_shift(shown, by_method, named)
    return Finding(
        finding_id=f"{row.outcome_id}/interval",
        source_id=evidence.source_of(row),
        subject=subject,
        outcome_ids=(row.outcome_id,),
        kind="interval",
        printed=f"{shown[0]}-{shown[1]}%" + (f" ({named})" if named else ""),
        recomputed=_show(found or ([named] if named else ["Clopper-Pearson"]), by_method),
        verdict="agrees" if fine else "method_differs" if found else "contradicts",
        severity="" if fine else by_points(off),
        detail=_detail(found, named, by_method),
        locator=row.locator,
    )


def _largest_shift(shown: Shown, by_method: dict[str, Limits], named: str) -> float:
    """Return how far the printed limits lie from the named method, or else the nearest one."""

    def shift(limits: Limits) -> float:
        pairs = zip(shown, limits, strict=True)
        return max(abs(float(p.value) - 100 * limit) for p, limit in pairs)

    return shift(by_method[named]) if named else min(map(shift, by_method.values()))


def _show(names: list[str], by_method: dict[str, Limits]) -> str:
    return "; ".join(
        f"{name} {Policy(digits=1).interval(*by_method[name], dash='-')}%" for name in names
    )


def _detail(found: list[str], named: str, by_method: dict[str, Limits]) -> str:
    if not found:
        return "No common method gives both limits."
    if named and named not in found:
        return f"Only {' or '.join(found)} gives it; {_show([named], by_method)} is named."
    return f"{' or '.join(found)} gives it."
