"""Opening the store, its tables, transactions and files."""

import hashlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.agency.store.inbox import Inbox
from harness.agency.store.items import ListedItems
from harness.agency.store.organs import DirectoryTable, OwnAgencies
from harness.agency.store.outbox import Outbox
from harness.agency.store.queue import Queue
from harness.catalogue.errors import ConfigurationError

DATABASE = "agency.sqlite"
FILES = "files"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS document_in (
  id INTEGER PRIMARY KEY, document_id TEXT UNIQUE, original_id TEXT, sender TEXT NOT NULL, sender_name TEXT NOT NULL,
  code TEXT NOT NULL, promulgation_date TEXT NOT NULL, subject TEXT NOT NULL, content TEXT NOT NULL,
  operation INTEGER NOT NULL, state TEXT NOT NULL, flags TEXT NOT NULL, reason TEXT NOT NULL,
  fingerprint TEXT NOT NULL, package TEXT NOT NULL, arrived TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS document_in_original ON document_in (original_id);
CREATE TABLE IF NOT EXISTS addressee (
  document INTEGER NOT NULL REFERENCES document_in (id) ON DELETE CASCADE, organ_id TEXT NOT NULL,
  PRIMARY KEY (document, organ_id));
CREATE TABLE IF NOT EXISTS attachment_in (
  document INTEGER NOT NULL REFERENCES document_in (id) ON DELETE CASCADE, position INTEGER NOT NULL,
  name TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (document, position));
CREATE TABLE IF NOT EXISTS request_in (
  id INTEGER PRIMARY KEY, target INTEGER NOT NULL REFERENCES document_in (id) ON DELETE CASCADE,
  named_by TEXT NOT NULL, kind TEXT NOT NULL, package TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS item (
  receiver_doc_id TEXT PRIMARY KEY, messagetype TEXT NOT NULL, document_id TEXT, answer TEXT NOT NULL,
  description TEXT NOT NULL, acked INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS item_unacked ON item (acked) WHERE acked = 0;
CREATE INDEX IF NOT EXISTS item_document ON item (document_id);
CREATE TABLE IF NOT EXISTS outgoing (
  id INTEGER PRIMARY KEY AUTOINCREMENT, messagetype TEXT NOT NULL, stream TEXT NOT NULL, document_id TEXT NOT NULL,
  sender TEXT NOT NULL, package TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'queued', tries INTEGER NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '', hub_id TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS outgoing_queued ON outgoing (stream, id) WHERE state = 'queued';
CREATE TABLE IF NOT EXISTS document_out (
  document_id TEXT PRIMARY KEY, outgoing INTEGER NOT NULL REFERENCES outgoing (id), sender TEXT NOT NULL,
  code_number TEXT NOT NULL, code_notation TEXT NOT NULL, promulgation_date TEXT NOT NULL, subject TEXT NOT NULL,
  package TEXT NOT NULL, operation INTEGER NOT NULL, target TEXT, recalled INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS document_out_number ON document_out (sender, code_notation, code_number);
CREATE TABLE IF NOT EXISTS receiver (
  document_id TEXT NOT NULL REFERENCES document_out (document_id), position INTEGER NOT NULL, organ_id TEXT NOT NULL,
  organ_name TEXT NOT NULL, status_code TEXT, description TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (document_id, organ_id));
CREATE TABLE IF NOT EXISTS status_in (
  document_id TEXT NOT NULL, organ_id TEXT NOT NULL, status_code TEXT NOT NULL, timestamp TEXT NOT NULL,
  description TEXT NOT NULL, PRIMARY KEY (document_id, organ_id, status_code, timestamp, description));
CREATE TABLE IF NOT EXISTS own_agency (organ_id TEXT PRIMARY KEY, name TEXT NOT NULL, parent TEXT NOT NULL);
"""


class AgencyStore:
    """The store of one agency system, in a folder. One thread at a time.

    Attributes:
        inbox: received documents.
        items: what the hub's lists held, and how it was acknowledged.
        queue: packages on their way out.
        outbox: documents sent, and what their receivers said.
        own: agencies that the system acts for.
        directory: copy of the hub's directory.
    """

    def __init__(self, folder: Path) -> None:
        """Open the store in `folder`, making it if there is none.

        Raises:
            OSError: the folder cannot be written.
            ConfigurationError: a file there is not the database of an agency system.
        """
        try:
            self._open(folder)
        except sqlite3.Error as error:
            raise ConfigurationError("agency.data-unusable", path=folder, detail=error) from error

    def _open(self, folder: Path) -> None:
        self._files = folder / FILES
        self._files.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(folder / DATABASE, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.executescript(_SCHEMA)
        self._depth = 0
        self.inbox = Inbox(self._connection)
        self.items = ListedItems(self._connection)
        self.queue = Queue(self._connection)
        self.outbox = Outbox(self._connection)
        self.own = OwnAgencies(self._connection)
        self.directory = DirectoryTable(folder)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep everything written inside, or nothing of it; a transaction inside another belongs to it."""
        if self._depth:
            yield
            return
        self._depth += 1
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        else:
            self._connection.execute("COMMIT")
        finally:
            self._depth -= 1

    def keep(self, content: bytes) -> str:
        """Write `content` under its SHA-256 and return that name in hex. Such a file is always complete."""
        name = hashlib.sha256(content).hexdigest()
        path = self._files / name[:2] / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{name}.{threading.get_ident()}.part")
            with part.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(path)
        return name

    def content(self, name: str) -> bytes:
        """Return what was kept under `name`.

        Raises:
            OSError: nothing was, or it cannot be read.
        """
        return (self._files / name[:2] / name).read_bytes()

    def close(self) -> None:
        """Close the databases; what was committed stays."""
        self.directory.close()
        self._connection.close()
