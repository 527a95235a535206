"""From arguments to packages: folders, archives, standard input, and what cannot be read."""

import gzip
import io
import os
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest

from harness.catalogue.parameters import Limits
from harness.catalogue.profiles import load_profile
from harness.validation.archive_marks import looks_like_archive
from harness.validation.sources import count_of, shown, units_of
from harness.validation.units import BytesUnit, FileUnit, ProblemUnit, SkippedUnit, Unit
from harness.vectors.packages.base import DocumentIdentity, document

LIMITS: Limits = load_profile("qcvn102-2022").parameters.limits
PACKAGE = document(DocumentIdentity()).written()


def units(*arguments: Path | str, given: bytes = b"") -> list[Unit]:
    return list(units_of([str(argument) for argument in arguments], io.BytesIO(given), LIMITS))


def zipped(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, entries: dict[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in entries.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def test_a_named_file_is_taken_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "goi-tin"
    path.write_bytes(PACKAGE)
    (unit,) = units(path)
    assert isinstance(unit, FileUnit)
    assert unit.path == str(path)


def test_a_body_of_a_run_is_read_by_its_digest_also_where_it_is_gzipped(tmp_path: Path) -> None:
    body = tmp_path / "blobs" / ("0a" * 32)
    body.parent.mkdir()
    packed = body.with_name(f"{body.name}.gz")
    packed.write_bytes(gzip.compress(PACKAGE))
    (unit,) = units(body)
    assert isinstance(unit, BytesUnit)
    assert (unit.data, unit.label) == (PACKAGE, str(body))
    packed.write_bytes(b"no gzip")
    (unit,) = units(body)
    assert isinstance(unit, ProblemUnit)
    assert unit.code == "PKG-01.archive-damaged"
    packed.unlink()
    (unit,) = units(body)
    assert isinstance(unit, ProblemUnit)
    assert unit.code == "PKG-01.file-unreadable"


def test_a_folder_is_read_to_the_bottom_in_order(tmp_path: Path) -> None:
    for name in ("b/2.edxml", "a/1.xml", "a/deep/er/3.EDXML", "c.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(PACKAGE)
    found = units(tmp_path)
    assert [Path(unit.label).name for unit in found if isinstance(unit, FileUnit)] == ["1.xml", "3.EDXML", "2.edxml"]
    assert [Path(unit.label).name for unit in found if isinstance(unit, SkippedUnit)] == ["c.txt"]
    assert count_of([str(tmp_path)]) == 3


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_archives_are_opened(tmp_path: Path, kind: str) -> None:
    entries = {"a/1.edxml": PACKAGE, "readme.txt": b"x", "2.xml": PACKAGE}
    path = tmp_path / f"kho.{kind}"
    made = zipped(path, entries) if kind == "zip" else tarred(path, entries, "w:gz" if kind == "tar.gz" else "w")
    found = units(made)
    assert [unit.label for unit in found] == [f"{made}!/{name}" for name in entries]
    assert [unit.data for unit in found if isinstance(unit, BytesUnit)] == [PACKAGE, PACKAGE]
    assert found == units(tmp_path)
    assert count_of([str(made)]) is None
    assert [type(unit) for unit in units("-", given=made.read_bytes())] == [type(unit) for unit in found]


def test_standard_input_is_one_package() -> None:
    assert units("-", given=PACKAGE) == [BytesUnit("-", PACKAGE, "")]


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_names_with_paths_do_no_harm_and_are_reported(tmp_path: Path, kind: str) -> None:
    hostile = ("../../../../tmp/slip.edxml", "/etc/slip.edxml", "C:\\slip.edxml", "a\\..\\..\\slip.xml")
    entries = dict.fromkeys((*hostile, "a..b/c..edxml"), PACKAGE)
    before = set(tmp_path.parent.rglob("*"))
    path = tmp_path / f"slip.{kind}"
    found = units(zipped(path, entries) if kind == "zip" else tarred(path, entries, "w"))
    assert set(tmp_path.parent.rglob("*")) - before == {path}
    assert all(isinstance(unit, BytesUnit) and unit.data == PACKAGE for unit in found)
    reported = [[(one.code, one.received) for one in unit.aside] for unit in found if isinstance(unit, BytesUnit)]
    assert reported == [*([("PKG-01.entry-path", name)] for name in hostile), []]


@pytest.mark.parametrize("name", ["../x.txt", "/x/", "../x.zip"])
def test_a_name_with_a_path_is_reported_of_what_is_no_package_too(tmp_path: Path, name: str) -> None:
    (unit,) = units(zipped(tmp_path / "slip.zip", {name: b""}))
    assert isinstance(unit, ProblemUnit)
    assert (unit.code, unit.detail) == ("PKG-01.entry-path", name)


def test_an_archive_in_an_archive_is_skipped_and_named(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", {"1.edxml": PACKAGE})
    outer = zipped(tmp_path / "outer.zip", {"inner.zip": inner.read_bytes()})
    assert units(outer) == [SkippedUnit(f"{outer}!/inner.zip", archive=True)]


BESIDE = ["__MACOSX/a/._1.edxml", "a/._1.edxml", ".DS_Store", "Thumbs.db", "a/desktop.ini", "~$1.xml", "1.pdf"]


@pytest.mark.parametrize("kind", ["zip", "tar", "folder"])
def test_files_that_are_not_packages_are_skipped_and_counted(tmp_path: Path, kind: str) -> None:
    held = {**dict.fromkeys(BESIDE, b"\0\5\x16\7"), "a/1.edxml": PACKAGE}
    path = tmp_path / "store"
    if kind == "folder":
        for name, content in held.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
    else:
        path = zipped(path, held) if kind == "zip" else tarred(path, held, "w")
    found = units(path)
    assert sum(isinstance(unit, SkippedUnit) for unit in found) == len(BESIDE)
    assert [unit.label.rpartition("store")[2].lstrip("!/") for unit in found if not isinstance(unit, SkippedUnit)] == [
        "a/1.edxml"
    ]


def test_what_is_named_is_checked_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "._1.edxml"
    path.write_bytes(PACKAGE)
    assert [type(unit) for unit in units(path)] == [FileUnit]


def test_links_devices_and_sparse_files_are_reported_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "links.tar"
    kinds = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE)
    with tarfile.open(path, "w") as archive:
        for kind in kinds:
            info = tarfile.TarInfo(f"{kind!r}.edxml")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        sparse = tarfile.TarInfo("sparse.edxml")
        sparse.pax_headers = {"GNU.sparse.map": "0,0", "GNU.sparse.size": str(LIMITS.package_bytes)}
        archive.addfile(sparse)
    found = [unit for unit in units(path) if isinstance(unit, ProblemUnit)]
    assert {unit.code for unit in found} == {"PKG-01.entry-special"}
    assert [unit.detail for unit in found] == ["l → /etc/passwd", "h → /etc/passwd", "c", "b", "p", "S"]


def test_a_link_in_a_zip_is_reported_and_not_read(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("1.edxml")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    (unit,) = units(tmp_path)
    assert isinstance(unit, ProblemUnit)
    assert unit.code == "PKG-01.entry-special"


def test_an_entry_that_expands_beyond_measure_is_not_expanded(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bomb.zip", {"1.edxml": bytes(LIMITS.package_bytes + 1), "2.edxml": PACKAGE})
    bomb, good = units(path)
    assert isinstance(bomb, ProblemUnit)
    assert bomb.code == "PKG-10.member"
    assert isinstance(good, BytesUnit)


def test_a_tar_entry_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    header = tarfile.TarInfo("1.edxml")
    header.size = LIMITS.package_bytes + 1
    path = tmp_path / "long.tar"
    path.write_bytes(header.tobuf())
    (unit, *_) = units(path)
    assert isinstance(unit, ProblemUnit)
    assert unit.code == "PKG-10.member"


def test_a_tar_header_that_claims_gigabytes_is_refused(tmp_path: Path) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 8 * 1024**3 - 1
    path = tmp_path / "name.tar"
    path.write_bytes(header.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    (unit,) = units(path)
    assert isinstance(unit, ProblemUnit)
    assert unit.code == "PKG-01.archive-damaged"


def test_a_zip_directory_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "directory.zip"
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0x7FFFFFFF, 0, 0)
    path.write_bytes(b"PK\x03\x04" + bytes(100) + end)
    (unit,) = units(path)
    assert isinstance(unit, ProblemUnit)
    assert unit.code == "PKG-10.member"


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04" + bytes(40),
        zlib.compress(b"x") * 3,
        b"\x1f\x8b\x08\0" + bytes(30),
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + zlib.compress(b"not a tar" * 1000)[2:-4],
    ],
)
def test_a_damaged_archive_is_one_problem(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "damaged.zip"
    path.write_bytes(content)
    (unit,) = units(path)
    if looks_like_archive(content):
        assert isinstance(unit, ProblemUnit)
        assert unit.code == "PKG-01.archive-damaged"
    else:
        assert isinstance(unit, FileUnit)


def test_a_cut_archive_gives_what_could_be_read(tmp_path: Path) -> None:
    whole = tarred(tmp_path / "whole.tar", {f"{n}.edxml": PACKAGE for n in range(5)}, "w").read_bytes()
    path = tmp_path / "cut.tar"
    path.write_bytes(whole[: len(whole) // 2])
    found = units(path)
    assert isinstance(found[0], BytesUnit)
    assert isinstance(found[-1], ProblemUnit)


def test_an_encrypted_zip_entry_is_one_problem(tmp_path: Path) -> None:
    path = zipped(tmp_path / "secret.zip", {"1.edxml": PACKAGE, "2.edxml": PACKAGE})
    data = bytearray(path.read_bytes())
    for sign, offset in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        data[data.index(sign) + offset] |= 1
    path.write_bytes(data)
    assert [type(unit) for unit in units(path)] == [ProblemUnit, BytesUnit]


def test_a_path_that_is_not_a_file_is_a_problem(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.edxml"
    os.mkfifo(pipe)
    (unit,) = units(tmp_path)
    assert isinstance(unit, ProblemUnit)
    assert unit.code == "PKG-01.file-unreadable"


def test_a_vanished_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.edxml").symlink_to(tmp_path / "gone.edxml")
    (unit,) = units(tmp_path)
    assert isinstance(unit, ProblemUnit)


def test_hostile_names_are_made_visible(tmp_path: Path) -> None:
    assert shown("a\n\x1b[31mb\u202e") == "a\\n\\u001b[31mb\\u202e"
    name = os.fsdecode(b"\xff.edxml")
    (tmp_path / name).write_bytes(PACKAGE)
    (unit,) = units(tmp_path)
    assert isinstance(unit, FileUnit)
    assert unit.label.endswith("\\udcff.edxml")


def test_identity_changes_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.edxml"
    path.write_bytes(PACKAGE)
    (first,) = units(path)
    path.write_bytes(PACKAGE + b" ")
    (second,) = units(path)
    assert first.identity != second.identity
