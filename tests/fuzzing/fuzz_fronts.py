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

with atheris.instrument_imports(include=["harness.edxml", "harness.crypto", "harness.drivers", "harness.rules"]):
    from lxml import etree

    from harness.catalogue.profiles import load_profile
    from harness.crypto.pdf.examination import examine_pdf
    from harness.crypto.pdf.prechecks import PdfUnreadable
    from harness.crypto.pdf.signed_files import plain_pdf, signed_pdf
    from harness.crypto.xml.package_signature import examine_signature
    from harness.drivers.protocol import DriverError, DriverLost, read_answer
    from harness.edxml.attachments import AttachmentBroken, unpack
    from harness.edxml.model import Attachment
    from harness.edxml.packages import PackageUnreadable, read_package
    from harness.edxml.reader import XmlRefused, parse_untrusted
    from harness.vectors.forged_packages import signed_by
    from tests.crypto.signing_material import NOW, PROFILE, SIGNATURES, package, pki, trust

assert load_profile().id == PROFILE.id
LIMITS = PROFILE.parameters.limits
_SIGNATURE = "{*}Signature"


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
    """Examine a PDF file with whatever signatures it has."""
    try:
        examine_pdf(data, NOW, SIGNATURES, trust())
    except PdfUnreadable:
        return


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
        return [plain_pdf(["x"]), signed_pdf(pki().identity("person"), at=NOW)]
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
    atheris.Setup(sys.argv, FRONTS[chosen])
    atheris.Fuzz()
