"""What the hub reads of a package in order to route and record it. Whether the package is right is not asked."""

import hashlib
from dataclasses import dataclass
from typing import Literal

from harness.catalogue.codes import BusinessOperation
from harness.catalogue.parameters import Limits
from harness.edxml.model import ResponseFor
from harness.edxml.packages import read_routing
from harness.edxml.reader import PackageUnreadable
from harness.edxml.routing import Routing
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
        routing: what is read of it, None when it cannot be read.
        unreadable: code of the reason why not.
    """

    file: bytes
    trailing_crlf: bool
    sha256: str
    hash_file_form: Form | None
    routing: Routing | None
    unreadable: str | None = None

    @property
    def kind(self) -> Kind:
        """What the package is."""
        if self.routing is None:
            return "unknown"
        return "status" if self.routing.status else "document"

    @property
    def status(self) -> Routing | None:
        """The package when it is a status."""
        return self.routing if self.routing is not None and self.routing.status else None

    @property
    def from_organ(self) -> str:
        """OrganId of the sender, empty when there is none."""
        return self.routing.from_organ.strip() if self.routing else ""

    @property
    def addressees(self) -> tuple[str, ...]:
        """OrganIds that the package itself names as receivers, each once."""
        named = self.routing.receivers if self.routing else ()
        return tuple(dict.fromkeys(organ.strip() for organ in named if organ.strip()))

    @property
    def document_id(self) -> str | None:
        """DocumentId of the document carried, or answered by a status."""
        return (self.routing.document_id.strip() or None) if self.routing else None

    @property
    def doc_type(self) -> str:
        """Operation of a document package: `0` new, `1` recall, `2` update, `3` replacement."""
        return (self.routing.doc_type.strip() if self.routing else "") or BusinessOperation.NEW

    @property
    def title(self) -> str:
        """Subject of a document, description of a status."""
        return self.routing.title if self.routing else ""

    @property
    def notation(self) -> str:
        """Number and notation of the document."""
        return self.routing.code if self.routing else ""


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
    routing: Routing | None = None
    unreadable = None
    try:
        routing = read_routing(file, limits)
    except PackageUnreadable as error:
        unreadable = error.code
    return ReceivedPackage(
        file=file,
        trailing_crlf=trailing,
        sha256=digest.hex(),
        hash_file_form=form,
        routing=routing,
        unreadable=unreadable,
    )


def sent_package(received: ReceivedPackage, blob: str | None) -> SentPackage:
    """Return what is recorded of a package that was sent; `blob` is where its file is kept."""
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
        subject=received.title if received.kind == "document" else None,
        status_code=status.status_code if status else None,
        description=status.title if status else None,
        response_for=_answered(status.response_for) if status and status.response_for else None,
        blob=blob,
    )


def _answered(named: ResponseFor) -> AnsweredDocument:
    return AnsweredDocument(named.organ_id, named.code, named.promulgation_date, named.document_id)
