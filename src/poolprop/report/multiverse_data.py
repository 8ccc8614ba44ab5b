"""The analyses of a multiverse for the page's script, in few characters."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence

from poolprop.axes import Axis
from poolprop.report import prose
from poolprop.report.context import Context
from poolprop.report.evidence_panel.packing import in_common
from poolprop.report.values import Record, policy_of

BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"

# Numbers go to the script in base 36: sets in three digits; estimates in four, as steps of their
# logit, so that small proportions keep as many digits as large ones; limits, which it only draws,
# in two, as places on the axis.
PLACE, DIGITS, FEW_DIGITS = 3, 4, 2
TOP: int = 36**DIGITS - 1
COARSE: int = 36**FEW_DIGITS - 1
# Beyond this logit only 0 and 1 themselves are told, by the first and the last code.
REACH = 40.0


def place_of(record: Record) -> int | None:
    """Return where the primary analysis stands among sets and methods."""
    primary = record["primary"]
    if primary is None:
        return None
    sets = [one["id"] for one in record["sets"]]
    methods = [one["method"] for one in record["methods"]]
    return sets.index(primary["set"]) * len(methods) + methods.index(primary["method"])


def code_of(proportion: float) -> int:
    """Return a proportion as a whole number from 0 to ``TOP``, about evenly in its logit."""
    if proportion in (0, 1):
        return TOP if proportion else 0
    logit = math.log(proportion) - math.log1p(-proportion)
    share = 0.5 * (1 + max(-1.0, min(1.0, logit / REACH)))
    return 1 + round((TOP - 2) * share)


def _base36(number: int) -> str:
    """Return a whole number in digits and small letters."""
    digits = ""
    while number:
        number, last = divmod(number, 36)
        digits = BASE36[last] + digits
    return digits or "0"


def _front_coded(codes: Iterable[str]) -> str:
    """Return codes of equal length: each as what it shares with the one before, and its rest."""
    before, told = "", ""
    for code in codes:
        shared = in_common(before, code)
        told += BASE36[shared] + code[shared:]
        before = code
    return told


def _bits(marks: Sequence[bool]) -> str:
    """Return marks as digits of base 32, five in each."""
    fives = (marks[i : i + 5] for i in range(0, len(marks), 5))
    return "".join(BASE36[sum(16 >> i for i, one in enumerate(five) if one)] for five in fives)


def analyses(context: Context, record: Record, place: int | None, axis: Axis) -> str:
    """Return levels and estimates of every analysis for the script, compactly."""
    methods = record["methods"]
    every = {choice["choice"]: [one["level"] for one in choice["levels"]]
             for choice in record["choices"]}  # fmt: skip
    of_method = [key for key in every if key in methods[0]["levels"]]
    codes = [
        "".join(BASE36[every[key].index(one["levels"][key])] for key in of_method)
        for one in methods
    ]

    def packed(numbers: Iterable[int], width: int) -> str:
        return "".join(_base36(n).rjust(width, "0") for n in numbers)

    def every_one(name: str) -> Iterable[float]:
        return (value for one in record["sets"] for value in one[name])

    threshold, policy = context.settings.thresholds.headline, policy_of(record)

    return json.dumps(
        {
            "choices": [
                {"label": prose.symbols(choice["label"]),
                 "levels": [prose.symbols(one["label"]) for one in choice["levels"]]}
                for choice in record["choices"]
            ],
            "data": _front_coded(record["combinations"]["levels"]),
            "set": packed(record["combinations"]["set"], PLACE),
            "methods": " ".join(codes),
            "estimate": packed((code_of(p) for p in every_one("proportion")), DIGITS),
            **{
                end: packed((round(COARSE * axis.share(p)) for p in every_one(end)), FEW_DIGITS)
                for end in ("lower", "upper")
            },
            "primary": place,
            "above": _bits([lower > threshold for lower in every_one("lower")]),
            "threshold": threshold,
            "stated": policy.stated(threshold),
            "policy": {"scale": policy.scale, "digits": policy.digits},
        },
        separators=(",", ":"), ensure_ascii=False,
    )  # fmt: skip
