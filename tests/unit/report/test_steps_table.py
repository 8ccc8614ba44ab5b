"""The page shows the graph of steps as the lineage tells it."""

from __future__ import annotations

from poolprop.report.sections.provenance import steps_table
from poolprop.report.stepgraph import step_graph, steps_of

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
    (table,) = steps_table({"jobs": JOBS})
    assert [column.title for column in table.columns][:2] == ["Job", "Reads what these made"]
    assert len(table.rows) == 2
    assert "plan and tables, select" in str(table.rows[1])


def test_a_rule_stands_below_what_it_built_on_and_is_joined_to_it():
    steps = steps_of(JOBS)
    assert [(step.rule, step.depth, step.before) for step in steps] == [
        ("select", 0, ()),
        ("synthesise", 1, ("select",)),
    ]
    for drawing in step_graph("plot-steps", "Steps", steps):
        above, below = drawing.rows
        assert above.top + above.height < below.top
        assert len(drawing.lines) == 1
        assert "synthesise, 1 job, reads select" in drawing.description


def test_without_a_lineage_there_is_no_graph():
    assert steps_table({}) == []
