"""Templates hold no numbers and do no sums: both come finished from Python."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[3] / "report" / "templates"
FILES = sorted(TEMPLATES.rglob("*.j2"))
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
TAGS = re.compile(r"<[^<>]*>", re.DOTALL)


@pytest.fixture(params=FILES, ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def template(request):
    return request.param.read_text("utf-8")


def test_there_are_templates():
    assert len(FILES) > 10


def test_no_bare_number_in_text(template):
    text = TAGS.sub(" ", JINJA.sub("", template))
    assert not re.findall(r"\S*[0-9]\S*", text)


def test_no_arithmetic_in_expressions(template):
    for expression in re.findall(r"\{[{%](.*?)[%}]\}", template, re.DOTALL):
        bare = re.sub(r'"[^"]*"', "", expression).strip().strip("-")
        assert not re.search(r"[*/+]| - |\|\s*(round|sum|int|float|abs)\b", bare), expression


def test_nothing_switches_escaping_off(template):
    assert not re.search(r"\|\s*safe\b|autoescape|<script src|style=", template)
