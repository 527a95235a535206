"""The hub's database: SQLite, in a file or in memory, safe to use from several threads."""

import contextlib
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
_CACHE = 16 * 1024  # KiB
# Pages of 4 KiB after which the log moves into the database: indexes change a few pages again and again, and each is
# moved once.
_LOG = 4000
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
    """One database, used under one lock; critical sections are single statements or short transactions.

    Attributes:
        losses: how often changes were lost because the disk failed.
    """

    def __init__(self, folder: Path | None) -> None:
        """Open the database in `folder`, or one in memory for None.

        Raises:
            StoreUnusable: what is there cannot be used.
            OSError: the folder cannot be made.
        """
        self._lock = threading.RLock()
        self._depth = 0
        self.losses = 0
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        place = ":memory:" if folder is None else os.fspath(folder / _FILE)
        self._commit = None if folder is None else GroupCommit((folder / f"{_FILE}-wal",), self._settle)
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
        self._connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG}")
        # `durable` syncs the log, once for many calls; NORMAL syncs it before its content moves into the database.
        self._connection.execute(f"PRAGMA synchronous = {'NORMAL' if durable else 'OFF'}")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.execute("PRAGMA temp_store = MEMORY")
        self._connection.execute(f"PRAGMA cache_size = -{_CACHE}")
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version > _VERSION:
            raise StoreUnusable("newer")
        if version == 0:
            self._connection.executescript(f"BEGIN;{_SCHEMA}{_BLOBS}PRAGMA user_version = {_VERSION};COMMIT;")
        elif version < _VERSION:
            self._connection.executescript(f"BEGIN;{_BLOBS}PRAGMA user_version = {_VERSION};COMMIT;")

    @property
    def stamp(self) -> tuple[int, int]:
        """A value that stays equal as long as nothing has changed."""
        return self._connection.total_changes, self.losses

    @contextmanager
    def transaction(self, *, shared: bool = False) -> Iterator[None]:
        """Make everything inside happen wholly or not at all; transactions may be nested.

        Args:
            shared: what is inside is written with that of others who share, when one of them waits in `durable`, or
                when somebody makes a change that is not shared. Where nothing is kept, nothing is shared.
        """
        with self._lock:
            if self._depth > 0:
                yield
                return
            shared = shared and self._commit is not None
            among_others = shared or self._connection.in_transaction
            self._begin(among_others)
            self._depth += 1
            try:
                yield
            except BaseException:
                self._undo(among_others)
                raise
            finally:
                self._depth -= 1
            if among_others:
                self._connection.execute("RELEASE own")
            if not shared:
                self._end()

    def _begin(self, among_others: bool) -> None:
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")
        if among_others:
            self._connection.execute("SAVEPOINT own")

    def _undo(self, among_others: bool) -> None:
        """Roll back the changes made inside; if the disk failed, those of other calls may be lost too."""
        if not self._connection.in_transaction:
            self.losses += among_others
        elif among_others:
            self._connection.execute("ROLLBACK TO own")
            self._connection.execute("RELEASE own")
        else:
            self._connection.execute("ROLLBACK")

    def _end(self) -> None:
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error:
            self.losses += 1
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _settle(self) -> None:
        """Write what is shared into the log.

        Raises:
            OSError: the disk does not take it.
        """
        with self._lock:
            try:
                if self._depth == 0 and self._connection.in_transaction:
                    self._end()
            except sqlite3.Error as error:
                raise OSError(str(error)) from error

    async def durable(self, losses: int) -> None:
        """Return when every change made so far survives a crash of the machine; calls that wait together wait once.

        Args:
            losses: as they were before the changes were made.

        Raises:
            OSError: the disk failed; what was changed may be lost.
        """
        if self._commit is not None and self._connection.total_changes != self._written:
            made = self._connection.total_changes
            await self._commit.done()
            self._written = max(self._written, made)
        if self.losses != losses:
            raise OSError("what was changed could not be written")

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
            if self._depth == 0 and self._connection.in_transaction:
                with self.transaction():
                    return self.change(statement, *values)
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
            # Closed already, or a full disk: no call waits for the open changes.
            with contextlib.suppress(OSError, sqlite3.Error):
                self._settle()
            self._connection.close()
