"""Leave-one-out of many reviews gives what one review at a time gives."""

import numpy as np
import pandas as pd
import pytest

import poolprop as pp
from poolprop.stats.analyses.generate import generate


@pytest.mark.parametrize(
    ("method", "choices"),
    [
        ("two-step|PLO|REML|hksj", {"model": "two-step", "tau2": "REML", "ci": "hksj"}),
        ("glmm|logit|ML|wald", {"model": "glmm", "ci": "wald"}),
    ],
)
def test_each_row_is_a_single_omission(method, choices):
    frame = generate(0, 8)
    found = pp.leave_one_out_many(frame, method=method)
    assert len(found) == len(frame)
    for name, rows in frame.groupby("dataset_id", sort=False):
        wanted = pp.leave_one_out(rows.events, rows.total, prediction="none", **choices)
        got = found[found.dataset_id == name]
        assert got.left_out.tolist() == [omission.index for omission in wanted]
        numbers = [(o.result.proportion, o.result.ci.lower, o.result.ci.upper) for o in wanted]
        np.testing.assert_allclose(
            got[["proportion", "ci_lower", "ci_upper"]], numbers, rtol=1e-9, atol=1e-9
        )


def test_a_review_of_one_study_is_named():
    frame = pd.DataFrame({"dataset_id": ["a", "a", "b"], "events": [1, 2, 3], "total": [9, 9, 9]})
    with pytest.raises(pp.EstimationError, match="'b' has one study"):
        pp.leave_one_out_many(frame)
