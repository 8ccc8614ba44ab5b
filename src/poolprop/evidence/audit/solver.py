"""Counts that satisfy several constraints at once, found by trying them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from poolprop.errors import EstimationError

Ratio = tuple[int, int]  # events, total
Assignment = Mapping[str, Ratio]
MOST_TRIES = 2_000_000


@dataclass(frozen=True, slots=True)
class Constraint:
    """A condition on some of the unknown proportions."""

    names: tuple[str, ...]  # the unknowns it is about
    holds: Callable[[Assignment], bool]  # takes an assignment of at least these unknowns


def solutions(
    domains: Mapping[str, Sequence[Ratio]], constraints: Sequence[Constraint]
) -> Iterator[dict[str, Ratio]]:
    """Yield every assignment of the unknowns that satisfies all constraints.

    ``domains`` are the proportions that each unknown can be. Unknowns with few candidates are tried
    first, and a constraint as soon as all its unknowns have a value, which prunes the search.
    Raises EstimationError if there is more to try than can be waited for.
    """
    tries = count(1)
    order = sorted(domains, key=lambda name: (len(domains[name]), name))

    def due(depth: int) -> list[Constraint]:
        known, latest = set(order[: depth + 1]), order[depth]
        return [c for c in constraints if latest in c.names and set(c.names) <= known]

    checks = [due(depth) for depth in range(len(order))]

    def extend(depth: int, chosen: dict[str, Ratio]) -> Iterator[dict[str, Ratio]]:
        if depth == len(order):
            yield chosen
            return
        for ratio in domains[order[depth]]:
            if next(tries) > MOST_TRIES:
                raise EstimationError("too many combinations", hint="Narrow the totals down.")
            longer = {**chosen, order[depth]: ratio}
            if all(check.holds(longer) for check in checks[depth]):
                yield from extend(depth + 1, longer)

    yield from extend(0, {})
