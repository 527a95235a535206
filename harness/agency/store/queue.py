"""Packages on their way out, in order. Every try sends a package with the same bytes."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueuedPackage:
    """A package to be sent.

    Attributes:
        id: row, growing in the order of queueing.
        messagetype: `edoc` or `status`.
        stream: packages of one stream go out one after the other: all that concern one document.
        document_id: the document that it is or speaks of.
        sender: OrganId in From.
        package: digest of its bytes.
        state: `queued`, `sent` or `failed`.
        tries: how often it was tried and what came of it is known.
        error: what the hub said last, for the clerk.
        hub_id: id that the hub gave it.
    """

    id: int
    messagetype: str
    stream: str
    document_id: str
    sender: str
    package: str
    state: str
    tries: int
    error: str
    hub_id: str


class Queue:
    """The table of outgoing packages."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, *, messagetype: str, stream: str, document_id: str, sender: str, package: str) -> int:
        """Queue a package and return its row."""
        cursor = self._connection.execute(
            "INSERT INTO outgoing (messagetype, stream, document_id, sender, package) VALUES (?, ?, ?, ?, ?)",
            (messagetype, stream, document_id, sender, package),
        )
        return cursor.lastrowid or 0

    def heads(self) -> Sequence[QueuedPackage]:
        """Return the first waiting package of each stream, oldest first."""
        return self._select(
            "WHERE id IN (SELECT min(id) FROM outgoing WHERE state = 'queued' GROUP BY stream) ORDER BY id", ()
        )

    def next_of(self, stream: str) -> QueuedPackage | None:
        """Return the first waiting package of a stream."""
        found = self._select("WHERE state = 'queued' AND stream = ? ORDER BY id LIMIT 1", (stream,))
        return found[0] if found else None

    def get(self, row: int) -> QueuedPackage:
        """Return a package.

        Raises:
            KeyError: no such row.
        """
        found = self._select("WHERE id = ?", (row,))
        if not found:
            raise KeyError(row)
        return found[0]

    def tried(self, row: int, error: str) -> None:
        """Note one more try and what came of it."""
        self._connection.execute("UPDATE outgoing SET tries = tries + 1, error = ? WHERE id = ?", (error, row))

    def sent(self, row: int, hub_id: str) -> None:
        """Note that the hub has taken the package."""
        self._connection.execute(
            "UPDATE outgoing SET state = 'sent', error = '', hub_id = ?, tries = tries + 1 WHERE id = ?", (hub_id, row)
        )

    def failed(self, row: int, error: str) -> None:
        """Note that the hub will never take the package."""
        self._connection.execute(
            "UPDATE outgoing SET state = 'failed', error = ?, tries = tries + 1 WHERE id = ?", (error, row)
        )

    def said(self, document_id: str, sender: str) -> int:
        """Return how many statuses about a document were queued in the name of `sender`."""
        row = self._connection.execute(
            "SELECT count(*) FROM outgoing WHERE messagetype = 'status' AND document_id = ? AND sender = ?",
            (document_id, sender),
        ).fetchone()
        return int(row[0])

    def statuses(self) -> Mapping[str, tuple[str, ...]]:
        """Return the packages of all statuses in order, by the document they are about, each package once."""
        found: dict[str, dict[str, None]] = {}
        rows = self._connection.execute(
            "SELECT document_id, package FROM outgoing WHERE messagetype = 'status' ORDER BY id"
        )
        for document_id, package in rows:
            found.setdefault(document_id, {})[package] = None
        return {document_id: tuple(packages) for document_id, packages in found.items()}

    def _select(self, where: str, values: tuple[object, ...]) -> list[QueuedPackage]:
        rows = self._connection.execute(f"SELECT * FROM outgoing {where}", values)  # noqa: S608 - fixed text
        return [QueuedPackage(**dict(row)) for row in rows]
