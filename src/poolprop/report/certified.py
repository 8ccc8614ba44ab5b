"""What the coverage certificate says of the interval that is reported."""

from __future__ import annotations

from poolprop.report.formats import level
from poolprop.report.values import Record, Sentence, join, quote

USUAL = "dl-wald"


def measured(record: Record) -> Sentence:
    """Say how often the reported interval holds the truth in reviews like this one.

    Parameters
    ----------
    record : mapping
        A ``certificate.json`` whose ``default`` was simulated.
    """
    methods = [method["method"] for method in record["methods"]]
    usual = methods.index(USUAL)
    shares = _from_to(record, "")
    return join(
        f"In simulations with these sample sizes, the reported {level(record['level'])} interval "
        "contained the true value in ",
        *shares,
        " of reviews, ",
        "depending on how much" if len(shares) > 1 else "however much",
        " studies differ; the DerSimonian-Laird interval in ",
        *_from_to(record, f"methods.{usual}."),
        ".",
    )


def _from_to(record: Record, prefix: str) -> Sentence:
    """Return lowest and highest share; one of them where the reader sees no difference."""
    lowest, highest = (
        quote(record, f"{prefix}{end}", "simulated-share") for end in ("lowest", "highest")
    )
    return (lowest,) if lowest.text == highest.text else (lowest, " to ", highest)
