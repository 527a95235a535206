"""A sealed run that was packed: checked like a folder, and nothing hides in the archive."""

import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.catalogue.errors import ConfigurationError
from harness.seal.verification import verify
from tests.report.seal_tampering import KEY, WAYS, codes, link_in, sealed_run


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed run that the tests copy."""
    return sealed_run(tmp_path_factory.mktemp("pristine") / "run")


@pytest.fixture
def run(pristine: Path, tmp_path: Path) -> Path:
    """A copy of a sealed run, to be tampered with."""
    return Path(shutil.copytree(pristine, tmp_path / "run"))


def zipped(run: Path, target: Path) -> Path:
    """Pack a run as zip, in a folder of its own."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(run.rglob("*")):
            archive.write(path, Path(run.name) / path.relative_to(run))
    return target


def tarred(run: Path, target: Path) -> Path:
    """Pack a run as tar.gz, without a folder."""
    with tarfile.open(target, "w:gz") as archive:
        archive.add(run, ".")
    return target


@pytest.mark.parametrize(("pack", "name"), [(zipped, "run.zip"), (tarred, "run.tar.gz")])
def test_bundle_is_checked_like_a_folder(run: Path, pack: Callable[[Path, Path], Path], name: str) -> None:
    assert codes(pack(run, run.parent / name), KEY) == []
    swap_events, expected = WAYS["events moved"]
    swap_events(run)
    assert codes(pack(run, run.parent / f"b-{name}"), KEY) == [expected]


def test_archive_with_doubled_and_climbing_names_is_refused_without_unpacking(run: Path) -> None:
    bundle = zipped(run, run.parent / "run.zip")
    with zipfile.ZipFile(bundle, "a") as archive:
        archive.writestr("run/../../evil.txt", "x")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("run/run.json", "{}")
    assert codes(bundle) == ["entry-doubled run.json", "file-added ../../evil.txt"]
    assert not (run.parent.parent / "evil.txt").exists()


def test_entries_that_hide_something_are_named_one_by_one(run: Path) -> None:
    bundle = zipped(run, run.parent / "run.zip")
    with zipfile.ZipFile(bundle, "a") as archive:
        archive.writestr("run/hidden/", b"content of a folder")
        archive.writestr("run/void/", b"")
        archive.writestr("run/locked.txt", "x")
    content = bytearray(bundle.read_bytes())
    place = content.rindex(b"run/locked.txt") - 46  # its entry in the central directory
    content[place + 8] |= 1
    bundle.write_bytes(content)
    assert codes(bundle) == ["folder-with-content hidden", "entry-encrypted locked.txt", "folder-empty hidden",
                             "folder-empty void"]  # fmt: skip


@pytest.mark.parametrize("change", [b"\xff" * 40, b""])
def test_damaged_archive_is_one_sentence(run: Path, change: bytes) -> None:
    bundle = tarred(run, run.parent / "run.tar.gz")
    content = bundle.read_bytes()
    half = len(content) // 2
    bundle.write_bytes(content[:half] + change)
    with pytest.raises(ConfigurationError) as caught:
        verify(bundle)
    assert caught.value.code in {"verify.bad-archive", "verify.no-archive"}


def test_tar_with_a_link_is_refused(run: Path) -> None:
    link_in(run)
    assert codes(tarred(run, run.parent / "run.tar.gz"))[0] == "file-added run.json"
