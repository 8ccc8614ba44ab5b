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


# What marks are drawn with that carry no meaning of their own: rules, grids and grounds.
DECORATION = {"line", "grid", "paper", "ground", "hover", "caution", "caution-edge", "cover"}
# Names that stand for one of several colours.
STANDS_FOR = {"tone": ("good", "near", "fair", "open", "between", "bad", "worst", "muted")}
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
USE = re.compile(r"(?:^|[;\s])(color|background|background-color|fill|stroke|border[a-z-]*|"
                 r"outline)\s*:[^;]*?var\(--([a-z-]+)")  # fmt: skip


def pairs():
    """Yield every pair of colours that the style sheets use: what for, colour and ground."""
    for path in sorted(CSS.glob("*.css")):
        if path.name in ("tokens.css", "difference.css"):  # the latter is another page's
            continue
        for selector, body in RULE.findall(re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"))):
            used = {}
            for prop, name in USE.findall(body):
                if prop != "border-radius":
                    used.setdefault(prop, name)
            ground = used.get("background") or used.get("background-color")
            grounds = (ground,) if ground else GROUNDS
            where = f"{path.name} {' '.join(selector.split())[-50:]}"
            for prop, name in used.items():
                text = prop == "color" or (prop == "fill" and "text" in selector)
                if prop.startswith("background") or (not text and name in DECORATION):
                    continue
                if name in DECORATION and ground is None:
                    continue  # a halo, or the inner side of a mark
                for one in STANDS_FOR.get(name, (name,)):
                    for below in grounds if text else ("paper", "hover"):
                        yield (4.5 if text else 3.0), one, below, where


PAIRS = sorted({(least, one, below) for least, one, below, _ in pairs()})
WHERE = {(least, one, below): where for least, one, below, where in pairs()}


def test_the_pairs_are_those_in_use():
    assert len(PAIRS) > 25
    assert (4.5, "muted", "paper") in PAIRS
    assert (3.0, "pooled", "hover") in PAIRS


@pytest.mark.parametrize("block", BLOCKS, ids=["light", "dark by system", "dark by choice"])
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: " ".join(map(str, pair)))
def test_every_pair_in_use_has_contrast(block, pair):
    """Texts 4.5 to 1, marks that mean something 3 to 1: computed, not looked at."""
    least, one, below = pair
    found = tokens(block)
    assert contrast(found[one], found[below]) >= least, WHERE[pair]


@pytest.mark.parametrize("block", BLOCKS[:2], ids=["light", "dark"])
def test_tones_and_marks_differ_for_every_kind_of_colour_vision(block):
    """Between neighbours on a forest plot, also without red, green or blue receptors."""
    found = tokens(block)
    for one, other in (("study", "pooled"), ("pooled", "prediction"), ("study", "prediction"),
                       ("good", "bad"), ("fair", "bad"), ("good", "between")):  # fmt: skip
        for kind in VISION:
            assert apart(found[one], found[other], kind) > 12, (one, other, kind)


# Linear RGB as seen by dichromats (Vienot, Brettel and Mollon 1999; tritanopia after Machado 2009).
VISION = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.112, 0.888, 0), (0.112, 0.888, 0), (0.004, -0.004, 1)),
    "deutan": ((0.292, 0.708, 0), (0.292, 0.708, 0), (-0.022, 0.022, 1)),
    "tritan": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}


def lab(colour: str, kind: str) -> tuple[float, float, float]:
    """Return CIELAB of a colour as a kind of vision sees it."""
    rgb = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    r, g, b = (sum(m * c for m, c in zip(row, linear, strict=True)) for row in VISION[kind])
    xyz = (0.4124 * r + 0.3576 * g + 0.1805 * b, 0.2126 * r + 0.7152 * g + 0.0722 * b,
           0.0193 * r + 0.1192 * g + 0.9505 * b)  # fmt: skip
    f = [
        max(v, 0.0) ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116
        for v in (x / w for x, w in zip(xyz, (0.9505, 1.0, 1.089), strict=True))
    ]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def apart(first: str, second: str, kind: str) -> float:
    """Return the distance of two colours in CIELAB."""
    pairs_of = zip(lab(first, kind), lab(second, kind), strict=True)
    return sum((a - b) ** 2 for a, b in pairs_of) ** 0.5


@pytest.mark.parametrize("path", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_colours_are_named_in_one_place(path):
    values = re.findall(r":([^;{}]*);", path.read_text("utf-8"))
    assert path.name == "tokens.css" or not [v for v in values if re.search(r"#[0-9a-fA-F]", v)]
