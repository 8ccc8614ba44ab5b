"""``poolprop pool-many``: a table in, a table out, taken up again after a stop."""

import csv
import sys

import pandas as pd
import pytest

import poolprop as pp
from poolprop.__main__ import main
from poolprop.cli import pool_many
from poolprop.shards import Shards
from poolprop.stats.analyses.generate import generate

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
    write, written = Shards.write, []

    def stop_at_the_third(shards, i, text):
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(shards.path(i))
        write(shards, i, text)

    monkeypatch.setattr(Shards, "write", stop_at_the_third)
    assert run(table, out) == 130
    assert not out.exists()
    monkeypatch.setattr(Shards, "write", write)
    written[0].write_text("cut off", "utf-8")
    capsys.readouterr()
    assert run(table, out) == 0
    assert "(1 of " in capsys.readouterr().out  # the damaged shard was made anew
    assert out.read_bytes() == whole.read_bytes()


def test_shards_of_another_question_are_not_used(table, tmp_path, monkeypatch):
    out = tmp_path / "pooled.csv"
    monkeypatch.setattr(pool_many, "_gather", lambda *_: sys.exit(9))
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
        (["--by", "study"], "reviews.csv:1: no column 'study'"),
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
    assert "pip install pyarrow; or use a .csv file." in capsys.readouterr().err


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
    source.write_bytes(b"PAR1 and nothing more")
    assert run(source, tmp_path / "pooled.csv") == 2
    assert "reviews.parquet: not a table" in capsys.readouterr().err


def refused(capsys, table, out):
    """Return the one line with which a table or an output is refused."""
    args = [table, "--by", "review", "--methods", METHODS[0], "--out", out]
    assert main(["pool-many", *map(str, args)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


def found_in(tmp_path, text, *more):
    """Return data set, studies and pooled events of a table."""
    table, out = tmp_path / "t.csv", tmp_path / "o.csv"
    table.write_text(text, "utf-8")
    method = ["--methods", "common|PR|EE|wald", "--by", "review"]
    assert main(["pool-many", str(table), "--out", str(out), *method, *more]) == 0
    with out.open(newline="", encoding="utf-8") as handle:
        return [
            (row["dataset_id"], row["k"], row["proportion"][:5]) for row in csv.DictReader(handle)
        ]


@pytest.mark.parametrize(
    "names",
    [
        ("01", "1"),
        ("1.10", "1.1"),
        ("1e2", "100"),
        ("TRUE", "True"),
        ("NA", "None"),
        ("9007199254740993.0", "9007199254740992.0"),
        ("a", "a "),
        ("\N{FULLWIDTH DIGIT ONE}", "1"),
    ],
)
def test_names_of_sets_are_text_from_first_byte_to_last(tmp_path, names):
    one, two = names
    table = f"review,events,total\n{one},3,10\n{one},3,10\n{two},8,10\n{two},8,10\n"
    assert found_in(tmp_path, table) == [(one, "2", "0.3"), (two, "2", "0.8")]


def test_a_trailing_comma_shifts_nothing_and_a_cell_too_many_is_refused(tmp_path, capsys):
    rows = "review,events,total,year\nA,2,10,2000,\nB,9,10,2001,\n"
    assert found_in(tmp_path, rows) == [("A", "1", "0.2"), ("B", "1", "0.9")]
    table = tmp_path / "t.csv"
    table.write_text(rows.replace("2001,", "2001,7"))
    said = refused(capsys, table, tmp_path / "n.csv")
    assert said.startswith(f"{table}:3:E: 5 cells where the heading has 4.")


HEADING = "review,events,total\n"
ONE = "\N{FULLWIDTH DIGIT ONE}"
FAULTS = {
    "review,events,total,total\nA,3,10,100\n": ":1: two columns could hold total: C 'total' or D",
    f"{HEADING}A,{'9' * 400},20\n": ":2:B 'events': '999999999999999999999999' is too large",
    HEADING: ":2: the table has no rows with counts.",
    f"{HEADING},3,9\n": ":2:review: the row has no review.",
    f"{HEADING}A,10,9\n": ":2:B 'events': events is 10 but total is 9.",
    f"{HEADING}A,1_0,20\n": ":2:B 'events': '1_0' is not a number.",
    f"{HEADING}A,12e0,20\n": ":2:B 'events': '12e0' is not a number.",
    f"{HEADING}A,+12,20\n": ":2:B 'events': '+12' is not a number.",
    f"{HEADING}A,{ONE},20\n": f":2:B 'events': '{ONE}' has digits of another script.",
    "review,events\nA,1\n": ":1: no column holds the totals.",
}


@pytest.mark.parametrize(("content", "place"), FAULTS.items(), ids=FAULTS.values())
def test_a_fault_names_file_row_and_column(tmp_path, capsys, content, place):
    table = tmp_path / "t.csv"
    table.write_text(content, "utf-8")
    said = refused(capsys, table, tmp_path / "o.csv")
    assert said.startswith(f"{table}{place}")
    assert list(tmp_path.iterdir()) == [table]


def test_rows_without_counts_are_said_and_left_out(tmp_path, capsys):
    table = "review,events,total\nA,12.0,40.0\nA,NA,55\nB,,61\n"
    assert found_in(tmp_path, table) == [("A", "1", "0.3")]
    said = capsys.readouterr().err
    assert "2 rows have no counts, the first in line 3: left out; nothing is left of 'B'" in said


def test_a_set_for_which_a_method_has_no_answer_is_a_row_with_a_note(tmp_path):
    table, out = tmp_path / "t.csv", tmp_path / "o.csv"
    table.write_text("review,events,total\nA,587692984,1000000000\nA,2,3\nB,3,9\nB,4,11\n")
    kr = "two-step|PLO|REML|kr"
    assert (
        main(["pool-many", str(table), "--by", "review", "--methods", kr, "--out", str(out)]) == 0
    )
    a, b = pd.read_csv(out).itertuples()
    assert pd.isna(a.proportion)
    assert "no degrees of freedom left" in a.notes
    alone = pp.pool([3, 4], [9, 11], model="two-step", tau2="REML", ci="kr")
    assert (b.proportion, b.ci_lower) == pytest.approx((alone.proportion, alone.ci.lower))


def test_an_output_that_no_run_wrote_is_left_alone(tmp_path, capsys):
    table = tmp_path / "t.csv"
    table.write_text("review,events,total\nA,3,10\nA,4,9\n")
    assert "would overwrite the table" in refused(capsys, table, table)
    strange = tmp_path / "letter.csv"
    strange.write_text("dear all")
    assert "holds something else already" in refused(capsys, table, strange)
    link = tmp_path / "link.csv"
    link.symlink_to(strange)
    said = refused(capsys, table, link)
    assert f"is a link to another file. Name the file itself: --out {strange}" in said
    assert strange.read_text() == "dear all"
    folder = tmp_path / "o.csv.shards"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years")
    said = refused(capsys, table, tmp_path / "o.csv")
    assert "the folder holds what no run wrote: thesis.txt" in said
    assert (folder / "thesis.txt").read_text() == "years"
    for _ in range(2):  # what it wrote itself it may replace
        assert run(table, tmp_path / "p.csv") == 0


def test_the_progress_is_drawn_only_where_somebody_watches(table, tmp_path, capsys, monkeypatch):
    run(table, tmp_path / "pooled.csv")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    run(table, tmp_path / "pooled.csv")
    assert "60 of 60 data sets" in capsys.readouterr().err
