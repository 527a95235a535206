"""Packages, a PKI and a profile for the tests of signatures: made once, because making keys takes time."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

from harness.catalogue.profiles import Profile, load_profile
from harness.crypto.chains.trust import Trust
from harness.crypto.testpki.pki import AGENCY_NAME, Pki
from harness.edxml.attachments import pack
from harness.edxml.identifiers import document_id
from harness.edxml.layout import OPERATOR, Layout
from harness.edxml.model import (
    Code,
    DocumentPackage,
    DocumentType,
    Organization,
    PromulgationInfo,
    SignerInfo,
    TraceHeader,
)
from harness.edxml.packages import write_package
from harness.journal.recorder import VIETNAM
from harness.rules.check import PackageReport, check_package

NOW = datetime.now(UTC).replace(microsecond=0)
LOCAL = NOW.astimezone(VIETNAM)
PROFILE: Profile = load_profile()
LIMITS = PROFILE.parameters.limits
SIGNATURES = PROFILE.parameters.signatures


@cache
def pki() -> Pki:
    """Return a test PKI; no test changes it."""
    return Pki(NOW)


@cache
def trust() -> Trust:
    """Return what a checker needs to trust it, CRLs included."""
    return pki().trust(NOW)


def package(
    files: Sequence[tuple[str, bytes]] = (("van-ban.pdf", b"%PDF-1.7\n%%EOF\n"),), layout: Layout = OPERATOR
) -> bytes:
    """Return a good package without a signature, of today and from the agency of the test PKI."""
    day = LOCAL.strftime("%Y/%m/%d")
    content = DocumentPackage(
        from_=Organization("H41", AGENCY_NAME),
        to=(Organization("G22", "Văn phòng Chính phủ"),),
        code=Code("17", "UBND-VP"),
        promulgation_info=PromulgationInfo("Nghệ An", day),
        document_type=DocumentType("18", "Công văn"),
        subject="V/v kiểm tra chữ ký số",
        content="V/v kiểm tra chữ ký số",
        signer_info=SignerInfo("Nguyễn Văn Mẫu"),
        document_id=document_id("H41", day, "17", "UBND-VP"),
        trace_headers=(TraceHeader("H41", LOCAL.strftime("%Y/%m/%d %H:%M:%S")),),
        attachments=tuple(pack(name, data, f"tep-{number}") for number, (name, data) in enumerate(files)),
    )
    return write_package(content, layout)


def report(data: bytes, *, trusted: Trust | None = None, profile: Profile = PROFILE) -> PackageReport:
    """Check a package by the rules about signatures."""
    return check_package(data, profile, NOW, groups={"SIG", "PDF"}, trust=trust() if trusted is None else trusted)


def codes(found: PackageReport) -> list[str]:
    """Return the codes of all findings, in order."""
    return [finding.code for finding in found.findings]


def open_questions(found: PackageReport) -> set[str]:
    """Return the codes of what was not decided."""
    return {question.detail for question in found.undecided}
