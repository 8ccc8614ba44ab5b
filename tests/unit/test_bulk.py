"""``poolprop pool-many``: a table in, a table out, taken up again after a stop."""

import sys

import pandas as pd
import pytest

import poolprop as pp
from poolprop import bulk
from poolprop.__main__ import main
from poolprop.stats.batch.generate import generate

METHODS = ["two-step|PLO|DL|wald", "glmm|logit|ML|wald"]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "reviews.csv"
    generate(0, 60).rename(columns={"dataset_id": "review"}).to_csv(path, index=False)
    return path


def run(table, out, *more):
    named = ["--by", "review", "--out", str(out), "--shard", "100", "--methods", *METHODS]
    return main(["pool-many", str(table), *named, *more])


def test_the_file_holds_what_the_function_returns(table, tmp_path, capsys):
    out = tmp_path / "pooled.csv"
    assert run(table, out) == 0
    found = pd.read_csv(out, keep_default_na=True).fillna({"notes": ""})
    wanted = pp.pool_many(pd.read_csv(table), by="review", methods=METHODS)
    pd.testing.assert_frame_equal(found, wanted, rtol=1e-9)
    assert not out.with_name("pooled.csv.shards").exists()
    assert "60 data sets by 2 methods" in capsys.readouterr().out


def test_a_stopped_run_is_taken_up_and_gives_the_same_bytes(table, tmp_path, monkeypatch, capsys):
    whole, out = tmp_path / "whole.csv", tmp_path / "pooled.csv"
    run(table, whole)
    write, written = bulk._write_shard, []

    def stop_at_the_third(path, text):
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(path)
        write(path, text)

    monkeypatch.setattr(bulk, "_write_shard", stop_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        run(table, out)
    assert not out.exists()
    monkeypatch.setattr(bulk, "_write_shard", write)
    written[0].write_text("cut off", "utf-8")
    capsys.readouterr()
    assert run(table, out) == 0
    assert "(1 of " in capsys.readouterr().out  # the damaged shard was made anew
    assert out.read_bytes() == whole.read_bytes()


def test_shards_of_another_question_are_not_used(table, tmp_path, monkeypatch):
    out = tmp_path / "pooled.csv"
    monkeypatch.setattr(bulk, "_gather", lambda *_: sys.exit(9))
    with pytest.raises(SystemExit):
        run(table, out)
    monkeypatch.undo()
    assert run(table, out, "--level", "0.9") == 0
    wanted = pp.pool_many(pd.read_csv(table), by="review", methods=METHODS, level=0.9)
    assert pd.read_csv(out).ci_upper.to_numpy() == pytest.approx(wanted.ci_upper.to_numpy())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--methods", "glmm|logit|ML"], "3 parts"),
        (["--by", "study"], "no column 'study'"),
        (["--out", "pooled.xlsx"], "must end in .csv or .parquet"),
        (["--shard", "0"], "at least one study"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(table, tmp_path, capsys, change, words):
    assert run(table, tmp_path / "pooled.csv", *change) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["reviews.csv"]


def test_a_missing_table_and_a_missing_package_are_said(table, tmp_path, capsys, monkeypatch):
    assert run(tmp_path / "none.csv", tmp_path / "pooled.csv") == 2
    assert "no such file" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert run(table, tmp_path / "pooled.parquet") == 2
    assert 'pip install "poolprop[parquet]"; or use a .csv file.' in capsys.readouterr().err


def test_a_parquet_file_in_and_out_holds_what_the_function_returns(table, tmp_path):
    """Shards become row groups; every value and type is that of the function's table."""
    pytest.importorskip("pyarrow")
    source, out = tmp_path / "reviews.parquet", tmp_path / "pooled.parquet"
    frame = pd.read_csv(table)
    frame.to_parquet(source)
    assert run(source, out) == 0
    found, wanted = pd.read_parquet(out), pp.pool_many(frame, by="review", methods=METHODS)
    assert found.dataset_id.dtype == frame.review.dtype
    assert found.converged.dtype == bool
    assert (found.notes != "").any()
    assert not found.notes.isna().any()
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False, rtol=1e-9)
    assert run(source, tmp_path / "pooled.csv") == 0  # to the last digit what the other file says
    words = pd.read_csv(tmp_path / "pooled.csv", dtype=str)
    for name in ("proportion", "ci_lower", "estimate", "tau2"):
        assert found[name].tolist() == [float(word) for word in words[name]]
    assert not out.with_name("pooled.parquet.shards").exists()


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_posteriors_add_columns_to_the_file(tmp_path, ending):
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    table, out = tmp_path / "reviews.csv", tmp_path / f"pooled.{ending}"
    frame = generate(0, 4).rename(columns={"dataset_id": "review"})
    frame.to_csv(table, index=False)
    method = "bayes|logit|half-normal(1)|credible"
    assert run(table, out, "--methods", method, "--prediction", "--above", "0.2", "0.5") == 0
    found = pd.read_csv(out) if ending == "csv" else pd.read_parquet(out)
    wanted = pp.pool_many(frame, "review", [method], prediction=True, above=[0.2, 0.5])
    names = ["prediction_lower", "prediction_upper", "above_0.2", "new_above_0.5"]
    pd.testing.assert_frame_equal(found[names], wanted[names], rtol=1e-9)


def test_parquet_keeps_names_that_look_like_numbers_or_like_nothing(tmp_path):
    """Names of letters and digits are not read as numbers, nor ``NA`` as missing."""
    pytest.importorskip("pyarrow")
    names = ["007", "007", "NA", "NA", "x, y", "x, y"]
    frame = pd.DataFrame({"review": names, "events": [1, 2, 0, 0, 3, 4], "total": [9] * 6})
    source, out = tmp_path / "reviews.parquet", tmp_path / "pooled.parquet"
    frame.to_parquet(source)
    assert run(source, out, "--methods", "glmm|logit|ML|wald") == 0
    found = pd.read_parquet(out)
    assert found.dataset_id.tolist() == ["007", "NA", "x, y"]
    assert found.se.isna().tolist() == [False, True, False]  # no events at all: no error


def test_what_is_no_parquet_file_is_said(tmp_path, capsys):
    pytest.importorskip("pyarrow")
    source = tmp_path / "reviews.parquet"
    source.write_text("review,events,total\n", "utf-8")
    assert run(source, tmp_path / "pooled.csv") == 2
    assert "not a table" in capsys.readouterr().err


def test_the_progress_is_drawn_only_where_somebody_watches(table, tmp_path, capsys, monkeypatch):
    run(table, tmp_path / "pooled.csv")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    run(table, tmp_path / "pooled.csv")
    assert "60 of 60 data sets" in capsys.readouterr().err
