"""Hostile exports: each is a finding or an open question, never a traceback, and never takes all the memory."""

import io
import json
import os
import resource
import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.records import holding
from harness.records.check import KeepingReport, check_export
from harness.validation.rows import weigh
from tests.records.records_rig import AT, PROFILE, codes, laid_out

_HEAD = "Kind,CodeNumber,Subject\noutgoing,1,"
BOMB = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><Records>&b;</Records>'


def checked(content: bytes, name: str, tmp_path: Path) -> KeepingReport:
    path = tmp_path / name
    path.write_bytes(content)
    report = check_export(path, PROFILE, AT)
    weigh(report.findings, report.undecided, PROFILE)  # what is found has words
    return report


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("bomb.xml", BOMB.encode(), "ARC-14.unreadable"),
        ("dtd.xml", b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><Records/>', "ARC-14.unreadable"),
        ("deep.xml", b"<a>" * 100_000, "ARC-14.unreadable"),
        ("deep.json", b"[" * 100_000, "ARC-14.unreadable"),
        ("deep-objects.json", b'{"a":' * 100_000, "ARC-14.unreadable"),
        ("half.json", b'{"Outgoing": [{"CodeNumber": "1"', "ARC-14.unreadable"),
        ("nul.csv", f"{_HEAD}a\0b\n".encode(), "ARC-14.unreadable"),
        ("nul.xml", b"<Records>\0</Records>", "ARC-14.unreadable"),
        ("huge-cell.csv", f"{_HEAD}{'x' * 3_000_000}\n".encode(), "ARC-14.unreadable"),
        ("open-quote.csv", f'{_HEAD}"{"x" * 3_000_000}\n'.encode(), "ARC-14.unreadable"),
        ("utf16.xml", "<Records/>".encode("utf-16"), "ARC-14.not-read"),
        ("utf16.json", "{}".encode("utf-16"), "ARC-14.not-read"),
        ("tcvn3.csv", _HEAD.encode() + b"C\xabng v\xa8n\n", "ARC-14.not-read"),
        ("empty.json", b"", "ARC-14.not-read"),
        ("picture.png", b"\x89PNG\r\n\x1a\n\0\0", "ARC-14.not-read"),
        ("scalar.json", b"12", "ARC-14.not-read"),
    ],
)
def test_a_hostile_table_is_reported(name: str, content: bytes, code: str, tmp_path: Path) -> None:
    assert codes(checked(content, name, tmp_path)) == [code]


@pytest.mark.parametrize("kind", ["records.json", "METS.xml"])
@pytest.mark.parametrize("name", ["../../evil.pdf", "/etc/passwd", "C:\\x.pdf", "a/../../x", "..\\x"])
def test_a_path_that_leads_out_of_a_zip_is_reported_and_nothing_is_written(
    name: str, kind: str, tmp_path: Path
) -> None:
    report = checked(zipped((kind, b"{}"), (name, b"x")), "x.zip", tmp_path)
    assert any(code.endswith(".unsafe") for code in codes(report))
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]


def test_a_link_in_a_zip_or_folder_is_not_followed(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("files/a.pdf")
    entry.external_attr = 0o120777 << 16
    row = json.dumps({"Outgoing": [{"CodeNumber": "1", "File": {"Path": "files/a.pdf"}}]}).encode()
    assert "ARC-14.unsafe" in codes(checked(zipped(("r.json", row), (entry, b"/etc/passwd")), "x.zip", tmp_path))
    folder = laid_out({"r.json": row}, tmp_path / "folder")
    (folder / "files").mkdir()
    (folder / "files" / "a.pdf").symlink_to("/etc/passwd")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    report = check_export(folder, PROFILE, AT)
    assert {"ARC-14.unsafe", "ARC-14.missing"} <= set(codes(report))


def test_a_zip_that_expands_without_end_is_not_expanded(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    content = zipped(*((f"files/{number}.pdf", bytes(64 * 1024 * 1024)) for number in range(12)), ("r.json", b"{}"))
    assert "ARC-14.expands" in codes(checked(content, "x.zip", tmp_path))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 300 * 1024  # kB; most of it is the making of the zip


def test_a_zip_that_lies_about_a_size_gives_no_more_than_it_says(tmp_path: Path) -> None:
    content = bytearray(zipped(("r.csv", b"x" * 100_000)))
    place = content.rfind(b"PK\1\2")
    content[place + 24 : place + 28] = (10).to_bytes(4, "little")
    assert codes(checked(bytes(content), "x.zip", tmp_path))


def test_a_damaged_or_encrypted_zip_is_reported(tmp_path: Path) -> None:
    whole = zipped(("r.csv", _HEAD.encode() * 500), ("METS.xml", b"<mets/>"))
    assert any(code.endswith(("damaged", "unreadable")) for code in codes(checked(whole[:-30], "x.zip", tmp_path)))
    locked = bytearray(whole)
    for place in (whole.find(b"PK\1\2") + 8, whole.find(b"PK\3\4") + 6):
        locked[place] |= 1
    assert codes(checked(bytes(locked), "y.zip", tmp_path))


def test_a_formula_is_text_and_shown_as_text(tmp_path: Path) -> None:
    formula = "=cmd|' /C calc'!A0\x1b[2J"
    report = checked(
        json.dumps({"Incoming": [{"CodeNumber": formula, "ArrivalDate": formula}]}).encode(), "f.json", tmp_path
    )
    weighed = weigh(report.findings, report.undecided, PROFILE)
    reported = [finding for finding in weighed.findings if finding.code == "ARC-05.unread"]
    assert reported
    assert reported[0].received.startswith("=cmd|")
    assert "\x1b" not in reported[0].received + reported[0].message["vi"]


def test_a_crowd_of_values_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    report = checked(b"[" + b"{}," * 3_000_001 + b"{}]", "crowd.json", tmp_path)
    assert codes(report) == ["ARC-14.not-read"]


@pytest.mark.parametrize("ending", ["json", "xml", "csv", "zip", ""])
@given(content=st.binary(max_size=300))
def test_any_bytes_bring_an_outcome(ending: str, content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any")
    report = checked(content, f"x.{ending}", folder)
    assert report.findings or report.undecided


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
NAMES = st.sampled_from(
    ["FileCode", "To", "File", "Files", "SignerInfo", "CodeNumber", "ArrivalDate", "DocOrdinal", "Kind", "Maintenance"]
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4))


@given(rows=st.dictionaries(st.sampled_from(["Outgoing", "Incoming", "Dossier", "x"]), VALUES))
def test_any_shape_of_json_brings_an_outcome(rows: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    checked(json.dumps(rows).encode(), "x.json", tmp_path_factory.mktemp("shape"))


def test_a_file_that_is_named_a_thousand_times_is_read_a_few_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"CodeNumber": str(number), "File": {"Path": "files/a.pdf"}} for number in range(1000)]
    files = {"r.json": json.dumps({"Outgoing": rows}).encode(), "files/a.pdf": b"%PDF-1.7 /ByteRange"}
    folder = laid_out(files, tmp_path / "x")
    opened: list[str] = []
    usual = holding._opened

    def counted(path: Path) -> BinaryIO:
        opened.append(path.name)
        return usual(path)

    monkeypatch.setattr(holding, "_opened", counted)
    check_export(folder, PROFILE, AT)
    assert 0 < opened.count("a.pdf") < 10
