"""The records export: both registers, the dossier that holds them, and the files, in a zip."""

import io
import zipfile
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import msgspec

from harness.agency.component import Component
from harness.agency.core import Core
from harness.agency.registers.entries import OriginalFile, RegisterEntry
from harness.agency.registers.registers import Registers
from harness.agency.texts import words

_TABLE = "records.json"
_MOST_IN_A_DOSSIER = 500

RecordFields = dict[str, Any]
"""A record as it is written: the regulation's names, groups as mappings."""


class RecordsExport(Component):
    """Writes what Appendix VI of Decree 30/2020 names of each document, and the documents' files."""

    def __init__(self, core: Core, registers: Registers) -> None:
        super().__init__(core)
        self.registers = registers

    def content(self, entries: Sequence[RegisterEntry]) -> bytes:
        """Return the export of some entries as a zip."""
        tables: dict[str, list[RecordFields]] = {"Outgoing": [], "Incoming": [], "Dossier": []}
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
            for ordinal, entry in enumerate(entries, 1):
                files = []
                for place, file in enumerate(self.files(entry), 1):
                    path = f"files/{ordinal:05d}/{place}{file.ending}"
                    archive.writestr(path, file.content, zipfile.ZIP_STORED)  # most are compressed by themselves
                    files.append({"Path": path, "Sha256": sha256(file.content).hexdigest(), "Role": "original"})
                for record in self.records(entry, ordinal):
                    tables[entry.register].append({**record, "File": files})
            tables["Dossier"] += self.dossiers(entries)
            table = msgspec.json.encode({"schema": "lienthong.records/1", **tables})
            archive.writestr(_TABLE, msgspec.json.format(table, indent=1))
        return written.getvalue()

    def files(self, entry: RegisterEntry) -> Sequence[OriginalFile]:
        """Return the files of a document."""
        return tuple(self.registers.files(entry))

    def records(self, entry: RegisterEntry, ordinal: int) -> Sequence[RecordFields]:
        """Return the records of a document: one."""
        return (self.record(entry, ordinal),)

    def record(self, entry: RegisterEntry, ordinal: int) -> RecordFields:
        """Return the record of a document, `ordinal` its place among all."""
        own = self.outgoing(entry) if entry.register == "Outgoing" else self.incoming(entry)
        dossier, place = divmod(ordinal - 1, _MOST_IN_A_DOSSIER)
        return {**self.document(entry), **own, "FileCode": self.file_code(dossier + 1), "DocOrdinal": place + 1}

    def document(self, entry: RegisterEntry) -> RecordFields:
        """Return the fields that both registers have."""
        package = entry.package
        other = package.other_info
        return {
            "DocumentId": entry.document_id,
            "TypeName": package.document_type.type_name,
            "CodeNumber": package.code.code_number,
            "CodeNotation": package.code.code_notation,
            "IssuedDate": entry.issued,
            "OrganName": package.from_.organ_name,
            "Subject": entry.subject,
            "Language": words("records.language"),
            "PageAmount": entry.pages,
            "SignerInfo": {"Position": package.signer_info.position, "FullName": package.signer_info.full_name},
            "Priority": other.priority if other else "0",
            "State": entry.state,
            "RecallId": entry.recall,
        }

    def outgoing(self, entry: RegisterEntry) -> RecordFields:
        """Return the fields that documents sent have besides."""
        to = [{"OrganId": one.organ_id, "OrganName": one.organ_name} for one in entry.package.to]
        return {"To": to, "IssuedAmount": len(to)}

    def incoming(self, entry: RegisterEntry) -> RecordFields:
        """Return the fields that documents received have besides."""
        return {
            "ArrivalDate": entry.day,
            "ArrivalNumber": entry.arrival,
            "ToPlaces": "; ".join(entry.units) or self.settings.organ_name,
            "TraceHeaderList": "; ".join(entry.history),
        }

    def file_code(self, number: int) -> RecordFields:
        """Return the code of a dossier: they are filled one after the other with all that was exchanged this year."""
        return {
            "OrganId": self.settings.organ_id,
            "FileCatalog": f"{self.core.now():%Y}",
            "FileNotation": words("records.notation", number=f"{number:02d}"),
        }

    def dossiers(self, entries: Sequence[RegisterEntry]) -> Sequence[RecordFields]:
        """Return the records of the dossiers."""
        starts = range(0, len(entries), _MOST_IN_A_DOSSIER)
        inside = (entries[start : start + _MOST_IN_A_DOSSIER] for start in starts)
        return tuple(self.dossier(number, some) for number, some in enumerate(inside, 1))

    def dossier(self, number: int, entries: Sequence[RegisterEntry]) -> RecordFields:
        """Return the record of a dossier and of what is in it."""
        return {
            "FileCode": self.file_code(number),
            "Title": words("records.title"),
            "Maintenance": words("records.retention"),
            "Rights": words("records.rights"),
            "Creator": words("records.creator"),
            "Language": words("records.language"),
            "StartDate": entries[0].day,
            "EndDate": entries[-1].day,
            "DocTotal": len(entries),
            "PageTotal": sum(entry.pages for entry in entries),
        }
