"""The library as people type it who come from pandas, statsmodels, metafor or meta.

Each line either gives what its writer expects, or one line that says what to type instead.
"""

from __future__ import annotations

import inspect
import pickle
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from public_stub import STUB, written

import poolprop as pp
from poolprop.library.listed import Listed
from poolprop.library.words import KEYWORDS, WORDS, translated
from poolprop.stats.answers.pool import pool as engine_pool

NAMES = ["Larch 2019", "Maple 2020", "Rowan 2021", "Alder 2022", "Elm 2023"]
df = pd.DataFrame(
    {"author": NAMES, "r": [12, 91, 11, 12, 30], "n": [21, 110, 12, 13, 41],
     "year": [2019, 2020, 2021, 2022, 2023], "setting": ["a", "a", "b", "b", "b"]}
)  # fmt: skip
named = df.rename(columns={"r": "events", "n": "total"})
r, n = df["r"].to_numpy(), df["n"].to_numpy()
fit = pp.pool(r, n)


class Frame:
    """What poolprop asks of a table of polars."""

    columns, shape = list(df.columns), df.shape

    def to_pandas(self):
        return df


SAME = {
    "a table of polars": lambda: pp.pool(Frame(), "r", "n"),
    "a table and two columns": lambda: pp.pool(df, "r", "n"),
    "data=": lambda: pp.pool("r", "n", data=df),
    "keywords": lambda: pp.pool(events="r", total="n", data=df),
    "Series": lambda: pp.pool(df["r"], df["n"]),
    "attributes": lambda: pp.pool(df.r, df.n),
    "a table that has events and total": lambda: pp.pool(named),
    "lists": lambda: pp.pool(df["r"].tolist(), df["n"].tolist()),
    "nullable integers": lambda: pp.pool(df["r"].astype("Int64"), df["n"].astype("Int64")),
    "a mapping": lambda: pp.pool({"r": r, "n": n}, "r", "n"),
    "a formula": lambda: pp.pool("r + n ~ 1", data=df),
    "a formula of R": lambda: pp.pool("cbind(r, n - r) ~ 1", data=df),
    "metafor's names": lambda: pp.pool(xi=df["r"], ni=df["n"], slab=df["author"]),
    "meta's names": lambda: pp.pool(event="r", n="n", studlab="author", data=df, sm="PLOGIT"),
    "statsmodels' level": lambda: pp.pool(df, "r", "n", alpha=0.05),
}


@pytest.mark.parametrize("typed", SAME.values(), ids=SAME)
def test_the_same_studies_typed_otherwise_give_the_same_result(typed):
    assert typed() == fit


@pytest.mark.parametrize(
    ("words", "ours"),
    [
        ({"method": "REML"}, {"model": "two-step", "tau2": "REML"}),
        ({"method": "DL", "test": "z"}, {"model": "two-step", "tau2": "DL", "ci": "wald"}),
        ({"method": "REML", "test": "knha"}, {"model": "two-step", "ci": "hksj"}),
        ({"method": "REML", "test": "adhoc"}, {"model": "two-step", "ci": "hksj-adhoc"}),
        ({"method": "FE"}, {"model": "common"}),
        ({"method": "GLMM"}, {}),
        ({"sm": "PFT"}, {"model": "two-step", "measure": "PFT"}),
        ({"sm": "PRAW", "method": "Inverse"}, {"model": "two-step", "measure": "PR"}),
        ({"measure": "PLOGIT", "method": "PM"}, {"model": "two-step", "tau2": "PM"}),
        ({"method_re": "chi2", "alpha": 0.1}, {"model": "two-step", "tau2": "DL", "level": 0.9}),
    ],
)
def test_words_of_other_programs_mean_what_they_mean_there(words, ours):
    assert pp.pool(df, "r", "n", **words) == pp.pool(r, n, **ours)


def test_names_of_studies_are_carried_from_a_column_an_index_or_a_list():
    by_index = df.set_index("author")
    ways = [
        pp.pool(df, "r", "n", study="author"),
        pp.pool(by_index, "r", "n"),
        pp.pool(by_index["r"], by_index["n"]),
        pp.pool(r, n, study=NAMES),
        pp.pool(df.rename(columns={"author": "study"}), "r", "n"),
    ]
    for found in ways:
        frame = found.summary_frame()
        assert frame.index.tolist() == [*NAMES, "pooled"]
        assert frame.loc["Maple 2020", "events"] == 91
        assert frame.loc["pooled", "proportion"] == fit.proportion
        assert frame["weight"].iloc[:-1].sum() == pytest.approx(1)


