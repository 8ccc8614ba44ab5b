"""Several rows of one study: grades of the same patients, doses, ages."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import binom, norm

import poolprop as pp
from poolprop.stats.analyses.meta_regression import meta_regression as engine
from poolprop.stats.fits.study_effect_fit import fit_study_effect
from poolprop.stats.likelihoods.study_effect import evaluate, rows_of

# Complications by grade in five studies: each patient stands in three rows.
EVENTS = [2, 3, 3, 4, 1, 0, 29, 13, 4, 7, 4, 1, 7, 2, 1]
TOTAL = [25] * 3 + [19] * 3 + [101] * 3 + [32] * 3 + [50] * 3
STUDY = [name for name in "abcde" for _ in range(3)]
GRADE = ["minor", "major", "deadly"] * 5


def small():
    x, n = np.array([2.0, 5.0, 1.0]), np.array([9.0, 11.0, 12.0])
    design = np.column_stack([np.ones(3), [0.0, 1.0, 0.5]])
    return rows_of(x, n, design, np.array([0, 0, 1]))


def brute_force(rows, theta):
    """Sums over a fine grid of the study's and each row's effect: exact for smooth integrands."""
    z = np.linspace(-9, 9, 721)
    weight, total = norm.pdf(z) * (z[1] - z[0]), 0.0
    for study in np.unique(rows.study):
        product = np.ones_like(z)
        for i in np.flatnonzero(rows.study == study):
            fixed = float(rows.design[i] @ theta[:-2])
            p = expit(fixed + theta[-2] * z[:, None] + theta[-1] * z)
            product *= binom.pmf(rows.x[i], rows.n[i], p) @ weight
        total += np.log(product @ weight)
    return total


@pytest.mark.parametrize("theta", [[-0.5, 0.3, 0.8, 0.6], [0.2, -1.0, 0.0, 1.1]])
def test_the_likelihood_is_that_of_nested_numerical_integration(theta):
    rows = small()
    assert evaluate(rows, np.array(theta)).loglik == pytest.approx(
        brute_force(rows, np.array(theta)), abs=1e-8
    )


def test_gradient_and_hessian_are_the_slopes_of_the_likelihood():
    rows, theta, h = small(), np.array([-0.5, 0.3, 0.8, 0.6]), 1e-5
    at = evaluate(rows, theta)
    steps = h * np.eye(4)
    up, down = ([evaluate(rows, theta + side * step) for step in steps] for side in (1, -1))
    slopes = [(a.loglik - b.loglik) / (2 * h) for a, b in zip(up, down, strict=True)]
    curves = [(a.gradient - b.gradient) / (2 * h) for a, b in zip(up, down, strict=True)]
    assert at.gradient == pytest.approx(np.array(slopes), abs=1e-8)
    assert at.hessian == pytest.approx(np.array(curves), abs=1e-6)


def test_grades_of_the_same_patients_are_compared_within_their_studies():
    """lme4's Laplace approximation gives 14.56; the integrals are exact here."""
    found = pp.subgroups(EVENTS, TOTAL, GRADE, study=STUDY)
    assert found.q_between == pytest.approx(14.5097, abs=1e-4)
    assert found.q_between_df == 2
    assert found.q_between_p == pytest.approx(0.0007, abs=5e-5)
    assert "random effects of studies and rows" in found.test_method
    apart = pp.subgroups(EVENTS, TOTAL, GRADE)
    assert apart.q_between == pytest.approx(13.4237, abs=1e-3)
    assert apart.levels == found.levels


def test_a_study_effect_changes_nothing_where_each_study_has_one_row():
    plain = pp.subgroups(EVENTS, TOTAL, GRADE)
    assert pp.subgroups(EVENTS, TOTAL, GRADE, study=range(15)) == plain


def test_names_of_studies_with_one_row_each_leave_a_regression_as_it_is():
    plain = pp.meta_regression(EVENTS, TOTAL, {"grade": GRADE})
    named = pp.meta_regression(EVENTS, TOTAL, {"grade": GRADE}, study=range(15))
    assert named.to_dict() == plain.to_dict()
    assert named.given.names == tuple(map(str, range(15)))


@pytest.mark.parametrize(
    "typed",
    [
        lambda: engine(EVENTS, TOTAL, {"grade": GRADE}, study=range(15)),
        lambda: pp.three_level(EVENTS, TOTAL, range(15)),
        lambda: pp.three_level(EVENTS, TOTAL, range(15), X={"grade": GRADE}),
    ],
)
def test_a_study_effect_that_is_asked_for_needs_a_study_with_two_rows(typed):
    with pytest.raises(pp.EstimationError, match="each of the 15 studies has one row"):
        typed()


def test_studies_and_their_rows_are_counted():
    fit = pp.three_level(EVENTS, TOTAL, STUDY)
    assert fit.proportion == pytest.approx(0.10878372, abs=1e-8)
    assert (fit.ci.lower, fit.ci.upper) == pytest.approx((0.06071186, 0.18732783), abs=1e-8)
    assert "5 studies (15 rows), 81 of 681" in fit.summary()


