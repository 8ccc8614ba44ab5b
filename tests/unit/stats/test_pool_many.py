"""One table of answers about many data sets: the same as one call of pool for each."""

import pandas as pd
import pytest

import poolprop as pp
from poolprop.stats.analyses.generate import generate
from poolprop.stats.answers import pool_many as module

BAYES = "bayes|logit|half-normal(1.5)|credible"
EDGES = {  # nobody; everybody; bimodal; one study; two; rising without end; homogeneous
    "none": ([0, 0, 0], [13, 12, 5]),
    "none of two": ([0, 0], [6, 5]),
    "all": ([13, 12, 5, 40], [13, 12, 5, 40]),
    "bimodal": ([3, 2, 0, 1, 8], [8, 25, 26, 36, 103]),
    "one": ([3], [9]),
    "one of none": ([0], [9]),
    "two": ([3, 5], [9, 9]),
    "runaway": ([0, 12, 0], [13, 12, 5]),
    "same": ([5, 5, 5], [10, 10, 10]),
}
TWO_STEP = [
    f"two-step|{measure}|{tau2}|{ci}"
    for measure, tau2, ci in [
        ("PLO", "DL", "wald"), ("PLO", "REML", "hksj"), ("PLO", "REML", "kr"), ("PFT", "PM", "t"),
        ("PFT", "REML", "wald"), ("PAS", "ML", "hksj-adhoc"), ("PLN", "HE", "hksj"),
        ("PLN", "EB", "wald"), ("PR", "HS", "t"), ("PR", "SJ", "hksj-adhoc"),
    ]
]  # fmt: skip
METHODS = [
    *TWO_STEP,
    "common|PLO|EE|wald",
    "glmm|logit|ML|wald",
    "glmm|logit|ML|t",
    "glmm|logit|ML|profile",
    "glmm|logit|ML|profile-ck",
    "glmm|probit|ML|wald",
    "glmm|cloglog|ML|wald",
    "beta-binomial|logit|ML|wald",
    "beta-binomial|logit|ML|profile-ck",
    BAYES,
]


def edges():
    rows = [(name, x, n) for name, counts in EDGES.items() for x, n in zip(*counts, strict=True)]
    return pd.DataFrame(rows, columns=["dataset_id", "events", "total"])


def test_every_data_set_has_an_answer_or_a_word_about_the_boundary():
    found = pp.pool_many(edges(), methods=METHODS)
    assert len(found) == len(EDGES) * len(METHODS)
    assert found[["proportion", "ci_lower", "ci_upper"]].notna().all(axis=None)
    one_step = found.method.str.startswith(("glmm", "beta"))
    nobody = found[(found.dataset_id == "none") & one_step]
    assert (nobody.proportion == 0).all()
    assert (nobody.ci_lower == 0).all()
    assert (nobody.ci_upper < 1).all()
    assert nobody.notes.str.contains("one-sided").all()


def test_posteriors_fill_their_further_columns_as_single_calls_do():
    """Prediction limits and chances; empty for one study and for other models."""
    frame = pd.concat([edges(), generate(0, 2).astype({"dataset_id": str})])
    methods = ["bayes|logit|half-cauchy(0.5)|credible", "glmm|logit|ML|wald"]
    found = pp.pool_many(frame, methods=methods, level=0.9, prediction=True, above=[0.3, 0.75])
    further = ["prediction_lower", "prediction_upper", "above_0.3", "new_above_0.3", "above_0.75"]
    assert list(found.columns[-6:]) == [*further, "new_above_0.75"]
    bayes = found[found.method == methods[0]].set_index("dataset_id")
    assert found.loc[found.method == methods[1], further].isna().all(axis=None)
    for name, part in frame.groupby("dataset_id"):
        row = bayes.loc[name]
        if len(part) == 1:
            assert row[further].isna().all()
            continue
        posterior = pp.bayes(part.events, part.total, pp.HalfCauchy(0.5))
        limits = posterior.prediction(0.9)
        wanted = [limits.lower, limits.upper, posterior.prob_above(0.3)]
        wanted += [posterior.prob_new_above(0.3), posterior.prob_above(0.75)]
        assert row[further].tolist() == pytest.approx(wanted, rel=1e-9, abs=1e-9)
        assert row.proportion == pytest.approx(posterior.median, rel=1e-9)


def test_a_proportion_to_exceed_lies_between_0_and_1():
    with pytest.raises(pp.EstimationError, match="above is 1"):
        pp.pool_many(edges(), methods=[BAYES], above=[1])


def test_chunks_change_nothing(monkeypatch):
    frame, methods = generate(0, 60), ["glmm|logit|ML|profile", "two-step|PFT|REML|hksj"]
    whole = pp.pool_many(frame, methods=methods)
    monkeypatch.setattr(module, "CHUNK", 50)
    seen = []
    parts = pp.pool_many(frame, methods=methods, progress=lambda done, of: seen.append((done, of)))
    pd.testing.assert_frame_equal(whole, parts, rtol=1e-12)
    assert seen[-1] == (60, 60)


def test_rows_of_a_data_set_need_not_stand_together():
    frame = generate(0, 20)
    mixed = frame.sample(frac=1, random_state=1)
    found = pp.pool_many(mixed, methods=["two-step|PLO|PM|t"]).sort_values("dataset_id")
    wanted = pp.pool_many(frame, methods=["two-step|PLO|PM|t"])
    pd.testing.assert_frame_equal(found.reset_index(drop=True), wanted, rtol=1e-9)


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("glmm|logit|profile", "3 parts"),
        ("anova|PLO|DL|wald", "the model 'anova'"),
        ("two-step|PLX|DL|wald", "PR, PLN, PLO, PAS, PFT"),
        ("two-step|PLO|XX|wald", "the estimator 'XX'"),
        ("glmm|logit|ML|bootstrap-lr", "wald, t, profile, profile-ck"),
        ("two-step|PLO|DL|kr", "Kenward-Roger needs tau2='REML'"),
        ("bayes|logit|half-normal(0)|credible", "half-normal(S) or half-cauchy(S)"),
        ("bayes|logit|ML|credible", "the prior 'ML'"),
    ],
)
def test_a_method_that_does_not_exist_is_named_with_what_may_be_asked(method, words):
    with pytest.raises(pp.EstimationError) as error:
        pp.pool_many(edges(), methods=[method])
    assert words in str(error.value)


def test_a_bad_table_is_refused_with_the_place():
    frame = edges()
    with pytest.raises(pp.EstimationError, match="no column 'review'"):
        pp.pool_many(frame, by="review")
    with pytest.raises(pp.EstimationError, match="study 3"):
        pp.pool_many(frame.assign(events=frame.events.where(frame.index != 2, 99)))


def test_generated_sets_do_not_depend_on_the_chunk():
    whole, part = generate(0, 12), generate(5, 3)
    assert part.equals(whole[whole.dataset_id.between(5, 7)].reset_index(drop=True))
