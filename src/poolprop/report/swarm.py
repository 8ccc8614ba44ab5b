"""Points above a line, each as large as its study, none over another where there is room."""

from __future__ import annotations

import math
from collections.abc import Sequence

# Radius of the largest and of the smallest point; the most that a swarm may rise.
LARGEST, SMALLEST, HIGHEST = 9.0, 2.5, 54.0
Disc = tuple[float, float, float]


def swarm(points: Sequence[tuple[float, float]]) -> list[Disc]:
    """Place points so that they do not cover one another.

    ``points``: horizontal place, and size as a share of the largest: areas are proportional to it.
    In the order given; ``height`` is that of the middle above the line. Where a swarm would rise
    beyond ``HIGHEST`` points cover one another, from the line upwards again.
    """
    radii = [max(SMALLEST, LARGEST * math.sqrt(share)) for _, share in points]
    order = sorted(range(len(points)), key=lambda i: (-radii[i], points[i][0], i))
    placed: list[Disc] = []
    found: dict[int, Disc] = {}
    for i in order:
        x, radius = points[i][0], radii[i]
        height = _lowest(x, radius, placed)
        if height + radius > HIGHEST:
            height = radius + (height - radius) % max(HIGHEST - 2 * radius, 1.0)
        disc = (x, height, radius)
        placed.append(disc)
        found[i] = disc
    return [found[i] for i in range(len(points))]


def tallest(discs: Sequence[Disc]) -> float:
    """Return how far a swarm rises above its line."""
    return max((height + radius for _, height, radius in discs), default=0.0)


def _lowest(x: float, radius: float, placed: Sequence[Disc]) -> float:
    """Return the lowest height at which a disc touches no other."""
    near = [disc for disc in placed if abs(disc[0] - x) < disc[2] + radius]
    heights = [radius] + [
        height + math.sqrt((r + radius) ** 2 - (other - x) ** 2) for other, height, r in near
    ]
    free = (
        height
        for height in sorted(heights)
        if all(math.hypot(d[0] - x, d[1] - height) >= d[2] + radius - 1e-9 for d in near)
    )
    return next(free, max(heights))
