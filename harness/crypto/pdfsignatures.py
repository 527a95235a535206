"""The signatures of one PDF file: what each covers, whether it verifies, who made it and when. Nothing is judged here.

Reading is pyHanko's, with its limits for files from strangers. Certificates are returned as bytes: whether they are
trusted is for the chain engine.
"""

import logging
import re
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

from harness.crypto.pdfglance import PdfUnreadable, header_version
from harness.crypto.pdftimestamps import TimeStamp, document_time_stamp, signature_time_stamps
from harness.crypto.pdfvalidationdata import ValidationData, archived_revocation_data, read_validation_data

Level = Literal["PKCS#7", "PAdES B-B", "PAdES B-T", "PAdES B-LT", "PAdES B-LTA"]
Problem = Literal["digest", "value", "not-covering", "changed-after", "unsupported", "unverifiable"]

_CATALOGUE_VERSION = re.compile(r"/([0-9]{1,2})\.([0-9]{1,2})")
_PADES = "ETSI.CAdES.detached"
_SUPPORTED = {"adbe.pkcs7.detached", _PADES}
_TIME_STAMP = "ETSI.RFC3161"
_NO_DATA = ValidationData()
_MOST_SIGNATURES = 50
_MOST_REMEMBERED = 8
_SMALL = 1024 * 1024  # bytes
_LAST = 1 << 30  # where a signature stands whose revision cannot be read

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
    time_stamps: tuple[TimeStamp, ...] = ()
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
    """

    version: tuple[int, int] | None
    signatures: tuple[PdfSignature, ...]


def read_pdf(content: bytes) -> PdfFile:
    """Read a PDF file and verify all of its signatures; the last few small files are remembered.

    Raises:
        PdfUnreadable: it is no PDF file, or a broken or encrypted one.
    """
    return _remembered(content) if len(content) <= _SMALL else _verified(content)


def _verified(content: bytes) -> PdfFile:
    reader = _reader(content)
    try:
        fields = list(enumerate_sig_fields(reader, filled_status=True))[:_MOST_SIGNATURES]
        version = _version(content, reader)
        data = read_validation_data(reader)
    except Exception as error:  # the parser trips over hostile files in many ways; all mean the same
        raise PdfUnreadable(_said(error)) from error
    found = sorted((_read(reader, name, field, data) for name, _, field in fields), key=lambda one: one.revision)
    stamps = [each.document_time_stamp for each in found if each.document_time_stamp is not None]
    signatures = tuple(
        _with_later(each.signature, each.revision, stamps) for each in found if each.signature is not None
    )
    return PdfFile(version, signatures)


# One document is looked at by who sends it, by who receives it and by the judge; what its bytes say does not change.
_remembered = lru_cache(maxsize=_MOST_REMEMBERED)(_verified)


@dataclass(frozen=True, slots=True)
class _Found:
    """A filled signature field: a signature, or a time stamp over the document and the revision it stands in."""

    revision: int
    signature: PdfSignature | None = None
    document_time_stamp: tuple[int, TimeStamp] | None = None


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


def _version(content: bytes, reader: PdfFileReader) -> tuple[int, int] | None:
    in_header = header_version(content)
    match = _CATALOGUE_VERSION.fullmatch(str(reader.root["/Version"]) if "/Version" in reader.root else "")
    in_catalogue = (int(match[1]), int(match[2])) if match else None
    return max((each for each in (in_header, in_catalogue) if each), default=None)


def _read(reader: PdfFileReader, name: str, field: Any, data: ValidationData) -> _Found:
    form = ""
    try:
        value = field.get_object()["/V"]
        form = str(value["/SubFilter"]).lstrip("/") if "/SubFilter" in value else ""
        if form not in {*_SUPPORTED, _TIME_STAMP}:
            return _Found(_LAST, PdfSignature(name, "unsupported", form, form=form))
        embedded = EmbeddedPdfSignature(reader, field, name)
        if form == _TIME_STAMP:
            return _time_stamp(embedded, name)
        return _Found(embedded.signed_revision, _signature(embedded, name, form, data))
    except Exception as error:
        return _Found(_LAST, PdfSignature(name, "unverifiable", _said(error), form=form))


def _time_stamp(embedded: EmbeddedPdfSignature, name: str) -> _Found:
    problem, detail = _coverage(embedded)
    stamp = document_time_stamp(embedded)
    if problem is not None or not stamp.intact:
        return _Found(embedded.signed_revision, PdfSignature(name, problem or "digest", detail, form=_TIME_STAMP))
    return _Found(embedded.signed_revision, document_time_stamp=(embedded.signed_revision, stamp))


def _signature(embedded: EmbeddedPdfSignature, name: str, form: str, data: ValidationData) -> PdfSignature:
    info = embedded.signer_info
    problem, detail = _integrity(embedded)
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
        validation_data=data.adding(archived_revocation_data(info)),
    )


def _integrity(embedded: EmbeddedPdfSignature) -> tuple[Problem | None, str]:
    if embedded.signed_data["encap_content_info"]["content"] is not core.VOID:
        return "unverifiable", "encapsulated content"
    problem, detail = _coverage(embedded)
    intact, valid = validate_sig_integrity(
        embedded.signer_info,
        embedded.signer_cert,
        expected_content_type="data",
        actual_digest=embedded.compute_digest(),
    )
    if not intact:
        return "digest", ""
    return ("value", "") if not valid else (problem, detail)


def _coverage(embedded: EmbeddedPdfSignature) -> tuple[Problem | None, str]:
    """Say whether the file up to this signature is covered, and whether what came later was permitted."""
    embedded.compute_integrity_info()
    coverage: SignatureCoverageLevel = embedded.summarise_integrity_info()["coverage"]
    if coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        return "not-covering", coverage.name
    if embedded.summarise_integrity_info()["docmdp_ok"] is False:
        return "changed-after", str(embedded.diff_result)
    return None, ""


def _claimed(embedded: EmbeddedPdfSignature, info: cms.SignerInfo) -> datetime | None:
    try:
        claimed = extract_self_reported_ts(info) or embedded.self_reported_timestamp
    except (PdfError, ValueError, TypeError):
        return None
    return claimed if claimed is not None and claimed.tzinfo is not None else None


def _with_later(signature: PdfSignature, revision: int, stamps: list[tuple[int, TimeStamp]]) -> PdfSignature:
    """Add the document time stamps that were put over a signature later."""
    later = tuple(stamp for stamped, stamp in stamps if stamped > revision)
    return replace(signature, time_stamps=(*signature.time_stamps, *later))


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
