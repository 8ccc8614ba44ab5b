"""One look for all static figures, and files that are equal when the figures are."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolprop.files import write_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Mark colours of Okabe and Ito, told apart with any vision and in grey.
INK, MUTED, POOLED, PREDICTION = "#17202b", "#525d6a", "#0072b2", "#d55e00"

GRID = "#e6eaee"
# The tones of risk of bias, as on the page.
TONES = {
    "good": "#0072b2", "near": "#2f86bd", "fair": "#00875f", "open": "#a87300",
    "between": "#b85c8e", "bad": "#c25500", "worst": INK, "none": MUTED,
}  # fmt: skip

STYLE: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8.5,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": MUTED,
    "axes.linewidth": 0.8,
    "xtick.color": MUTED,
    "svg.fonttype": "none",
    "svg.hashsalt": "poolprop",
    "pdf.fonttype": 42,
    "savefig.dpi": 300,
}

# What each format would otherwise write of the time and the machine.
METADATA: dict[str, dict[str, Any]] = {
    ".svg": {"Date": None, "Creator": "poolprop"},
    ".pdf": {"CreationDate": None, "ModDate": None, "Creator": "poolprop", "Producer": "poolprop"},
}


@contextmanager
def style() -> Iterator[None]:
    """Apply the look within a block, and leave matplotlib as it was afterwards."""
    import matplotlib as mpl

    with mpl.rc_context(STYLE), warnings.catch_warnings():
        # A name in a script that the font lacks stays text in SVG, for the viewer's font.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def save(figure: Figure | None, path: Path) -> None:
    """Write a figure so that equal figures give equal bytes.

    ``path``: ends in ``.svg`` or ``.pdf``.
    """
    if figure is None:
        raise TypeError("there is no figure to save")
    write_bytes(path, written(figure, path.suffix))


def written(figure: Figure, kind: str) -> bytes:
    """Return what a file of a figure holds; ``kind`` is ``.svg`` or ``.pdf``."""
    buffer = io.BytesIO()
    with style():
        figure.savefig(buffer, format=kind[1:], metadata=METADATA[kind])
    return buffer.getvalue()
