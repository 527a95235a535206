"""The agencies that the system acts for, and the hub's directory as last read."""

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

DIRECTORY = "directory.sqlite"


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """A row of the directory: the id it is listed under, the agency's other id (empty: none), its name."""

    code: str
    other_code: str
    name: str


@dataclass(frozen=True, slots=True)
class OwnAgency:
    """An agency that the system registered at the hub and acts for."""

    organ_id: str
    organ_name: str
    parent: str = ""


class OwnAgencies:
    """The table of the system's own agencies."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def all(self) -> Sequence[OwnAgency]:
        """Return the agencies in the order of their registration."""
        rows = self._connection.execute("SELECT organ_id, name, parent FROM own_agency ORDER BY rowid")
        return [OwnAgency(*row) for row in rows]

    def add(self, agency: OwnAgency) -> None:
        """Note an agency as registered."""
        self._connection.execute(
            "INSERT OR REPLACE INTO own_agency VALUES (?, ?, ?)", (agency.organ_id, agency.organ_name, agency.parent)
        )


class DirectoryTable:
    """A copy of the hub's directory, in a file of its own: it can always be read again. Safe in several threads."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(folder / DIRECTORY, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("CREATE TABLE IF NOT EXISTS entry (code TEXT, other_code TEXT, name TEXT)")
        self._connection.execute("CREATE INDEX IF NOT EXISTS by_code ON entry (code)")
        self._connection.execute("CREATE INDEX IF NOT EXISTS by_other_code ON entry (other_code)")

    def replace(self, entries: Iterable[DirectoryEntry]) -> None:
        """Replace the directory read before."""
        rows = [(entry.code, entry.other_code, entry.name) for entry in entries]
        with self._lock:
            self._connection.execute("BEGIN")
            self._connection.execute("DELETE FROM entry")
            self._connection.executemany("INSERT INTO entry VALUES (?, ?, ?)", rows)
            self._connection.execute("COMMIT")

    def size(self) -> int:
        """Return the number of rows last read."""
        with self._lock:
            return int(self._connection.execute("SELECT count(*) FROM entry").fetchone()[0])

    def first(self, limit: int) -> Sequence[DirectoryEntry]:
        """Return the first `limit` rows."""
        with self._lock:
            rows = self._connection.execute("SELECT code, other_code, name FROM entry LIMIT ?", (limit,)).fetchall()
        return [DirectoryEntry(*row) for row in rows]

    def same_as(self, organ_id: str) -> frozenset[str]:
        """Return all ids that the directory gives to the agency `organ_id`, itself included."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT code, other_code FROM entry WHERE code = ? OR other_code = ?", (organ_id, organ_id)
            ).fetchall()
        return frozenset({organ_id}) | {value for row in rows for value in row if value}

    def name_of(self, organ_id: str) -> str:
        """Return the name of an agency, empty when the directory does not know it."""
        with self._lock:
            row = self._connection.execute(
                "SELECT name FROM entry WHERE code = ? OR other_code = ? LIMIT 1", (organ_id, organ_id)
            ).fetchone()
        return str(row[0]) if row else ""

    def close(self) -> None:
        """Close the file once no thread is writing to it any more: closing it earlier would crash SQLite."""
        with self._lock:
            self._connection.close()
