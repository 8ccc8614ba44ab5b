"""A second curator adds a study to a copy of the flagship: nothing that is stale stays unmarked."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest
import yaml

from poolprop.__main__ import main
from poolprop.evidence.cells import TO_FILL
from poolprop.files import read_csv, write_csv, write_json

KEY, LABEL = "ramos2025", "Ramos 2025"
FIGURES = {  # outcome, time, denominator: a count, its total; all others are not reported
    ("cr_cri", "best", "evaluable"): (18, 22),
    ("cr_cri", "best", "treated"): (18, 24),
    ("cr", "best", "evaluable"): (14, 22),
    ("mrd_negative", "best", "evaluable"): (12, 22),
    ("mrd_negative", "best", "treated"): (12, 24),
    ("mrd_negative", "best", "responders"): (12, 18),
    ("death", "day_30", "treated"): (1, 24),
    ("allosct", "last_follow_up", "treated"): (9, 24),
}
STATED = {
    "studies": {
        "design": "phase_2_single_arm", "publication_type": "article", "n_enrolled": "24",
        "n_treated": "24", "n_evaluable": "22", "setting": "relapsed_refractory", "lineage": "B",
        "ph_status": "Ph-negative", "drug_classes": "venetoclax", "prospective": "yes",
        "locator": "Methods, para 1", "note": "",
    },
    "sources": {"publication_type": "article", "title": "A made-up trial", "note": ""},
    "arms": {
        "n_enrolled": "24", "n_evaluable": "22", "drug_classes": "venetoclax",
        "setting": "relapsed_refractory", "lineage": "B", "locator": "Methods, para 1", "note": "",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def copy(repo, tmp_path_factory):
    """Return a copy of the flagship, with its primary model alone."""
    folder = tmp_path_factory.mktemp("sixth")
    for part in ("config", "data"):
        shutil.copytree(repo / part, folder / part)
    path = folder / "config" / "config.yaml"
    plan = yaml.safe_load(path.read_text("utf-8"))
    plan["models"]["comparisons"] = []
    path.write_text(yaml.safe_dump(plan, sort_keys=False), "utf-8")
    (folder / "ramos.txt").write_text("A made-up report.\n", "utf-8")
    return folder


def edit(folder, table, change):
    """Change the rows of the new study as a curator would in an editor."""
    path = folder / "data" / f"{table}.csv"
    rows = read_csv(path, as_is=True)
    for row in rows:
        if KEY in (row.get("study_id"), row.get("source_id"), row.get("arm_id")):
            row.update(change(row))
    write_csv(path, list(rows[0]), rows, as_is=True)


def figure(row):
    found = FIGURES.get((row["outcome"], row["timepoint"], row["denominator_basis"]))
    if found is None:
        return {"note": ""}  # the source is silent: NR stays
    events, total = found
    own = {"events": str(events), "total": str(total), "locator": "Results, para 1", "note": ""}
    return own | {"percent_reported": str(round(100 * events / total))}


def warnings(capsys):
    capsys.readouterr()
    assert main(["check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    return [line for line in lines if line.startswith("warning")]


def rules(found):
    return sorted({re.search(r"\[([a-z-]+)\]$", line)[1] for line in found})


def pooled(folder):
    """Run the steps from the tables to the page, without what costs minutes."""
    from poolprop.report.render import build
    from poolprop.review import load_review
    from poolprop.steps.clinical import certainty
    from poolprop.steps.evidence import evidence, select
    from poolprop.synthesis.pooled import pooled as pool
    from poolprop.tables.results import curated_table, study_table

    config, results = folder / "config" / "config.yaml", folder / "results"
    review = load_review(Path("config/config.yaml"))
    evidence(config, results / "evidence", results / "tables" / "evidence_map.csv")
    pools = []
    for name in review.settings.endpoints:
        data = results / "analysis" / name / "data.csv"
        select(config, name, data, data.with_name("excluded.csv"), data.with_name("other.csv"))
        rows, out = read_csv(data), read_csv(data.with_name("excluded.csv"))
        pools.append(data.with_name("pool.json"))
        write_json(pools[-1], pool(review.settings, name, rows, out))
    certainty(config, pools, results / "certainty" / "certainty.json", results / "certainty.csv")
    write_csv(results / "tables" / "studies.csv", *study_table(review.evidence))
    for name in ("risk_of_bias", "flow"):
        columns, rows = curated_table(review.evidence, name)
        write_csv(results / "tables" / f"{name}.csv", columns, rows)
    terms: dict[str, dict[str, str]] = {}
    for (field, term), entry in review.evidence.terms.items():
        terms.setdefault(field, {})[term] = entry.label
    from poolprop.installation import root

    return build(results, root() / "report", review.settings, terms)


def test_the_way_of_a_second_curator(copy, monkeypatch, capsys):
    monkeypatch.chdir(copy)
    assert warnings(capsys) == [], "the flagship itself is silent"

    before = {path.name: path.read_bytes() for path in (copy / "data").iterdir()}
    assert main(["add-study", KEY, "--label", LABEL, "--document", "ramos.txt", "--dry-run"]) == 0
    assert {path.name: path.read_bytes() for path in (copy / "data").iterdir()} == before
    assert main(["add-study", KEY, "--label", LABEL, "--document", "ramos.txt"]) == 0
    for name, content in before.items():
        assert (copy / "data" / name).read_bytes().startswith(content), "rows are added, none moved"
    assert {"unfilled", "not-assessed"} <= set(rules(warnings(capsys)))

    for table, cells in STATED.items():
        edit(copy, table, lambda row, cells=cells: cells)
    edit(copy, "outcomes", figure)
    assert "'mrd_negative' of 'ramos2025' states no assay" in "\n".join(warnings(capsys))
    # Pools of MRD keep to assays that the plan names: without one the study is in none of them.
    edit(copy, "outcomes", lambda row: (
        {"assay": "flow_1e-4"} if row["outcome"] == "mrd_negative" else {}
    ))  # fmt: skip
    found = warnings(capsys)
    assert rules(found) == ["not-assessed", "stale-judgements", "unfilled"], found
    stale = [line for line in found if "stale-judgements" in line]
    assert len(stale) == 6, "every judged estimand has the new study"

    page = pooled(copy)
    told = re.sub(r"<[^>]+>", " ", page)
    assert "judged on earlier data" in told
    assert "The review was given 6 documents" in re.sub(r"\s+", " ", told)
    assert not re.search(r"\b[Ff]ive (documents|studies|sources)\b", told)
    flow = {row["box"]: row["count"] for row in read_csv(copy / "results" / "tables" / "flow.csv")}
    assert (flow["given"], flow["read"], flow["studies"]) == ("6", "6", "6")
    levels = re.findall(r"(?:very low|low|moderate|high) \(judged on earlier data\)", told)
    assert len(levels) >= 6

    edit(copy, "risk_of_bias", lambda row: {
        "adjudicated": "moderate" if row["item"] == "overall" else "yes", "reason": "Made up."
    })  # fmt: skip
    assert rules(warnings(capsys)) == ["stale-judgements"]
    assert main(["judge"]) == 0
    assert warnings(capsys) == [], "with the right rows check is silent"
    assert "judged on earlier data" not in re.sub(r"<[^>]+>", " ", pooled(copy))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Ramos 2025"], "'Ramos 2025' is not a key. Use lower-case letters"),
        (["lei2025"], "'lei2025' is there already"),
        (["new", "--document", "absent.txt"], "absent.txt: no such document"),
        (["new", "--arm", "A b"], "is not a key of an arm"),
    ],
)
def test_refusals_are_one_line_and_write_nothing(
    repo, tmp_path, monkeypatch, capsys, arguments, said
):
    for part in ("config", "data"):
        shutil.copytree(repo / part, tmp_path / part)
    monkeypatch.chdir(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert main(["add-study", *arguments]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_what_is_added_can_be_taken_back(repo, tmp_path, monkeypatch, capsys):
    for part in ("config", "data"):
        shutil.copytree(repo / part, tmp_path / part)
    monkeypatch.chdir(tmp_path)
    before = {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()}
    assert main(["add-study", "new", "--arm", "high", "--arm", "low"]) == 0
    with (tmp_path / "data" / "outcomes.csv").open(encoding="utf-8", newline="") as lines:
        new = [row for row in csv.DictReader(lines) if row["note"] == TO_FILL]
    assert {row["arm_id"] for row in new} == {"new-high", "new-low"}
    assert main(["import", "--undo"]) == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()} == before
    capsys.readouterr()
