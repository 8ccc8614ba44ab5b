"""The architecture, as a test: imports run one way, and start-up loads nothing heavy."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# Leaves that import nothing but one another: any layer may write a number, place it on an axis,
# fill it into a sentence, or say on which data something was judged.
ANYWHERE = {"axes", "formats", "sentences", "judged"}
# Each layer may import itself, a leaf, and what stands in its set.
MAY_IMPORT = {
    "_version": set(),
    "errors": set(),
    "axes": set(),
    "formats": set(),
    "sentences": set(),
    "judged": set(),
    "hints": set(),
    "keys": set(),
    "spreadsheet": set(),
    "files": {"errors", "spreadsheet"},
    "installation": {"errors"},
    "plan": {"characters", "errors", "hints", "reading"},
    "stats": {"errors"},
    "library": {"errors", "hints", "stats"},  # before the public functions
    "characters": set(),
    "reading": {"characters", "errors", "hints"},
    "evidence": {"characters", "errors", "hints", "files", "reading", "plan", "stats"},
    "audit": {"errors", "hints", "files", "installation", "plan", "_version"},
    "review": {"errors", "plan", "evidence"},
    "synthesis": {"errors", "plan", "stats"},
    "crosscheck": {"errors", "files"},  # the second engine knows nothing of the first
    "workflow": {"errors", "installation", "plan"},
    "embedded": {"errors"},
    "atlas": {"errors", "files", "plan", "shards", "spreadsheet", "stats"},
    "tables": {"errors", "evidence", "plan"},
    "plots": {"errors", "files", "library", "report", "stats"},  # stats when called
    "report": {"errors", "files", "plan", "_version"},
    "steps": {
        "errors", "files", "plan", "review", "evidence", "synthesis", "crosscheck",
        "atlas", "embedded", "shards", "tables", "plots", "report", "audit", "installation",
        "workflow",
    },
    "checking": {"errors", "files", "spreadsheet", "plan", "review", "evidence"},
    "exporting": {
        "crosscheck", "errors", "spreadsheet", "files", "plan", "plots", "report", "review",
        "evidence",
    },
    "importing": {"errors", "files", "keys", "plan", "evidence", "reading"},
    "shards": {"errors", "files"},
    "cli": {
        "audit", "embedded", "checking", "errors", "evidence", "exporting", "files", "importing",
        "installation", "plan", "reading", "report", "review", "shards", "stats",
        "workflow", "_version",
    },
    "__main__": {"audit", "cli", "errors", "steps", "_version"},
}  # fmt: skip

# The rooms of the engine (a folder each, or a file beside the folders). Each may import itself and
# those on lower floors; only the files on the floor of the sets may import one another.
SETS = {"design", "estimates", "measures", "priors", "sets"}
STATS = [
    {"_types"}, {"inputs"}, {"numeric"}, SETS, {"likelihoods"}, {"fits"}, {"answers"},
    {"analyses", "arms"},
]  # fmt: skip


def layer(name: str) -> str:
    return name.split(".")[1] if "." in name else "poolprop"


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "poolprop":
                yield from (f"poolprop.{alias.name}" for alias in node.names)
            else:
                yield node.module


def modules(repo: Path) -> Iterator[tuple[str, Path]]:
    root = repo / "src" / "poolprop"
    for path in sorted(root.rglob("*.py")):
        here = path.relative_to(root).parts[0].removesuffix(".py")
        if here != "__init__":
            yield here, path


def test_every_module_belongs_to_a_layer(repo):
    assert {here for here, _ in modules(repo)} == set(MAY_IMPORT)


def test_imports_point_down(repo):
    upward = [
        f"{path.relative_to(repo)} imports {name}"
        for here, path in modules(repo)
        for name in imports(path)
        if name.startswith("poolprop.") and layer(name) not in MAY_IMPORT[here] | {here} | ANYWHERE
    ]
    assert upward == []


MAP = re.compile(r"(?<=<!-- map -->\n).*?(?=<!-- end of map -->)", re.DOTALL)


def floor(name: str) -> int:
    return max((floor(other) + 1 for other in MAY_IMPORT[name]), default=0)


def drawn_map(repo: Path) -> str:
    """Return the layers as a table of Markdown, the command line first, each with its docstring."""
    rows = ["| floor | `poolprop.` | what it is |", "| --- | --- | --- |"]
    for name in sorted(MAY_IMPORT, key=lambda name: (-floor(name), name)):
        path = repo / "src" / "poolprop" / name
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        said = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n")[0]
        rows.append(f"| {floor(name)} | `{name}` | {said.replace('``', '`')} |")
    return "\n".join(rows) + "\n"


def test_the_map_for_newcomers_is_that_of_the_layers(repo):
    drawn = MAP.search((repo / "CONTRIBUTING.md").read_text("utf-8"))
    assert drawn is not None
    shown, wanted = (re.findall(r"^(\|[^|]*\|[^|]*\|)", one, re.MULTILINE) for one in
                     (drawn[0], drawn_map(repo)))  # fmt: skip
    assert shown == wanted, "run: python tests/unit/test_layers.py"


def defined(path: Path) -> set[str]:
    """Return the names that a module has: what it assigns, defines and imports, and its files."""
    found = {each.stem for each in path.parent.iterdir()} if path.stem == "__init__" else set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name for alias in node.names}
    return found


def test_benchmarks_import_what_there_is(repo):
    """What a script falls back on under an earlier version, in ``except``, is not asked for."""
    missing, asked = [], 0
    for path in sorted((repo / "benchmarks").glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        spared = {
            each
            for node in ast.walk(tree)
            if isinstance(node, ast.ExceptHandler)
            for each in ast.walk(node)
        }
        for node in set(ast.walk(tree)) - spared:
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("poolprop."):
                at = repo.joinpath("src", *str(node.module).split("."))
                at = at / "__init__.py" if at.is_dir() else at.with_suffix(".py")
                names = {alias.name for alias in node.names}
                asked += len(names)
                lost = names - defined(at) if at.exists() else names
                missing += [f"{path.name}: {node.module}.{name}" for name in lost]
    assert asked > 20
    assert missing == []


def files_imported(repo: Path) -> dict[str, set[str]]:
    """Return what each file imports of the others, for type checking and inside functions too."""
    root = repo / "src" / "poolprop"
    names = {}
    for path in root.rglob("*.py"):
        parts = path.relative_to(root.parent).with_suffix("").parts
        names[".".join(parts).removesuffix(".__init__")] = path
    found: dict[str, set[str]] = {}
    for name, path in names.items():
        wanted = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                wanted |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                inner = {f"{node.module}.{alias.name}" for alias in node.names} & names.keys()
                wanted |= inner or {node.module}
        found[name] = (wanted & names.keys()) - {name, "poolprop"}
    del found["poolprop"]  # the door names everything
    return found


def test_the_rooms_of_the_engine_point_down(repo):
    height = {room: floor for floor, rooms in enumerate(STATS) for room in rooms}
    above = "poolprop.stats."
    found = {
        (name.removeprefix(above).split(".")[0], other.removeprefix(above).split(".")[0], name)
        for name, wanted in files_imported(repo).items()
        if name.startswith(above)
        for other in wanted
        if other.startswith(above)
    }
    assert {room for room, _, _ in found} <= height.keys()
    assert {other for _, other, _ in found} <= height.keys()
    upward = [
        f"{name} imports {other}"
        for room, other, name in sorted(found)
        if room != other and height[other] >= height[room] and not {room, other} <= SETS
    ]
    assert upward == []


def circles(graph: dict[str, set[str]]) -> list[str]:
    """Return the files that are left when those that import nothing are taken away in turn."""
    left = {name: set(wanted) for name, wanted in graph.items()}
    while bottom := {name for name, wanted in left.items() if not wanted}:
        left = {name: wanted - bottom for name, wanted in left.items() if name not in bottom}
    while top := left.keys() - {each for wanted in left.values() for each in wanted}:
        left = {name: wanted for name, wanted in left.items() if name not in top}
    return sorted(left)


def test_no_file_imports_itself_by_way_of_others(repo):
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["b", "c"]
    assert circles(files_imported(repo)) == []


def test_no_two_test_modules_share_a_name(repo):
    """Pytest collects modules by name: of two with one name it runs the first alone."""
    names = [
        path.name
        for path in (repo / "tests").rglob("test_*.py")
        if "node_modules" not in path.parts
    ]
    assert len(names) > 100
    assert sorted(set(names)) == sorted(names)


def test_the_command_line_starts_without_anything_heavy():
    heavy = {"numpy", "pandas", "scipy", "statsmodels", "matplotlib", "pydantic"}
    code = f"import poolprop.__main__, sys; print(sorted({heavy!r} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"


if __name__ == "__main__":
    here = Path(__file__).parents[2]
    text = (here / "CONTRIBUTING.md").read_text("utf-8")
    (here / "CONTRIBUTING.md").write_text(MAP.sub(lambda _: drawn_map(here), text), "utf-8")