@pytest.mark.parametrize("model", ["two-step", "glmm"])
def test_a_regression_does_not_depend_on_the_order_of_rows(model):
    order = np.random.default_rng(7).permutation(15)
    mixed = [[values[i] for i in order] for values in (EVENTS, TOTAL, GRADE, STUDY)]
    fit = by_grade(model)
    other = pp.meta_regression(*mixed[:2], {"g": mixed[2]}, model=model, study=mixed[3], ci="wald")
    assert other.fit.beta == pytest.approx(fit.fit.beta, abs=1e-7)
    assert other.fit.se == pytest.approx(fit.fit.se, rel=1e-6)
    assert other.fit.qm == pytest.approx(fit.fit.qm, rel=1e-7)


@cache
def by_grade(model):
    """Return the regression on grades with Wald's intervals, once for both tests of it."""
    return pp.meta_regression(EVENTS, TOTAL, {"g": GRADE}, model=model, study=STUDY, ci="wald")


def test_profile_limits_of_a_coefficient_cut_the_likelihood():
    wald = by_grade("glmm")
    found = pp.meta_regression(EVENTS, TOTAL, {"g": GRADE}, model="glmm", study=STUDY)
    assert found.ci_method == "profile"
    assert found.fit.lower == pytest.approx(wald.fit.lower, abs=0.15)
    design = np.column_stack([np.ones(15), [g == "major" for g in GRADE]]).astype(float)
    minor = np.array([g == "minor" for g in GRADE], dtype=float)
    rows = rows_of(
        np.array(EVENTS, dtype=float), np.array(TOTAL, dtype=float), design,
        np.repeat(np.arange(5), 3),
    )  # fmt: skip
    held = fit_study_effect(rows._replace(offset=minor * found.fit.upper[2]))
    assert 2 * (found.fit.loglik - held.loglik) == pytest.approx(3.841458821, abs=1e-6)


def test_three_levels_with_moderators_are_the_regression_with_a_study_effect():
    first = pp.three_level(EVENTS, TOTAL, STUDY, X={"grade": GRADE})
    second = pp.meta_regression(EVENTS, TOTAL, {"grade": GRADE}, study=STUDY)
    assert first.to_dict() == second.to_dict()
    assert first.to_dict()["studies"] == 5
    assert first.fit.df == 2


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"study": STUDY, "permutation": True}, "Rows of one study cannot be exchanged"),
        ({"study": STUDY, "tau2": "DL"}, "tau2 is 'DL'. Choose one of REML, ML"),
        ({"study": STUDY, "ci": "hksj"}, "ci is 'hksj'. Choose one of t, wald"),
        ({"study": STUDY, "model": "glmm", "link": "probit"}, "link is 'probit'"),
        ({"study": ["a", "b", "b"] * 5}, "2 studies leave no degree of freedom to 3"),
        ({"study": STUDY[:3]}, "study has 3 values for 15 rows"),
    ],
)
def test_what_a_study_effect_cannot_have_is_refused(keywords, message):
    with pytest.raises(pp.EstimationError) as caught:
        pp.meta_regression(EVENTS, TOTAL, {"grade": GRADE}, **keywords)
    assert message in str(caught.value)


def test_moderators_that_separate_events_say_so():
    found = pp.meta_regression(
        [3, 4, 0, 0, 5, 0], [9, 9, 9, 9, 9, 9], {"g": list("aabbab")}, model="glmm",
        study=list("ppqqrr"), ci="profile",
    )  # fmt: skip
    assert any("not bounded" in note for note in found.fit.notes)
    assert np.isinf(found.fit.lower[1])
    assert 0 < found.fit.qm_p < 0.01


@pytest.mark.parametrize("model", ["glmm", "two-step", "three-level"])
def test_a_study_is_left_out_with_all_its_rows(model):
    found = pp.leave_one_out(EVENTS, TOTAL, STUDY, model=model)
    assert [one.study for one in found] == list("abcde")
    assert {one.result.k for one in found} == {12}
    rest = [i for i, name in enumerate(STUDY) if name != "b"]
    again = pp.leave_one_out(*([values[i] for i in rest] for values in (EVENTS, TOTAL, STUDY)),
                             model=model)  # fmt: skip
    assert found[1].result.proportion - found[1].change == pytest.approx(
        found[0].result.proportion - found[0].change
    )
    assert len(again) == 4


@pytest.mark.parametrize("model", ["glmm", "two-step", "three-level"])
def test_influence_of_a_study_is_what_leaving_it_out_does(model):
    found = pp.influence(EVENTS, TOTAL, model, study=STUDY)
    assert found.study == tuple("abcde")
    assert found.rows_of_study.tolist() == [3] * 5
    left = pp.leave_one_out(EVENTS, TOTAL, STUDY, model=model)
    assert found.estimate_deleted == pytest.approx([one.result.estimate for one in left], abs=1e-7)


def test_influence_needs_three_studies():
    with pytest.raises(pp.EstimationError, match="study: influence needs at least 3 studies"):
        pp.influence(EVENTS[:6], TOTAL[:6], study=STUDY[:6])