def test_lists_of_results_are_tuples_and_frames_with_names():
    left = pp.leave_one_out(df, "r", "n", study="author")
    assert isinstance(left, tuple)
    assert left.to_frame().index.tolist() == NAMES
    assert left.to_frame()["proportion"].tolist() == [one.result.proportion for one in left]
    later = pp.cumulative(df.iloc[::-1], "r", "n", order="year", study="author")
    assert later.to_frame().index.tolist() == NAMES
    assert later.to_frame()["k"].tolist() == [1, 2, 3, 4, 5]
    assert "Larch 2019" in later.summary()
    assert "Larch 2019" in later._repr_html_()
    again = pickle.loads(pickle.dumps(later))
    assert again == later
    assert again.names == later.names


def test_columns_by_study_are_frames_that_fit_the_table():
    effects = pp.effect_sizes(df, "r", "n", study="author")
    yi, vi = effects
    assert isinstance(effects, Listed)
    frame = effects.to_frame()
    assert list(frame.columns) == ["yi", "vi"]
    assert frame["yi"].tolist() == yi.tolist()
    assert pp.pool_effects(frame, "yi", "vi").estimate == pp.pool_effects(yi, vi).estimate
    assert pp.study_intervals(df, "r", "n", study="author").to_frame().index.tolist() == NAMES


def test_diagnostics_have_the_studies_names():
    found = pp.influence(df, "r", "n", study="author")
    assert found.to_frame().index.tolist() == NAMES
    assert found.summary().splitlines()[1].split()[:2] == ["Larch", "2019"]
    assert found.to_frame().reset_index(drop=True).equals(pp.influence(r, n).to_frame())


def test_a_regression_by_formula_is_that_of_its_columns_and_predicts():
    found = pp.meta_regression("r + n ~ year + C(setting)", data=df)
    bare = pp.meta_regression(r, n, {"year": df["year"], "setting": df["setting"]})
    assert found.fit.beta == pytest.approx(bare.fit.beta)
    assert found.params.index.tolist() == ["intercept", "year", "C(setting)[T.b]"]
    assert found.conf_int().loc["year"].tolist() == [found.fit.lower[1], found.fit.upper[1]]
    new = {"year": [2020, 2024], "setting": ["a", "b"]}
    pd.testing.assert_frame_equal(found.predict(new), bare.predict(new), check_index_type=False)
    own = found.predict()
    assert ((own["ci_lower"] < own["proportion"]) & (own["proportion"] < own["ci_upper"])).all()
    assert (own["prediction_lower"] <= own["ci_lower"]).all()


@pytest.mark.parametrize("model", ["two-step", "glmm"])
def test_what_is_predicted_is_the_line_on_the_models_scale(model):
    found = pp.meta_regression(df, "r", "n", "year", model=model, ci="wald")
    at = found.predict({"year": [2021]}).iloc[0]
    eta = np.log(at["proportion"] / (1 - at["proportion"]))
    assert eta == pytest.approx(found.fit.beta @ [1, 2021])
    low, high = (np.log(p / (1 - p)) for p in (at["ci_lower"], at["ci_upper"]))
    assert low + high == pytest.approx(2 * eta)
    centred = pp.meta_regression(r, n, df["year"] - 2021, model=model, ci="wald")
    assert high == pytest.approx(centred.fit.beta[0] + 1.959964 * centred.fit.se[0], rel=1e-4)


def test_groups_by_formula_by_column_and_by_values_are_one():
    values = pp.subgroups(r, n, df["setting"].tolist())
    assert pp.subgroups("r + n ~ setting", data=df) == values
    assert pp.subgroups(df, "r", "n", "setting") == values
    assert pp.subgroups(df, "r", "n", by="setting") == values
    assert values.summary_frame().loc["b", "k"] == 3
    assert values.conf_int().loc["a", "lower"] == values.levels["a"].ci.lower


