"""FHIR takes the evidence as its own; RevMan's files go in and come out without a count lost."""

from __future__ import annotations

import csv
import io
import json
import warnings
from pathlib import Path

import pytest
from unit.exporting.test_export import finished  # noqa: F401 - a fixture
from unit.importing.test_review_programs import SET

from poolprop.__main__ import main
from poolprop.cli.init import begin
from poolprop.exporting.results import Grid
from poolprop.exporting.revman import revman
from poolprop.files import read_csv

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fhir.resources.bundle import Bundle

GUIDE = "http://hl7.org/fhir/uv/ebm/StructureDefinition/"
ROLE = GUIDE + "variable-definition-variable-role-code"


@pytest.fixture
def bundle(finished):  # noqa: F811
    assert main(["export", "fhir"]) == 0
    return Path("export/evidence.fhir.json").read_text("utf-8")


def resources(bundle):
    return {
        one["resource"]["identifier"][0]["value"]: one["resource"]
        for one in json.loads(bundle)["entry"]
    }


@pytest.mark.filterwarnings("ignore")
def test_fhir_takes_every_resource_and_gives_it_back(bundle):
    read = Bundle.model_validate_json(bundle)
    assert len(read.entry) == len({one.resource.id for one in read.entry}) > 8
    assert json.loads(read.model_dump_json()) == json.loads(bundle)


@pytest.mark.filterwarnings("ignore")
def test_fhir_refuses_what_is_not_in_its_form(bundle):
    broken = json.loads(bundle)
    del broken["entry"][0]["resource"]["variableDefinition"]
    with pytest.raises(ValueError, match="variableDefinition"):
        Bundle.model_validate(broken)


def test_each_resource_keeps_the_rules_of_its_profiles(bundle):
    """The guide's own: a population and an outcome by its extension; a synthesis says its type."""
    for name, one in resources(bundle).items():
        roles = [
            extension["valueCode"]
            for variable in one["variableDefinition"]
            for extension in variable["extension"]
            if extension["url"] == ROLE
        ]
        assert roles == ["population", "outcome"], name
        assert GUIDE + "non-comparative-evidence" in one["meta"]["profile"]
        combined = GUIDE + "evidence-synthesis-evidence" in one["meta"]["profile"]
        assert combined == ("synthesisType" in one), name
        assert combined == (one["statistic"][0]["sampleSize"]["numberOfStudies"] > 1), name


def test_numbers_are_those_of_the_results(bundle):
    found = resources(bundle)["pool/response/primary"]
    record = json.loads(Path("results/analysis/response/pool.json").read_text())
    (result,) = (r for r in record["estimands"][0]["results"] if r["role"] == "primary")
    (statistic,) = found["statistic"]
    assert statistic["quantity"]["value"] == result["proportion"]
    assert statistic["numberAffected"] == result["events"] == 68
    assert statistic["sampleSize"]["numberOfParticipants"] == result["total"] == 92
    interval = statistic["attributeEstimate"][0]
    assert interval["type"]["coding"][0]["code"] == "C53324"
    assert interval["range"]["low"]["value"] == result["ci"]["lower"]
    assert found["certainty"][0]["rating"]["coding"][0]["code"] == "very-low"
    assert found["synthesisType"]["text"] == result["method"]
    levels = {name for name in resources(bundle) if name.startswith("subgroup/response/setting/")}
    assert len(levels) == 2


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


class Taken:
    """What an export needs of a review that was imported and selected, and not yet built."""

    def __init__(self, rows, outcome):
        self.data = {"response": Grid(columns=list(rows[0]), rows=rows)}
        self.pools = {"response": {"endpoint": {"label": outcome}}}


@pytest.mark.parametrize("arm", ["Drug", "None"])
def test_a_set_of_revman_goes_in_and_comes_out_with_every_count(arm, tmp_path, monkeypatch):
    begin(tmp_path / "mine")
    monkeypatch.chdir(tmp_path / "mine")
    for name, text in SET.items():
        (Path("set") / name).parent.mkdir(exist_ok=True)
        (Path("set") / name).write_text(text)
    keep = ["--keep", "Outcome=Response", "--keep", f"Intervention={arm}"]
    assert main(["import", "set", *keep]) == 0
    out = [f"--{name}" for name in ("data", "excluded", "alternatives")]
    files = [word for name in out for word in (name, f"{name[2:]}.csv")]
    step = ["step", "select", "--config", "config/config.yaml", "--endpoint", "response"]
    assert main([*step, *files]) == 0
    made = dict(revman(Taken(read_csv(Path("data.csv")), "Response")))
    came = {
        (row["Study"], row["Outcome"], row["Cases"], row["Sample size"])
        for row in table(made["revman/study-results.csv"].decode())
    }
    arms = table(SET["review-study-arms.csv"])
    chosen = {(row["Study"], row["Arm"]) for row in arms if row["Intervention"] == arm}
    went = {
        (row["Study"], row["Outcome"], row["Cases"], row["Sample size"])
        for row in table(SET["review-study-results.csv"])
        if row["Outcome"] == "Response" and (row["Study"], row["Arm"]) in chosen
    }
    assert came == went
    assert len(came) == 2


def test_what_comes_out_goes_in_again(finished, tmp_path, monkeypatch):  # noqa: F811
    assert main(["export", "revman"]) == 0
    begin(tmp_path / "again")
    monkeypatch.chdir(tmp_path / "again")
    source = str(finished / "export/revman")
    before = read_csv(Path("data/outcomes.csv"))
    assert main(["import", source, "--keep", "Outcome=Response"]) == 0
    rows = read_csv(Path("data/outcomes.csv"))
    assert rows != before
    counts = sorted((int(row["events"]), int(row["total"])) for row in rows)
    assert counts == [(11, 15), (12, 20), (15, 16), (30, 41)]
