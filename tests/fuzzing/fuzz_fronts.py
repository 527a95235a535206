"""A long run of coverage-guided input against what reads strangers' bytes, where `atheris` is installed.

    pip install atheris
    python -m tests.fuzzing.fuzz_fronts FRONT CORPUS [-runs=N] [-max_total_time=SECONDS] …

FRONT is `reader` (XML packages), `zip` (attachments), `pdf` (PDF files and their signatures), `signature` (XML-DSig),
`driver` (answers of an adapter). CORPUS is a folder; a new one is filled with good input. More options: libFuzzer's.
Each front may refuse with its own exceptions only; whatever else is raised is a mistake.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

try:
    import atheris
except ImportError:
    sys.exit("atheris is not installed: pip install atheris")

# Of what reads PDF files for the harness, the reader of objects is followed as well: most branches are there.
FOLLOWED = ["harness.edxml", "harness.crypto", "harness.drivers", "harness.rules", "pyhanko.pdf_utils"]
with atheris.instrument_imports(include=FOLLOWED):
    from lxml import etree

    from harness.catalogue.profiles import load_profile
    from harness.crypto.pdf.examination import examine_pdf
    from harness.crypto.pdf.prechecks import PdfUnreadable
    from harness.crypto.pdf.signatures import read_pdf
    from harness.crypto.pdf.signed_files import add_signature, plain_pdf, signed_pdf
    from harness.crypto.xml.package_signature import examine_signature
    from harness.drivers.protocol import DriverError, DriverLost, read_answer
    from harness.edxml.attachments import AttachmentBroken, unpack
    from harness.edxml.model import Attachment
    from harness.edxml.packages import PackageUnreadable, read_package
    from harness.edxml.reader import XmlRefused, parse_untrusted
    from harness.vectors.forged_packages import signed_by
    from tests.crypto.signing_material import NOW, PROFILE, SIGNATURES, package, pki, trust
    from tests.fuzzing.pdf_positions import changed

assert load_profile().id == PROFILE.id
LIMITS = PROFILE.parameters.limits
_SIGNATURE = "{*}Signature"
_JUDGED: set[object] = set()
_AS_IT_IS = 4  # one in so many PDF files keeps the wrong positions that a random change leaves


def read(data: bytes) -> None:
    """Read a package."""
    try:
        read_package(data, LIMITS)
    except PackageUnreadable:
        return


def unzip(data: bytes) -> None:
    """Unpack an attachment, as a zip and as it is."""
    for kind in ("application/zip", "application/pdf"):
        try:
            unpack(Attachment("cid:1", "tep.docx", kind, data), LIMITS)
        except AttachmentBroken:
            continue


def look_at_pdf(data: bytes) -> None:
    """Read a PDF file; examine its signers where they are not the usual ones, which takes longer than the reading."""
    try:
        signers = {(each.certificate, each.embedded, each.time_stamps) for each in read_pdf(data).signatures}
        if not signers <= _JUDGED:
            examine_pdf(data, NOW, SIGNATURES, trust())
            _JUDGED.update(signers)
    except PdfUnreadable:
        return


def changed_pdf(data: bytes, most: int, seed: int) -> bytes:
    """Change a PDF file at random; most get their positions set right, or no reader looks beyond them."""
    if seed % _AS_IT_IS == 0:
        return bytes(atheris.Mutate(data, most))
    return changed(data, lambda content: atheris.Mutate(content, most))[:most]


def look_at_signature(data: bytes) -> None:
    """Examine every Signature element of a package."""
    try:
        root = parse_untrusted(data, LIMITS).getroot()
    except XmlRefused:
        return
    for element in root.iter(_SIGNATURE):
        if isinstance(element, etree._Element):
            examine_signature(element, NOW, SIGNATURES, LIMITS, trust())


def answer(data: bytes) -> None:
    """Read what an adapter printed."""
    try:
        read_answer(data, "1", "adapter")
    except (DriverError, DriverLost):
        return


FRONTS: Mapping[str, Callable[[bytes], None]] = {
    "reader": read,
    "zip": unzip,
    "pdf": look_at_pdf,
    "signature": look_at_signature,
    "driver": answer,
}


def good_input(front: str) -> list[bytes]:
    """Return what a new corpus begins with."""
    if front == "zip":
        from harness.edxml.attachments import pack

        return [pack("tep.docx", b"PK " * 99, "cid:1").content, b"PK\x03\x04", b"%PDF-1.7"]
    if front == "pdf":
        plain, signer = plain_pdf(["x"], version=(1, 4)), pki().identity("person")
        signed = add_signature(plain, signer, at=NOW)
        twice = add_signature(signed, pki().identity("agency"), at=NOW)
        return [plain, signed, twice, signed_pdf(signer, at=NOW)]
    if front == "driver":
        return [
            b'{"id": "1", "result": {"document_id": "x"}}',
            b'{"id": 1, "error": {"code": "refused", "message": ""}}',
        ]
    return [package(), signed_by("agency")(package(), pki(), LIMITS), signed_by("person")(package(), pki(), LIMITS)]


def fill(corpus: Path, front: str) -> None:
    """Fill a new corpus."""
    corpus.mkdir(parents=True, exist_ok=True)
    if any(corpus.iterdir()):
        return
    for number, data in enumerate(good_input(front)):
        (corpus / f"good-{number}").write_bytes(data)


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in FRONTS or sys.argv[2].startswith("-"):
        sys.exit(__doc__)
    chosen = sys.argv.pop(1)
    fill(Path(sys.argv[1]), chosen)
    if chosen == "pdf":
        atheris.Setup(sys.argv, FRONTS[chosen], custom_mutator=changed_pdf)
    else:
        atheris.Setup(sys.argv, FRONTS[chosen])
    atheris.Fuzz()
