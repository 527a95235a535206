"""The archival package (SIP): one dossier with a description and the files of each document, in a zip."""

import io
import uuid
import zipfile
from collections.abc import Mapping, Sequence

from harness.agency.component import Component
from harness.agency.core import Core
from harness.agency.registers.entries import OriginalFile, RegisterEntry
from harness.agency.registers.mets import (
    DescribedFiles,
    ListedEntity,
    description,
    representation_mets,
    root_mets,
)
from harness.agency.registers.registers import Registers
from harness.agency.texts import words

_EAD = "metadata/descriptive/EAD.xml"
# Numbers of the archives' own list of document types, which is not that of edXML.
_LETTER, _OTHER = "22", "32"
_TWENTY_YEARS, _DIGITAL_ORIGINAL, _VIETNAMESE, _ON_REQUEST, _GOOD = "05", "01", "01", "01", "01"
_SCHEMA = b"""<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="simpledc">
    <xs:complexType><xs:sequence>
      <xs:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/>
    </xs:sequence></xs:complexType>
  </xs:element>
</xs:schema>
"""


class SubmissionPackage(Component):
    """Writes archival packages by the profile of Circular 05/2025."""

    representation = "representations/rep1"

    def __init__(self, core: Core, registers: Registers) -> None:
        super().__init__(core)
        self.registers = registers

    def content(self, entries: Sequence[RegisterEntry]) -> bytes:
        """Return the package of some entries as a zip, all of it in a folder named by its OBJID."""
        created = self.core.now().isoformat(timespec="seconds")
        identity = f"uuid-{uuid.uuid4()}"
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:

            def put(path: str, content: bytes) -> ListedEntity:
                archive.writestr(f"{identity}/{path}", content)
                return ListedEntity.of(path, content)

            documents = []
            for place, entry in enumerate(entries, 1):
                said = description(self.document(entry, place))
                path = f"metadata/descriptive/EAD_doc_{place:07d}.xml"
                put(f"{self.representation}/{path}", said)
                documents.append(
                    DescribedFiles(ListedEntity.of(path, said), self.put_files(archive, identity, entry, place))
                )
            inner = put(f"{self.representation}/METS.xml", self.inner_mets(documents, created))
            ead = put(_EAD, description(self.dossier(entries)))
            schema = put("schemas/simpledc.xsd", _SCHEMA)
            put("METS.xml", self.outer_mets(identity, ead, (inner, schema), created))
        return written.getvalue()

    def inner_mets(self, documents: Sequence[DescribedFiles], created: str) -> bytes:
        """Return the METS of the representation."""
        return representation_mets(documents, created)

    def outer_mets(self, identity: str, ead: ListedEntity, others: Sequence[ListedEntity], created: str) -> bytes:
        """Return the METS of the package; the first of the other files is the METS of the representation."""
        return root_mets(identity, ead, others[0], others[1:], created)

    def put_files(
        self, archive: zipfile.ZipFile, identity: str, entry: RegisterEntry, place: int
    ) -> tuple[ListedEntity, ...]:
        """Write the files of a document and return what METS lists of them, by their paths from the representation."""
        listed = []
        for number, file in enumerate(self.files(entry), 1):
            path = f"data/{place:07d}-{number}{file.ending}"
            # Most are compressed by themselves.
            archive.writestr(f"{identity}/{self.representation}/{path}", file.content, zipfile.ZIP_STORED)
            listed.append(self.listed(path, file.content))
        return tuple(listed)

    def listed(self, path: str, content: bytes) -> ListedEntity:
        """Return what METS says of a file of a document."""
        return ListedEntity.of(path, content)

    def files(self, entry: RegisterEntry) -> Sequence[OriginalFile]:
        """Return the files of a document."""
        return tuple(self.registers.files(entry))

    def file_code(self) -> str:
        """Return the code of the dossier."""
        return f"{self.settings.organ_id}.{self.core.now():%Y}.{words('records.notation', number='01')}"

    def dossier(self, entries: Sequence[RegisterEntry]) -> Mapping[str, str]:
        """Return the fields of EAD.xml."""
        days = [entry.day for entry in entries] or [f"{self.core.now():%d/%m/%Y}"]
        return {
            "fileCode": self.file_code(),
            "title": words("records.title"),
            "maintenance": _TWENTY_YEARS,
            "mode": _ON_REQUEST,
            "language": _VIETNAMESE,
            "startDate": days[0],
            "endDate": days[-1],
            "totalDoc": str(len(entries)),
            "numberOfPage": str(sum(entry.pages for entry in entries)),
            "format": _GOOD,
            "confidenceLevel": _DIGITAL_ORIGINAL,
        }

    def document(self, entry: RegisterEntry, place: int) -> Mapping[str, str]:
        """Return the fields of the EAD_doc of a document, `place` its number in the dossier."""
        package = entry.package
        return {
            "docId": f"{place:07d}",
            "docCode": f"{self.file_code()}.{place:07d}",
            "maintenance": _TWENTY_YEARS,
            "typeName": self.type_code(entry),
            "codeNumber": package.code.code_number,
            "codeNotation": package.code.code_notation,
            "issuedDate": entry.issued,
            "organName": package.from_.organ_name,
            "subject": entry.subject,
            "language": _VIETNAMESE,
            "numberOfPage": str(entry.pages),
            "mode": _ON_REQUEST,
            "confidenceLevel": _DIGITAL_ORIGINAL,
            "format": _GOOD,
        }

    def type_code(self, entry: RegisterEntry) -> str:
        """Return the number of a document's type in the archives' list, found by its name."""
        name = entry.package.document_type.type_name
        letter = self.core.profile.parameters.keeping.letter
        return _LETTER if name.strip().lower() == letter.lower() else _OTHER
