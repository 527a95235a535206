"""Deletes what is due, and leaves a tombstone of everything: tombstone and rows first, then files, then `done`.

Whoever is interrupted in between has lost nothing: the rows are gone in the same transaction that wrote the tombstone,
the tombstone says that files may be left, and the next deletion, or the next start of the console, goes on with them.
"""

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Column, MetaData, delete, select
from sqlalchemy.orm import Session

from harness.catalogue.errors import ConfigurationError
from harness.console.console_state import ConsoleState
from harness.console.data.amendment_tables import AmendmentRow
from harness.console.data.audit_log import DELETED, note_change
from harness.console.data.certificate_tables import (
    CertificateFileRow,
    CertificateRow,
    LifeRow,
    OpinionRow,
    ProposalRow,
)
from harness.console.data.retention_tables import TombstoneRow
from harness.console.data.tables import AuditRow, NoteRow, RunRow, SessionRow
from harness.console.runs.run_queue import RUN_FOLDER
from harness.console.safekeeping.due_records import RetainedRecord, survey
from harness.console.safekeeping.log_cut import log_cut
from harness.console.safekeeping.periods import RUN_KINDS, RecordKind
from harness.console.subjects.system_registry import EVIDENCE
from harness.seal.manifest import MANIFEST_FILE

GOING = ".deleted-"
"""How the folder of a run is called once it is being deleted."""
_LOCK = "safekeeping.lock"
_PIECE = 1024 * 1024
_LONGEST = 2000
_OWNED = "columns that name a run"
_WITH_FILES = frozenset({*RUN_KINDS, RecordKind.UPLOAD})


@dataclass(frozen=True, slots=True)
class DeletionOrder:
    """Who deletes what is due, and the reason given."""

    person: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Left:
    """What a tombstone says of the content: SHA-256 in hex, and bytes."""

    digest: str
    size: int


def delete_due(
    state: ConsoleState, order: DeletionOrder, now: float, between: Callable[[TombstoneRow], object] | None = None
) -> list[TombstoneRow]:
    """Delete all that is due, and return the tombstones.

    Args:
        state: of the console.
        order: who, and why.
        now: seconds since 1970.
        between: called with each tombstone after the rows are gone and before its files are.

    Raises:
        ConfigurationError: no person or reason is given, or a backup or another deletion is going on.
    """
    if not order.person or not order.reason:
        raise ConfigurationError("retention.no-order")
    with alone(state.data):
        _go_on(state, between)
        with state.database.writing() as db:
            laid = [_lay(db, state, one, order) for one in survey(db, state, now).due]
        _go_on(state, between)
    return laid


