"""A console made again from its backup: everything is checked before anything is taken."""

import contextlib
import hashlib
import shutil
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import msgspec
from sqlalchemy import Boolean, Connection, insert, text

from harness.catalogue.errors import ConfigurationError
from harness.console.data.audit_log import broken_at, note_change
from harness.console.data.database import ConsoleDatabase, upgrade
from harness.console.people.accounts import has_accounts
from harness.console.safekeeping.backup import (
    FILES,
    MANIFEST,
    SCHEMA,
    TABLES,
    BackupManifest,
    reflected,
    table_rows,
)

_PIECE = 1024 * 1024
_BROKEN = (tarfile.TarError, EOFError, OSError, msgspec.MsgspecError, ValueError, KeyError)


def restore(source: Path, data: Path, url: str | None) -> BackupManifest:
    """Make a console from a backup, in a folder and a database that hold none yet.

    Args:
        source: the backup.
        data: folder of the new console.
        url: of its database, None for SQLite in the folder; it may be of another kind than the one backed up.

    Raises:
        ConfigurationError: the backup is damaged or newer than this program, or there is a console already.
    """
    if data.exists() and any(data.iterdir()):
        raise ConfigurationError("console.restore-occupied", path=data)
    data.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=data.parent, prefix=".lienthong-restore-") as name:
        folder = Path(name)
        manifest = _unpacked(source, folder)
        _take_rows(folder, data, url, manifest)
        data.mkdir(exist_ok=True)
        for path in sorted((folder / FILES).glob("*")):
            shutil.move(path, data / path.name)
    return manifest


def _unpacked(source: Path, folder: Path) -> BackupManifest:
    """Unpack a backup and check every digest.

    Raises:
        ConfigurationError: it is damaged, or no backup.
    """
    try:
        with tarfile.open(source, "r:gz") as archive:
            digests = {member.name: _taken(archive, member, folder) for member in archive}
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=BackupManifest)
    except FileNotFoundError as error:
        raise ConfigurationError("file.unreadable", path=source, detail=error.strerror) from error
    except _BROKEN as error:
        raise ConfigurationError("console.backup-broken", path=source, detail=error) from error
    digests.pop(MANIFEST, None)
    if manifest.schema != SCHEMA or digests != manifest.digests:
        wrong = {name for name, _ in digests.items() ^ manifest.digests.items()}
        raise ConfigurationError("console.backup-broken", path=source, detail=", ".join(sorted(wrong)[:5]))
    return manifest


def _taken(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> str:
    """Unpack one member and return its digest; nothing but plain files below the folder is taken."""
    place = PurePosixPath(member.name)
    if not member.isfile() or place.is_absolute() or ".." in place.parts:
        raise ValueError(member.name)
    target = folder / place
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    content = archive.extractfile(member)
    if content is None:
        raise ValueError(member.name)
    with target.open("xb") as file:
        target.chmod(0o600)
        while piece := content.read(_PIECE):
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()


def _take_rows(folder: Path, data: Path, url: str | None, manifest: BackupManifest) -> None:
    with _opened(data, url, manifest.revision) as database:
        with database.reading() as db:
            if has_accounts(db):
                raise ConfigurationError("console.restore-occupied", path=data)
        with database.engine.begin() as connection:
            _insert(connection, folder)
            # Their processes belong to the console that was backed up; here they are judged by what they left.
            connection.execute(text("UPDATE runs SET pid = NULL, birth = '' WHERE state <> 'ended'"))
            upgrade(connection)
            # Runners know the console that was backed up; tokens that were taken back since must not hold again.
            connection.execute(text("UPDATE runners SET revoked = :now WHERE revoked IS NULL"), {"now": time.time()})
            connection.execute(
                text("UPDATE leases SET ended = :now, outcome = 'lost' WHERE ended IS NULL"), {"now": time.time()}
            )
        with database.writing() as db:
            broken = broken_at(db)
            if broken is not None:
                raise ConfigurationError("console.backup-broken", path=data, detail=f"audit {broken}")
            note_change(db, "console", "restored", f"{manifest.made:.0f}", rows=manifest.rows)


@contextlib.contextmanager
def _opened(data: Path, url: str | None, revision: str) -> Iterator[ConsoleDatabase]:
    database = ConsoleDatabase(data, url, revision)
    try:
        yield database
    finally:
        database.close()


def _insert(connection: Connection, folder: Path) -> None:
    for table in reflected(connection).sorted_tables:
        file = folder / TABLES / f"{table.name}.jsonl"
        rows = table_rows(file.read_bytes()) if file.exists() else []
        switches = [column.name for column in table.columns if isinstance(column.type, Boolean)]
        for row in rows:
            row.update({name: bool(row[name]) for name in switches})  # SQLite keeps them as numbers
        if rows:
            connection.execute(insert(table), rows)
        if (
            rows
            and connection.dialect.name == "postgresql"
            and "id" in table.columns
            and isinstance(rows[0]["id"], int)
        ):
            last = {"last": max(row["id"] for row in rows)}
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), :last)"), last)
