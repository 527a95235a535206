"""`lienthong certify` in short loops: only what failed the last time, and no PDF."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from harness.catalogue.verdicts import Verdict
from harness.judge.report_schema import encoded
from tests.report.report_runs import build_run

LIENTHONG = (sys.executable, "-c", "from harness.cli import main; main()")


def call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [*LIENTHONG, "certify", "reference", *map(str, arguments), "--lang", "en"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def earlier(folder: Path, *verdicts: tuple[str, str, bool]) -> Path:
    came_to = {key: (Verdict(verdict), required) for key, verdict, required in verdicts}
    report = build_run(folder)
    entries = (
        msgspec.structs.replace(one, verdict=came_to[one.id][0], required=came_to[one.id][1])
        for one in report.requirements
        if one.id in came_to
    )
    report = msgspec.structs.replace(report, requirements=tuple(entries))
    (folder / "report.json").write_bytes(encoded(report))
    return folder


def test_what_failed_is_played_again_without_a_pdf(tmp_path: Path) -> None:
    run = earlier(
        tmp_path / "run", ("SND-01", "fail", True), ("SND-04", "inconclusive", True), ("RCV-06", "pass", True),
        ("RCV-09", "not_run", False),
    )  # fmt: skip
    done = call("--failed", run, "--no-pdf", "--out", tmp_path / "again")
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "again" / "report.json").read_text(encoding="utf-8"))
    assert {entry["id"] for entry in report["requirements"] if entry["required"]} == {"SND-01", "SND-04"}
    assert (tmp_path / "again" / "report.html").exists()
    assert not (tmp_path / "again" / "report.pdf").exists()


@pytest.mark.parametrize(("made", "sentence"), [(True, "nothing that failed"), (False, "There is no such folder")])
def test_where_nothing_failed_nothing_is_played(tmp_path: Path, made: bool, sentence: str) -> None:
    run = earlier(tmp_path / "run", ("SND-01", "pass", True)) if made else tmp_path / "run"
    done = call("--failed", run, "--out", tmp_path / "again")
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "again").exists()


def test_what_does_not_apply_says_why(tmp_path: Path) -> None:
    """The candidate of this name declares that it cannot take documents back."""
    command = [*LIENTHONG, "certify", "reference:knows-no-take-back", "--only", "OPS-03", "--no-pdf", "--lang", "en"]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "run")], capture_output=True, text=True, timeout=120, check=False
    )
    assert "OPS-03/sent  Not applicable: the candidate does not declare the capability" in done.stdout
    assert done.returncode != 0
