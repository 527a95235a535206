"""Archives that expand beyond measure are left where that shows, and archives of many alike packages are not."""

import io
import struct
import tarfile
import zipfile

import msgspec
import pytest

from harness.catalogue.profiles import load_profile
from harness.validation.archives import entries
from harness.validation.units import BytesUnit, ProblemUnit, Unit

_MB = 1024 * 1024
LIMITS = load_profile("qcvn102-2022").parameters.limits
SMALL = msgspec.structs.replace(LIMITS, package_bytes=_MB, expansion_bytes=3 * _MB, archive_ratio=10)
BLANKS = b" " * (_MB // 2)


def zipped(count: int, content: bytes, method: int = zipfile.ZIP_DEFLATED, name: str = "{}.edxml") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for number in range(count):
            archive.writestr(name.format(number), content)
    return target.getvalue()


def tarred(*members: tuple[str, bytes], mode: str = "w:gz") -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return target.getvalue()


def units(data: bytes) -> list[Unit]:
    return list(entries(io.BytesIO(data), "kho", "", SMALL))


def codes(found: list[Unit]) -> list[str]:
    return [f"{unit.label} {unit.code}" for unit in found if isinstance(unit, ProblemUnit)]


def test_a_zip_that_expands_too_far_is_one_finding_and_not_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(units(zipped(6, BLANKS))) == 6
    data = zipped(8, BLANKS)
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    (unit,) = units(data)
    assert isinstance(unit, ProblemUnit)
    assert (unit.label, unit.code) == ("kho", "PKG-10.archive")
    assert unit.detail.endswith(f" → {8 * len(BLANKS)}")


def test_what_is_not_expanded_does_not_count() -> None:
    assert len(units(zipped(8, BLANKS, name="{}.bin"))) == 8
    assert codes(units(zipped(8, BLANKS * 3))) == [f"kho!/{number}.edxml PKG-10.member" for number in range(8)]


def test_an_entry_beyond_the_ratio_is_one_finding_for_the_archive() -> None:
    data = bytearray(zipped(2, b"<a/>"))
    struct.pack_into("<L", data, data.index(b"PK\1\2") + 24, _MB)
    assert codes(units(bytes(data))) == ["kho PKG-10.archive"]


def test_an_entry_longer_than_its_directory_says_is_not_expanded() -> None:
    data = bytearray(zipped(1, BLANKS))
    struct.pack_into("<L", data, data.index(b"PK\1\2") + 24, 10)
    assert codes(units(bytes(data))) == ["kho!/0.edxml PKG-01.archive-damaged"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_compression_method_that_cannot_be_read_in_parts_is_refused(method: int) -> None:
    assert codes(units(zipped(1, b"<a/>", method))) == ["kho!/0.edxml PKG-01.archive-damaged"]


def test_a_gzipped_tar_is_left_where_it_has_expanded_too_far() -> None:
    good = ("good.edxml", b"<a/>")
    first, skipped, left = units(tarred(good, ("bomb.bin", BLANKS * 40), good))
    assert isinstance(first, BytesUnit)
    assert skipped.label == "kho!/bomb.bin"
    assert isinstance(left, ProblemUnit)
    assert (left.label, left.code) == ("kho", "PKG-10.archive")
    assert codes(units(tarred(("bomb.edxml", BLANKS * 40)))) == ["kho!/bomb.edxml PKG-10.member", "kho PKG-10.archive"]


def test_a_plain_tar_has_nothing_to_expand() -> None:
    members = [(f"{number}.edxml", BLANKS) for number in range(20)]
    assert [type(unit) for unit in units(tarred(*members, mode="w"))] == [BytesUnit] * 20


def test_many_packages_alike_are_looked_at() -> None:
    package = b"<a>" + bytes(range(65, 91)) * 380 + b"</a>"
    for data in (zipped(200, package), tarred(*((f"{number}.edxml", package) for number in range(200)))):
        found = list(entries(io.BytesIO(data), "kho", "", LIMITS))
        assert [type(unit) for unit in found] == [BytesUnit] * 200
