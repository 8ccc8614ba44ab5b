"""No number that people read is rounded anywhere but in ``poolprop.formats`` (docs/formats.md).

What else rounds makes coordinates, keys, files for programs, or tells seconds and megabytes; each
is listed with what it is, and a listed place that rounds no longer is to be taken off the list.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

FIXED = re.compile(r"\.\d+[efg%]|\.\{|^[,+]?%$")
C_STYLE = re.compile(r".*%\.\d+[efg].*", re.DOTALL)
SCRIPT = re.compile(r"toFixed|toPrecision|toExponential|toLocaleString|Intl\.|Math\.round")
PYTHON = {
    "formats.py": "the policy",
    "report/formats.py": "months, as they were given",
    "axes.py": "coordinates and ticks",
    "stats/analyses/publication_bias.py": "a number of studies",
    "synthesis/confidence.py": "keys of levels",
    "synthesis/certificate.py": "keys of simulated spreads",
    "importing/factors.py": "what a cell holds, every digit",
    "importing/percents.py": "what binary adds to a decimal cell",
    "evidence/audit/agreement.py": "a table for programs",
    "evidence/audit/recomputed.py": "a table for programs",
    "evidence/moderators.py": "a table for programs",
    "evidence/estimates.py": "a table for programs",
    "audit/record.py": "seconds and megabytes of a job, for programs",
    "cli/steps.py": "seconds and megabytes of a job",
    "crosscheck/in_r.py": "seconds of patience",
    "crosscheck/r_script.py": "numbers for R",
    "crosscheck/agreement.py": "numbers to compare, for programs",
    "evidence/audit/percentages.py": "which counts a printed percentage fits",
    "evidence/audit/printed.py": "which counts a printed percentage fits",
    "report/tables.py": "keys of sorting",
    "report/sections/bayes.py": "numbers for a script",
    "report/multiverse_data.py": "numbers for a script",
    "judged.py": "a table for programs",
    "report/sections/course.py": "coordinates",
    "report/sections/ratios.py": "coordinates",
    "stats/analyses/generate.py": "sizes of simulated studies",
}
DRAWING = (
    "audit/difference_page.py", "report/drawing/specification.py",
    "report/drawing/svg.py",
)  # fmt: skip
SCRIPTS = {
    "formats.js": "the policy",
    "calculator.js": "ends and ticks of an axis, as axes.py",
    "engine-model.js": "numbers of nodes",
    "explore-draw.js": "coordinates",
    "multiverse.js": "coordinates and ranks",
    "plot-tools.js": "coordinates",
}
ALLOWED = PYTHON | dict.fromkeys(DRAWING, "coordinates")


def rounding(path: Path) -> list[str]:
    """Return what a module does that rounds: formats with fixed digits, ``round`` and its like."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            parts = node.format_spec.values
            spec = "".join(p.value if isinstance(p, ast.Constant) else "{}" for p in parts)
            if FIXED.search(spec):
                found.append(f"{node.lineno}: {spec}")
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
            if name in ("round", "quantize"):
                found.append(f"{node.lineno}: {name}")
        elif isinstance(node, ast.Constant) and C_STYLE.fullmatch(str(node.value)):
            found.append(f"{node.lineno}: {node.value[:30]!r}")
    return found


@pytest.fixture(scope="module")
def rounds(repo):
    root = repo / "src" / "poolprop"
    return {
        path.relative_to(root).as_posix(): found
        for path in sorted(root.rglob("*.py"))
        if "_bundle" not in path.parts and (found := rounding(path))
    }


def test_only_the_policy_rounds_what_people_read(rounds):
    assert {name: found for name, found in rounds.items() if name not in ALLOWED} == {}


def test_the_list_of_other_rounding_is_true(rounds):
    assert set(ALLOWED) - set(rounds) == set()


def test_scripts_of_the_page_leave_rounding_to_the_policy(repo):
    scripts = sorted((repo / "report" / "static" / "js").glob("*.js"))
    found = Counter(path.name for path in scripts if SCRIPT.search(path.read_text("utf-8")))
    assert set(found) == set(SCRIPTS)


def test_templates_round_nothing(repo):
    texts = "".join(p.read_text("utf-8") for p in (repo / "report" / "templates").rglob("*.j2"))
    assert not re.search(r"\|\s*(round|format|int|float)\b|%\.\d", texts)


def test_every_kind_of_rounding_would_be_found(tmp_path):
    path = tmp_path / "some.py"
    path.write_text(
        "a = f'{x:.1f}'\nb = f'{x:,.0f}'\nc = round(x, 2)\nd = '%.2f' % x\ne = f'{x:.3g}'\n"
        "f = f'{x:.{n}f}'\ng = f'{x:.1%}'\nh = d.quantize(x)\ni = f'{n:>5}'\nj = f'{n:,}'\n"
    )
    assert [int(line.split(":")[0]) for line in sorted(rounding(path))] == [1, 2, 3, 4, 5, 6, 7, 8]
