"""PDF signatures: read, made, and compared with what pdfsig and openssl say of the same files."""

import asyncio
import re
import subprocess
import zlib
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import cms, ocsp
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign.validation.dss import DocumentSecurityStore

from harness.crypto.pdf.examination import examine_pdf
from harness.crypto.pdf.prechecks import PdfUnreadable, header_version, looks_like_pdf, may_be_signed
from harness.crypto.pdf.signatures import read_pdf
from harness.crypto.pdf.signed_files import add_document_time_stamp, add_signature, plain_pdf, signed_pdf
from harness.vectors.forged_pdfs import PDF_FORGERIES, signed_by
from tests.crypto.signing_material import NOW, SIGNATURES, pki, trust

_RANGES = re.compile(rb"/ByteRange \[0 ([0-9]+) ([0-9]+) ([0-9]+)")


def pdfsig(content: bytes, folder: Path) -> list[str]:
    """Return what poppler says of each signature's mathematics."""
    path = folder / "van-ban.pdf"
    path.write_bytes(content)
    shown = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, check=False).stdout.decode()
    return re.findall(r"Signature Validation: (.*)", shown)


def openssl_accepts(content: bytes, number: int, folder: Path) -> bool:
    """Ask openssl whether the CMS of one signature is over the bytes that its ByteRange names."""
    first, second, length = (int(one) for one in list(_RANGES.finditer(content))[number].groups())
    value = bytes.fromhex(content[first + 1 : second - 1].decode())
    (folder / "value.der").write_bytes(cms.ContentInfo.load(value).dump())
    (folder / "covered").write_bytes(content[:first] + content[second : second + length])
    (folder / "anchors.pem").write_bytes(pki().anchors_pem())
    command = [
        "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(folder / "value.der"),
        "-content", str(folder / "covered"), "-CAfile", str(folder / "anchors.pem"), "-purpose", "any",
        "-attime", str(int(NOW.timestamp())), "-out", str(folder / "out"),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("name", [name for name, forgery in PDF_FORGERIES.items() if not forgery.codes])
def test_others_accept_what_we_make(name: str, tmp_path: Path) -> None:
    content = PDF_FORGERIES[name].build(pki(), NOW)
    count = len(read_pdf(content).signatures)
    assert pdfsig(content, tmp_path)[:count] == ["Signature is Valid."] * count
    assert all(openssl_accepts(content, number, tmp_path) for number in range(count))


@pytest.mark.parametrize(("name", "said"), [("tampered", "Digest Mismatch."), ("another-key", "Signature is Invalid.")])
def test_we_refuse_what_others_refuse(name: str, said: str, tmp_path: Path) -> None:
    content = PDF_FORGERIES[name].build(pki(), NOW)
    assert said in pdfsig(content, tmp_path)
    assert not openssl_accepts(content, 1, tmp_path)
    problems = [signature.problem for signature in read_pdf(content).signatures]
    assert problems[1] == {"tampered": "digest", "another-key": "value"}[name]


@pytest.mark.parametrize("kind", ["expired", "untrusted", "issuer-missing"])
def test_openssl_does_not_trust_whom_we_do_not(kind: str, tmp_path: Path) -> None:
    content = signed_by("person", kind, tsa=None)(pki(), NOW)
    assert openssl_accepts(content, 0, tmp_path)
    assert not openssl_accepts(content, 1, tmp_path)


def test_facts_of_a_signed_file() -> None:
    signed = NOW - timedelta(days=3)
    content = signed_pdf(pki().identity("person"), pki().identity("agency"), at=signed, tsa=pki().identity("tsa"))
    file = read_pdf(content)
    assert file.version == (1, 7)
    assert [one.form for one in file.signatures] == ["ETSI.CAdES.detached"] * 2
    assert [one.claimed for one in file.signatures] == [signed] * 2
    assert [one.time_stamps[0].time for one in file.signatures] == [signed] * 2
    assert [len(one.embedded) for one in file.signatures] == [0, 0]


def test_the_time_stamp_goes_before_what_the_signer_wrote() -> None:
    """Some tools write local time as UTC: seven hours ahead."""
    content = add_signature(plain_pdf(("a",)), pki().identity("person"), at=NOW + timedelta(hours=7))
    stamped = add_signature(content, pki().identity("agency"), at=NOW, tsa=pki().identity("tsa"))
    first, second = examine_pdf(stamped, NOW, SIGNATURES, trust()).signatures
    assert (first.at, first.stamped) == (NOW + timedelta(hours=7), "missing")
    assert (second.at, second.stamped) == (NOW, "trusted")


def test_a_later_document_time_stamp_serves_every_signature_before_it() -> None:
    content = PDF_FORGERIES["archived"].build(pki(), NOW)
    assert [one.stamped for one in examine_pdf(content, NOW, SIGNATURES, trust()).signatures] == ["trusted", "trusted"]


def with_answers(content: bytes) -> bytes:
    """Store the OCSP answers of both signers in the file, as archiving software does."""
    answers = [pki().ocsp_answer(pki().identity(kind).certificate, NOW) for kind in ("person", "agency")]
    writer = IncrementalPdfFileWriter(BytesIO(content))
    loaded = [ocsp.OCSPResponse.load(answer) for answer in answers if answer is not None]
    DocumentSecurityStore.supply_dss_in_writer(writer, None, ocsps=loaded)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def test_levels_of_pades_are_distinguished() -> None:
    basic = signed_by("person", "agency", tsa=None)(pki(), NOW)
    stamped = signed_by("person", "agency")(pki(), NOW)
    lasting = with_answers(stamped)
    archived = add_document_time_stamp(lasting, pki().identity("tsa"), NOW)
    older = PDF_FORGERIES["older-form"].build(pki(), NOW)
    levels = {read_pdf(one).signatures[1].level: one for one in (basic, stamped, lasting, archived, older)}
    assert list(levels) == ["PAdES B-B", "PAdES B-T", "PAdES B-LT", "PAdES B-LTA", "PKCS#7"]
    assert all(one.problem is None for content in levels.values() for one in read_pdf(content).signatures)


def test_signing_works_inside_an_event_loop() -> None:
    async def inside() -> bytes:
        return signed_pdf(pki().identity("agency"), at=NOW)

    content = asyncio.run(inside())
    assert read_pdf(content).signatures[0].problem is None


def test_judging_works_inside_an_event_loop() -> None:
    content = signed_by("person", "agency")(pki(), NOW)

    async def inside() -> bool:
        signatures = examine_pdf(content, NOW, SIGNATURES, trust()).signatures
        return all(one.trust is not None and one.trust.trusted for one in signatures)

    assert asyncio.run(inside())


@pytest.mark.parametrize("version", [(1, 3), (1, 4), (1, 7), (2, 0)])
def test_a_plain_file_has_the_version_asked_for(version: tuple[int, int]) -> None:
    content = plain_pdf(("a", "ngày (1) \\"), version=version)
    assert looks_like_pdf(content)
    assert header_version(content) == version
    assert not may_be_signed(content)
    assert read_pdf(content).version == version


def test_a_byte_range_is_seen_in_any_spelling() -> None:
    assert may_be_signed(b"<< /ByteRange [0 1 2 3] >>")
    assert may_be_signed(b"<< /#42yteR#61nge [0 1 2 3] >>")
    assert not may_be_signed(b"<< /Byte#20ange /ByteRang /#42yteRanges >>")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"x" * 2000 + b"%PDF-1.7"])