def test_intervals_unpack_and_have_other_levels():
    lower, upper = fit.ci
    assert (lower, upper) == fit.conf_int()
    assert fit.conf_int(alpha=0.1) == tuple(pp.pool(r, n, level=0.9).ci)
    assert fit.predict().loc["pooled", "prediction_upper"] == fit.prediction.upper
    assert fit.update(model="two-step", tau2="DL") == pp.pool(r, n, "two-step", tau2="DL")


def test_missing_values_are_refused_or_left_out_by_name():
    gaps = df.astype({"r": "float64"})
    gaps.loc[2, "r"] = np.nan
    with pytest.raises(pp.PoolpropError, match=r"row 3 \(Rowan 2021\) lacks events.*missing='drop"):
        pp.pool(gaps, "r", "n", study="author")
    with pytest.raises(pp.PoolpropError, match=r"study 2: events is nan.*missing='drop'"):
        pp.pool([1, np.nan], [3, 4])
    with pytest.warns(UserWarning, match=r"left out row 3 \(Rowan 2021\) lacks events"):
        found = pp.pool(gaps, "r", "n", study="author", missing="drop")
    kept = [0, 1, 3, 4]
    assert found.proportion == pp.pool(r[kept], n[kept]).proportion
    assert found.summary_frame().index.tolist() == [NAMES[i] for i in kept] + ["pooled"]
    assert "Left out: row 3 (Rowan 2021) lacks events." in found.notes
    with pytest.warns(UserWarning, match="row 2 lacks total"):
        pp.leave_one_out([1, 2, 3, 4], [5, None, 7, 8], missing="drop")
    with pytest.warns(UserWarning, match="lacks X"):
        found = pp.meta_regression("r + n ~ year", data=df.replace({"year": {2021: np.nan}}),
                                   missing="drop")  # fmt: skip
    assert len(found.given.columns["events"]) == 4


WRONG = {
    "a table alone": (lambda: pp.pool(df), "type pool(table, 'column of events'"),
    "no table": (lambda: pp.pool("r", "n"), "Add data=table"),
    "no total": (lambda: pp.pool(df["r"]), "type pool(events, total)"),
    "a column that is not there": (lambda: pp.pool(df, "r", "m"), "author, r, n, year, setting"),
    "a slip": (lambda: pp.pool(named, "evnts", "total"), "Did you mean 'events'?"),
    "a formula without a table": (lambda: pp.pool("r + n ~ 1"), "data=table"),
    "a formula of statsmodels' GLM": (
        lambda: pp.pool("r + failures ~ 1", data=df.assign(failures=df.n - df.r)),
        "cbind(events, failures)",
    ),
    "moderators of a pool": (lambda: pp.pool("r + n ~ year + n", data=df), "meta_regression()"),
    "a formula without intercept": (
        lambda: pp.meta_regression("r + n ~ 0 + year", data=df), "Leave out 0 and -1",
    ),
    "a formula with another column": (
        lambda: pp.meta_regression("r + n ~ age", data=df), "The columns are author, r, n",
    ),
    "rows of two orders": (lambda: pp.pool(df.r, df.n.sort_values()), "different indexes"),
    "text for counts": (lambda: pp.pool(df, "author", "n"), "'Larch 2019' is not a number"),
    "an estimator of another model": (
        lambda: pp.pool(r, n, tau2="DL"), "other estimators need model='two-step'",
    ),
    "a measure of another model": (lambda: pp.pool(r, n, measure="PFT"), "model='two-step'"),
    "percent for a level": (lambda: pp.pool(r, n, level=95), "such as 0.95"),
    "two words for one thing": (
        lambda: pp.pool(df, "r", "n", sm="PFT", measure="PR"), "measure is given twice",
    ),
    "a false count": (
        lambda: pp.pool([1, 9], [2, 5], study=["Oak", "Ash"]), "study 2 (Ash): events is 9",
    ),
    "missing as in R": (lambda: pp.pool(df, "r", "n", missing="omit"), "raise, drop"),
    "an interval of what has none": (lambda: pp.influence(r, n).conf_int(), "It has"),
}  # fmt: skip


@pytest.mark.parametrize(("typed", "line"), WRONG.values(), ids=WRONG)
def test_what_is_typed_wrong_is_answered_with_what_to_type(typed, line):
    with pytest.raises(pp.PoolpropError) as caught:
        typed()
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_argument_that_does_not_exist_is_named_and_a_slip_proposed():
    with pytest.raises(TypeError, match=r"pool\(\) has no argument 'lables': did you mean labels"):
        pp.pool(df, "r", "n", lables="author")
    with pytest.raises(TypeError, match=r"takes .* arguments"):
        pp.pool(df, *"abcdefghij")


