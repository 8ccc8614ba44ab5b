"""What a reader must know of an answer: each sentence once."""

from __future__ import annotations

from poolprop.stats.fits.glmm import TAU_BOUNDARY

ALONE = "One study: its own proportion with its exact interval; nothing is pooled."
TWO_STUDIES = (
    "Two studies: between-study variance is hardly identified; read the interval with care."
)
NO_MAXIMUM = "The likelihood has no proper maximum: read estimate and tau2 with caution."
RUNAWAY = (
    "The likelihood rises with tau without end (each study is near 0% or 100%): the estimate, "
    f"and an interval from its profile, take tau <= {TAU_BOUNDARY:g}."
)
NO_WALD = "A Wald interval does not exist here: the profile interval (chi-square) is given."
NO_WALD_BETA = "A Wald interval does not exist here: the profile interval is given."
ONE_SIDED = "The likelihood excludes no proportion on one side: the interval ends there."
BOUNDED = (
    "So few studies bound the proportion only if tau is bounded: the limit takes "
    f"tau <= {TAU_BOUNDARY:g}."
)
STRETCHED = (
    "Studies differ more than pooling can mean (tau above 3: a factor of e^12 between most odds): "
    "the interval takes tau as at most 3."
)
EXTENDED = "never narrower than the confidence interval"
COMPARISON = (
    "For comparison only: two-step intervals cover less than they say when a study has no "
    "event or no non-event, or a proportion beyond 20-80% with fewer than 40 patients."
)
OUT_OF_RANGE = "A confidence limit left the possible range and was set to the end of it."


def boundary_note(mu: float) -> str:
    """Return the note of data in which all or none of the patients had the event."""
    what, end = ("No patient", "lower") if mu < 0 else ("Every patient", "upper")
    return (
        f"{what} had the event: the estimate is at the boundary, heterogeneity cannot be seen, "
        f"and the interval is one-sided (its {end} limit is the boundary)."
    )


def correction_note(empty: int) -> str:
    """Return the note of how many studies had an empty cell."""
    studies = "study" if empty == 1 else "studies"
    return f"1/2 was added to both cells of {empty} {studies} with an empty cell."


def prior_words(prior: object) -> str:
    """Return the priors of the Bayesian model in words."""
    return f"{prior} prior on tau, uniform prior on the median proportion"
