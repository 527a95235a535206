"""`lienthong replay` of what others hand over: their run starts nothing here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from harness.engine.known_runs import is_remembered, remember

LIENTHONG = (sys.executable, "-c", "from harness.cli import main; main()")
DECLARATION = """
schema: lienthong.candidate/1
candidate: {name: A, version: "1", vendor: B}
agency: {organ_id: 000.00.00.H41, organ_name: C}
driver: {kind: command, argv: ["touch", "started"]}
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "candidate.yaml").write_text(DECLARATION, encoding="utf-8")
    content = {"source": str(folder / "candidate.yaml"), "seed": 1, "profile": {"source": "qcvn102-2022"}}
    (folder / "run.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def replay(run: Path) -> subprocess.CompletedProcess[str]:
    command = [*LIENTHONG, "replay", str(run), "SND-01", "--out", str(run.parent / "again"), "--lang", "en"]
    return subprocess.run(command, cwd=run.parent, capture_output=True, text=True, timeout=60, check=False)


def test_a_run_of_another_user_starts_no_program(run: Path) -> None:
    done = replay(run)
    assert done.returncode == 2
    assert "give the candidate to replay with --candidate" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (run.parent / "started").exists()


def test_a_run_of_ones_own_is_known_until_it_is_changed(run: Path, tmp_path: Path) -> None:
    assert not is_remembered(run, tmp_path)
    remember(run, tmp_path)
    assert is_remembered(run, tmp_path)
    (run / "run.json").write_text(
        (run / "run.json").read_text().replace("SND", "RCV").replace('"seed": 1', '"seed": 2')
    )
    assert not is_remembered(run, tmp_path)
    assert not is_remembered(run / "gone", tmp_path)
