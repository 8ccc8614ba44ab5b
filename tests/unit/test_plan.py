"""The analysis plan is understood, or refused in one line a fault."""

from __future__ import annotations

import copy
import json
import os

import pytest
import small_review

from poolprop.__main__ import main
from poolprop.errors import ConfigError
from poolprop.plan.faults import key_lines
from poolprop.plan.parse import json_schema, load, parse
from poolprop.plan.read import read_plan


@pytest.fixture
def plan():
    return copy.deepcopy(small_review.CONFIG)


def refusal(plan) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(plan)
    return str(caught.value)


def test_defaults_of_an_endpoint_fill_its_estimands(plan):
    estimands = parse(plan).endpoints["response"].estimands
    assert estimands["primary"].denominator == "evaluable"
    assert estimands["all_treated"].denominator == "treated"
    assert estimands["all_treated"].outcome == "cr_cri"


def test_the_flagship_plan_is_sound(repo):
    settings = load(repo / "config" / "config.yaml")
    leading = [endpoint for endpoint in settings.endpoints.values() if not endpoint.secondary]
    assert len(leading) == 2
    for endpoint in leading:
        assert len(endpoint.estimands) >= 5


def put(*path_and_value):
    *path, last, value = path_and_value

    def change(plan):
        for key in path:
            plan = plan[key]
        plan[last] = value

    return change


ESTIMAND = ("endpoints", "response", "estimands")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (put("levle", 0.9), "config/config.yaml: levle: unknown key. Did you mean 'level'?"),
        (
            put(*ESTIMAND, "primary", "denominatr", "x"),
            "config/config.yaml: endpoints.response.estimands.primary.denominatr: unknown key. "
            "Did you mean 'denominator'?",
        ),
        (
            put(*ESTIMAND, {"all_treated": {"label": "x"}}),
            "config/config.yaml: endpoints.response: one estimand must be called 'primary'. "
            "Correct it.",
        ),
        (
            put("endpoints", "response", "subgroups", "setting", "estimand", "prime"),
            "config/config.yaml: endpoints.response: subgroup 'setting' splits the estimand "
            "'prime', which is not among ['all_treated', 'primary']. Correct it.",
        ),
        (
            put("models", {"primary": {"model": "glmm", "ci": "hksj"}}),
            "config/config.yaml: models.primary: ci 'hksj' is for two-step models, not for "
            "'glmm'. Correct it.",
        ),
        (
            put("level", 95),
            "config/config.yaml: level: input should be less than 1 (got 95). Correct it.",
        ),
        (
            put("endpoints", "response", "estimands", "Primary one", {"label": "x"}),
            "config/config.yaml: endpoints.response.estimands.Primary one: 'Primary one' is not a "
            "name. Use lower-case letters, digits and _, starting with a letter.",
        ),
    ],
)
def test_a_fault_costs_one_line(plan, change, line):
    change(plan)
    assert refusal(plan).splitlines() == [line]


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        (
            "outcome",
            "cr_cir",
            "endpoints.response.estimands.primary.outcome: 'cr_cir' is not a "
            "outcome of vocabulary.csv. Did you mean 'cr_cri'?",
        ),
        (
            "denominator",
            "all",
            "endpoints.response.estimands.primary.denominator: 'all' is not a "
            "denominator_basis of vocabulary.csv. Known are evaluable, treated.",
        ),
        (
            "where",
            {"lineaeg": ["B"]},
            "endpoints.response.estimands.primary.where: 'lineaeg' is not a "
            "field of vocabulary.csv. Did you mean 'lineage'?",
        ),
    ],
)
def test_a_term_the_vocabulary_lacks_is_named(review, plan, capsys, key, value, line):
    plan["endpoints"]["response"]["estimands"]["primary"][key] = value
    small_review.write_plan(review, plan)
    assert main(["check", str(review)]) == 2
    lines = (review / "config/config.yaml").read_text().splitlines()
    number = lines.index("      primary:") + 1
    number += next(i for i, text in enumerate(lines[number:], 1) if text.strip().startswith(key))
    assert capsys.readouterr().err.splitlines() == [f"config/config.yaml:{number}:{line}"]