def resume(state: ConsoleState) -> int:
    """Go on with deletions that were interrupted, and return how many there were.

    Raises:
        ConfigurationError: a backup or another deletion is going on.
    """
    with state.database.reading() as db:
        if db.scalars(select(TombstoneRow.id).where(TombstoneRow.done.is_(None)).limit(1)).first() is None:
            return 0
    with alone(state.data):
        return _go_on(state, None)


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Keep backups and deletions apart while the block lasts.

    Raises:
        ConfigurationError: one is going on, or the folder cannot be written.
    """
    lock = FileLock(data / _LOCK, timeout=0)
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise ConfigurationError("retention.busy", path=data) from error
    except OSError as error:
        raise ConfigurationError("console.data", path=data, detail=error.strerror or error) from error
    try:
        yield
    finally:
        lock.release()


def _go_on(state: ConsoleState, between: Callable[[TombstoneRow], object] | None) -> int:
    """Remove the files of every tombstone that is not done."""
    with state.database.reading() as db:
        open_ones = db.scalars(select(TombstoneRow).where(TombstoneRow.done.is_(None)).order_by(TombstoneRow.id)).all()
    for stone in open_ones:
        if between is not None:
            between(stone)
        if stone.kind in _WITH_FILES:
            _remove(state, stone)
        with state.database.writing() as db:
            row = db.get_one(TombstoneRow, stone.id)
            row.done = time.time()
            note_change(db, "console", "retention.finished", stone.subject, kind=stone.kind, digest=stone.digest)
    return len(open_ones)


def _remove(state: ConsoleState, stone: TombstoneRow) -> None:
    place = state.runs / stone.run
    if stone.kind == RecordKind.UPLOAD:
        shutil.rmtree(place / EVIDENCE, ignore_errors=not (place / EVIDENCE).exists())
        return
    going = place.with_name(f"{GOING}{stone.run}")
    if place.is_dir():
        shutil.rmtree(going, ignore_errors=not going.exists())
        place.rename(going)  # at once: half a run never stands where a whole one stood
    shutil.rmtree(going, ignore_errors=not going.exists())


def _lay(db: Session, state: ConsoleState, record: RetainedRecord, order: DeletionOrder) -> TombstoneRow:
    """Write the tombstone of a record and its row in the log, and delete its rows."""
    left = _LEFT[record.kind](db, state, record)
    row = TombstoneRow(
        kind=record.kind, subject=record.subject, run=record.run, organisation_id=record.organisation,
        public=record.public, title=json.dumps(record.title, ensure_ascii=False), digest=left.digest, size=left.size,
        period=record.period, since=record.since, actor=order.person[:200], why=order.reason[:_LONGEST],
        begun=time.time(), done=None,
    )  # fmt: skip
    db.add(row)
    db.flush()
    note_change(db, order.person, DELETED, record.subject, kind=record.kind, digest=left.digest, size=left.size,
                period=record.period, since=record.since, why=order.reason[:_LONGEST], **record.title)  # fmt: skip
    _ERASED[record.kind](db, record)
    db.flush()
    return row


def _left_of_run(db: Session, state: ConsoleState, record: RetainedRecord) -> _Left:
    place = state.runs / record.run
    manifest = place / RUN_FOLDER / MANIFEST_FILE
    size = _size(place)
    if manifest.is_file():
        return _Left(hashlib.sha256(manifest.read_bytes()).hexdigest(), size)
    return _Left(_digest(place), size)


def _left_of_uploads(db: Session, state: ConsoleState, record: RetainedRecord) -> _Left:
    place = state.runs / record.run / EVIDENCE
    return _Left(_digest(place), _size(place))


def _left_of_certificate(db: Session, state: ConsoleState, record: RetainedRecord) -> _Left:
    content = db.get_one(CertificateRow, record.subject).jws.encode()
    files = db.scalars(select(CertificateFileRow).where(CertificateFileRow.number == record.subject))
    return _Left(hashlib.sha256(content).hexdigest(), len(content) + sum(len(one.content) for one in files))


def _left_of_note(db: Session, state: ConsoleState, record: RetainedRecord) -> _Left:
    content = db.get_one(NoteRow, _number(record)).text.encode("utf-8", "surrogatepass")
    return _Left(hashlib.sha256(content).hexdigest(), len(content))


def _left_of_sessions(db: Session, state: ConsoleState, record: RetainedRecord) -> _Left:
    tokens = sorted(db.scalars(select(SessionRow.token).where(SessionRow.created <= record.since)))
    content = "\n".join(tokens).encode()
    return _Left(hashlib.sha256(content).hexdigest(), len(content))


def _left_of_log(db: Session, state: ConsoleState, record: RetainedRecord) -> _Left:
    last = int(record.subject)
    cut = log_cut(db, lambda at: at <= record.since)
    if cut is None or cut.last != last:  # rows written in this very transaction are newer
        raise ConfigurationError("retention.changed")
    return _Left(cut.hash, cut.size)


def _erase_run(db: Session, record: RetainedRecord) -> None:
    proposals = select(ProposalRow.id).where(ProposalRow.run_id == record.run)
    for table in (OpinionRow, AmendmentRow):
        db.execute(delete(table).where(table.proposal_id.in_(proposals)))
    for column in _owned_by_runs(db):
        db.execute(delete(column.table).where(column == record.run))
    db.execute(delete(RunRow).where(RunRow.id == record.run))


def _owned_by_runs(db: Session) -> list[Column[Any]]:
    """Return the columns that name a run, of every table that the database has, whichever room made it.

    Certificates are not among them: no run is deleted while one is based on it, and the database holds to that.
    """
    if _OWNED not in db.info:
        tables = MetaData()
        tables.reflect(db.connection())
        db.info[_OWNED] = [
            column
            for table in tables.sorted_tables
            for column in table.columns
            if table.name != CertificateRow.__tablename__
            and any(key.target_fullname == "runs.id" for key in column.foreign_keys)
        ]
    found: list[Column[Any]] = db.info[_OWNED]
    return found


def _erase_certificate(db: Session, record: RetainedRecord) -> None:
    proposal = db.get_one(CertificateRow, record.subject).proposal_id
    for table in (LifeRow, CertificateFileRow, CertificateRow):
        db.execute(delete(table).where(table.number == record.subject))
    for owned in (OpinionRow, AmendmentRow):
        db.execute(delete(owned).where(owned.proposal_id == proposal))
    db.execute(delete(ProposalRow).where(ProposalRow.id == proposal))


def _erase_note(db: Session, record: RetainedRecord) -> None:
    db.execute(delete(NoteRow).where(NoteRow.id == _number(record)))


def _erase_sessions(db: Session, record: RetainedRecord) -> None:
    db.execute(delete(SessionRow).where(SessionRow.created <= record.since))


def _erase_log(db: Session, record: RetainedRecord) -> None:
    db.execute(delete(AuditRow).where(AuditRow.seq <= int(record.subject)))


def _number(record: RetainedRecord) -> int:
    return int(record.subject.rpartition("/")[2])


def _size(place: Path) -> int:
    return sum(path.lstat().st_size for path in place.rglob("*") if path.is_file() or path.is_symlink())


def _digest(place: Path) -> str:
    """Return one digest over the files of a folder: of the lines `SHA-256  path`, by path."""
    lines = hashlib.sha256()
    for path in sorted(path for path in place.rglob("*") if path.is_file() and not path.is_symlink()):
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
        lines.update(f"{digest.hexdigest()}  {path.relative_to(place)}\n".encode("utf-8", "surrogateescape"))
    return lines.hexdigest()


_LEFT: dict[RecordKind, Callable[[Session, ConsoleState, RetainedRecord], _Left]] = {
    **dict.fromkeys(RUN_KINDS, _left_of_run),
    RecordKind.CERTIFICATE: _left_of_certificate,
    RecordKind.AUDIT_LOG: _left_of_log,
    RecordKind.NOTE: _left_of_note,
    RecordKind.UPLOAD: _left_of_uploads,
    RecordKind.SESSION: _left_of_sessions,
}
_ERASED: dict[RecordKind, Callable[[Session, RetainedRecord], None]] = {
    **dict.fromkeys(RUN_KINDS, _erase_run),
    RecordKind.CERTIFICATE: _erase_certificate,
    RecordKind.AUDIT_LOG: _erase_log,
    RecordKind.NOTE: _erase_note,
    RecordKind.UPLOAD: lambda db, record: None,
    RecordKind.SESSION: _erase_sessions,
}
