"""The shape of the code: imports run downwards only, files stay short, functions stay simple."""

import ast
import os
import subprocess
import sys
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[1]
LONGEST_FILE = 400
SOURCES = sorted((ROOT / "harness").rglob("*.py"))


def _tool(*command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", env=environment, check=False)


def test_imports_run_downwards_only() -> None:
    script = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = _tool(sys.executable, "-c", script, "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_the_linter_passes_functions_too_long_or_too_branched_included() -> None:
    done = _tool(sys.executable, "-m", "ruff", "check", "--no-cache", "harness")
    assert done.returncode == 0, done.stdout


def test_the_linter_knows_the_limits_of_a_function() -> None:
    done = _tool(sys.executable, "-m", "ruff", "check", "--show-settings", "harness")
    for rule in ("C901", "PLR0912", "PLR0915"):
        assert f"({rule})" in done.stdout
    assert "linter.mccabe.max_complexity = 10" in done.stdout


@pytest.mark.parametrize("source", SOURCES, ids=[str(path.relative_to(ROOT)) for path in SOURCES])
def test_a_file_stays_short(source: Path) -> None:
    assert len(source.read_text(encoding="utf-8").splitlines()) < LONGEST_FILE


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    assert [path for path in SOURCES if {path.stem, path.parent.name} & empty] == []


def test_no_file_imports_itself_by_way_of_others() -> None:
    graph = grimp.build_graph("harness", exclude_type_checking_imports=False, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert "harness.agency.core" in imports["harness.agency.component"]
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as circle:
        pytest.fail(f"expected no import circle, got {' <- '.join(circle.args[1])}")


def test_terminal_and_environment_are_read_by_the_fronts_alone() -> None:
    ambient = {"environ", "environb", "getenv", "stdin", "stdout", "stderr", "argv", "isatty"}
    fronts = {ROOT / "harness" / "cli", ROOT / "harness" / "pytesting"}
    found = [
        f"{source.relative_to(ROOT)}:{node.lineno}"
        for source in SOURCES
        if fronts.isdisjoint(source.parents)
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in {"os", "sys"}
        and node.attr in ambient
    ]
    assert found == []


def test_no_class_name_occurs_twice() -> None:
    places = defaultdict(list)
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{source.relative_to(ROOT)}:{node.lineno}")
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
