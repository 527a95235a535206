"""The hub's database: SQLite, in a file or in memory, safe to use from several threads."""

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness.hub.durability import GroupCommit

_FILE = "hub.sqlite3"
_VERSION = 2
_PATIENCE = 0.3
_PRIMARY = 0xFF  # what of a result code says in which way it failed
_SCHEMA = """
CREATE TABLE systems (
    system_id TEXT PRIMARY KEY,
    secret    TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE agencies (
    number    INTEGER PRIMARY KEY,
    organ_id  TEXT NOT NULL UNIQUE,
    code102   TEXT NOT NULL DEFAULT '',
    name      TEXT NOT NULL DEFAULT '',
    mail      TEXT NOT NULL DEFAULT '',
    mobile    TEXT NOT NULL DEFAULT '',
    fax       TEXT NOT NULL DEFAULT '',
    parent    TEXT NOT NULL DEFAULT '',
    system_id TEXT NOT NULL DEFAULT '',
    level     INTEGER NOT NULL,
    locked    INTEGER NOT NULL DEFAULT 0,
    deleted   INTEGER NOT NULL DEFAULT 0,
    version   INTEGER NOT NULL DEFAULT 1,
    modified  TEXT NOT NULL
);
CREATE INDEX agencies_by_system ON agencies (system_id) WHERE system_id <> '';
CREATE INDEX agencies_by_other_code ON agencies (code102) WHERE code102 <> '';

CREATE TABLE messages (
    number      INTEGER PRIMARY KEY,
    hub_id      TEXT NOT NULL UNIQUE,
    messagetype TEXT NOT NULL,
    system_id   TEXT NOT NULL,
    from_organ  TEXT NOT NULL,
    document_id TEXT,
    sameness    TEXT NOT NULL,
    received    TEXT NOT NULL,
    served      TEXT NOT NULL,
    size        INTEGER NOT NULL,
    title       TEXT NOT NULL,
    notation    TEXT NOT NULL,
    sent_at     TEXT NOT NULL
);
CREATE INDEX messages_by_sameness ON messages (sameness);
CREATE INDEX messages_by_document ON messages (document_id);
CREATE INDEX messages_by_system ON messages (system_id, messagetype);

CREATE TABLE deliveries (
    number          INTEGER PRIMARY KEY,
    receiver_doc_id TEXT NOT NULL UNIQUE,
    message         INTEGER NOT NULL REFERENCES messages (number),
    agency          INTEGER NOT NULL REFERENCES agencies (number),
    messagetype     TEXT NOT NULL,
    state           TEXT NOT NULL,
    description     TEXT NOT NULL DEFAULT '',
    business        TEXT NOT NULL DEFAULT '',
    business_text   TEXT NOT NULL DEFAULT '',
    created         TEXT NOT NULL,
    updated         TEXT NOT NULL
);
CREATE INDEX deliveries_waiting ON deliveries (agency, messagetype) WHERE state IN ('initial', 'processing');
CREATE INDEX deliveries_by_message ON deliveries (message);
"""
# Packages of a usual size are in the database: one write to disk is enough for them and their rows.
_BLOBS = """
CREATE TABLE blobs (
    name    BLOB NOT NULL UNIQUE,
    content BLOB NOT NULL
);
"""


class StoreUnusable(Exception):
    """The folder holds something that is no hub's data, or of a later version.

    Attributes:
        code: `not-a-store`, `newer`, `in-use` or `unwritable`.
        detail: what the database said.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class HubStore:
    """One database, used under one lock; critical sections are single statements or short transactions."""

    def __init__(self, folder: Path | None) -> None:
        """Open the database in `folder`, or one in memory for None.

        Raises:
            StoreUnusable: what is there cannot be used.
            OSError: the folder cannot be made.
        """
        self._lock = threading.RLock()
        self._depth = 0
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        place = ":memory:" if folder is None else os.fspath(folder / _FILE)
        self._commit = None if folder is None else GroupCommit((folder / f"{_FILE}-wal",))
        try:
            self._connection = sqlite3.connect(place, timeout=_PATIENCE, check_same_thread=False, isolation_level=None)
            self._connection.row_factory = sqlite3.Row
            self._prepare(durable=folder is not None)
            self._written = self._connection.total_changes
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & _PRIMARY in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
            raise StoreUnusable("in-use" if busy else "unwritable", str(error)) from error
        except sqlite3.DatabaseError as error:
            raise StoreUnusable("not-a-store") from error

    def _prepare(self, durable: bool) -> None:
        # One hub per folder: a second one would hand out the same items twice.
        self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._connection.execute("PRAGMA journal_mode = WAL")
        # `durable` syncs the log, once for many calls; NORMAL syncs it before its content moves into the database.
        self._connection.execute(f"PRAGMA synchronous = {'NORMAL' if durable else 'OFF'}")
        self._connection.execute("PRAGMA foreign_keys = ON")
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version > _VERSION:
            raise StoreUnusable("newer")
        if version == 0:
            self._connection.executescript(f"BEGIN;{_SCHEMA}{_BLOBS}PRAGMA user_version = {_VERSION};COMMIT;")
        elif version < _VERSION:
            self._connection.executescript(f"BEGIN;{_BLOBS}PRAGMA user_version = {_VERSION};COMMIT;")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything inside happen wholly or not at all; transactions may be nested."""
        with self._lock:
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("COMMIT")

    async def durable(self) -> None:
        """Return when every change made so far survives a crash of the machine; calls that wait together wait once.

        Raises:
            OSError: the disk failed.
        """
        if self._commit is not None and self._connection.total_changes != self._written:
            made = self._connection.total_changes
            await self._commit.done()
            self._written = max(self._written, made)

    def rows(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def row(self, statement: str, *values: Any) -> sqlite3.Row | None:
        """Return the first row of a query, or None."""
        with self._lock:
            found: sqlite3.Row | None = self._connection.execute(statement, values).fetchone()
            return found

    def change(self, statement: str, *values: Any) -> int:
        """Carry out a change and return the number of the last row inserted."""
        with self._lock:
            return self._connection.execute(statement, values).lastrowid or 0

    def change_many(self, statement: str, values: Iterable[Sequence[Any]]) -> None:
        """Carry out one change for every set of values, wholly or not at all."""
        with self.transaction():
            self._connection.executemany(statement, values)

    def close(self) -> None:
        """Write everything to disk and close; closing twice is harmless.

        SQLite moves its log into the database when the last connection closes, and writes both through.
        """
        with self._lock:
            self._connection.close()
