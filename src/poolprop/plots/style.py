"""One look for all static figures, and files that are equal when the figures are."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from poolprop.files import write_bytes

# Mark colours of Okabe and Ito, told apart with any vision and in grey.
INK, MUTED, POOLED, PREDICTION = "#17202b", "#525d6a", "#0072b2", "#d55e00"

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
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        # A name in a script that the font lacks stays text in SVG, for the viewer's font.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def save(figure: Figure, path: Path) -> None:
    """Write a figure so that equal figures give equal bytes.

    Parameters
    ----------
    figure : Figure
        What to write.
    path : Path
        Ends in ``.svg`` or ``.pdf``.
    """
    buffer = io.BytesIO()
    kind = path.suffix
    with style():
        figure.savefig(buffer, format=kind[1:], metadata=METADATA[kind])
    write_bytes(path, buffer.getvalue())
