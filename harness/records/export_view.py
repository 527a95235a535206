"""A records export under examination: its records and files, and the packages that they are compared with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from harness.catalogue.findings import Finding, clipped
from harness.catalogue.parameters import Keeping
from harness.catalogue.profiles import Profile
from harness.records.exchanged import Exchanged, ExchangedDocument
from harness.records.holding import BROKEN, ExportFiles, HeldFile
from harness.records.kept import KeptRecord
from harness.records.layouts.tables import Tables


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file that a record names: path, digest and role as written, and the file itself where it is there."""

    path: str
    sha256: str
    role: str
    held: HeldFile | None


@dataclass(frozen=True)
class ExportView:
    """A records export.

    Attributes:
        holding: its files.
        tables: what was read of them.
        profile: its parameters hold.
        at: time of judgement.
        exchanged: what it is compared with; None where nothing was given.
    """

    holding: ExportFiles
    tables: Tables
    profile: Profile
    at: datetime
    exchanged: Exchanged | None = None

    @property
    def keeping(self) -> Keeping:
        """The profile's parameters of what is kept."""
        return self.profile.parameters.keeping

    @cached_property
    def outgoing(self) -> tuple[KeptRecord, ...]:
        """Records of documents sent."""
        return tuple(one for one in self.tables.records if one.kind == "outgoing")

    @cached_property
    def incoming(self) -> tuple[KeptRecord, ...]:
        """Records of documents received."""
        return tuple(one for one in self.tables.records if one.kind == "incoming")

    @cached_property
    def documents(self) -> tuple[KeptRecord, ...]:
        """Records of documents, sent and received."""
        return tuple(one for one in self.tables.records if one.kind != "dossier")

    @cached_property
    def dossiers(self) -> tuple[KeptRecord, ...]:
        """Records of dossiers."""
        return tuple(one for one in self.tables.records if one.kind == "dossier")

    @cached_property
    def pairs(self) -> tuple[tuple[KeptRecord, ExchangedDocument], ...]:
        """The records of documents that were exchanged, each with its document."""
        if self.exchanged is None:
            return ()
        found = ((record, self.exchanged.of(record)) for record in self.documents)
        return tuple((record, document) for record, document in found if document is not None)

    @cached_property
    def exchanged_of(self) -> Mapping[int, ExchangedDocument]:
        """The exchanged document of a record, by `id()` of the record."""
        return {id(record): document for record, document in self.pairs}

    @cached_property
    def left_out(self) -> tuple[ExchangedDocument, ...]:
        """Documents that must be kept and have no record, where all that was exchanged is known.

        These are the documents sent, and those received whose registration was reported to the sender. Operations are
        left out, and so is what was recalled, of which a rule of its own speaks.
        """
        exchanged = self.exchanged
        if exchanged is None or not exchanged.whole:
            return ()
        kept = {document.id for _, document in self.pairs}
        missing = (one for name, one in exchanged.documents.items() if name not in kept | set(exchanged.recalls))
        return tuple(one for one in missing if exchanged.must_be_kept(one))

    def receipt(self, document: ExchangedDocument) -> datetime | None:
        """Return when this system first sent a status about a document that it received."""
        return self.exchanged.receipt(document) if self.exchanged else None

    def files(self, record: KeptRecord) -> tuple[ListedFile, ...]:
        """Return the files that a record names."""
        return tuple(
            ListedFile(row["Path"], row["Sha256"].lower(), row["Role"].lower(), self.held(row["Path"]))
            for row in record.group("File")
        )

    def held(self, path: str) -> HeldFile | None:
        """Return the file at a path within the export, None where there is none."""
        return self.holding.files.get(path.replace("\\", "/").removeprefix("./"))

    @property
    def has_files(self) -> bool:
        """Whether the documents' files came with the export."""
        return not self.holding.alone


def record_finding(
    code: str, record: KeptRecord, field: str = "", *, expected: str = "", received: str = "", **parameters: str
) -> Finding:
    """Return a finding about a field of a record; texts of the export are made fit to be shown."""
    shown = {name: clipped(value) for name, value in parameters.items()}
    return Finding(
        code,
        record.where(field),
        clipped(expected),
        clipped(received),
        {"record": record.title, "field": field, **shown},
    )


def readable_digest(file: HeldFile) -> Iterator[str]:
    """Yield the SHA-256 of a file in hex, nothing for one that is damaged."""
    try:
        yield file.digest()
    except BROKEN:
        return
