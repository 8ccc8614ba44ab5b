"""Colours can be told from their ground: WCAG 2.2 AA, in light and in dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[3] / "report" / "static" / "css"
BLOCKS = re.findall(r"\{([^{}]*--ground[^{}]*)\}", (CSS / "tokens.css").read_text("utf-8"))
GROUNDS = ("paper", "ground", "hover", "caution")


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_dark_is_the_same_whether_chosen_or_from_the_system():
    assert len(BLOCKS) == 3
    assert tokens(BLOCKS[1]) == tokens(BLOCKS[2])


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", ["ink", "muted", "accent"])
def test_texts_have_contrast(block, ground, ink):
    found = tokens(block)
    assert contrast(found[ink], found[ground]) >= 4.5


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("mark", ["study", "pooled", "prediction"])
def test_marks_have_contrast(block, mark):
    found = tokens(block)
    assert contrast(found[mark], found["paper"]) >= 3
    assert contrast(found[mark], found["hover"]) >= 3


@pytest.mark.parametrize("path", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_colours_are_named_in_one_place(path):
    values = re.findall(r":([^;{}]*);", path.read_text("utf-8"))
    assert path.name == "tokens.css" or not [v for v in values if re.search(r"#[0-9a-fA-F]", v)]
