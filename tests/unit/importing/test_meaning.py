"""What a sheet means: shares, sums, marks, lost counts; right, or one question, never a guess."""

from __future__ import annotations

import csv

import pytest

from poolprop.__main__ import main
from poolprop.cli.init import begin

SHARES = "Study,N,Prevalence\nAsh,1000,0.3\nOak,2000,0.45\nElm,400,0.25\nFir,5200,0.125\n"
PERCENT_ONLY = """Name,Sample,N,Prevalence,Remark
One et al66,First-episode,18,22%,
Two et al32,Twins,24,16.7%,
Three (2001),Followed for a year,36,46% 35%,two visits
Four et al36,Outpatients,32,0%,
Five (2007),Veterans,165,47%,
Six (2004),Multicentre,526,31.6%,
SCID = an interview,,,,
"""
MARKS = """Study,Responders,Treated
A 2019,12*,21
B 2020a,"12/21 (57.1 %)†",
C 2021,12 (57.1),21
D 2022,n.r.,33
E 2023,7 [35%],20
F 2023,"1 204","2 870"
G 2023,"7 (35.0%; 15.4-59.2)",20
H 2023,"35.0% (95% CI 15.4%-59.2%)",20
I 2023,7 of 20 patients,
J 2023,7ᵃ,20
K 2023,7 a,20
L 2023,7¹,20
Total,120,400
* evaluable patients only,,
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    begin(tmp_path / "review")
    monkeypatch.chdir(tmp_path / "review")
    return tmp_path / "review"


def sheet(folder, text):
    (folder / "t.csv").write_text(text, encoding="utf-8")
    return "t.csv"


def outcomes(folder):
    with (folder / "data/outcomes.csv").open(newline="", encoding="utf-8") as handle:
        return [row for row in csv.DictReader(handle) if row["outcome_id"] != "EX-001"]


def counts(folder):
    return [(row["events"], row["total"]) for row in outcomes(folder)]


def refused(folder, capsys, text, *options):
    before = sorted((path, path.read_bytes()) for path in (folder / "data").iterdir())
    assert main(["import", sheet(folder, text), *options]) == 2
    assert sorted((path, path.read_bytes()) for path in (folder / "data").iterdir()) == before
    return capsys.readouterr().err


def test_percentages_that_may_be_shares_are_asked_about(folder, capsys):
    said = refused(folder, capsys, SHARES)
    assert "every percentage is 1 or less (row 2: 0.3). Shares of one, or percent?" in said
    assert "--percent-as shares or --percent-as percent" in said


def test_shares_of_one_give_their_counts(folder, capsys):
    assert main(["import", sheet(folder, SHARES), "--percent-as", "shares"]) == 0
    assert counts(folder) == [("300", "1000"), ("900", "2000"), ("100", "400"), ("650", "5200")]
    assert [row["percent_reported"] for row in outcomes(folder)] == ["30", "45", "25", "12.5"]
    assert {row["record_type"] for row in outcomes(folder)} == {"back_calculated"}
    assert "shares of one were multiplied by 100 (rows 2, 3, 4, 5)" in capsys.readouterr().out


def test_small_percentages_stay_percent_if_so_answered(folder):
    assert main(["import", sheet(folder, SHARES), "--percent-as", "percent"]) == 0
    assert counts(folder)[0] == ("3", "1000")


@pytest.mark.parametrize(
    "rows",
    [
        "Ash,5,1000,0.5\nOak,2,800,0.25\n",  # rare events: the counts say percent
        "Ash,500,1000,0.5\nOak,200,800,0.25\n",  # the counts say shares
    ],
)
def test_counts_beside_them_answer_the_question(folder, rows):
    assert main(["import", sheet(folder, f"study,events,total,percent\n{rows}")]) == 0
    assert main(["check"]) == 0


def test_a_percent_sign_answers_the_question(folder):
    assert main(["import", sheet(folder, "study,total,percent\nAsh,1000,0.3%\n")]) == 0
    assert counts(folder) == [("3", "1000")]


def test_a_percentage_without_a_count_says_why(folder, capsys):
    assert main(["import", sheet(folder, PERCENT_ONLY), "--study", "Name"]) == 0
    said = capsys.readouterr().out
    assert [events for events, _ in counts(folder)] == ["4", "4", "0", "NR", "166"]
    assert "no count of 36 is 46% and 35%: a misprint?" in said
    assert "77 and 78 both fit 47% of 165" in said


def test_a_misprint_is_named(folder, capsys):
    assert main(["import", sheet(folder, "study,total,percent\nAsh,36,46%\n")]) == 0
    assert "no count of 36 is 46%: a misprint?" in capsys.readouterr().out


def test_marks_come_off_with_one_note(folder, capsys):
    assert main(["import", sheet(folder, MARKS)]) == 0
    said = capsys.readouterr().out
    seven, twelve = ("7", "20"), ("12", "21")
    assert counts(folder) == [
        twelve, twelve, twelve, seven, ("1204", "2870"), seven, seven, seven, seven, seven, seven,
    ]  # fmt: skip
    assert said.count("marks of footnotes and words were taken off figures") == 1
    assert "intervals that do not say they are of 95% were not taken" in said
    (named,) = [row for row in outcomes(folder) if row["ci_lower_reported"]]
    assert (named["ci_lower_reported"], named["ci_upper_reported"]) == ("15.4", "59.2")
    assert main(["check"]) == 0


def test_bounds_are_asked_about_in_one_go(folder, capsys):
    text = "study,events,total\nA,<5,40\nB,≥10,20\nC,~7,20\nD,3-4,9\nE,2,9\n"
    said = refused(folder, capsys, text)
    (line,) = [line for line in said.splitlines() if line.startswith("t.csv")]
    assert line.startswith("t.csv:2:B 'events': '<5' is not an exact figure (4 rows: 2, 3, 4, 5).")
    assert "--inexact nr" in line
    assert main(["import", "t.csv", "--inexact", "nr"]) == 0
    assert counts(folder) == [("2", "9")]
    assert "'<5' is not an exact figure" in capsys.readouterr().out
    assert main(["check"]) == 0


@pytest.mark.parametrize(
    "label", ["Europe", "Total (n=3)", "Pooled estimate", "Random effects model", "x"]
)
def test_a_sum_is_found_whatever_it_is_called(folder, capsys, label):
    text = f"Study,events,total\nA,3,10\nB,4,11\nC,5,20\n{label},12,41\n"
    assert main(["import", sheet(folder, text)]) == 0
    assert counts(folder) == [("3", "10"), ("4", "11"), ("5", "20")]
    note = f"row 5 is left out: {label!r} (12 of 41) is the sum of rows 2, 3, 4"
    assert note in capsys.readouterr().out


def test_subtotals_and_their_total_are_sums(folder):
    text = (
        "Study,events,total\nA,3,10\nB,4,11\nAsia total,7,21\nC,5,20\nD,1,9\n"
        "Africa total,6,29\nWorld,13,50\n"
    )
    assert main(["import", sheet(folder, text)]) == 0
    assert counts(folder) == [("3", "10"), ("4", "11"), ("5", "20"), ("1", "9")]


@pytest.mark.parametrize("rows", ["A,1,10\nB,2,10\nC,3,20\n", "A,0,9\nB,0,9\nC,0,9\nD,0,27\n"])
def test_a_sum_that_may_be_a_study_is_asked_about(folder, capsys, rows):
    said = refused(folder, capsys, f"Study,events,total\n{rows}")
    assert "is the sum of rows 2, 3" in said
    assert "--drop-sums, or keep it as a study with --keep-sums" in said
    n = rows.count("\n")
    assert main(["import", "t.csv", "--keep-sums"]) == 0
    assert len(counts(folder)) == n


def test_a_doubtful_sum_is_dropped_if_so_answered(folder):
    text = "Study,events,total\nA,1,10\nB,2,10\nC,3,20\n"
    assert main(["import", sheet(folder, text), "--drop-sums"]) == 0
    assert counts(folder) == [("1", "10"), ("2", "10")]


def test_more_events_than_persons_are_refused(folder, capsys):
    said = refused(folder, capsys, "study,events,total\nA,3,1\nB,14,40\nC,60,52\n")
    assert "t.csv:2:B 'events': more events (3) than persons (1)." in said
    assert "t.csv:4:B 'events': more events (60) than persons (52)." in said
    assert "docs/choosing.md" in said


def test_a_footnote_that_ran_into_a_count_is_guessed_at_in_the_question_only(folder, capsys):
    said = refused(folder, capsys, "study,events,total\nA,71,20\n")
    assert "more events (71 (7 with a footnote 1?)) than persons (20)." in said


@pytest.mark.parametrize("name", ["person_years", "Patient-days", "PYAR", "years at risk"])
def test_person_time_is_called_by_its_name(folder, capsys, name):
    said = refused(folder, capsys, f"study,events,{name}\nA,3,1210.5\nB,14,4032.0\n")
    assert f"{name!r} is person-time: events over it are rates, not proportions." in said
    said = refused(folder, capsys, f"study,events,{name}\nA,3,1210\nB,14,4032\n", "--total", name)
    assert "is person-time" in said


def test_person_time_beside_a_total_does_no_harm(folder):
    text = "study,events,total,person_years\nA,3,12,100.5\n"
    assert main(["import", sheet(folder, text)]) == 0
    assert counts(folder) == [("3", "12")]


def test_a_sheet_without_any_figure_is_refused(folder, capsys):
    said = refused(folder, capsys, "study,events,total\nA,NA,9\nB,n.r.,8\n")
    assert "no row has a count or a percentage (row 2: the sheet has no count" in said


def test_a_missing_total_names_the_columns_it_may_be(folder, capsys):
    text = "study,events,Anzahl Personen,Code\nA,3,10,1\nB,4,11,2\n"
    said = refused(folder, capsys, text)
    assert (
        "no column holds the totals. It may be C 'Anzahl Personen'. Name it with --total." in said
    )


@pytest.mark.parametrize("heading", ["n", "N", "Tested", "Sample", "Fallzahl"])
def test_the_usual_words_for_a_total_are_known(folder, heading):
    text = f"studlab,event,{heading}\nA,3,10\nB,4,11\n"
    assert main(["import", sheet(folder, text)]) == 0
    assert counts(folder) == [("3", "10"), ("4", "11")]


def test_small_and_capital_n_can_be_named(folder):
    text = "study,n,N\na,12,21\nb,9,18\nc,3,30\n"
    assert main(["import", sheet(folder, text), "--events", "n", "--total", "N"]) == 0
    assert counts(folder) == [("12", "21"), ("9", "18"), ("3", "30")]


def test_rows_of_one_study_are_counted_as_one_study(folder, capsys):
    text = "study,severity,events,total\n" + "".join(
        f"{k},{grade},{x},25\n" for k in (1, 2) for x, grade in enumerate(("minor", "major"), 1)
    )
    said = refused(folder, capsys, text)
    assert "4 rows are 2 studies: '1' stands in rows 2, 3; B 'severity' tells them apart." in said
    assert '--keep "severity=minor"' in said
    assert main(["import", "t.csv", "--keep", "severity=minor"]) == 0
    assert counts(folder) == [("1", "25"), ("1", "25")]


def test_many_faults_of_one_kind_are_one_line(folder, capsys):
    rows = "".join(f"S{n},many,{n}\n" for n in range(1, 34))
    said = refused(folder, capsys, f"study,events,total\n{rows}")
    (line,) = [line for line in said.splitlines() if line.startswith("t.csv")]
    assert line.startswith("t.csv:2:B 'events': 'many' is not a number (33 rows: 2, 3, 4, 5,")


def test_what_says_none_is_a_level_and_what_says_nothing_is_told(folder, capsys):
    text = "study,events,total,Prior\nA,1,9,None\nB,2,9,NA\nC,4,9,Unknown\n"
    assert main(["import", sheet(folder, text), "--factor", "Prior"]) == 0
    assert "'NA' in 'prior' is read as not reported (rows 3)" in capsys.readouterr().out
    with (folder / "data/studies.csv").open(newline="", encoding="utf-8") as handle:
        assert [row["prior"] for row in csv.DictReader(handle)] == ["none", "NR", "unknown"]


def test_other_kinds_of_tables_are_named(folder, capsys):
    said = refused(folder, capsys, "study,TP,FP,FN,TN\nA,9,1,2,30\n")
    assert "are a table of a diagnostic test" in said
    said = refused(folder, capsys, "study,mean 1,SD 1,mean 2,SD 2\nA,9,1,2,3\n")
    assert "means and standard deviations are no proportions" in said
