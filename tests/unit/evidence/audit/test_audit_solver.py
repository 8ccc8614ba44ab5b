"""The solver finds what trying all combinations finds, and nothing else."""

from __future__ import annotations

from itertools import product

import pytest

from poolprop.errors import EstimationError
from poolprop.evidence.audit.printed import Printed, ratios_that_fit
from poolprop.evidence.audit.solver import Constraint, solutions


def domain(percent: str, totals: range) -> tuple[tuple[int, int], ...]:
    return ratios_that_fit(Printed.parse(percent), tuple(totals))


def adds_up(known):
    return all(known["a"][i] + known["b"][i] == known["c"][i] for i in (0, 1))


@pytest.mark.parametrize("percents", [("89", "67", "84"), ("50", "50", "50"), ("10", "20", "99")])
def test_solutions_are_those_of_trying_everything(percents):
    totals = (range(1, 30), range(1, 12), range(20, 36))
    domains = dict(zip("abc", map(domain, percents, totals), strict=True))
    tried = [
        dict(zip("abc", choice, strict=True))
        for choice in product(*domains.values())
        if adds_up(dict(zip("abc", choice, strict=True)))
    ]
    found = list(solutions(domains, [Constraint(("a", "b", "c"), adds_up)]))
    assert sorted(map(sorted, (one.items() for one in found))) == sorted(
        map(sorted, (one.items() for one in tried))
    )


def test_a_constraint_is_tried_as_soon_as_it_can_be():
    seen = []

    def never(known):
        seen.append(known)
        return False

    domains = {"a": [(1, 2), (2, 2)], "b": [(0, n) for n in range(1, 50)]}
    assert list(solutions(domains, [Constraint(("a",), never)])) == []
    assert len(seen) == 2


def test_an_unknown_without_candidates_has_no_solution():
    assert list(solutions({"a": [(1, 2)], "b": []}, [])) == []


def test_a_search_without_end_is_refused(monkeypatch):
    """The last try is allowed, the one after it is not; nobody waits for the real limit here."""
    monkeypatch.setattr("poolprop.evidence.audit.solver.MOST_TRIES", 20)
    assert len(list(solutions({"a": [(0, n) for n in range(1, 21)]}, []))) == 20
    many = [(0, n) for n in range(1, 500)]
    with pytest.raises(EstimationError, match="too many combinations"):
        list(
            solutions(
                {"a": many, "b": many, "c": many}, [Constraint(("a", "b", "c"), lambda _: False)]
            )
        )
