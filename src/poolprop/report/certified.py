"""What the coverage certificate says of the interval that is reported."""

from __future__ import annotations

from poolprop.report.formats import level
from poolprop.report.values import Record, Sentence, join, quote

# What others report, and in which words.
USUAL = {
    "hksj": "Hartung and Knapp's",
    "hksj-adhoc": "its ad hoc correction",
    "glmm-wald": "the GLMM's Wald interval",
    "dl-wald": "DerSimonian and Laird's",
}


def measured(record: Record) -> Sentence:
    """Say how often the reported interval holds the truth in reviews like this one.

    Parameters
    ----------
    record : mapping
        A ``certificate.json`` whose ``default`` was simulated.
    """
    methods = [method["method"] for method in record["methods"]]
    shares = _from_to(record, "")
    others = [
        (f", {words} in ", *_from_to(record, f"methods.{methods.index(name)}."))
        for name, words in USUAL.items()
        if name in methods
    ]
    return join(
        "In simulations with these sample sizes, if studies' logits are normal, the reported "
        f"{level(record['level'])} interval contained the true value in ",
        *shares,
        " of reviews, ",
        "depending on how much" if len(shares) > 1 else "however much",
        " studies differ (Monte-Carlo standard error up to ",
        quote(record, "error", "simulated"),
        " points)",
        *(part for other in others for part in other),
        ".",
    )


def beyond(record: Record) -> Sentence:
    """Say what the reported interval does where studies' logits have another law."""
    return join(
        "Where they are skewed, two-valued or heavy-tailed instead, it contained it in ",
        quote(record, "other_laws", "simulated-share"),
        " of reviews at the lowest.",
    )


def _from_to(record: Record, prefix: str) -> Sentence:
    """Return lowest and highest share; one of them where the reader sees no difference."""
    lowest, highest = (
        quote(record, f"{prefix}{end}", "simulated-share") for end in ("lowest", "highest")
    )
    return (lowest,) if lowest.text == highest.text else (lowest, " to ", highest)
