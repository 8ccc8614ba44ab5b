"""Whether the terms of claims name figures that exist, of the sort that each claim needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from poolprop.errors import Fault
from poolprop.evidence.audit.claims import LITERAL, Claim
from poolprop.hints import did_you_mean

ADD = "Correct it, or add that row to outcomes.csv or claims.csv."
OTHER = "Name one that is."


def claim_faults(
    claims: Iterable[tuple[int, Claim]], outcome_ids: Collection[str], file: str
) -> Iterator[Fault]:
    """Yield each term of a claim that is no figure, or not one the claim can use.

    Claims come with their line numbers; ``file`` is how messages call their table.
    """
    numbered = list(claims)
    by_id = {claim.claim_id: claim for _, claim in numbered}
    known = [*outcome_ids, *by_id]
    for line, claim in numbered:
        for column, names in (("terms", claim.terms), ("whole", (claim.whole,))):
            for name in filter(None, names):
                if name not in known and not is_number(name):
                    problem = f"{name!r} is not an outcome, claim, fraction or number"
                    yield Fault(file, line, column, problem, did_you_mean(name, known, ADD))
        if claim.kind in ("percent_only", "interval"):
            yield from _not_among(claim.terms, outcome_ids, "outcome", line, file)
        if claim.kind == "shared_denominator":
            percents = [name for name, one in by_id.items() if one.kind == "percent_only"]
            yield from _not_among(claim.terms, percents, "percent_only claim", line, file)
        if claim.kind == "joint":
            yield from _not_among(claim.terms, list(by_id), "claim", line, file)
            yield from _loose_conditions(claim, by_id, line, file)


def is_number(term: str) -> bool:
    """Tell whether a term is a plain number or a fraction of patients."""
    if not LITERAL.fullmatch(term):
        return False
    events, _, total = term.partition("/")
    return not total or 0 < int(total) >= int(events)


def _not_among(
    names: Iterable[str], known: Collection[str], what: str, line: int, file: str
) -> Iterator[Fault]:
    for name in names:
        if name not in known:
            problem = f"{name!r} is no {what}"
            yield Fault(file, line, "terms", problem, did_you_mean(name, known, OTHER))


def _loose_conditions(
    joint: Claim, by_id: dict[str, Claim], line: int, file: str
) -> Iterator[Fault]:
    """Yield conditions of a joint claim on percentages that it does not list."""
    members = [by_id[name] for name in joint.terms if name in by_id]
    unknowns = {one.claim_id for one in members if one.kind == "percent_only"}
    for member in members:
        about = (*member.terms, *([member.whole] if member.whole in by_id else []))
        for name in about if member.kind != "percent_only" else ():
            if name not in unknowns:
                problem = f"{member.claim_id!r} is about {name!r}, which is not among the terms"
                hint = "List the percentage it is about as well."
                yield Fault(file, line, "terms", problem, hint)
