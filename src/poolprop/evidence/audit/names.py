"""What the field calls the methods that the audit tries, and which of them a source may name."""

from __future__ import annotations

INTERVALS = (
    "normal",
    "Wilson",
    "Wilson with continuity correction",
    "Wilson with end correction",
    "Agresti-Coull",
    "Clopper-Pearson",
    "Jeffreys",
    "mid-p",
)

TESTS = ("Fisher", "Pearson", "Yates", "likelihood ratio", "mid-p", "Barnard", "Boschloo")

# A source that says "chi-square" leaves open whether it used Yates's correction.
NAMED_TESTS: dict[str, tuple[str, ...]] = {name: (name,) for name in TESTS} | {
    "chi-square": ("Pearson", "Yates")
}