def test_rows_of_one_study_are_counted_and_a_study_effect_is_one_word_away():
    twice = df.assign(author=["Larch", "Larch", *NAMES[2:]])
    found = pp.pool(twice, "r", "n", study="author")
    assert found.studies == 4
    assert "three_level()" in found.notes[-1]
    assert pp.three_level(twice, "r", "n", study="author").studies == 4
    left = pp.leave_one_out(twice, "r", "n", study="author")
    assert [one.result.k for one in left] == [3, 4, 4, 4]


def test_a_result_keeps_a_copy_of_its_studies():
    x = np.array([12.0, 91, 11])
    found = pp.pool(x, n[:3])
    x[:] = 0
    assert found.given.columns["events"].tolist() == [12, 91, 11]


def test_public_functions_and_results_can_be_pickled_and_the_engine_stays_on_arrays():
    assert pickle.loads(pickle.dumps(pp.pool)) is pp.pool
    found = pickle.loads(pickle.dumps(pp.pool(df, "r", "n", study="author")))
    assert found.given.names == tuple(NAMES)
    assert engine_pool(r, n) == fit
    assert engine_pool(r, n).given is None


def test_the_signature_that_help_shows_is_what_may_be_typed():
    for name in pp._BY_STUDY:
        own = inspect.signature(getattr(pp, name)).parameters
        assert {"data", "study", "missing"} <= own.keys(), name
        assert "data : DataFrame" in getattr(pp, name).__doc__, name


@pytest.mark.parametrize(("word", "value"), WORDS)
def test_an_argument_of_the_function_s_own_stays_that_argument(word, value):
    """`method` is a model or an estimator in R, and an argument of `three_level`."""
    assert word in translated({word: value}, {word, "model", "tau2", "measure", "ci"})


def test_every_word_leads_to_an_argument_and_the_page_lists_it(repo):
    page = (repo / "docs/library.md").read_text("utf-8")
    every = {
        each for name in pp._BY_STUDY for each in inspect.signature(getattr(pp, name)).parameters
    }
    for word, ours in KEYWORDS.items():
        assert ours in every
        assert f"`{word}=`" in page
    for (word, value), means in WORDS.items():
        assert means
        assert value in page, f"{word}={value}"


def test_the_types_are_those_of_the_functions():
    assert STUB.read_text("utf-8") == written(), "run python tests/public_stub.py"


def test_the_page_of_the_library_runs_as_written(repo):
    text = (repo / "docs/library.md").read_text("utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    held: dict = {}
    exec(block, held)
    assert held["found"].params.index.tolist() == ["intercept", "year"]


CLIENT = """
import pandas as pd
import poolprop as pp

df = pd.DataFrame({{"r": [1, 2, 3], "n": [4, 5, 6], "g": ["a", "a", "b"]}})
fit = pp.pool(df, "r", "n", {model}, study="g", missing="drop")
also = pp.pool("r", "n", data=df, {model})
more = pp.pool([1, 2], [3, 4], {model}, sm="PLOGIT")
left = pp.leave_one_out(df, "r", "n", {model}).to_frame()
found = pp.meta_regression("r + n ~ g", data=df).predict({{"g": ["a"]}})
lower, upper = fit.conf_int()
print(fit.proportion + also.proportion + pp.influence([1, 2, 3], [4, 5, 6]).hat.sum())
"""


@pytest.mark.slow
def test_mypy_knows_what_may_be_typed(tmp_path):
    clients = {"right.py": 'model="two-step"', "wrong.py": 'model="nonsense"'}
    for name, model in clients.items():
        (tmp_path / name).write_text(CLIENT.format(model=model), "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache")]
    run = subprocess.run(
        [*command, *(str(tmp_path / name) for name in clients)],
        capture_output=True, text=True, check=False, cwd=STUB.parents[1],
    )  # fmt: skip
    told = [line for line in run.stdout.splitlines() if str(tmp_path) in line and "error" in line]
    assert [(line.split(":")[0].rpartition("/")[2], line.split(":")[1]) for line in told] == [
        ("wrong.py", number) for number in "6789"
    ]
