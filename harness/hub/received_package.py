"""What the hub reads of a package in order to route and record it. Whether the package is right is not asked."""

import hashlib
from dataclasses import dataclass
from typing import Literal

from harness.catalogue.codes import BusinessOperation
from harness.catalogue.parameters import Limits
from harness.edxml.model import DocumentPackage, Package, StatusPackage
from harness.edxml.packages import read_header
from harness.edxml.reader import PackageUnreadable
from harness.journal.events import AnsweredDocument, SentPackage
from harness.vxp.hashing import Form, digest_form, hash_file_form, without_trailer

Kind = Literal["document", "status", "unknown"]


@dataclass(frozen=True, slots=True)
class ReceivedPackage:
    """A package as it came in a `sendEdoc` body.

    Attributes:
        file: the package without the added CRLF; the whole body where `hash-file` is the digest of just that.
        trailing_crlf: whether that CRLF followed it.
        sha256: digest of the file.
        hash_file_form: form in which the `hash-file` parameter is the file's digest, None when it is not.
        package: as read, None when it cannot be read.
        unreadable: code of the reason why not.
    """

    file: bytes
    trailing_crlf: bool
    sha256: str
    hash_file_form: Form | None
    package: Package | None
    unreadable: str | None = None

    @property
    def kind(self) -> Kind:
        """What the package is."""
        if isinstance(self.package, StatusPackage):
            return "status"
        return "document" if isinstance(self.package, DocumentPackage) else "unknown"

    @property
    def status(self) -> StatusPackage | None:
        """The package when it is a status."""
        return self.package if isinstance(self.package, StatusPackage) else None

    @property
    def from_organ(self) -> str:
        """OrganId of the sender, empty when there is none."""
        return self.package.from_.organ_id.strip() if self.package else ""

    @property
    def addressees(self) -> tuple[str, ...]:
        """OrganIds that the package itself names as receivers, each once."""
        if isinstance(self.package, StatusPackage):
            named = [self.package.response_for.organ_id]
        else:
            named = [organ.organ_id for organ in self.package.to] if self.package else []
        return tuple(dict.fromkeys(organ.strip() for organ in named if organ.strip()))

    @property
    def document_id(self) -> str | None:
        """DocumentId of the document carried, or answered by a status."""
        if isinstance(self.package, StatusPackage):
            return self.package.response_for.document_id.strip() or None
        return (self.package.document_id.strip() or None) if self.package else None

    @property
    def doc_type(self) -> str:
        """Operation of a document package: `0` new, `1` recall, `2` update, `3` replacement."""
        bussiness = self.package.bussiness if isinstance(self.package, DocumentPackage) else None
        return (bussiness.doc_type.strip() if bussiness else "") or BusinessOperation.NEW

    @property
    def title(self) -> str:
        """Subject of a document, description of a status."""
        if isinstance(self.package, StatusPackage):
            return self.package.description
        return self.package.subject if self.package else ""

    @property
    def notation(self) -> str:
        """Number and notation of the document."""
        if isinstance(self.package, StatusPackage):
            return self.package.response_for.code
        if self.package is None:
            return ""
        return f"{self.package.code.code_number}/{self.package.code.code_notation}"


def read_received(body: bytes, given_hash: str, limits: Limits, *, trailer: bool = True) -> ReceivedPackage:
    """Read a `sendEdoc` body; never fails, whatever the bytes are.

    A file may itself end in CRLF and be sent without one more: then `hash-file` shows that those bytes are its own.

    Args:
        body: as received.
        given_hash: the `hash-file` parameter, empty when missing.
        limits: of packages that are read.
        trailer: whether a CRLF at the end belongs to no file.
    """
    file, trailing = without_trailer(body) if trailer else (body, False)
    digest = hashlib.sha256(file).digest()
    form = digest_form(digest, given_hash)
    if trailing and form is None and (whole := hash_file_form(body, given_hash)) is not None:
        file, trailing, digest, form = body, False, hashlib.sha256(body).digest(), whole
    package: Package | None = None
    unreadable = None
    try:
        package = read_header(file, limits)
    except PackageUnreadable as error:
        unreadable = error.code
    return ReceivedPackage(
        file=file,
        trailing_crlf=trailing,
        sha256=digest.hex(),
        hash_file_form=form,
        package=package,
        unreadable=unreadable,
    )


def sent_package(received: ReceivedPackage, blob: str | None) -> SentPackage:
    """Return what is recorded of a package that was sent; `blob` is where its file is kept."""
    package = received.package
    status = received.status
    return SentPackage(
        sha256=received.sha256,
        size=len(received.file),
        hash_file_form=received.hash_file_form,
        trailing_crlf=received.trailing_crlf,
        kind=received.kind,
        unreadable=received.unreadable,
        document_id=received.document_id,
        from_organ=received.from_organ or None,
        to_organs=received.addressees,
        doc_type=received.doc_type if received.kind == "document" else None,
        subject=package.subject if isinstance(package, DocumentPackage) else None,
        status_code=status.status_code if status else None,
        description=status.description if status else None,
        response_for=_response_for(status) if status else None,
        blob=blob,
    )


def _response_for(status: StatusPackage) -> AnsweredDocument:
    named = status.response_for
    return AnsweredDocument(named.organ_id, named.code, named.promulgation_date, named.document_id)
