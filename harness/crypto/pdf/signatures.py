"""The signatures of one PDF file: what each covers, whether it verifies, who made it and when. Nothing is judged here.

pyHanko reads the file, with its limits for untrusted files. Certificates are returned as bytes: the chain engine
decides whether they are trusted.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from typing import Any, Literal

from asn1crypto import cms, core
from pyhanko.pdf_utils.crypt import AuthStatus
from pyhanko.pdf_utils.misc import PdfError, PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.generic_cms import extract_self_reported_ts, validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from harness.crypto.pdf.changes import Changes, Later
from harness.crypto.pdf.frame import (
    Frame,
    at_the_header,
    behind_white_space,
    frame_of,
    holds_parts,
    loose_part,
    trailer_behind,
)
from harness.crypto.pdf.prechecks import PdfUnreadable, header_version, may_be_signed
from harness.crypto.pdf.timestamps import TimeStampToken, document_time_stamp, signature_time_stamps
from harness.crypto.pdf.validation_data import ValidationData, archived_revocation_data, read_validation_data

Level = Literal["PKCS#7", "PAdES B-B", "PAdES B-T", "PAdES B-LT", "PAdES B-LTA"]
Problem = Literal[
    "digest", "value", "not-covering", "changed-after", "certified-again", "annotated-after", "unsupported",
    "unverifiable",
]  # fmt: skip

_CATALOGUE_VERSION = re.compile(r"/([0-9]{1,2})\.([0-9]{1,2})")
_PADES = "ETSI.CAdES.detached"
_SUPPORTED = {"adbe.pkcs7.detached", _PADES}
_TIME_STAMP = "ETSI.RFC3161"
_NO_DATA = ValidationData()
_MOST_REMEMBERED = 8
_SMALL = 1024 * 1024  # bytes
_LATER: Mapping[Later, Problem | None] = {
    Later.PERMITTED: None,
    Later.ANNOTATED: "annotated-after",
    Later.FORBIDDEN: "changed-after",
}
_NOT_HOLDING = {"digest", "value", "not-covering", "unsupported", "unverifiable"}
_LAST = 1 << 30  # position of a signature whose revision cannot be read

logging.getLogger("pyhanko").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class PdfSignature:
    """One signature of a PDF file.

    Attributes:
        field: name of its field.
        problem: why it does not hold, None if it does.
        detail: what the reader said of the problem.
        certificate: the signer's, in DER; None where it is missing.
        embedded: further certificates that it brings, in DER.
        claimed: the signing time that the signer wrote, if any.
        digest: short name of the digest, such as `sha256`.
        form: the SubFilter, such as `ETSI.CAdES.detached`.
        time_stamps: those over this signature.
        validation_data: certificates and revocation data brought for later verification.
    """

    field: str
    problem: Problem | None
    detail: str = ""
    certificate: bytes | None = None
    embedded: tuple[bytes, ...] = ()
    claimed: datetime | None = None
    digest: str = ""
    form: str = ""
    time_stamps: tuple[TimeStampToken, ...] = ()
    validation_data: ValidationData = _NO_DATA

    @property
    def level(self) -> Level:
        """The level of ETSI EN 319 142 that the signature's parts amount to, whether or not they are trusted."""
        stamps = [stamp for stamp in self.time_stamps if stamp.intact]
        if self.form != _PADES:
            return "PKCS#7"
        if not stamps:
            return "PAdES B-B"
        if not (self.validation_data.crls or self.validation_data.ocsps):
            return "PAdES B-T"
        return "PAdES B-LTA" if any(stamp.whole_file for stamp in stamps) else "PAdES B-LT"


@dataclass(frozen=True, slots=True)
class PdfFile:
    """What a PDF file says of itself.

    Attributes:
        version: the higher one of header and catalogue; None where the file has none.
        signatures: in the order in which they were made, document time stamps left out.
        before: bytes before the header.
        after: bytes behind the end, white space left out, that no reader takes for a part of the file.
        loose: where an object or trailer that nothing names is behind what the last signature covers, or behind
            the end of a file that hides its signatures there: a lenient reader takes it for a part of the file; None
            where there is none.
    """

    version: tuple[int, int] | None
    signatures: tuple[PdfSignature, ...]
    before: int = 0
    after: int = 0
    loose: int | None = None


def read_pdf(content: bytes) -> PdfFile:
    """Read a PDF file and verify all of its signatures; the last few small files are remembered.

    Raises:
        PdfUnreadable: it is no PDF file, or a broken or encrypted one.
    """
    return _remembered(content) if len(content) <= _SMALL else _verified(content)


