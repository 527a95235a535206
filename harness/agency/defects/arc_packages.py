"""Defects in the archival packages that an agency makes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from harness.agency.gallery import defect
from harness.agency.registers.entries import RegisterEntry
from harness.agency.registers.mets import DescribedFiles, ListedEntity
from harness.agency.registers.submission import SubmissionPackage


@defect("calls-the-representation-original", breaks="ARC-23")
class CallsTheRepresentationOriginal(SubmissionPackage):
    """Puts the documents into a folder of another name than rep1."""

    representation = "representations/original"


@defect("says-not-what-package-it-is", breaks="ARC-24")
class SaysNotWhatPackageItIs(SubmissionPackage):
    """Writes METS without the attribute that tells a SIP from an AIP."""

    def outer_mets(self, identity: str, ead: ListedEntity, others: Sequence[ListedEntity], created: str) -> bytes:
        return super().outer_mets(identity, ead, others, created).replace(b'csip:OAISPACKAGETYPE="SIP" ', b"")


@defect("lists-other-digests", breaks="ARC-25")
class ListsOtherDigests(SubmissionPackage):
    """Lists the digests that the files had before they were changed."""

    def listed(self, path: str, content: bytes) -> ListedEntity:
        return replace(super().listed(path, content), sha256=ListedEntity.of(path, content + b"\n").sha256)


@defect("describes-two-by-one-file", breaks="ARC-26")
class DescribesTwoByOneFile(SubmissionPackage):
    """Links the description of the second document to the file of the first."""

    def inner_mets(self, documents: Sequence[DescribedFiles], created: str) -> bytes:
        return super().inner_mets(documents, created).replace(b'FILEID="F2-1"', b'FILEID="F1-1"')


@defect("describes-by-iso-dates", breaks="ARC-27")
class DescribesByIsoDates(SubmissionPackage):
    """Writes the dates of the dossier as YYYY-MM-DD."""

    def dossier(self, entries: Sequence[RegisterEntry]) -> Mapping[str, str]:
        said = super().dossier(entries)
        days = {name: "-".join(reversed(said[name].split("/"))) for name in ("startDate", "endDate")}
        return {**said, **days}


@defect("codes-documents-of-another-year", breaks="ARC-28")
class CodesDocumentsOfAnotherYear(SubmissionPackage):
    """Builds the codes of documents with another year than that of their dossier."""

    def document(self, entry: RegisterEntry, place: int) -> Mapping[str, str]:
        said = super().document(entry, place)
        year = self.core.now().year
        return {**said, "docCode": said["docCode"].replace(f".{year}.", f".{year - 7}.")}


@defect("writes-codes-with-their-words", breaks="ARC-29")
class WritesCodesWithTheirWords(SubmissionPackage):
    """Writes a code of retention together with what it means."""

    def document(self, entry: RegisterEntry, place: int) -> Mapping[str, str]:
        return {**super().document(entry, place), "maintenance": "05: 20 năm"}


@defect("describes-by-the-whole-code", breaks="ARC-30")
class DescribesByTheWholeCode(SubmissionPackage):
    """Writes number and notation into the field of the number."""

    def document(self, entry: RegisterEntry, place: int) -> Mapping[str, str]:
        code = entry.package.code
        return {**super().document(entry, place), "codeNumber": f"{code.code_number}/{code.code_notation}"}
