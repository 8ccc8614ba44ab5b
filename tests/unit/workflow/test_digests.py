"""What a job depends on is found in the package: nothing forgotten, nothing watched in vain."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from poolprop.errors import ConfigError
from poolprop.workflow import digests

PACKAGE = digests.PACKAGE


def by_the_whole_syntax(path):
    """Return what a file may import, from its full syntax tree."""
    found = set()

    def visit(node):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            for other in node.orelse:
                visit(other)
            return
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.update(digests._names(node))
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_bytes()))
    return found


def test_every_import_of_every_module_is_found_without_parsing_the_whole():
    files = sorted(PACKAGE.rglob("*.py"))
    assert len(files) > 300
    for path in files:
        assert set(digests.imports(path)) == by_the_whole_syntax(path), path


def test_no_module_is_imported_in_a_way_that_cannot_be_seen():
    """Relative imports and names made at run time would be missed; the public door is no job's."""
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_bytes())
        assert not any(isinstance(n, ast.ImportFrom) and n.level for n in ast.walk(tree)), path
        if path not in digests.LAZY:
            assert not any(
                isinstance(node, ast.ImportFrom)
                and node.module == "poolprop"
                and not (PACKAGE / alias.name).is_dir()
                and not (PACKAGE / f"{alias.name}.py").is_file()
                for node in ast.walk(tree)
                for alias in getattr(node, "names", ())
            ), path


def test_the_steps_are_those_of_the_command_line():
    from poolprop.steps import all_steps

    assert {name.replace("-", "_") for name, _ in all_steps()} == set(digests.steps())


@pytest.mark.parametrize(
    ("step", "module"),
    [
        ("figures", "formats.py"),  # rounding: 81.25 % becomes 81.3
        ("report", "formats.py"),
        ("synthesise", "stats/fits/glmm_design.py"),
        ("synthesise", "audit/record.py"),
        ("run-in-r", "crosscheck/reproduce.R"),
        ("certificate", "stats/analyses/coverage.py"),
    ],
)
def test_a_step_depends_on(step, module):
    assert PACKAGE / module in digests.files_of(step)


@pytest.mark.parametrize(
    ("step", "module"),
    [
        ("select", "stats/fits/glmm_design.py"),
        ("figures", "synthesis/pooled.py"),
        ("synthesise", "report/render.py"),
        ("synthesise", "steps/writing.py"),
        ("crosscheck", "stats/fits/glmm_design.py"),
    ],
)
def test_a_step_does_not_depend_on(step, module):
    assert (PACKAGE / module).is_file()
    assert PACKAGE / module not in digests.files_of(step)


def test_templates_are_code_of_the_steps_that_take_them(repo):
    templates = set((repo / "report").rglob("*.j2"))
    assert templates <= digests.files_of("report")
    assert not templates & digests.files_of("figures")


def test_an_unknown_step_is_named():
    with pytest.raises(ConfigError, match="there is no step 'guess'"):
        digests.code_of("guess")


def digests_in(folder: Path) -> dict[str, str]:
    """Return the digest of every step in a copy of the package."""
    code = (
        "import json; from poolprop.workflow import digests as c;"
        "print(json.dumps({name: c.code_of(name) for name in c.steps()} | {'all': c.whole_code()}))"
    )
    environment = {"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin"}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


@pytest.fixture
def checkout(repo, tmp_path):
    """Return a copy of package, workflow and report, and the digests of its steps."""
    for part in ("src/poolprop", "workflow", "report"):
        shutil.copytree(repo / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path, digests_in(tmp_path)


def changed(checkout):
    folder, before = checkout
    after = digests_in(folder)
    return {name for name in before if before[name] != after[name]}


def add(checkout, module, text):
    path = checkout[0] / "src/poolprop" / module
    path.write_text((path.read_text() if path.exists() else "") + text)


def test_a_comment_where_no_step_looks_reruns_nothing(checkout):
    for module in ("cli/diff.py", "cli/import_table.py"):
        add(checkout, module, "\n# a thought\n")
    assert changed(checkout) == set()


def test_other_rounding_reruns_whatever_prints(checkout):
    path = checkout[0] / "src/poolprop/formats.py"
    path.write_text(path.read_text().replace("ROUND_HALF_UP", "ROUND_DOWN"))
    assert {"figures", "report", "synthesise", "all"} <= changed(checkout)


def test_a_new_module_cannot_be_forgotten(checkout):
    """One that the drawing imports, lazily, reruns the figures; another change in it again."""
    add(checkout, "plots/ink.py", "COLOUR = 1\n")
    assert changed(checkout) == set()
    add(checkout, "plots/style.py", "\n\ndef ink():\n    from poolprop.plots.ink import COLOUR\n")
    assert changed(checkout) == {"figures", "all"}
    checkout = checkout[0], digests_in(checkout[0])
    add(checkout, "plots/ink.py", "COLOUR = 2\n")
    assert changed(checkout) == {"figures", "all"}


def test_what_is_imported_for_types_only_is_no_code(checkout):
    text = "\nif TYPE_CHECKING:\n    from poolprop.cli.diff import diff\n"
    text += "\n\ndef later():\n    from poolprop.atlas import x\n"
    add(checkout, "plots/style.py", text)
    checkout = checkout[0], digests_in(checkout[0])
    add(checkout, "diffing.py", "\n# a thought\n")
    assert changed(checkout) == set()
    add(checkout, "atlas.py", "\n# a thought\n")
    assert "figures" in changed(checkout)


def test_moving_the_checkout_changes_nothing(checkout, tmp_path):
    folder, before = checkout
    other = tmp_path / "elsewhere"
    other.mkdir()
    for part in ("src", "workflow", "report"):
        (folder / part).rename(other / part)
    assert digests_in(other) == before
