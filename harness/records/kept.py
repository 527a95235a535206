"""One kept record, whatever its layout: the fields of the regulation and the texts in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from harness.catalogue.findings import Where, clipped

RecordKind = Literal["outgoing", "incoming", "dossier"]

GROUPS: Mapping[str, tuple[str, ...]] = {
    "FileCode": ("OrganId", "FileCatalog", "FileNotation"),
    "SignerInfo": ("Position", "FullName"),
    "To": ("OrganId", "OrganName"),
    "File": ("Path", "Sha256", "Role"),
}
"""Fields that hold other fields. File is ours: a document's file within the export."""

PLAIN = (
    "DocOrdinal", "TypeName", "CodeNumber", "CodeNotation", "IssuedDate", "OrganName", "Subject", "Language",
    "PageAmount", "Description", "Priority", "IssuedAmount", "DueDate", "ArrivalDate", "ArrivalNumber", "ToPlaces",
    "TraceHeaderList", "Title", "Maintenance", "Rights", "Creator", "StartDate", "EndDate", "DocTotal", "PageTotal",
    "Kind", "DocumentId", "State", "RecallId", "Book",
)  # fmt: skip
"""Fields that hold text: those of Appendix VI of Decree 30/2020, and the last five, which are ours."""

MEMBERS = tuple(f"{group}.{member}" for group, members in GROUPS.items() for member in members)


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """One record of an export.

    Attributes:
        kind: of document or dossier.
        place: file and path, fit to be shown, e.g. `records.json: Outgoing[3]`.
        line: in that file, from 1; None where the layout has none.
        values: texts by field, `SignerInfo.FullName` for one within another; one text for each time it occurs.
    """

    kind: RecordKind
    place: str
    line: int | None
    values: Mapping[str, tuple[str, ...]]

    def text(self, name: str) -> str:
        """Return the first text of a field without white space around it; "" where there is none."""
        texts = self.values.get(name)
        return texts[0].strip() if texts else ""

    def group(self, name: str) -> tuple[Mapping[str, str], ...]:
        """Return every occurrence of a field that holds others, empty ones left out."""
        columns = [self.values.get(f"{name}.{member}", ()) for member in GROUPS[name]]
        count = max(map(len, columns))
        rows = (
            {m: (c[i].strip() if i < len(c) else "") for m, c in zip(GROUPS[name], columns, strict=True)}
            for i in range(count)
        )
        return tuple(row for row in rows if any(row.values()))

    def where(self, name: str = "") -> Where:
        """Return the place of a field of this record."""
        return Where(xpath=f"{self.place}/{name}" if name else self.place, line=self.line)

    @property
    def title(self) -> str:
        """Number and notation, or what else tells it from others, fit to be shown."""
        number, notation = self.text("CodeNumber"), self.text("CodeNotation")
        return clipped("/".join(part for part in (number, notation) if part) or self.text("Title") or "-", 60)
