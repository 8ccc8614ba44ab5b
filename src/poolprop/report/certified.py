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
    return join(
        f"In simulated reviews of these very sizes the {level(record['level'])} interval reported "
        "here held the truth in ",
        quote(record, "lowest", "percent"),
        " to ",
        quote(record, "highest", "percent"),
        " of them, depending on how much studies differ; the usual one (DerSimonian-Laird) in ",
        quote(record, f"methods.{usual}.lowest", "percent"),
        " to ",
        quote(record, f"methods.{usual}.highest", "percent"),
        ".",
    )
