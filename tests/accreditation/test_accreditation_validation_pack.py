"""The validation pack: what is in it, and that every change of it is told."""

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from harness.accreditation import bill_of_materials
from harness.report.selftest_summary import program_digest, sources_digest
from harness.seal.laboratory_folder import create_laboratory
from tests.cli.called import called


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("accreditation") / "lab"
    create_laboratory(folder, name="Trung tâm X")
    return folder


@pytest.fixture(scope="module")
def pack(laboratory: Path) -> Path:
    matrix = laboratory.parent / "matrix.json"
    matrix.write_text(json.dumps({"schema": "lienthong.selftest/1", "sources": sources_digest()}))
    made = _called(laboratory, "accreditation", laboratory.parent / "pack.zip", "--matrix", matrix)
    assert made.returncode == 0, made.stderr.decode()
    return laboratory.parent / "pack.zip"


def _called(laboratory: Path | None, *words: object) -> CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LIENTHONG")}
    return called(*words, environment=environment | ({"LIENTHONG_LABORATORY": str(laboratory)} if laboratory else {}))


def test_it_holds_what_an_accreditation_body_asks_for(pack: Path) -> None:
    with zipfile.ZipFile(pack) as archive:
        read = {name: archive.read(name) for name in archive.namelist()}
    assert {"pack.json", "pack.jws", "versions.json", "sbom.cdx.json", "selftest.json", "selftest-matrix.json",
            "coverage-qcvn102-2025.json"} <= read.keys()  # fmt: skip
    sbom = json.loads(read["sbom.cdx.json"])
    assert (sbom["bomFormat"], sbom["specVersion"]) == ("CycloneDX", "1.6")
    assert sbom["metadata"]["component"]["hashes"][0]["content"] == program_digest()
    names = {one["name"] for one in sbom["components"]}
    assert {"lxml", "cryptography", "signxml"} <= names
    assert "pytest" not in names
    refs = {one["bom-ref"] for one in sbom["components"]} | {sbom["metadata"]["component"]["bom-ref"]}
    assert {one["ref"] for one in sbom["dependencies"]} == refs
    assert all(set(one["dependsOn"]) <= refs for one in sbom["dependencies"])
    assert json.loads(read["versions.json"])["program"] == program_digest()


def _edited(files: dict[str, bytes]) -> None:
    files["selftest.json"] = files["selftest.json"].replace(b"130", b"131")


def _removed(files: dict[str, bytes]) -> None:
    del files["versions.json"]


def _added(files: dict[str, bytes]) -> None:
    files["more.json"] = b"{}"


def _relisted(files: dict[str, bytes]) -> None:
    files["pack.json"] = files["pack.json"].replace(b"Trung", b"Trang")


@pytest.mark.parametrize(
    ("change", "name"),
    [(_edited, "selftest.json"), (_removed, "versions.json"), (_added, "more.json"), (_relisted, "pack.jws")],
)
def test_every_change_is_told(
    laboratory: Path, pack: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None], name: str
) -> None:
    with zipfile.ZipFile(pack) as archive:
        files = {one: archive.read(one) for one in archive.namelist()}
    change(files)
    with zipfile.ZipFile(tmp_path / "changed.zip", "w") as archive:
        for one, content in files.items():
            archive.writestr(one, content)
    told = _called(None, "accreditation", tmp_path / "changed.zip", "--check", "--key", laboratory / "lab.crt")
    assert told.returncode == 1
    assert name in told.stdout.decode()


def test_who_signed_is_told_and_what_is_no_pack(laboratory: Path, pack: Path, tmp_path: Path) -> None:
    known = _called(None, "accreditation", pack, "--check", "--key", laboratory / "lab.crt")
    assert (known.returncode, "«Trung tâm X»" in known.stdout.decode()) == (0, True)
    assert _called(None, "accreditation", pack, "--check").returncode == 4
    create_laboratory(tmp_path / "other", name="Y")
    other = _called(None, "accreditation", pack, "--check", "--key", tmp_path / "other" / "lab.crt")
    assert other.returncode == 1
    (tmp_path / "x.zip").write_bytes(b"PK")
    assert _called(None, "accreditation", tmp_path / "x.zip", "--check").returncode == 2
    assert _called(None, "accreditation", tmp_path / "y.zip").returncode == 2  # no key
    stale = tmp_path / "stale.json"
    stale.write_text(json.dumps({"schema": "lienthong.selftest/1", "sources": "0"}))
    assert _called(laboratory, "accreditation", tmp_path / "y.zip", "--matrix", stale).returncode == 2


def test_a_harness_that_is_not_installed_knows_no_libraries(
    laboratory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bill_of_materials, "PROJECT", "khong-co")
    told = _called(laboratory, "accreditation", tmp_path / "y.zip")
    assert told.returncode == 2
    assert "pip install" in told.stderr.decode()