def _verified(content: bytes) -> PdfFile:
    frame = frame_of(content)
    rest = frame.rest
    if holds_parts(content, rest):  # the reader must see everything that a lenient one would
        frame = replace(frame, end=len(content), rest=len(content))
    reader = _reader(content if frame.is_all(content) else at_the_header(content, frame))
    try:
        fields = list(enumerate_sig_fields(reader, filled_status=True))
        version = _version(content, reader)
        whole = _Whole(read_validation_data(reader), Changes(reader, len(fields)))
        _show_signed_bytes(reader, content, frame, [field for _, _, field in fields])
    except Exception as error:  # the parser fails on hostile files in many ways; all mean the same
        raise PdfUnreadable(_said(error)) from error
    found = sorted((_read(reader, name, field, whole) for name, _, field in fields), key=lambda one: one.revision)
    stamps = [each.document_time_stamp for each in found if each.document_time_stamp is not None]
    signatures = tuple(_with_later(signature, revision, stamps) for revision, signature in _signatures(found))
    covered = max((each.covered for each in found), default=0)
    start = covered + frame.shift if covered else rest
    looked_at = bool(covered) or (not found and may_be_signed(content[rest:]))
    loose = loose_part(content, start, _known(reader, content, frame.shift)) if looked_at else None
    return PdfFile(version, signatures, frame.header, len(content) - frame.rest, loose)


# One document is read by its sender, its receiver and the judge; the result depends on its bytes only.
_remembered = lru_cache(maxsize=_MOST_REMEMBERED)(_verified)


@dataclass(frozen=True, slots=True)
class _Whole:
    """What is the same for all signatures of a file: validation data, and what came after which of them."""

    data: ValidationData
    changes: Changes


@dataclass(frozen=True, slots=True)
class _Found:
    """A filled signature field: a signature, or a time stamp over the document and the revision it is in.

    Attributes:
        revision: that contains it, from 0.
        signature: None for a time stamp over the document.
        document_time_stamp: and the revision it is in.
        covered: where what it covers ends; 0 for one that does not hold.
        certifies: it says what may come into the file later, which only the first signature may.
    """

    revision: int
    signature: PdfSignature | None = None
    document_time_stamp: tuple[int, TimeStampToken] | None = None
    covered: int = 0
    certifies: bool = False


def _reader(content: bytes) -> PdfFileReader:
    encrypted = False
    try:
        reader = PdfFileReader(BytesIO(content), strict=False)
        encrypted = reader.encrypted
        if encrypted and reader.decrypt("").status is AuthStatus.FAILED:
            raise PdfReadError("password")
    except Exception as error:
        raise PdfUnreadable(_said(error), encrypted=encrypted) from error
    return reader


def _show_signed_bytes(reader: PdfFileReader, content: bytes, frame: Frame, fields: list[Any]) -> None:
    """Let the reader see the bytes as they were signed: the bytes used to locate objects may be shorter, or
    rearranged."""
    ends = [_covered(field.get_object()["/V"]) + frame.shift for field in fields]
    end = max([frame.end, *(end for end in ends if end <= frame.rest)])
    if frame.shift != frame.header or end != frame.end:
        reader.stream = BytesIO(content[frame.shift : end])


def _covered(value: Any) -> int:
    """Return where the bytes end that a signature covers; 0 where it does not say so rightly."""
    ends = value.get("/ByteRange", ())
    return int(ends[2]) + int(ends[3]) if len(ends) == 4 else 0


def _known(reader: PdfFileReader, content: bytes, shift: int) -> frozenset[int]:
    """Return where the objects and trailers are that the file names, in positions from its first byte."""
    places: set[int] = set()
    for revision in range(reader.xrefs.total_revisions):
        data = reader.xrefs.get_xref_data(revision)
        table = reader.xrefs.get_xref_container_info(revision)
        places.add(table.start_location)
        if table.stream_ref is None:  # a table of its own, with a trailer
            places.add(trailer_behind(content, table.start_location + shift) - shift)
        for each in (data, *([data.hybrid.xref_data] if data.hybrid is not None else [])):
            places.update(offset for _, offset in each.standard_xrefs.values())
        if data.hybrid is not None:
            places.add(data.hybrid.meta_info.start_location)
    return frozenset(behind_white_space(content, place + shift) for place in places)


def _version(content: bytes, reader: PdfFileReader) -> tuple[int, int] | None:
    in_header = header_version(content)
    match = _CATALOGUE_VERSION.fullmatch(str(reader.root["/Version"]) if "/Version" in reader.root else "")
    in_catalogue = (int(match[1]), int(match[2])) if match else None
    return max((each for each in (in_header, in_catalogue) if each), default=None)


