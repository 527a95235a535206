"""The packages exchanged, which kept records are compared with: documents, the files in them, statuses, recalls."""

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from harness.catalogue.codes import BusinessOperation, StatusCode
from harness.catalogue.parameters import Limits
from harness.edxml.attachments import Allowance, AttachmentBroken, extension, unpack
from harness.edxml.identifiers import parse_document_id
from harness.edxml.model import DocumentPackage, StatusPackage
from harness.edxml.packages import read_package
from harness.edxml.reader import PackageUnreadable
from harness.records.dates import any_day
from harness.records.kept import KeptRecord

Direction = Literal["sent", "received"]
REGISTERED = frozenset({StatusCode.REGISTERED, StatusCode.ASSIGNED, StatusCode.PROCESSING, StatusCode.FINISHED})
"""Statuses that say that a document is registered, or more."""
_NO_OPERATION = frozenset({"", BusinessOperation.NEW})
_SPACE = " "
_MOMENT = "%Y/%m/%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class ExchangedFile:
    """A file of an exchanged document, unpacked: name as sent, SHA-256 in hex."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ExchangedDocument:
    """A document exchanged.

    Attributes:
        package: what it says; without the contents of its attachments.
        files: those that could be unpacked.
        direction: whether the system sent or received it; None where it is unknown.
        at: when it was sent or fetched; None where it is unknown.
    """

    package: DocumentPackage
    files: tuple[ExchangedFile, ...]
    direction: Direction | None = None
    at: datetime | None = None

    @property
    def id(self) -> str:
        """Its DocumentId."""
        return self.package.document_id

    @property
    def written(self) -> str:
        """Number and notation as one text, levelled."""
        return levelled(f"{self.package.code.code_number}/{self.package.code.code_notation}")

    @property
    def moment(self) -> datetime | None:
        """When it was exchanged: as recorded, else the time of its last hop."""
        if self.at is not None or not self.package.trace_headers:
            return self.at
        return _read_moment(self.package.trace_headers[-1].timestamp)


@dataclass(slots=True)
class Exchanged:
    """All that was exchanged, indexed as it comes.

    Attributes:
        documents: by DocumentId; recalls and updates are documents too.
        statuses: by the DocumentId answered: OrganId of the sender, and code.
        receipts: by the DocumentId answered: OrganId of the sender, and when; in the order in which they came.
        recalls: by DocumentId of the document recalled; where several came, a later one of the document's own sender
        has priority over an earlier one of another agency.
        updates: by DocumentId of the document updated, those of its own sender.
        whole: whether this is all that was exchanged, and so all that must be kept.
        seen: SHA-256 in hex of every file that came or went, also in deliberately broken packages.
        unreadable: names of packages that could not be read.
    """

    documents: dict[str, ExchangedDocument] = field(default_factory=dict)
    statuses: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    receipts: dict[str, list[tuple[str, datetime]]] = field(default_factory=lambda: defaultdict(list))
    recalls: dict[str, ExchangedDocument] = field(default_factory=dict)
    updates: dict[str, list[ExchangedDocument]] = field(default_factory=lambda: defaultdict(list))
    seen: set[str] = field(default_factory=set)
    whole: bool = False
    unreadable: list[str] = field(default_factory=list)
    _by_code: dict[str, list[ExchangedDocument]] = field(default_factory=lambda: defaultdict(list))

    def add(
        self, data: bytes, label: str, limits: Limits, direction: Direction | None = None, at: datetime | None = None
    ) -> None:
        """Take in one package; one that cannot be read is noted by its label."""
        try:
            package = read_package(data, limits)
        except PackageUnreadable:
            self.unreadable.append(label)
            return
        if isinstance(package, StatusPackage):
            about, sender = package.response_for.document_id, package.from_.organ_id
            self.statuses[about].append((sender, package.status_code))
            moment = _read_moment(package.timestamp) if at is None else at
            if moment is not None:
                self.receipts[about].append((sender, moment))
            return
        document = ExchangedDocument(replace(package, attachments=()), _files(package, limits), direction, at)
        self.seen |= {file.sha256 for file in document.files}
        for recalled in _acted_on(package, BusinessOperation.RECALL):
            if recalled not in self.recalls or self.is_own(document, recalled):
                self.recalls[recalled] = document
        for updated in _acted_on(package, BusinessOperation.UPDATE):
            if self.is_own(document, updated):
                self.updates[updated].append(document)
        if document.id not in self.documents:
            self.documents[document.id] = document
            self._by_code[document.written].append(document)

    def see(self, data: bytes, limits: Limits) -> None:
        """Note the files of a package that records are not compared with: keeping them is right."""
        try:
            package = read_package(data, limits)
        except PackageUnreadable:
            return
        if not isinstance(package, StatusPackage):
            self.seen |= {file.sha256 for file in _files(package, limits)}

    def of(self, record: KeptRecord) -> ExchangedDocument | None:
        """Return the document that a record is of: by its DocumentId, else by number, notation and year."""
        named = record.text("DocumentId")
        if named in self.documents:
            return self.documents[named]
        if parse_document_id(named) is not None:
            return None
        wanted = None if record.kind == "dossier" else "sent" if record.kind == "outgoing" else "received"
        found = [
            one
            for code in possible_codes(record.text("CodeNumber"), record.text("CodeNotation"))
            for one in self.written_as(code)
            if one.direction in {None, wanted} and _same_time(record, one)
        ]
        return found[0] if len({one.id for one in found}) == 1 else None

    def is_own(self, operation: ExchangedDocument, document_id: str) -> bool:
        """Tell whether an operation comes from the sender of the document that it acts on, as far as both are known."""
        target = self.documents.get(document_id)
        return target is None or target.package.from_.organ_id == operation.package.from_.organ_id

    def reported(self, document: ExchangedDocument) -> tuple[str, ...]:
        """Return the statuses that were sent about a document by others than its issuer."""
        issuer = document.package.from_.organ_id
        return tuple(code for organ, code in self.statuses.get(document.id, ()) if organ != issuer)

    def receipt(self, document: ExchangedDocument) -> datetime | None:
        """Return when others than its issuer first sent a status about a document, None where none is known."""
        issuer = document.package.from_.organ_id
        said = (moment for organ, moment in self.receipts.get(document.id, ()) if organ != issuer)
        return min(said, key=lambda moment: moment.replace(tzinfo=None), default=None)

    def must_be_kept(self, document: ExchangedDocument) -> bool:
        """Tell whether a document belongs in the registers: no operation, and sent, or reported as registered."""
        bussiness = document.package.bussiness
        if bussiness is not None and bussiness.doc_type not in _NO_OPERATION:
            return False
        return document.direction == "sent" or bool(REGISTERED & set(self.reported(document)))

    def written_as(self, code: str) -> tuple[ExchangedDocument, ...]:
        """Return the documents of a number and notation, which are levelled and joined by `/`."""
        return tuple(self._by_code.get(code, ()))


def levelled(text: str) -> str:
    """Return a text as it is compared: Unicode NFC, white space levelled."""
    return _SPACE.join(unicodedata.normalize("NFC", text).split())


def written_number(text: str) -> str:
    """Return a number as it is compared: `05` and `5` are one."""
    plain = levelled(text)
    return plain.lstrip("0") or plain


def possible_codes(number: str, notation: str) -> Iterable[str]:
    """Return what number and notation may mean as one text: joined, or each of them the whole already."""
    number, notation = levelled(number), levelled(notation)
    return dict.fromkeys((f"{number}/{notation}", number, notation, f"{number.partition('/')[0]}/{notation}"))


def _same_time(record: KeptRecord, document: ExchangedDocument) -> bool:
    kept, said = any_day(record.text("IssuedDate")), any_day(document.package.promulgation_info.promulgation_date)
    return kept is None or said is None or kept.year == said.year


def _read_moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip(), _MOMENT)
    except ValueError:
        return None


def _acted_on(package: DocumentPackage, operation: BusinessOperation) -> Iterable[str]:
    if package.bussiness is None or package.bussiness.doc_type != operation:
        return ()
    named = (package.bussiness.document_id, *(response.document_id for response in package.response_for))
    return tuple(one for one in dict.fromkeys(named) if one)


def _files(package: DocumentPackage, limits: Limits) -> tuple[ExchangedFile, ...]:
    files = []
    allowance = Allowance(limits.expansion_bytes)
    for attachment in package.attachments:
        try:
            content = unpack(attachment, limits, allowance)
        except AttachmentBroken:
            continue
        files.append(ExchangedFile(attachment.name, hashlib.sha256(content).hexdigest()))
    return tuple(files)


def is_pdf_name(name: str) -> bool:
    """Tell whether a file goes by the name of a PDF."""
    return extension(name).lower() == "pdf"
