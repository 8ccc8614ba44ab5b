"""What the field calls the methods that the audit tries, and which of them a source may name."""

from __future__ import annotations

# Names that sources use -> names in the engine.
INTERVALS = {
    "normal": "normal",
    "Wilson": "wilson",
    "Wilson with continuity correction": "wilson-cc",
    "Wilson with end correction": "wilson-ec",
    "Agresti-Coull": "agresti-coull",
    "Clopper-Pearson": "clopper-pearson",
    "Jeffreys": "jeffreys",
    "mid-p": "mid-p",
}

TESTS = ("Fisher", "Pearson", "Yates", "likelihood ratio", "mid-p", "Barnard", "Boschloo")

# A source that says "chi-square" leaves open whether it used Yates's correction.
NAMED_TESTS: dict[str, tuple[str, ...]] = {name: (name,) for name in TESTS} | {
    "chi-square": ("Pearson", "Yates")
}
