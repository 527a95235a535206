"""Received documents: one row for a document, however often it is delivered."""

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum


class InboxState(StrEnum):
    """State of a received document, as the driver protocol names it."""

    ARRIVED = "arrived"
    REFUSED = "refused"
    REGISTERED = "registered"
    ASSIGNED = "assigned"
    PROCESSING = "processing"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class StoredAttachment:
    """An attachment as it was unpacked: `name` is never used as a path, the bytes are stored under `sha256`."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class NewDocument:
    """What is known of a document when it arrives.

    Attributes:
        document_id: as the package says; None when it could not be read.
        original_id: another DocumentId that means the same document, None if there is none.
        sender, sender_name: OrganId and name of the sending agency.
        code: `number/notation`.
        promulgation_date: `yyyy/MM/dd`.
        operation: 0 new, 1 recall, 2 update, 3 replacement.
        fingerprint: equal for packages of equal content.
        package: digest of the package as received.
        addressees: own OrganIds it is addressed to.
    """

    document_id: str | None
    sender: str
    package: str
    fingerprint: str
    arrived: str
    state: InboxState
    sender_name: str = ""
    code: str = ""
    promulgation_date: str = ""
    subject: str = ""
    content: str = ""
    operation: int = 0
    reason: str = ""
    original_id: str | None = None
    flags: tuple[str, ...] = ()
    addressees: tuple[str, ...] = ()
    attachments: tuple[StoredAttachment, ...] = ()


@dataclass(frozen=True, slots=True)
class InboxDocument(NewDocument):
    """A stored document, with the number of its row."""

    id: int = 0


@dataclass(frozen=True, slots=True)
class InboxRequest:
    """A recall, take-back, update or replacement that waits for the clerk.

    Attributes:
        target: row of the document it is about.
        named_by: DocumentId of the package that asks, empty for a status.
        kind: `recall`, `take_back`, `update` or `replace`.
        package: digest of the package that asks.
    """

    id: int
    target: int
    named_by: str
    kind: str
    package: str


_COLUMNS = (
    "document_id", "original_id", "sender", "sender_name", "code", "promulgation_date", "subject", "content",
    "operation", "state", "flags", "reason", "fingerprint", "package", "arrived",
)  # fmt: skip


class Inbox:
    """The tables of received documents."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, document: NewDocument) -> int:
        """Store a new document and return its row.

        Raises:
            sqlite3.IntegrityError: its DocumentId is there already.
        """
        marks = ", ".join("?" for _ in _COLUMNS)
        statement = f"INSERT INTO document_in ({', '.join(_COLUMNS)}) VALUES ({marks})"  # noqa: S608 - fixed names
        row = self._connection.execute(statement, _values(document)).lastrowid or 0
        self._add_parts(row, document)
        return row

    def replace(self, row: int, document: NewDocument) -> None:
        """Put `document` in the place of the one in `row`."""
        pairs = ", ".join(f"{name} = ?" for name in _COLUMNS)
        statement = f"UPDATE document_in SET {pairs} WHERE id = ?"  # noqa: S608 - fixed names
        self._connection.execute(statement, (*_values(document), row))
        self._connection.execute("DELETE FROM attachment_in WHERE document = ?", (row,))
        self._connection.execute("DELETE FROM addressee WHERE document = ?", (row,))
        self._add_parts(row, document)

    def add_addressee(self, row: int, organ_id: str) -> None:
        """Note one more own agency that the document came to."""
        self._connection.execute("INSERT OR IGNORE INTO addressee VALUES (?, ?)", (row, organ_id))

    def find(self, document_id: str) -> InboxDocument | None:
        """Return the document that `document_id` means, or None."""
        found = self._select("WHERE document_id = ? OR original_id = ? ORDER BY document_id != ?", (document_id,) * 3)
        return found[0] if found else None

    def get(self, row: int) -> InboxDocument:
        """Return the document of a row.

        Raises:
            KeyError: no such row.
        """
        found = self._select("WHERE id = ?", (row,))
        if not found:
            raise KeyError(row)
        return found[0]

    def all(self) -> Sequence[InboxDocument]:
        """Return all documents in the order of their arrival."""
        return self._select("ORDER BY id", ())

    def set_state(self, row: int, state: InboxState, reason: str = "") -> None:
        """Change the state of a document."""
        self._connection.execute("UPDATE document_in SET state = ?, reason = ? WHERE id = ?", (state, reason, row))

    def set_information(self, row: int, subject: str, content: str) -> None:
        """Change what an update may change of a document's information."""
        self._connection.execute(
            "UPDATE document_in SET subject = ?, content = ? WHERE id = ?", (subject, content, row)
        )

    def set_flags(self, row: int, flags: Collection[str]) -> None:
        """Set the flags that are shown with a document."""
        self._connection.execute("UPDATE document_in SET flags = ? WHERE id = ?", (json.dumps(list(flags)), row))

    def ask(self, target: int, *, named_by: str, kind: str, package: str) -> None:
        """Keep a request for the clerk."""
        self._connection.execute(
            "INSERT INTO request_in (target, named_by, kind, package) VALUES (?, ?, ?, ?)",
            (target, named_by, kind, package),
        )

    def asked(self, document_id: str) -> InboxRequest | None:
        """Return the oldest waiting request about a document, found by its own id or the asking package's."""
        row = self._connection.execute(
            "SELECT request_in.* FROM request_in JOIN document_in ON document_in.id = target"
            " WHERE document_id = ? OR original_id = ? OR named_by = ? ORDER BY request_in.id LIMIT 1",
            (document_id,) * 3,
        ).fetchone()
        return InboxRequest(**dict(row)) if row else None

    def answered(self, request: int) -> None:
        """Remove a request that the clerk has answered."""
        self._connection.execute("DELETE FROM request_in WHERE id = ?", (request,))

    def _add_parts(self, row: int, document: NewDocument) -> None:
        for organ_id in document.addressees:
            self.add_addressee(row, organ_id)
        self._add_attachments(row, document.attachments)

    def _add_attachments(self, row: int, attachments: Sequence[StoredAttachment]) -> None:
        self._connection.executemany(
            "INSERT INTO attachment_in VALUES (?, ?, ?, ?, ?)",
            [(row, at, one.name, one.size, one.sha256) for at, one in enumerate(attachments)],
        )

    def _select(self, where: str, values: tuple[object, ...]) -> list[InboxDocument]:
        rows = self._connection.execute(f"SELECT * FROM document_in {where}", values).fetchall()  # noqa: S608
        if not rows:
            return []
        few = len(rows) == 1
        only = "WHERE document = ?" if few else ""
        wanted = (rows[0]["id"],) if few else ()
        addressees: dict[int, list[str]] = {}
        for part in self._connection.execute(f"SELECT * FROM addressee {only} ORDER BY rowid", wanted):  # noqa: S608
            addressees.setdefault(part["document"], []).append(part["organ_id"])
        attachments: dict[int, list[StoredAttachment]] = {}
        parts = self._connection.execute(f"SELECT * FROM attachment_in {only} ORDER BY position", wanted)  # noqa: S608
        for part in parts:
            kept = StoredAttachment(part["name"], part["size"], part["sha256"])
            attachments.setdefault(part["document"], []).append(kept)
        return [_document(row, addressees.get(row["id"], []), attachments.get(row["id"], [])) for row in rows]


def _values(document: NewDocument) -> tuple[object, ...]:
    plain = {name: getattr(document, name) for name in _COLUMNS}
    return tuple({**plain, "flags": json.dumps(list(document.flags))}.values())


def _document(row: sqlite3.Row, addressees: list[str], attachments: list[StoredAttachment]) -> InboxDocument:
    columns = dict(row)
    columns["state"] = InboxState(columns["state"])
    columns["flags"] = tuple(json.loads(columns["flags"]))
    return InboxDocument(**columns, addressees=tuple(addressees), attachments=tuple(attachments))
