"""Documents sent by the own agencies, and what each receiver last said about them."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutReceiver:
    """A receiver of a sent document; `status_code` is None before any status."""

    organ_id: str
    organ_name: str
    status_code: str | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class NewOutDocument:
    """A document as it is queued.

    Attributes:
        operation: 0 new, 1 recall, 2 update, 3 replacement.
        target: DocumentId acted on, None for a new document.
        package: digest of its package.
    """

    document_id: str
    sender: str
    code_number: str
    code_notation: str
    promulgation_date: str
    subject: str
    package: str
    receivers: tuple[OutReceiver, ...]
    operation: int = 0
    target: str | None = None


@dataclass(frozen=True, slots=True)
class OutDocument(NewOutDocument):
    """A document with the state of its sending: `queued`, `sent` or `failed`, and the hub's words on a failure."""

    state: str = "queued"
    error: str = ""
    recalled: bool = False


@dataclass(frozen=True, slots=True)
class ReceivedStatus:
    """What a receiver said about a document."""

    document_id: str
    organ_id: str
    status_code: str
    timestamp: str
    description: str


_WITH_STATE = (
    "SELECT document_out.*, outgoing.state, outgoing.error"
    " FROM document_out JOIN outgoing ON outgoing.id = document_out.outgoing"
)


class Outbox:
    """The tables of sent documents."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, document: NewOutDocument, outgoing: int) -> None:
        """Store a document whose package is queued as `outgoing`."""
        self._connection.execute(
            "INSERT INTO document_out (document_id, outgoing, sender, code_number, code_notation, promulgation_date,"
            " subject, package, operation, target) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document.document_id, outgoing, document.sender, document.code_number, document.code_notation,
                document.promulgation_date, document.subject, document.package, document.operation, document.target,
            ),
        )  # fmt: skip
        self._connection.executemany(
            "INSERT INTO receiver (document_id, position, organ_id, organ_name) VALUES (?, ?, ?, ?)",
            [(document.document_id, at, one.organ_id, one.organ_name) for at, one in enumerate(document.receivers)],
        )

    def number_used(self, sender: str, year: str, number: str, notation: str) -> bool:
        """Return whether `sender` has given the number and notation to a document of that year."""
        row = self._connection.execute(
            "SELECT 1 FROM document_out WHERE sender = ? AND code_notation = ? AND code_number = ?"
            " AND substr(promulgation_date, 1, 4) = ? LIMIT 1",
            (sender, notation, number, year),
        ).fetchone()
        return row is not None

    def find(self, document_id: str) -> OutDocument | None:
        """Return a document, or None."""
        found = self._select("WHERE document_out.document_id = ?", (document_id,))
        return found[0] if found else None

    def all(self) -> Sequence[OutDocument]:
        """Return all documents in the order of queueing."""
        return self._select("ORDER BY outgoing", ())

    def set_recalled(self, document_id: str) -> None:
        """Note that a recall of the document is on its way."""
        self._connection.execute("UPDATE document_out SET recalled = 1 WHERE document_id = ?", (document_id,))

    def add_receivers(self, document_id: str, receivers: Sequence[OutReceiver]) -> None:
        """Add receivers that a document has not got yet."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO receiver (document_id, position, organ_id, organ_name) VALUES (?, 1000, ?, ?)",
            [(document_id, one.organ_id, one.organ_name) for one in receivers],
        )

    def add_status(self, status: ReceivedStatus) -> bool:
        """Keep a status; False when exactly this one is there already."""
        cursor = self._connection.execute(
            "INSERT OR IGNORE INTO status_in VALUES (?, ?, ?, ?, ?)",
            (status.document_id, status.organ_id, status.status_code, status.timestamp, status.description),
        )
        return cursor.rowcount > 0

    def show_status(self, status: ReceivedStatus) -> None:
        """Show a status as the receiver's last one."""
        self._connection.execute(
            "UPDATE receiver SET status_code = ?, description = ? WHERE document_id = ? AND organ_id = ?",
            (status.status_code, status.description, status.document_id, status.organ_id),
        )

    def _select(self, where: str, values: tuple[object, ...]) -> list[OutDocument]:
        rows = self._connection.execute(f"{_WITH_STATE} {where}", values).fetchall()
        return [self._document(row) for row in rows]

    def _document(self, row: sqlite3.Row) -> OutDocument:
        columns = {name: value for name, value in dict(row).items() if name != "outgoing"}
        receivers = self._connection.execute(
            "SELECT organ_id, organ_name, status_code, description FROM receiver WHERE document_id = ?"
            " ORDER BY position, rowid",
            (row["document_id"],),
        )
        columns["receivers"] = tuple(OutReceiver(**dict(one)) for one in receivers)
        columns["recalled"] = bool(columns["recalled"])
        return OutDocument(**columns)