def _read(reader: PdfFileReader, name: str, field: Any, whole: _Whole) -> _Found:
    form = ""
    try:
        value = field.get_object()["/V"]
        form = str(value["/SubFilter"]).lstrip("/") if "/SubFilter" in value else ""
        if form not in {*_SUPPORTED, _TIME_STAMP}:
            return _Found(_LAST, PdfSignature(name, "unsupported", form, form=form))
        embedded = EmbeddedPdfSignature(reader, field, name)
        if form == _TIME_STAMP:
            return _time_stamp(embedded, name, whole)
        signature = _signature(embedded, name, form, whole)
        holds = signature.problem not in _NOT_HOLDING
        return _Found(
            embedded.signed_revision,
            signature,
            covered=_covered(embedded.sig_object) if holds else 0,
            certifies=_certifies(embedded.sig_object),
        )
    except Exception as error:
        return _Found(_LAST, PdfSignature(name, "unverifiable", _said(error), form=form))


def _time_stamp(embedded: EmbeddedPdfSignature, name: str, whole: _Whole) -> _Found:
    problem, detail = _coverage(embedded, whole)
    stamp, revision = document_time_stamp(embedded), embedded.signed_revision
    if problem not in (None, "annotated-after") or not stamp.intact:
        return _Found(revision, PdfSignature(name, problem or "digest", detail, form=_TIME_STAMP))
    return _Found(revision, document_time_stamp=(revision, stamp), covered=_covered(embedded.sig_object))


def _certifies(value: Any) -> bool:
    references = value.get("/Reference", ())
    return any(each.get_object().get("/TransformMethod") == "/DocMDP" for each in references)


def _signatures(found: Sequence[_Found]) -> Iterator[tuple[int, PdfSignature]]:
    """Yield revision and signature; one that certifies a file that was signed before does not hold."""
    signed = False
    for each in found:
        signature = each.signature
        if signature is None:
            continue
        if signed and each.certifies and signature.problem in (None, "annotated-after"):
            signature = replace(signature, problem="certified-again", detail="")
        yield each.revision, signature
        signed = True


def _signature(embedded: EmbeddedPdfSignature, name: str, form: str, whole: _Whole) -> PdfSignature:
    info = embedded.signer_info
    problem, detail = _integrity(embedded, whole)
    return PdfSignature(
        field=name,
        problem=problem,
        detail=detail,
        certificate=embedded.signer_cert.dump(),
        embedded=tuple(each.dump() for each in embedded.other_embedded_certs),
        claimed=_claimed(embedded, info),
        digest=str(embedded.md_algorithm).replace("_", "-"),
        form=form,
        time_stamps=signature_time_stamps(info),
        validation_data=whole.data.adding(archived_revocation_data(info)),
    )


def _integrity(embedded: EmbeddedPdfSignature, whole: _Whole) -> tuple[Problem | None, str]:
    if embedded.signed_data["encap_content_info"]["content"] is not core.VOID:
        return "unverifiable", "encapsulated content"
    problem, detail = _coverage(embedded, whole)
    intact, valid = validate_sig_integrity(
        embedded.signer_info,
        embedded.signer_cert,
        expected_content_type="data",
        actual_digest=embedded.compute_digest(),
    )
    if not intact:
        return "digest", ""
    return ("value", "") if not valid else (problem, detail)


def _coverage(embedded: EmbeddedPdfSignature, whole: _Whole) -> tuple[Problem | None, str]:
    """Say whether the file up to this signature is covered, and whether what came later was permitted."""
    embedded.compute_integrity_info(skip_diff=True)
    coverage: SignatureCoverageLevel = embedded.summarise_integrity_info()["coverage"]
    if coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        return "not-covering", coverage.name
    if coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return None, ""
    later, detail = whole.changes.since(embedded)
    return _LATER[later], detail


def _claimed(embedded: EmbeddedPdfSignature, info: cms.SignerInfo) -> datetime | None:
    try:
        claimed = extract_self_reported_ts(info) or embedded.self_reported_timestamp
    except (PdfError, ValueError, TypeError):
        return None
    return claimed if claimed is not None and claimed.tzinfo is not None else None


def _with_later(signature: PdfSignature, revision: int, stamps: list[tuple[int, TimeStampToken]]) -> PdfSignature:
    """Add the document time stamps that were put over a signature later."""
    later = tuple(stamp for stamped, stamp in stamps if stamped > revision)
    return replace(signature, time_stamps=(*signature.time_stamps, *later))


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
