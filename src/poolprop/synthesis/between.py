"""The test between levels of a factor, between studies only, or the sentence why there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from poolprop.formats import number
from poolprop.plan import Settings
from poolprop.stats.analyses.subgroups import SubgroupResult
from poolprop.synthesis.records import Record, Rows, counts, pool_keywords

Levels = Mapping[str, Rows]


def between(settings: Settings, identifier: str, levels: Levels) -> Record:
    """Test only what the plan's rules allow, on the studies that are in one level only.

    A study with figures in several levels compares them within itself; it is left out here and
    its contrast is shown apart (:mod:`poolprop.synthesis.contrasts`).

    ``test``, or ``None`` with the reason in ``test_note``.
    """
    if len(levels) < 2:
        return _none("No test between levels: the studies are all in one level." if levels else "")
    if overlapping(levels):
        return _none("No test between levels: they overlap, a study can be in several.")
    apart, shared = _apart(levels)
    need = settings.rules.min_studies_per_level
    large = [key for key, rows in apart.items() if len(rows) >= need]
    if len(large) < 2:
        own = " of their own" if shared else ""
        return _none(
            f"Not tested: {len(large) or 'none'} of the {len(levels)} levels "
            f"{'has' if len(large) == 1 else 'have'} {need} or more studies{own}; two are needed."
        )
    tested = [row for key in large for row in apart[key]]
    events, total = (sum(numbers) for numbers in counts(tested))
    if events in (0, total):
        who = "everyone" if events else "no one"
        return _none(f"No test between levels: {who} had the event, so no level can differ.")
    fit = _fit(settings, {key: apart[key] for key in large})
    if fit.q_between is None:
        return _none(f"No test between levels. {fit.test_method}")
    permuted = fit.permutation
    if permuted and permuted.smallest > 1 - settings.level:
        return _none(
            f"No test between levels: the {permuted.count} ways to assign these "
            f"{len(tested)} studies cannot give a p value below "
            f"{number(permuted.smallest)}."
        )
    return {
        "test": {
            "id": identifier,
            "levels": large,
            "k": len(tested),
            "q_between": fit.q_between,
            "df": fit.q_between_df,
            "p": permuted.p if permuted else fit.q_between_p,
            "p_chi_square": fit.q_between_p,
            "p_method": permuted.method if permuted else "chi-square",
            "method": fit.test_method + (f"; p by {permuted.method}" if permuted else ""),
        },
        "test_note": _left_out(levels, large, shared, need),
    }


def overlapping(levels: Levels) -> bool:
    """Whether one figure is in several levels, as of a regimen with several drug classes."""
    used = Counter(row["outcome_id"] for rows in levels.values() for row in rows)
    return any(count > 1 for count in used.values())


def _apart(levels: Levels) -> tuple[dict[str, Rows], bool]:
    """Return each level without the studies that are in others too, and whether there are any."""
    places = Counter(
        study for rows in levels.values() for study in {row["study_id"] for row in rows}
    )
    kept: dict[str, Rows] = {
        key: [row for row in rows if places[row["study_id"]] == 1] for key, rows in levels.items()
    }
    return kept, any(count > 1 for count in places.values())


def _fit(settings: Settings, levels: Levels) -> SubgroupResult:
    from poolprop.stats.analyses.subgroups import subgroups

    rows = [row for group in levels.values() for row in group]
    groups = [key for key, group in levels.items() for _ in group]
    model = settings.models.primary
    few = len(rows) <= settings.rules.permutation_studies
    keywords = pool_keywords(model, settings.level) | {"seed": settings.rules.seed}
    permute = few and model.model == "glmm"
    return subgroups(*counts(rows), groups, permutation=permute, **keywords)


def _left_out(levels: Levels, large: list[str], shared: bool, need: int) -> str:
    notes = []
    if len(large) < len(levels):
        notes.append(f"Levels with fewer than {need} studies are not in the test.")
    if shared:
        notes.append("Studies with figures in several levels are not in it: see within studies.")
    return " ".join(notes)


def _none(why: str) -> Record:
    return {"test": None, "test_note": why}
