"""`lienthong records` as a user meets it: outputs, exit statuses, runs, and the vectors that `export` writes."""

import json
import os
import subprocess
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from lxml import etree

from harness.journal import Journal
from harness.journal.recorder import VIETNAM
from harness.vectors.kept.base import KeptCase, base
from harness.vectors.kept.documents import IN, OUT, made
from tests.cli.called import called
from tests.journal.told_events import fact
from tests.records.records_rig import laid_out

NOW = datetime.now(VIETNAM)


def call(*arguments: str | Path, language: str = "en") -> subprocess.CompletedProcess[str]:
    done = called(*arguments, environment={**os.environ, "LIENTHONG_LANG": language})
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def placed(case: KeptCase, tmp_path: Path) -> tuple[Path, Path]:
    """Write a case and return the folders of its export and its packages."""
    vector = made(case)
    return laid_out(vector.export, tmp_path / "export"), laid_out(vector.packages, tmp_path / "edxml")


def test_a_good_export_passes(tmp_path: Path) -> None:
    export, packages = placed(base(NOW), tmp_path)
    done = call("records", export, "--edxml", packages)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"✓ {export}: records export, pass")
    assert "2 are of the 2 documents exchanged" in done.stdout
    assert "Nothing to check for: ARC-16, ARC-20, ARC-21." in done.stdout


def test_a_bad_export_fails_with_place_and_remedy(tmp_path: Path) -> None:
    export, packages = placed(base(NOW).row(OUT, CodeNumber="45/UBND-VX"), tmp_path)
    done = call("records", export, "--edxml", packages, "--verbose", language="vi")
    assert done.returncode == 1
    assert "ARC-03" in done.stdout
    assert "records.json: outgoing[1]/CodeNumber" in done.stdout
    assert "→ Ghi số vào CodeNumber, ký hiệu vào CodeNotation." in done.stdout


def test_every_form_tells_the_same(tmp_path: Path) -> None:
    export, packages = placed(base(NOW).row(IN, ArrivalNumber=""), tmp_path)
    arguments = ("records", export, "--edxml", packages)
    whole = json.loads(call(*arguments, "--format", "json").stdout)
    assert (whole["schema"], whole["verdict"], whole["complete"]) == ("lienthong.findings/2", "fail", True)
    (row,) = whole["files"]
    assert (row["kind"], row["verdict"], row["records"], row["compared"]) == ("records_export", "fail", 3, 2)
    (finding,) = row["findings"]
    assert (finding["code"], finding["expected"]) == ("ARC-02.missing", "ArrivalNumber")
    assert json.loads(call(*arguments, "--format", "jsonl").stdout) == row
    done = call(*arguments, "--format", "junit")
    suite = etree.fromstring(done.stdout.encode())
    assert (done.returncode, suite.get("failures")) == (1, "1")
    assert suite[0].get("name") == "lienthong records"


def test_an_export_in_a_zip_is_one(tmp_path: Path) -> None:
    export, packages = placed(base(NOW), tmp_path)
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for path in sorted(export.rglob("*")):
            target.write(path, f"export/{path.relative_to(export)}")
    done = call("records", archive, "--edxml", packages, "--quiet")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def recorded(tmp_path: Path) -> tuple[Path, Path]:
    """A run in which one document was sent and another fetched; and an export of both."""
    case = base(NOW)
    run = tmp_path / "run"
    journal = Journal(run)
    came, left = (journal.blob(case.packages[name]) for name in ("received", "sent"))
    journal.record(fact("stimulus", {"good": True, "document_id": "r", "blob": came}))
    journal.record(fact("delivered", {"document_id": "r", "receiver_doc_id": "1"}))
    fetched = {"receiver_doc_id": "1", "complete": True}
    journal.record(fact("answer", {"request": 0, "effect": {"fetched": fetched}}))
    asked = journal.record(fact("request", {"operation": "sendEdoc", "package": {"blob": left}}))
    journal.record(fact("answer", {"request": asked.seq, "effect": {"accepted": {"hub_id": "x"}}}))
    refused = journal.record(
        fact("request", {"operation": "sendEdoc", "package": {"blob": journal.blob(b"not taken")}})
    )
    journal.record(fact("answer", {"request": refused.seq, "effect": {}}))
    journal.close()
    export, _ = placed(case, tmp_path)
    return run, export


def test_records_are_compared_with_a_run(recorded: tuple[Path, Path]) -> None:
    run, export = recorded
    done = call("records", export, "--run", run)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 are of the 2 documents exchanged" in done.stdout


def test_records_are_compared_with_a_packed_run(recorded: tuple[Path, Path], tmp_path: Path) -> None:
    run, export = recorded
    archive = tmp_path / "run.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for path in sorted(run.rglob("*")):
            target.write(path, f"run/{path.relative_to(run)}")
    done = call("records", export, "--run", archive)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 are of the 2 documents exchanged" in done.stdout


def test_a_run_that_was_edited_is_no_evidence(recorded: tuple[Path, Path]) -> None:
    run, export = recorded
    journal = run / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"good":true', b'"good":"no"'))
    done = call("records", export, "--run", run)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("records",),
        ("records", "/nowhere.json"),
        ("records", ".", "--edxml", "/nowhere"),
        ("records", ".", "--run", "/nowhere"),
        ("records", ".", "--run", "."),
        ("records", ".", "--at", "soon"),
        ("records", ".", "--profile", "none"),
        ("records", ".", "--format", "pdf"),
    ],
)
def test_a_call_that_cannot_be_understood_is_one_sentence(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    monkeypatch.chdir(tmp_path)
    done = call(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("lienthong")
    assert done.stderr.count("\n") == 1


def test_an_empty_folder_is_inconclusive(tmp_path: Path) -> None:
    done = call("records", tmp_path)
    assert done.returncode == 4
    assert "ARC-14 (undecided)" in done.stdout


def test_a_package_that_cannot_be_read_is_named_and_left_out(tmp_path: Path) -> None:
    export, packages = placed(base(NOW), tmp_path)
    (packages / "broken.edxml").write_bytes(b"<x")
    done = call("records", export, "--edxml", packages)
    assert done.returncode == 0
    assert done.stderr.count("broken.edxml") == 1


@pytest.mark.parametrize("requirement", ["ARC-03", "ARC-25"])
def test_exported_vectors_are_what_they_say(requirement: str, tmp_path: Path) -> None:
    assert call("export", requirement, "--out", tmp_path).returncode == 0
    folders = sorted(path for path in (tmp_path / requirement).iterdir() if path.is_dir())
    note = (tmp_path / requirement / "README.md").read_text(encoding="utf-8")
    assert len(folders) >= 3
    for folder in folders:
        assert f"`{folder.name}`" in note
        done = call("records", folder / "export", "--edxml", folder / "edxml", "--format", "json")
        found = json.loads(done.stdout)["files"][0]["findings"]
        given = {one["code"] for one in found} - {"ARC-24.folder-name"}  # the folder is not called as the package
        assert given == ({note.split(f"`{folder.name}` (bad, ")[1].split(")")[0]} if "bad" in folder.name else set())


def test_explain_tells_of_a_code_and_of_its_vectors() -> None:
    done = call("explain", "ARC-03")
    assert done.returncode == 0
    assert "lienthong export ARC-03" in done.stdout
    assert call("explain", "ARC-19.no-original").returncode == 0
    assert call("export", "ARC-99").returncode == 2
