"""Simulated data sets shaped like the meta-analyses of proportions in Cochrane reviews.

Each data set depends on the seed and its own number only, so that chunks of any size make the
same sets.

References
----------
Lin L, Xu C, Chu H (2021). Empirical comparisons of 12 meta-analysis methods for synthesizing
proportions of binary outcomes. Journal of General Internal Medicine 36(11):3526-3537 (43,644 data
sets; their sizes are imitated here, not their numbers).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

if TYPE_CHECKING:
    import pandas as pd

COUNT = 43_644
SEED = 20211
# Numbers of studies 3 to 40 with quartiles 3, 5 and 7, and a mean of 6.5.
SIZES = np.arange(3, 41)
SHARES = np.array([0.27, 0.17, 0.13, 0.11, 0.08, *(0.24 * 0.845 ** np.arange(33) / 6.425)])


def generate(first: int, count: int, seed: int = SEED) -> pd.DataFrame:
    """Return the data sets numbered ``first`` (from 0) to ``first + count - 1``, one study a row.

    >>> generate(7, 1).equals(generate(0, 8).query("dataset_id == 7").reset_index(drop=True))
    True
    """
    import pandas as pd

    drawn = [_one(seed, number) for number in range(first, first + count)]
    events = [x for x, _ in drawn]
    return pd.DataFrame(
        {
            "dataset_id": np.repeat(np.arange(first, first + count), [x.size for x in events]),
            "events": np.concatenate(events) if drawn else np.zeros(0, dtype=np.int64),
            "total": np.concatenate([n for _, n in drawn]) if drawn else np.zeros(0, np.int64),
        }
    )


def _one(seed: int, number: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng([seed, number])
    k = int(SIZES[np.searchsorted(np.cumsum(SHARES / SHARES.sum()), rng.random())])
    n = np.exp(rng.normal(np.log(60), 1.05, k)).round().clip(5, 5000).astype(np.int64)
    tau = abs(rng.normal(0, 0.7)) * (rng.random() > 0.15)
    chance = expit(rng.normal(-1.3, 1.5) + tau * rng.normal(size=k))
    return rng.binomial(n, chance), n
