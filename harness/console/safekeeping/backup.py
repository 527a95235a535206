"""A console as one file: every row of its database and every file of its runs, each with its digest."""

import base64
import hashlib
import io
import os
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, select

from harness import __version__
from harness.catalogue.errors import ConfigurationError
from harness.console.console_state import RUNS
from harness.console.data.database import ConsoleDatabase
from harness.console.safekeeping.deletion import GOING, alone
from harness.console.subjects.vault import KEY_FILE

MANIFEST, TABLES, FILES = "manifest.json", "tables", "files"
SCHEMA = "lienthong.console-backup/1"
# Sessions, failed sign-ins and links for answering are not part of a backup; and a key that was revoked since must not
# become valid again. A restored console tells nobody again what the other one told, so subscriptions are not either.
LEFT_OUT = frozenset(
    {"sessions", "access_tokens", "attempts", "delegations", "api_answers", "webhooks", "webhook_events",
     "webhook_deliveries", "webhook_attempts", "alembic_version"}
)  # fmt: skip
_PIECE = 1024 * 1024


class BackupManifest(msgspec.Struct, frozen=True):
    """What a backup holds.

    Attributes:
        made: seconds since 1970.
        version: of the program.
        revision: of the database's schema.
        rows: number of rows of each table.
        digests: SHA-256 of each member of the archive.
    """

    schema: str
    made: float
    version: str
    revision: str
    rows: dict[str, int]
    digests: dict[str, str]


def back_up(database: ConsoleDatabase, data: Path, target: Path) -> BackupManifest:
    """Write a console into a file, which appears only when it is whole.

    Runs may go on meanwhile: what they have recorded by then is in it, and judged when it is restored.

    Args:
        database: of the console.
        data: its folder.
        target: the file.

    Raises:
        ConfigurationError: the file exists, or cannot be written.
    """
    if target.exists():
        raise ConfigurationError("console.backup-exists", path=target)
    made = target.with_name(f".{target.name}.new")
    try:
        with alone(data), made.open("xb") as file, tarfile.open(fileobj=file, mode="w:gz", compresslevel=3) as archive:
            os.chmod(made, 0o600)  # noqa: PTH101 - secrets and their key are in it
            manifest = _filled(archive, database, data)
            file.flush()
        with made.open("rb") as written:
            os.fsync(written.fileno())
        made.replace(target)
    except OSError as error:
        raise ConfigurationError("out.unwritable", path=target, detail=error.strerror or error) from error
    finally:
        made.unlink(missing_ok=True)
    return manifest


def _filled(archive: tarfile.TarFile, database: ConsoleDatabase, data: Path) -> BackupManifest:
    digests: dict[str, str] = {}
    rows: dict[str, int] = {}
    with database.engine.connect().execution_options(**_one_moment(database)) as connection:
        revision = MigrationContext.configure(connection).get_current_revision() or ""
        for table in reflected(connection).sorted_tables:
            if table.name not in LEFT_OUT:
                content = [_plain(row._mapping) for row in connection.execute(select(table))]
                rows[table.name] = len(content)
                lines = b"".join(msgspec.json.encode(one) + b"\n" for one in content)
                _add(archive, f"{TABLES}/{table.name}.jsonl", io.BytesIO(lines), digests)
    key = [data / KEY_FILE] if (data / KEY_FILE).exists() else []  # none before the console was opened first
    for path in (*key, *_files(data / RUNS)):
        with path.open("rb") as source:
            _add(archive, f"{FILES}/{path.relative_to(data)}", source, digests)
    manifest = BackupManifest(SCHEMA, time.time(), __version__, revision, rows, digests)
    _add(archive, MANIFEST, io.BytesIO(msgspec.json.encode(manifest)), {})
    return manifest


def _one_moment(database: ConsoleDatabase) -> dict[str, Any]:
    """Return the statement that gives a connection one snapshot of the database."""
    return {"isolation_level": "REPEATABLE READ"} if database.kind == "postgresql" else {}


def _add(archive: tarfile.TarFile, name: str, source: Any, digests: dict[str, str]) -> None:
    """Add a member: as many bytes as there are now, whatever is added to the file meanwhile."""
    with tempfile.SpooledTemporaryFile(max_size=_PIECE) as copy:
        digest, size = hashlib.sha256(), 0
        while piece := source.read(_PIECE):
            copy.write(piece)
            digest.update(piece)
            size += len(piece)
        copy.seek(0)
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, int(time.time())
        archive.addfile(member, copy)
        digests[name] = digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        going = path.relative_to(folder).parts[0].startswith(GOING)
        if path.is_file() and not path.is_symlink() and not going:
            yield path


def _plain(row: Any) -> dict[str, Any]:
    return {
        name: {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes | memoryview) else value
        for name, value in row.items()
    }


def table_rows(content: bytes) -> list[dict[str, Any]]:
    """Return the rows of a table as a backup has them."""
    rows = [msgspec.json.decode(line, type=dict[str, Any]) for line in content.splitlines()]
    return [
        {name: base64.b64decode(value["base64"]) if isinstance(value, dict) else value for name, value in row.items()}
        for row in rows
    ]


def reflected(connection: Connection) -> MetaData:
    """Return the tables of a database as they are."""
    tables = MetaData()
    tables.reflect(connection)
    return tables
