"""The page lists the steps as the lineage tells them."""

from __future__ import annotations

from poolprop.report.sections.provenance import steps_table

JOBS = {
    "select/e": {
        "rule": "select",
        "inputs": {"data/outcomes.csv": "0"},
        "outputs": {"data.csv": "1"},
        "code": "aa",
    },
    "synthesise/e": {
        "rule": "synthesise",
        "inputs": {"config/config.yaml": "0", "data.csv": "1"},
        "outputs": {"pool.json": "2"},
        "code": "bb",
    },
}


def test_each_job_names_what_it_builds_on():
    table = steps_table({"jobs": JOBS})
    assert table is not None
    assert [column.title for column in table.columns][:2] == ["Job", "Reads what these made"]
    assert len(table.rows) == 2
    assert "plan and tables, select" in str(table.rows[1])


def test_without_a_lineage_there_are_no_steps():
    assert steps_table({}) is None
