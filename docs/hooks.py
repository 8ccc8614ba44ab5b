"""Pages of the documentation that are made from the code: commands, plan, tables, decisions."""

from __future__ import annotations

import argparse
import re
from functools import cache
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

from poolprop.report.calculator import calculator

DECISIONS = Path(__file__).parent / "decisions"


def on_files(files: Files, config: Any) -> Files:
    """Add the generated pages; the decisions are shown on one page."""
    pages = {
        "reference/commands.md": commands(),
        "reference/plan.md": plan(),
        "reference/tables.md": tables(),
        "reference/python.md": python(),
        "reference/decisions.md": decisions(),
    }
    for name, text in pages.items():
        files.append(File.generated(config, name, content=text))
    page = calculator(DECISIONS.parents[1] / "report")
    files.append(File.generated(config, "poolprop-calculator.html", content=page))
    for name, picture in gallery().items():
        files.append(File.generated(config, name, content=picture))
    for file in [file for file in files if file.src_uri.startswith("decisions/")]:
        files.remove(file)
    return files


PLACES = (
    (r"\]\(decisions/[^)]*\)", "](reference/decisions.md)"),
    (r"\]\(\.\./config/README\.md[^)]*\)", "](reference/plan.md)"),
    (r"\]\(\.\./data/README\.md[^)]*\)", "](reference/tables.md)"),
    (r"\[([^]]*)\]\(\.\./[^)]*\)", r"\1"),  # other files of the repository: the words alone
)


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Lead links out of a page at the top to where the documentation shows what they mean."""
    if page.file.src_uri == "plots.md":
        shown = iter(gallery())
        markdown = BLOCK.sub(
            lambda found: f"{found[0]}\n![What it draws]({next(shown)})\n", markdown
        )
    if "/" not in page.file.src_uri:
        for link, place in PLACES:
            markdown = re.sub(link, place, markdown)
    return markdown


BLOCK = re.compile(r"```python\n(.*?)```\n", re.DOTALL)


@cache
def gallery() -> dict[str, bytes]:
    """Return the pictures that the code of the page on plots draws, each of its blocks one."""
    from poolprop.plots.style import written

    held: dict[str, Any] = {}
    pictures = {}
    for i, found in enumerate(BLOCK.finditer((DECISIONS.parent / "plots.md").read_text("utf-8"))):
        exec(found[1], held)  # our own page, which a test runs as well
        pictures[f"plots-{i + 1}.svg"] = written(held["ax"].figure, ".svg")
    return pictures


def commands() -> str:
    """Return the help of every command."""
    from poolprop.__main__ import parser

    top = parser()
    (actions,) = (a for a in top._actions if isinstance(a, argparse._SubParsersAction))
    parts = ["# Commands\n", _help(top)]
    for name, command in actions.choices.items():
        if name != "step":
            parts += [f"\n## poolprop {name}\n", _help(command)]
    return "\n".join(parts)


def _help(parser: argparse.ArgumentParser) -> str:
    return f"```text\n{parser.format_help().rstrip()}\n```\n"


def plan() -> str:
    """Return the keys of the plan, from its JSON Schema."""
    from poolprop.plan.parse import json_schema

    schema = json_schema()
    parts = ["# The plan: config/config.yaml\n", "Every key, from the schema that checks it.\n"]
    parts += _block("The whole plan", schema)
    for name, block in sorted(schema["$defs"].items()):
        if "properties" in block:
            parts += _block(name, block)
    return "\n".join(parts)


def _block(name: str, block: dict[str, Any]) -> list[str]:
    required = block.get("required", [])
    lines = [f"\n## {name}\n", block.get("description", ""), ""]
    lines += ["| key | what | default |", "| --- | --- | --- |"]
    for key, field in block["properties"].items():
        default = "required" if key in required else f"`{field.get('default', 'none')}`"
        text = field.get("description", "") or _kind(field)
        lines.append(f"| `{key}` | {text} {_choices(field)} | {default} |".replace("\n", " "))
    return lines


def _kind(field: dict[str, Any]) -> str:
    reference = str(field.get("$ref", "")) or str(field.get("additionalProperties", ""))
    return f"see {reference.split('/')[-1].rstrip(chr(39) + '}')}" if "/" in reference else ""


def _choices(field: dict[str, Any]) -> str:
    return ", ".join(f"`{choice}`" for choice in field.get("enum", []))


def tables() -> str:
    """Return the columns of every table, from the models that check them."""
    from poolprop.evidence.tables import TABLES

    parts = [
        "# The tables: data/\n",
        "Columns marked * hold terms of `vocabulary.csv`. A table with factors may have further",
        "columns, each a field of the vocabulary.\n",
    ]
    for model in TABLES.values():
        text = (model.__doc__ or "").strip().splitlines()[0]
        facts = [f"key `{', '.join(model.KEY)}`", "required" if model.REQUIRED else "may be absent"]
        facts += ["factors"] if model.FACTORS else []
        parts += [f"\n## {model.FILE}\n", f"{text} ({'; '.join(facts)})\n"]
        columns = [f"`{name}`{'*' if name in model.TERMS else ''}" for name in model.model_fields]
        parts.append(", ".join(columns))
    return "\n".join(parts)


def python() -> str:
    """Return the public functions, from their docstrings."""
    import poolprop

    names = sorted(name for name in poolprop.__all__ if not name.startswith("_"))
    lines = "\n\n".join(f"::: {_home(poolprop, name)}" for name in names)
    return f"# Python\n\n`import poolprop as pp`\n\n{lines}\n"


def _home(package: Any, name: str) -> str:
    return f"poolprop.{package._HOMES[name]}.{name}"


def decisions() -> str:
    """Return all pages of decisions as one."""
    texts = [path.read_text("utf-8").strip() for path in sorted(DECISIONS.glob("*.md"))]
    lowered = ["\n".join(_deeper(line) for line in text.splitlines()) for text in texts]
    return "# Decisions\n\n" + "\n\n".join(lowered) + "\n"


def _deeper(line: str) -> str:
    return f"#{line}" if line.startswith("#") else line