def test_other_files_do_not_look_like_pdf(content: bytes) -> None:
    assert not looks_like_pdf(content)


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.7\n/ByteRange", plain_pdf(("a",))[:-30], b"\x00" * 100])
def test_broken_files_are_unreadable(content: bytes) -> None:
    with pytest.raises(PdfUnreadable):
        read_pdf(content)


def test_an_encrypted_file_is_said_to_be_encrypted() -> None:
    writer = copy_into_new_writer(PdfFileReader(BytesIO(plain_pdf(("a",)))))
    writer.encrypt(owner_pass="a", user_pass="b")
    output = BytesIO()
    writer.write(output)
    with pytest.raises(PdfUnreadable) as refused:
        read_pdf(output.getvalue())
    assert refused.value.encrypted


def test_a_file_encrypted_without_password_is_read() -> None:
    writer = copy_into_new_writer(PdfFileReader(BytesIO(plain_pdf(("a",)))))
    writer.encrypt(owner_pass="a", user_pass="")
    output = BytesIO()
    writer.write(output)
    assert read_pdf(output.getvalue()).signatures == ()


def test_a_decompression_bomb_is_refused_not_expanded() -> None:
    bomb = zlib.compress(b"0 0 <<" + b" " * (60 * 1024 * 1024), 9)
    head = b"%%PDF-1.7\n1 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(bomb)
    body = head + bomb + b"\nendstream endobj\n"
    places = (head.index(b"1 0 obj"), len(body))
    rows = bytes(6) + b"".join(b"\x01" + place.to_bytes(4) + b"\0" for place in places) + b"\x02" + b"\0\0\0\1\0"
    table = b"2 0 obj\n<</Type/XRef/Size 4/W[1 4 1]/Root 3 0 R/Length %d>>stream\n" % len(rows)
    content = body + table + rows + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % len(body)
    with pytest.raises(PdfUnreadable) as refused:
        read_pdf(content)
    assert "Limit" in refused.value.detail
