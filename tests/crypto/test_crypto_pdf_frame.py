"""Bytes around a signed file: what is read past, what draws a remark, and what a lenient reader would take for it."""

import io
import re
import zipfile
from functools import cache

import pytest

from harness.crypto.pdf.prechecks import MOST_BEFORE, PdfUnreadable
from harness.crypto.pdf.signatures import PdfFile, read_pdf
from harness.crypto.pdf.signed_files import add_signature, plain_pdf
from harness.rules.check import check_package
from tests.crypto.pdf_material import annotated, counted_from_the_first_byte, signed_often
from tests.crypto.signing_material import NOW, PROFILE, package, pki, trust

OBJECT = b"4 0 obj\n<< /Length 5 >>\nstream\nBT ET\nendstream\nendobj\n"
TRAILER = b"trailer\n<< /Root 9 0 R /Size 10 >>\n"


def signed(content: bytes, kind: str) -> bytes:
    return add_signature(content, pki().identity(kind), at=NOW, tsa=pki().identity("tsa"))


@cache
def once() -> bytes:
    """Return a file with the signature of a person."""
    return signed(plain_pdf(("a",)), "person")


@cache
def twice() -> bytes:
    """Return the same file with the seal of an agency besides."""
    return signed(once(), "agency")


def archive(method: int, content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as made:
        made.writestr("a", content)
    return target.getvalue()


def pointer_to(content: bytes) -> bytes:
    """Return an end of a file that leads back to the last cross-references of `content`."""
    return b"startxref\n%b\n%%%%EOF\n" % re.findall(rb"startxref\s+([0-9]+)", content)[-1]


def facts(content: bytes) -> tuple[int, int, int | None, list[str | None]]:
    """Return bytes before, bytes behind, the place of a loose object, and what is wrong with each signature."""
    file: PdfFile = read_pdf(content)
    return file.before, file.after, file.loose, [each.problem for each in file.signatures]


def found(content: bytes) -> set[str]:
    """Return the codes of a package with this file, all rules taken."""
    return {one.code for one in check_package(package([("a.pdf", content)]), PROFILE, NOW, trust=trust()).findings}


@pytest.mark.parametrize("junk", [0, 1, MOST_BEFORE - 1, MOST_BEFORE])
def test_junk_before_the_header_is_read_past_with_a_remark(junk: int) -> None:
    content = b"x" * junk + twice()
    assert facts(content) == (junk, 0, None, [None, None])
    assert found(content) == ({"PDF-03.bytes-before", "ATT-07.bytes-before"} if junk else set())


@pytest.mark.parametrize("junk", [1, MOST_BEFORE - 1, MOST_BEFORE])
def test_positions_may_be_counted_from_the_first_byte_as_well(junk: int) -> None:
    signers = [pki().identity("person"), pki().identity("agency")]
    content = counted_from_the_first_byte(b"x" * junk, signers, lambda made, by: add_signature(made, by, at=NOW))
    assert facts(content) == (junk, 0, None, [None, None])


@pytest.mark.parametrize("junk", [b"x", b"\n", b"\0"])
def test_a_header_any_further_is_none(junk: bytes) -> None:
    content = junk * (MOST_BEFORE + 1) + twice()
    with pytest.raises(PdfUnreadable):
        read_pdf(content)
    assert found(content) == {"ATT-07.name"}


@pytest.mark.parametrize("junk", [b"", b"x" * 7])
@pytest.mark.parametrize("behind", [b"\n", b"\0", b" \r\n\t\x0c\0" * 400])
def test_white_space_behind_the_end_is_nothing(junk: bytes, behind: bytes) -> None:
    assert facts(junk + twice() + behind) == (len(junk), 0, None, [None, None])


@pytest.mark.parametrize("behind", [b"het", b"\0\0het\n" * 900, b"%%EOF\n", b"% het\n", b"1 0 object", b"endobj",
                                    b"startxref\n0\n%%EOF\n", archive(zipfile.ZIP_DEFLATED, OBJECT * 9)])  # fmt: skip
def test_other_bytes_behind_the_end_draw_a_remark(behind: bytes) -> None:
    content = twice() + behind
    counted = len(behind.lstrip(b"\0"))
    assert facts(content) == (0, counted, None, [None, None])
    assert found(content) == {"PDF-03.bytes-after"}


def test_an_end_that_is_repeated_draws_a_remark() -> None:
    again = pointer_to(twice())
    assert facts(twice() + again) == (0, len(again), None, [None, None])
    assert found(twice() + again) == {"PDF-03.bytes-after"}


TAKEN = (OBJECT, OBJECT.replace(b"4 0 obj", b"4%\n0 % \r\nobj"), b"het" + OBJECT, archive(zipfile.ZIP_STORED, OBJECT),
         TRAILER, TRAILER.replace(b"\n", b"%\n", 1))  # fmt: skip


@pytest.mark.parametrize("behind", TAKEN)
def test_what_a_lenient_reader_would_take_fails(behind: bytes) -> None:
    first = re.search(rb"4[ %]|trailer", behind)
    assert first is not None
    assert facts(twice() + behind) == (0, 0, len(twice()) + first.start(), [None, None])
    assert found(twice() + behind) == {"PDF-03.loose-object"}


@pytest.mark.parametrize("off", [-3, 0, 2])
@pytest.mark.parametrize("junk", [b"", b"x" * 7])
def test_a_later_revision_is_a_part_of_the_file_with_table_and_trailer(junk: bytes, off: int) -> None:
    """Also where its end names the table by a few bytes off, which readers forgive."""
    content = annotated(signed_often(2, pki().identity("person")))
    assert b"trailer" in content[content.rindex(b"xref\n") - len(b"xref\n") - 200 :]
    before, end = content.rsplit(b"startxref", 1)
    reported = end.split()[0]
    moved = before + b"startxref" + end.replace(reported, b"%d" % (int(reported) + off))
    assert facts(junk + moved) == (len(junk), 0, None, ["annotated-after"] * 2)


@pytest.mark.parametrize("leftover", [b"", b" ", b"\0"])
def test_a_file_cut_back_to_a_signature_is_that_file(leftover: bytes) -> None:
    content = once() + leftover * (len(twice()) - len(once()))
    assert facts(content) == (0, 0, None, [None])


@pytest.mark.parametrize("kept", [12, 1000])
def test_objects_left_of_a_later_revision_fail(kept: int) -> None:
    content = twice()[: len(once()) + kept]
    assert found(content) & {"PDF-03.loose-object", "PDF-03.unreadable"}
    assert facts(content + b"\n" + pointer_to(once()))[2] == len(once())


def test_an_end_of_objects_left_of_a_later_revision_draws_a_remark() -> None:
    left = twice()[twice().rindex(b"endstream") :].removesuffix(pointer_to(twice()))
    assert facts(once() + left) == (0, len(left), None, [None])


@pytest.mark.parametrize("cut", [1, 7, 20])
def test_a_file_cut_within_its_last_end_is_no_earlier_one(cut: int) -> None:
    assert "PDF-03.unreadable" in found(twice().rstrip()[:-cut])


def test_a_file_led_back_to_an_earlier_signature_hides_the_later_one() -> None:
    content = twice() + pointer_to(once())
    assert facts(content) == (0, 0, len(once()), [None])
    assert "PDF-03.loose-object" in found(content)


def test_a_file_led_back_to_before_its_signatures_is_not_taken_for_an_unsigned_one() -> None:
    plain = plain_pdf(("a",))
    content = twice() + pointer_to(plain)
    assert facts(content) == (0, 0, len(plain), [])
    assert found(content) == {"PDF-03.loose-object"}


def test_bytes_behind_an_unsigned_file_are_not_reported() -> None:
    plain = plain_pdf(("a",))
    assert facts(plain + OBJECT) == (0, 0, None, [])
    assert facts(plain + b"/ByteRange") == (0, len(b"/ByteRange"), None, [])
