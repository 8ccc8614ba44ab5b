"""Sentences made from results. They say what was done, and only that."""

from __future__ import annotations

from collections.abc import Sequence

from poolprop.formats import plural
from poolprop.report.values import (
    Record,
    Sentence,
    Term,
    join,
    look_up,
    policy_of,
    quote,
    quote_within,
    separated,
)

SINGLE = "single-study"
SCALES = {"PLO": "logit", "PAS": "arcsine", "PFT": "double arcsine", "PLN": "log", "PR": "raw"}


def single(result: Record) -> bool:
    """Return whether a result is one study's own proportion."""
    return bool(result["model"] == SINGLE or result["k"] == 1)


def sources(record: Record, studies: Sequence[Record], prefix: str = "") -> Sentence:
    """Say how many studies, and how many arms if that is not the same: ``5 arms of 4 studies``."""
    k = look_up(record, f"{prefix}k")
    distinct = len({study["study_id"] for study in studies})
    shown = quote(record, f"{prefix}k", "count")
    if distinct in (0, k):
        return (shown, f" {plural(k, 'study')}")
    return (shown, f" {plural(k, 'arm')} of {distinct} {plural(distinct, 'study')}")


def scale(result: Record) -> str:
    """Return the name of the scale that a result was fitted on."""
    measure = result["measure"] or ""
    return SCALES.get(measure, measure)


def symbols(text: str) -> str:
    """Write the names of parameters as symbols."""
    return text.replace("tau2", "τ²")


def definition(result: Record) -> str:
    """Return which definition of I2 a result uses; empty if it has no I2."""
    return symbols(result["i2_definition"] or "") if result["i2"] is not None else ""


def crosses(result: Record) -> bool:
    """Return whether the confidence interval reaches beyond the prediction interval."""
    ci, prediction = result["ci"], result["prediction"]
    if prediction is None:
        return False
    return bool(ci["lower"] < prediction["lower"] or ci["upper"] > prediction["upper"])


BEYOND = (
    "A model whose confidence interval reaches beyond its prediction interval takes the two from "
    "different methods (see Methods)."
)
CROSSING = "Confidence and prediction intervals come from different methods (see Methods)."


def differing(record: Record) -> str:
    """Return the unit of a difference, with its space: percentage points, or per 10,000."""
    policy = policy_of(record)
    return " percentage points" if policy.scale == "percent" else policy.unit


FEWEST_FOR_A_FUNNEL = 10
# Below this neither tau2 nor I2 nor a test of homogeneity says anything.
LEAST_FOR_SPREAD = 3


def funnel(k: int) -> str:
    """Say whether effects of small studies can be tested for at all."""
    if k >= FEWEST_FOR_A_FUNNEL:
        return "Enough studies to test whether small ones differ."
    return (
        f"Not tested: with fewer than {FEWEST_FOR_A_FUNNEL} studies nothing shows whether small "
        "ones with low results are missing."
    )


def heterogeneity(result: Record) -> Sentence:
    """Describe how much studies differ, naming the scale and the definition of I2.

    Two studies cannot show it; where all or none had the event (no I2), nothing is tested.
    """
    if single(result):
        return ()
    if result["k"] < LEAST_FOR_SPREAD:
        return ("Two studies cannot show how much studies differ.",)
    scale = SCALES.get(result["measure"], result["measure"])
    parts: Sentence = join(
        "Heterogeneity: ",
        Term(key="tau2", text="τ²"),
        " = ",
        quote_within(result, "tau2", "number"),
        f" ({scale} scale)",
    )
    if result["i2"] is not None:
        share = quote_within(result, "i2", "share")
        parts = join(parts, ", ", Term(key="i2", text="I²"), " = ", share)
        parts = join(parts, f" ({definition(result)})")
    if result["q"] is not None and result["i2"] is not None:
        one_step = result["model"] in ("glmm", "beta-binomial")
        name = "likelihood-ratio Q" if one_step else "Q"
        q = join(
            f"; {name} = ", quote(result, "q", "number"), ", df = ", quote(result, "q_df", "count")
        )
        parts = join(parts, q, ", p ", quote(result, "q_p", "equals-p"))
    return join(parts, ".")


def spread(record: Record, prefix: str) -> Sentence:
    """Describe how much the studies of a group differ, short enough for one line of a plot.

    Empty below three studies, and where there is no I2: nothing to see, nothing to test.
    """
    if look_up(record, f"{prefix}k") < LEAST_FOR_SPREAD or look_up(record, f"{prefix}i2") is None:
        return ()
    on = f" ({scale(look_up(record, prefix.removesuffix('.')) if prefix else record)} scale)"
    parts = [join("τ² = ", quote_within(record, f"{prefix}tau2", "number"), on)]
    parts.append(join("I² = ", quote_within(record, f"{prefix}i2", "share")))
    if look_up(record, f"{prefix}q") is not None:
        q, df = quote(record, f"{prefix}q", "number"), quote(record, f"{prefix}q_df", "count")
        p = quote(record, f"{prefix}q_p", "equals-p")
        parts.append(join("Q = ", q, ", df = ", df, ", p ", p))
    return separated(parts, "; ")


def between_line(factor: Record) -> Sentence:
    """Report the test between levels on one line of a plot; empty if there is none."""
    if factor["test"] is None:
        return ()
    q, df = quote(factor, "test.q_between", "number"), quote(factor, "test.df", "count")
    p = quote(factor, "test.p", "equals-p")
    return join("Between levels: Q = ", q, ", df = ", df, ", p ", p)


def between(factor: Record) -> Sentence:
    """Report the test between levels, or why there is none."""
    test, note = factor["test"], factor["test_note"]
    if test is None:
        return (note or "No test between levels: the plan's rule does not allow one.",)
    return join(
        "Test between levels: Q = ",
        quote(factor, "test.q_between", "number"),
        ", df = ",
        quote(factor, "test.df", "count"),
        ", p ",
        quote(factor, "test.p", "equals-p"),
        f" ({test['method']}).",
        f" {note}" if note else "",
    )


def drawn(result: Record, estimand: Record, *, told: bool = True) -> Sentence:
    """Say what the marks of a forest plot are; ``told``: whether a pooled value is among them."""
    of = sources(estimand, look_up(estimand, "studies"))
    rows = "studies" if len(of) < 2 or "arm" not in str(of[1]) else "arms"
    marks = f"Squares are {rows}, sized by weight, with their own intervals"
    if single(result):
        return ("The square is the one study, with its own interval.",)
    if not told:
        return (f"{marks}.",)
    bar = "; the bar below is the prediction interval" if result["prediction"] else ""
    crossing = any(crosses(one) for one in estimand.get("results", (result,)))
    said = f" {BEYOND}" if crossing else ""
    return join(marks, "; the diamond is the pooled value of ", of, f"{bar}.{said}")


def omission(rows: Sequence[Record]) -> Sentence:
    """Say which omission moves the estimate most."""
    if not rows:
        return ("Leave-one-out needs at least two studies.",)
    most = max(rows, key=lambda row: abs(row["change"] or 0.0))
    return join(
        "Leaving out ",
        most["omitted"],
        " moves the estimate most, by ",
        quote(most, "change", "signed-points"),
        f"{differing(most)}.",
    )
