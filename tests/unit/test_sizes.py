"""How long modules and functions may be, so that each has one idea and is read at once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

MODULE, FUNCTION = 300, 50
# What a docstring says where length is meant, with the reason after it.
MEANT = "In one piece because"


def lines_of(node: ast.AST) -> int:
    return node.end_lineno - node.lineno + 1


def meant(node: ast.AST) -> bool:
    return MEANT in " ".join((ast.get_docstring(node) or "").split())


def too_long(path: Path, name: str) -> Iterator[str]:
    """Yield what is too long without a reason; docstrings do not count in functions."""
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    if text.count("\n") > MODULE and not meant(tree):
        yield name
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            said = ast.get_docstring(node)
            size = lines_of(node) - (lines_of(node.body[0]) if said else 0)
            if size > FUNCTION and not meant(node):
                yield f"{name}: {node.name}"


def test_length_is_measured_without_docstrings_and_may_have_a_reason(tmp_path):
    body = "    x = 1\n" * FUNCTION
    path = tmp_path / "one.py"
    path.write_text(f'def short():\n    """Say.\n\n    More.\n    """\n{body[10:]}')
    assert list(too_long(path, "one.py")) == []
    path.write_text(f"def long():\n{body}")
    assert list(too_long(path, "one.py")) == ["one.py: long"]
    path.write_text(f'def long():\n    """Do. {MEANT} its steps share state."""\n{body}')
    assert list(too_long(path, "one.py")) == []
    path.write_text("x = 1\n" * (MODULE + 1))
    assert list(too_long(path, "one.py")) == ["one.py"]


def test_modules_and_functions_are_read_at_once(repo):
    root = repo / "src" / "poolprop"
    found = {
        one
        for path in sorted(root.rglob("*.py"))
        if "_bundle" not in path.parts
        for one in too_long(path, path.relative_to(root).as_posix())
    }
    assert sorted(found) == [], f"split it by idea, or give the reason: {MEANT} ..."
