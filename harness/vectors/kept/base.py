"""The good export that all vectors are made of: a dossier, a document sent and one received, with their packages."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256

import msgspec

from harness.catalogue.codes import StatusCode
from harness.crypto.testpki.pki import Pki
from harness.edxml.model import DocumentPackage
from harness.records.kept import GROUPS
from harness.vectors.packages.base import DocumentIdentity, document, package, recall, status

HERE = ("000.00.00.H41", "Ủy ban nhân dân tỉnh Nghệ An")
CENTRE = ("000.00.00.G22", "Văn phòng Chính phủ")
TABLE = "records.json"
FILE_CODE = {"FileCode.OrganId": "H41", "FileCode.FileNotation": "01.VP"}
_WEEK = timedelta(days=7)

Row = dict[str, str]
"""One record, by the names of `kept`: `SignerInfo.FullName`. The files of a document are kept beside it."""


@dataclass(frozen=True, slots=True)
class KeptFileOf:
    """A file of a record: its path, content and role."""

    path: str
    content: bytes
    role: str = ""


@dataclass(frozen=True, slots=True)
class KeptCase:
    """A records export in the making.

    Attributes:
        day: on which both documents were issued and exchanged.
        rows: records by kind.
        files: of each document, by kind and place.
        packages: exchanged, by name.
        besides: files that no record names.
        dropped: paths that records name and that are not there.
    """

    day: date
    rows: Mapping[str, tuple[Row, ...]]
    files: Mapping[tuple[str, int], tuple[KeptFileOf, ...]]
    packages: Mapping[str, bytes]
    besides: Mapping[str, bytes] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()

    def row(self, kind: str, place: int = 0, **changes: str | None) -> "KeptCase":
        """Return it with fields of one record changed; `__` in a name stands for the dot, None takes a field away."""
        changed = {name.replace("__", "."): value for name, value in changes.items()}
        kept = {name: value for name, value in self.rows[kind][place].items() if changed.get(name, value) is not None}
        kept |= {name: value for name, value in changed.items() if value is not None}
        rows = (*self.rows[kind][:place], kept, *self.rows[kind][place + 1 :])
        return replace(self, rows={**self.rows, kind: rows})

    def more(self, kind: str, row: Row, *files: KeptFileOf) -> "KeptCase":
        """Return it with one more record."""
        place = len(self.rows[kind])
        rows = {**self.rows, kind: (*self.rows[kind], row)}
        return replace(self, rows=rows, files={**self.files, (kind, place): files})

    def without(self, kind: str) -> "KeptCase":
        """Return it without the records of a kind and their files."""
        files = {key: value for key, value in self.files.items() if key[0] != kind}
        return replace(self, rows={**self.rows, kind: ()}, files=files)

    def with_files(self, kind: str, *files: KeptFileOf) -> "KeptCase":
        """Return it with other files of the first record of a kind."""
        return replace(self, files={**self.files, (kind, 0): files})

    def exchanging(self, **packages: bytes | None) -> "KeptCase":
        """Return it with packages added, changed or, by None, taken away."""
        merged: dict[str, bytes | None] = {**self.packages, **packages}
        return replace(self, packages={name: data for name, data in merged.items() if data is not None})

    def written(self) -> dict[str, bytes]:
        """Return the files of the export, by path."""
        whole = {
            kind: [_nested(row, self.files.get((kind, place), ())) for place, row in enumerate(rows)]
            for kind, rows in self.rows.items()
        }
        table = msgspec.json.format(msgspec.json.encode({"schema": "lienthong.records/1", **whole}), indent=1)
        held = {file.path: file.content for files in self.files.values() for file in files}
        kept = {path: content for path, content in held.items() if path not in self.dropped}
        return {TABLE: table, **kept, **self.besides}


def _nested(row: Row, files: tuple[KeptFileOf, ...]) -> dict[str, object]:
    nested: dict[str, object] = {}
    for name, value in row.items():
        group, dot, member = name.partition(".")
        if dot and group in GROUPS:
            inner = nested.setdefault(group, {})
            if isinstance(inner, dict):
                inner[member] = value
        else:
            nested[name] = value
    named = [{"Path": one.path, "Sha256": sha256(one.content).hexdigest(), "Role": one.role} for one in files]
    return {**nested, "File": [{key: text for key, text in one.items() if text} for one in named]} if named else nested


def received(day: date) -> DocumentIdentity:
    """Return the identity of the incoming document."""
    return DocumentIdentity(sender=CENTRE, receiver=HERE, number="7816", notation="VPCP-TTĐT", day=day)


def sent(day: date) -> DocumentIdentity:
    """Return the identity of the outgoing document."""
    return DocumentIdentity(sender=HERE, receiver=CENTRE, number="45", notation="UBND-VX", day=day)


def answered(day: date, code: str, description: str = "") -> bytes:
    """Return a status that the agency sent about the document it received."""
    identity = DocumentIdentity(sender=HERE, receiver=CENTRE, day=day, earlier=received(day).document_id)
    return status(identity, code, description).written()


def recalled(day: date, earlier: DocumentIdentity) -> bytes:
    """Return the recall of a document by its sender."""
    number = DocumentIdentity(
        sender=earlier.sender, receiver=earlier.receiver, number="99", notation=earlier.notation, day=day,
        earlier=earlier.document_id,
    )  # fmt: skip
    return recall(number).written()


def recall_id(day: date, earlier: DocumentIdentity) -> str:
    """Return the DocumentId of that recall."""
    return replace(earlier, number="99", day=day).document_id


def _document(identity: DocumentIdentity, said: DocumentPackage) -> Row:
    return {
        "TypeName": said.document_type.type_name,
        "CodeNumber": said.code.code_number,
        "CodeNotation": said.code.code_notation,
        "IssuedDate": f"{identity.day:%d/%m/%Y}",
        "OrganName": identity.sender[1],
        "Subject": said.subject,
        "Language": "Tiếng Việt",
        "PageAmount": "1",
        "SignerInfo.Position": said.signer_info.position,
        "SignerInfo.FullName": said.signer_info.full_name,
        "Priority": said.other_info.priority if said.other_info else "0",
        "DocumentId": identity.document_id,
        "State": "active",
    }


def base(at: datetime) -> KeptCase:
    """Return a good export.

    Args:
        at: time of judgement; everything happened a week or two before.
    """
    day = workday(at.date() - _WEEK)
    incoming, outgoing = received(day), sent(day)
    year = {**FILE_CODE, "FileCode.FileCatalog": str(day.year)}
    rows = {
        "Outgoing": (
            {
                **year, "DocOrdinal": "2", **_document(outgoing, package(outgoing)),
                "To.OrganId": CENTRE[0], "To.OrganName": CENTRE[1], "IssuedAmount": "1",
            },
        ),
        "Incoming": (
            {
                **year, "DocOrdinal": "1", **_document(incoming, package(incoming)),
                "ArrivalDate": f"{day:%d/%m/%Y}", "ArrivalNumber": "812", "ToPlaces": "Phòng Tổng hợp",
                "TraceHeaderList": "Tiếp nhận, vào sổ số 812. Hoàn thành xử lý.",
            },
        ),
        "Dossier": (
            {
                **year, "Title": "Kết nối, liên thông văn bản", "Maintenance": "20 năm", "Rights": "Không hạn chế",
                "Creator": "Nguyễn Thị Văn Thư", "Language": "Tiếng Việt", "StartDate": f"{day:%d/%m/%Y}",
                "EndDate": f"{day:%d/%m/%Y}", "DocTotal": "2", "PageTotal": "2",
            },
        ),
    }  # fmt: skip
    files = {
        ("Outgoing", 0): _kept(outgoing, "di"),
        ("Incoming", 0): _kept(incoming, "den"),
    }
    packages = {
        "received": document(incoming).written(),
        "sent": document(outgoing).written(),
        "status-01": answered(day, StatusCode.ARRIVED, "Đã đến"),
        "status-03": answered(day, StatusCode.REGISTERED, "Đã tiếp nhận"),
        "status-06": answered(day, StatusCode.FINISHED, "Đã hoàn thành"),
    }
    return KeptCase(day, rows, files, packages)


def workday(day: date) -> date:
    """Return a day, or the Friday before it if it is on a weekend."""
    return day - timedelta(days=max(day.weekday() - 4, 0))


def _kept(identity: DocumentIdentity, folder: str) -> tuple[KeptFileOf, ...]:
    return tuple(KeptFileOf(f"files/{folder}/{name}", content) for name, content in identity.particulars.files)


@lru_cache(maxsize=2)
def pki(at: datetime) -> Pki:
    """Return the PKI of the vectors: made once, as making keys takes time."""
    return Pki(at)
