"""Every number that a person reads on a built page, held against docs/formats.md.

Nothing here uses the module that wrote the numbers: digits are counted and compared again.
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from unit.report.page import Element, Page

BASES = {"percent": 100, "per_1000": 1_000, "per_10000": 10_000, "per_100000": 100_000}
UNIT = re.compile(r"%| per [\d,]+$")
PROPORTIONS = ("percent", "points")
OTHERS = ("share", "p", "equals-p", "number", "ratio")
# What no text of a page says: fixed decimals of nothing or of all, and ranges without a width.
NEVER = (
    re.compile(r"(?<![\d.,])0\.0+\s?%"),
    re.compile(r"(?<![\d.,])100\.0+\s?%"),
    re.compile(r"(?<![\d.,])(\d[\d.,]*)(?:–| to )\1(?![\d.,])"),
    re.compile(r"\d\s%"),
)


def faults(results: Path, html: str) -> Iterator[str]:
    """Yield every number of a page that does not read as the policy says."""
    page = Page(html)
    scales, told = _scales(results), page.island()["results"]
    texts: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in page.quoted():
        ref, field, form = (one.attrs[f"data-{name}"] for name in ("ref", "field", "format"))
        value = told[ref]["values"][field]
        if value is None:
            continue
        if form in PROPORTIONS:
            texts[ref, field].add(UNIT.sub("", one.text))
            yield from _proportion(one, value, _base(ref, scales), told[ref]["values"])
        elif form in OTHERS and value > 0 and not re.search(r"[1-9]", one.text):
            yield f"{ref} {field}: {value} reads {one.text!r}"
    for (ref, field), shown in texts.items():
        if len(shown) > 1:
            yield f"{ref} {field} reads in several ways: {sorted(shown)}"
        if field.endswith("ci.lower"):
            upper = f"{field.removesuffix('lower')}upper"
            apart = told[ref]["values"][field] != told[ref]["values"].get(upper)
            if apart and shown & texts.get((ref, upper), set()):
                yield f"{ref} {field}: both limits read {sorted(shown)}"
    words = _words(page)
    for pattern in NEVER:
        for found in pattern.finditer(words):
            yield f"{found[0]!r} in {words[max(0, found.start() - 60) : found.end() + 30]!r}"


def _proportion(one: Element, value: float, base: int, values: dict[str, Any]) -> Iterator[str]:
    ref, field = one.attrs["data-ref"], one.attrs["data-field"]
    text, shown = UNIT.sub("", one.text), value * base
    number = float(text.lstrip("<> ").replace(",", ""))
    where = f"{ref} {field}: {value!r} reads {one.text!r}"
    if text[0] in "<>":
        if not (0 < shown < number if text[0] == "<" else number < shown < base):
            yield where
        return
    places = len(text.partition(".")[2])
    if abs(number - shown) > 0.51 * 10**-places:
        yield f"{where}, which is not near"
    if number in (0, base) and abs(number - shown) > 1e-9 * base:
        yield f"{where}, which it is not"
    near = min(shown, base - shown) or base
    own = 1 - math.floor(math.log10(near) + 1e-9)  # decimals of two digits from the nearer end
    width = _width(field, values, base)
    if width is not None and base == 100 and width >= 10 + 1e-6:
        if places > (1 if near < 0.5 + 1e-9 else 0):
            yield f"{where}, within an interval {width:.3g} points wide"
    elif places > max(0, own, 1 if width is None else 1 - math.floor(math.log10(width))) + 1:
        yield f"{where}, more digits than it has"


def _width(field: str, values: dict[str, Any], base: int) -> float | None:
    """Return the width of the interval that a field of a result belongs to; None if unknown."""
    start, _, last = field.rpartition(".")
    if last in ("lower", "upper"):
        around = start
    elif last == "proportion":
        around = f"{start}.ci" if start else "ci"
    else:
        return None
    ends = [values.get(f"{around}.{end}") for end in ("lower", "upper")]
    return None if None in ends or ends[0] == ends[1] else base * (ends[1] - ends[0])


def _scales(results: Path) -> dict[str, int]:
    return {
        path.parent.name: BASES[json.loads(path.read_text("utf-8"))["endpoint"]["scale"]]
        for path in results.glob("analysis/*/pool.json")
    }


def _base(ref: str, scales: dict[str, int]) -> int:
    return next((scales[part] for part in ref.split("/")[:3] if part in scales), 100)


def _words(page: Page) -> str:
    """Return all text that a person reads or hears, scripts and the plan itself left out."""
    shown = (e for e in page.elements if e.tag in ("p", "td", "th", "text", "title", "figcaption"))
    heard = (e.attrs.get(name, "") for e in page.elements for name in ("aria-label", "title"))
    return "\n".join([*(e.text for e in shown), *heard])
