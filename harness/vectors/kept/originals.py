"""ARC-14, 19 to 21: vectors of the files that a records export carries."""

from collections.abc import Callable
from datetime import datetime

from harness.crypto.pdf.signed_files import add_signature, signed_pdf
from harness.vectors.forged_pdfs import tampered
from harness.vectors.kept.base import KeptCase, KeptFileOf, base, pki
from harness.vectors.kept.documents import IN, OUT, bad, good, made
from harness.vectors.kept.registry import declare
from harness.vectors.kept.scans import scan
from harness.vectors.packages.files import pdf

_LINE = "So 17/UBND-VP"
Signing = Callable[[KeptCase, datetime], KeptCase]


def _dated(requirement: str, name: str, code: str | None, change: Signing) -> None:
    declare(requirement, name, code, lambda at: made(change(base(at), at)))


def _added(case: KeptCase, content: bytes, role: str, name: str = "them.pdf") -> KeptCase:
    """Add a file to the document received; the others become originals."""
    files = [KeptFileOf(one.path, one.content, "original") for one in case.files[IN, 0]]
    return case.with_files(IN, *files, KeptFileOf(f"files/den/{name}", content, role))


def _signed(kind: str, at: datetime) -> bytes:
    return signed_pdf(pki(at).identity(kind), at=at, lines=(_LINE,))


good("ARC-14", "all-there")
bad("ARC-14.missing", "file-not-there", lambda case: _dropped(case))
bad("ARC-14.no-file", "record-without-file", lambda case: case.with_files(IN))
bad("ARC-14.unlisted", "strange-file", lambda case: _with(case, "files/la.pdf", pdf()))
bad("ARC-14.unreadable", "table-cut-short", lambda case: _with(case, "incoming.csv", b"Subject\n\0"))
bad("ARC-14.unreadable", "dtd", lambda case: _with(case, "them.xml", b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'))


def _dropped(case: KeptCase) -> KeptCase:
    return KeptCase(case.day, case.rows, case.files, case.packages, {}, frozenset({case.files[OUT, 0][0].path}))


def _with(case: KeptCase, path: str, content: bytes) -> KeptCase:
    return KeptCase(case.day, case.rows, case.files, case.packages, {path: content})


good("ARC-19", "converted-beside", lambda case: _added(case, scan(), "converted"))
_dated("ARC-19", "signed", None, lambda case, at: _added(case, _signed("agency", at), "attachment"))
bad("ARC-19.no-original", "converted-only", lambda case: _instead(case, IN, scan()))
bad("ARC-19.no-original", "sent-file-altered", lambda case: _instead(case, OUT, pdf("Khac")))
_dated(
    "ARC-19", "signature-lost", "ARC-19.signature-broken",
    lambda case, at: _added(case, _broken(at), "original", "hong.pdf"),
)  # fmt: skip


def _broken(at: datetime) -> bytes:
    content = _signed("agency", at)
    return tampered(content) if tampered(content) != content else content.replace(b"17/UBND", b"71/UBND", 1)


def _instead(case: KeptCase, kind: str, content: bytes) -> KeptCase:
    first, *others = case.files[kind, 0]
    return case.with_files(kind, KeptFileOf(first.path, content), *others)


_dated("ARC-20", "signed-by-the-agency", None, lambda case, at: _added(case, _signed("agency", at), "attachment"))
bad("ARC-20.unsigned", "main-file-signed-only", lambda case: _added(case, pdf(), "attachment"))
_dated(
    "ARC-20", "by-a-person-only", "ARC-20.no-agency",
    lambda case, at: _added(case, _signed("person", at), "attachment"),
)  # fmt: skip


def _copy(at: datetime, content: bytes) -> bytes:
    return add_signature(content, pki(at).identity("agency"), at=at)


_dated("ARC-21", "colour-300", None, lambda case, at: _added(case, _copy(at, scan()), "copy"))
_dated("ARC-21", "grey", "ARC-21.grey", lambda case, at: _added(case, _copy(at, scan(coloured=False)), "copy"))
_dated("ARC-21", "coarse", "ARC-21.coarse", lambda case, at: _added(case, _copy(at, scan(150)), "copy"))
bad("ARC-21.unsigned", "not-signed", lambda case: _added(case, scan(), "copy"))
bad("ARC-21.no-pdf", "no-pdf", lambda case: _added(case, b"abc", "copy", "sao.docx"))
_dated("ARC-21", "old-pdf", "ARC-21.old-version", lambda case, at: _added(case, _old(at), "copy"))


def _old(at: datetime) -> bytes:
    return _copy(at, scan()).replace(b"%PDF-1.7", b"%PDF-1.3", 1)
