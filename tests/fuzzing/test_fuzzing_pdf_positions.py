"""PDF files that were changed: their positions are right again, so that readers look at what was changed."""

import pytest

from harness.crypto.pdf.prechecks import PdfUnreadable
from harness.crypto.pdf.signatures import read_pdf
from harness.crypto.pdf.signed_files import add_signature, plain_pdf
from tests.crypto.signing_material import NOW, pki
from tests.fuzzing.pdf_positions import changed


def longer(content: bytes) -> bytes:
    return content.replace(b"/Kids", b"/Other (more) /Kids", 1)


def test_a_signed_file_with_a_longer_object_is_read_to_its_signatures() -> None:
    signed = add_signature(plain_pdf(["x"], version=(1, 4)), pki().identity("person"), at=NOW)
    twice = add_signature(signed, pki().identity("agency"), at=NOW)
    assert changed(twice, lambda content: content) == twice
    with pytest.raises(PdfUnreadable):
        read_pdf(longer(twice))
    assert [one.problem for one in read_pdf(changed(twice, longer)).signatures] == ["digest", "digest"]
