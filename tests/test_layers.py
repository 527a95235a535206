"""The shape of the code: imports run downwards only, files stay short, functions stay simple."""

import os
import subprocess
import sys
from pathlib import Path

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