PLAN = """\
level: 0.95
models:
  comparisons:
    - {model: glmm}
    - {model: two-step,
       ci: hksj}
endpoints:
  response:
    defaults:
      denominator: evaluable
    estimands:
      primary:
        label: All
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("level", 1),
        ("models.comparisons.1", 5),
        ("models.comparisons.1.ci", 6),
        ("endpoints.response.estimands.primary.label", 13),
        ("endpoints.response.estimands.primary.denominator", 10),  # its defaults say it
        ("endpoints.response.estimands.primary.outcome", 12),  # missing: where it belongs
        ("endpoints.response.label", 8),
        ("review", 1),
    ],
)
def test_a_key_of_the_plan_is_found_on_its_line(tmp_path, key, line):
    path = tmp_path / "config.yaml"
    path.write_text(PLAN)
    assert key_lines(path, [key]) == {key: line}


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("title", False, "review.title: False is not text. Put it in quotes."),
        ("title", None, "review.title: no value is given. Fill it in."),
        ("version", 0.1, "review.version: 0.1 is not text. Put it in quotes."),
        ("statements", "x", "review.statements: 'x' is not a block of keys. Write its keys "
         "below it, indented."),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_refused_in_plain_words(plan, key, value, words):
    plan["review"][key] = value
    assert refusal(plan) == f"config/config.yaml: {words}"


def test_outside_a_review_the_way_to_one_is_said(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 2
    assert "poolprop init FOLDER" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("review: [", "config/config.yaml:1: not YAML"),
        ("", "config/config.yaml: the plan is empty"),
        ("- a\n- b\n", "config/config.yaml: the plan is not a block of keys"),
        ("!!python/object/apply:os.system [ls]", "config/config.yaml:1: not YAML"),
    ],
)
def test_what_is_no_plan_is_refused_in_words(review, capsys, text, start):
    (review / "config/config.yaml").write_text(text)
    assert main(["check", str(review)]) == 2
    assert capsys.readouterr().err.startswith(start)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('review: {title: "a\\x00b"}', ":1: a text holds U+0000, a control character. Remove it."),
        ("review: {title: a\x1bb}", ":1: the plan holds U+001B, a control character. Remove it."),
        ("level: 0.9\nreview: {title: a\u202eb}", ":2: the plan holds U+202E, turns the"),
        ('review: {title: "a\\ufffeb"}', ":1: a text holds U+FFFE, no character. Remove it."),
        ("a: 1\nb: 2\na: 3\nb: 4\n", ":3: the key 'a' stands twice. Keep one."),
        (b"level: 0.9\nreview: \xff\n", ":2: not UTF-8 text. Save the plan as UTF-8."),
        ("a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
         "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c]\n"
         "e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: [*e, *e, *e, *e, *e]\n",
         " its parts unfold without end. Write the parts out"),
    ],
)  # fmt: skip
def test_what_no_plan_may_hold_costs_a_line_at_its_place(review, capsys, text, words):
    raw = text if isinstance(text, bytes) else text.encode()
    (review / "config/config.yaml").write_bytes(raw)
    assert main(["check", str(review)]) == 2
    first = capsys.readouterr().err.splitlines()[0]
    assert first.startswith("config/config.yaml")
    assert words in first


def test_a_plan_that_is_no_file_is_called_what_it_is(review, capsys):
    path = review / "config/config.yaml"
    path.unlink()
    path.mkdir()
    assert main(["check", str(review)]) == 2
    assert "config/config.yaml: is a folder" in capsys.readouterr().err
    path.rmdir()
    os.mkfifo(path)
    assert main(["check", str(review)]) == 2  # and does not wait for a writer
    assert "config/config.yaml: is a pipe" in capsys.readouterr().err


@pytest.mark.slow
def test_a_long_plan_is_read_and_judged_for_what_it_is(review, capsys):
    """A megabyte of entries: each unknown one is a fault of its own, none "unfolds"."""
    long = "review: {title: t, question: q}\n" + "".join(
        f"k{i}: [1, 2, {{x: 'text {i}'}}]\n" for i in range(28_000)
    )
    assert 900_000 < len(long) < 1_000_000
    (review / "config/config.yaml").write_text(long)
    assert len(read_plan(review / "config/config.yaml")) == 28_001
    assert main(["check", str(review)]) == 2
    said = capsys.readouterr().err.splitlines()
    assert (
        said[1] == "config/config.yaml:2:k0: unknown key. Known are " + said[1].partition("are ")[2]
    )
    assert said[-1].endswith(" more lines.")


def test_the_schema_for_editors_is_that_of_the_code(repo):
    stored = json.loads((repo / "workflow/schemas/config.schema.json").read_text())
    assert stored == json.loads(json.dumps(json_schema())), "run `make schema`"


def test_the_readme_explains_every_key(repo):
    readme = (repo / "config/README.md").read_text()
    schema = json_schema()
    keys = set(schema["properties"]) | {
        key
        for name in ("Endpoint", "Estimand", "Model", "Subgroup", "Review", "Rules")
        for key in schema["$defs"][name]["properties"]
    }
    assert sorted(key for key in keys if key not in readme) == []
