"""Defects in the registers that an agency exports."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from harness.agency.core import Core
from harness.agency.gallery import defect
from harness.agency.listed import Listed
from harness.agency.receiver import DocumentReceiver
from harness.agency.registers.entries import OriginalFile, RegisterEntry
from harness.agency.registers.records_export import RecordFields, RecordsExport
from harness.agency.registers.registers import Registers
from harness.agency.store.inbox import InboxDocument, InboxState, NewDocument

_LONG_TITLE = "Chánh Văn phòng, Ủy viên Ban Chấp hành, Trưởng Ban Chỉ đạo chuyển đổi số, " * 2


@defect("registers-no-signer", breaks="ARC-01")
class RegistersNoSigner(RecordsExport):
    """Exports documents sent without their signer."""

    def outgoing(self, entry: RegisterEntry) -> RecordFields:
        return {**super().outgoing(entry), "SignerInfo": {}}


@defect("gives-no-arrival-numbers", breaks="ARC-02")
class GivesNoArrivalNumbers(RecordsExport):
    """Has a column for the number of arrival and never fills it."""

    def incoming(self, entry: RegisterEntry) -> RecordFields:
        return {**super().incoming(entry), "ArrivalNumber": ""}


@defect("joins-number-and-notation", breaks="ARC-03")
class JoinsNumberAndNotation(RecordsExport):
    """Keeps number and notation in one column and exports that as the number."""

    def document(self, entry: RegisterEntry) -> RecordFields:
        code = entry.package.code
        return {**super().document(entry), "CodeNumber": f"{code.code_number}/{code.code_notation}"}


@defect("writes-offices-out", breaks="ARC-04")
class WritesOfficesOut(RecordsExport):
    """Writes every office of a signer into the field for the position, which has 100 letters."""

    def document(self, entry: RegisterEntry) -> RecordFields:
        document = super().document(entry)
        return {**document, "SignerInfo": {**document["SignerInfo"], "Position": _LONG_TITLE}}


@defect("registers-by-the-due-day", breaks="ARC-05")
class RegistersByTheDueDay(RecordsExport):
    """Writes the day on which an answer is due into the field for the day of arrival."""

    def incoming(self, entry: RegisterEntry) -> RecordFields:
        due = self.core.now() + timedelta(days=10)
        return {**super().incoming(entry), "ArrivalDate": f"{due:%d/%m/%Y}"}


@defect("registers-a-renewed-delivery-anew", breaks="ARC-06")
class NotesRenewedDeliveries(DocumentReceiver):
    """Shows a document once in the inbox, but registers it again whenever the hub delivers it again."""

    renewed: tuple[str, ...] = ()

    def take_again(self, listed: Listed, document: NewDocument, known: InboxDocument) -> None:
        self.renewed += (document.document_id or "",)
        super().take_again(listed, document, known)


@defect("registers-a-renewed-delivery-anew", breaks="ARC-06")
class RegistersARenewedDeliveryAnew(RecordsExport):
    """Exports a record for each delivery."""

    def __init__(self, core: Core, registers: Registers, receiver: DocumentReceiver) -> None:
        super().__init__(core, registers)
        self.receiver = receiver

    def records(self, entry: RegisterEntry, ordinal: int) -> Sequence[RecordFields]:
        records = super().records(entry, ordinal)
        renewed = getattr(self.receiver, "renewed", ())
        return (*records, *records) if entry.document_id in renewed else records


@defect("numbers-arrivals-by-the-day", breaks="ARC-07")
class NumbersArrivalsByTheDay(RecordsExport):
    """Gives all documents of a day one number of arrival."""

    def incoming(self, entry: RegisterEntry) -> RecordFields:
        return {**super().incoming(entry), "ArrivalNumber": f"{self.core.now():%j}"}


@defect("leaves-documents-loose", breaks="ARC-08")
class LeavesDocumentsLoose(RecordsExport):
    """Exports dossiers, and received documents that belong to none."""

    def record(self, entry: RegisterEntry, ordinal: int) -> RecordFields:
        record = super().record(entry, ordinal)
        return record if entry.register == "Outgoing" else {**record, "FileCode": {}}


@defect("writes-two-digits-of-the-year", breaks="ARC-09")
class WritesTwoDigitsOfTheYear(RecordsExport):
    """Writes the year of a file code as two digits."""

    def file_code(self, number: int) -> RecordFields:
        return {**super().file_code(number), "FileCatalog": f"{self.core.now():%y}"}


@defect("numbers-every-document-one", breaks="ARC-10")
class NumbersEveryDocumentOne(RecordsExport):
    """Has an ordinal that is never counted up."""

    def record(self, entry: RegisterEntry, ordinal: int) -> RecordFields:
        return {**super().record(entry, ordinal), "DocOrdinal": 1}


@defect("counts-one-register", breaks="ARC-11")
class CountsOneRegister(RecordsExport):
    """Counts the received documents of a dossier alone."""

    def dossier(self, number: int, entries: Sequence[RegisterEntry]) -> RecordFields:
        received = [entry for entry in entries if entry.register == "Incoming"]
        return {**super().dossier(number, entries), "DocTotal": len(received)}


@defect("opens-dossiers-for-nobody", breaks="ARC-12")
class OpensDossiersForNobody(RecordsExport):
    """Does not keep who opened a dossier."""

    def dossier(self, number: int, entries: Sequence[RegisterEntry]) -> RecordFields:
        return {**super().dossier(number, entries), "Creator": ""}


@defect("keeps-for-long", breaks="ARC-13")
class KeepsForLong(RecordsExport):
    """Writes the retention in the words of an older rule, which are no period."""

    def dossier(self, number: int, entries: Sequence[RegisterEntry]) -> RecordFields:
        return {**super().dossier(number, entries), "Maintenance": "lâu dài"}


@defect("exports-no-files-of-documents-sent", breaks="ARC-14")
class ExportsNoFilesOfDocumentsSent(RecordsExport):
    """Exports the records of documents sent without their files."""

    def files(self, entry: RegisterEntry) -> Sequence[OriginalFile]:
        return () if entry.register == "Outgoing" else super().files(entry)


@defect("keeps-no-history", breaks="ARC-15")
class KeepsNoHistory(RecordsExport):
    """Forgets how a document was handled once the statuses are sent."""

    def incoming(self, entry: RegisterEntry) -> RecordFields:
        return {**super().incoming(entry), "TraceHeaderList": ""}


@defect("deletes-what-was-recalled", breaks="ARC-16")
class DeletesWhatWasRecalled(Registers):
    """Shows a recalled document as cancelled in the inbox, and removes it from the register."""

    def is_registered(self, document: InboxDocument) -> bool:
        return super().is_registered(document) and document.state is not InboxState.CANCELLED


@defect("keeps-rewritten-files", breaks="ARC-19")
class KeepsRewrittenFiles(RecordsExport):
    """Opens every file and saves it again before it is exported, so that no signature over it holds."""

    def files(self, entry: RegisterEntry) -> Sequence[OriginalFile]:
        return [replace(file, content=file.content + b"\n") for file in super().files(entry)]
