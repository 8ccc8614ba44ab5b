"""What the NumPy engine asks of machine code, in its own terms."""

from __future__ import annotations

import numpy as np

from poolprop.stats.batch.kernel import largest_step, mode_guess
from poolprop.stats.compiled.integrals import outline_studies, sum_nodes
from poolprop.stats.compiled.links import NUMBERS
from poolprop.stats.inputs import Floats
from poolprop.stats.links import Link
from poolprop.stats.quadrature import Precision

# Nodes in a vector.
VECTOR = 4
FEWEST = 8


def study_moments(
    x: Floats, n: Floats, mu: Floats, tau: Floats, link: Link, precision: Precision
) -> Floats:
    """Return :func:`poolprop.stats.batch.kernel.study_moments`."""
    columns = np.empty((7, x.size))
    columns[:4] = x, n, mu, tau
    outline, out = np.empty((4, x.size)), np.empty((6, x.size))
    number, guess = NUMBERS[link.name], mode_guess(x, n, mu, tau, link)
    outline_studies(number, columns[:4], guess, float(np.sqrt(2 * precision.cut)), outline)
    low, high, peak, information = outline
    columns[4:] = low, high, peak
    counts = np.ceil((high - low) / largest_step(tau, information, link, precision))
    counts = np.maximum(VECTOR * np.ceil((counts + 1) / VECTOR), FEWEST).astype(np.intp)
    sum_nodes(number, columns, counts, out)
    return out
