"""The console's database: SQLite in its data folder, or PostgreSQL; always brought to the newest schema first."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session

from harness.catalogue.errors import ConfigurationError

FILE = "console.sqlite3"
_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY = 20_000  # milliseconds that a writer waits for another
_WRITES = "writes"
_KNOWN = ("sqlite", "postgresql")


class ConsoleDatabase:
    """Gives out transactions."""

    def __init__(self, data: Path, url: str | None = None, revision: str = "head") -> None:
        """Open the database and bring it to the newest schema.

        Args:
            data: the console's folder, which holds the SQLite file.
            url: `postgresql://…` for a shared one, None for SQLite.
            revision: of the schema; an older one only where an old backup is taken in.

        Raises:
            ConfigurationError: it cannot be reached or written, or its schema is newer than this program.
        """
        self.engine = _engine(data, url)
        self._writing = self.engine.execution_options(**{_WRITES: True})
        try:
            with self._writing.begin() as connection:
                upgrade(connection, revision)
        except SQLAlchemyError as error:
            raise ConfigurationError("console.database", detail=_detail(error)) from error

    @property
    def kind(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a read-only transaction on one snapshot."""
        with Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a transaction that is committed when the block ends normally, and rolled back otherwise."""
        with Session(self._writing, expire_on_commit=False) as session:
            yield session
            session.commit()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def check_there(data: Path, url: str | None) -> None:
    """Check that there is a console in a folder, before one would be made there.

    Raises:
        ConfigurationError: there is none.
    """
    if url is None and not (data / FILE).exists():
        raise ConfigurationError("console.none", path=data)


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring a database to a version of the schema.

    Raises:
        ConfigurationError: its schema is newer than this program.
    """
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    unknown = {current, revision} - known - {None, "head"}
    if unknown:
        raise ConfigurationError("console.newer-database", version=", ".join(map(str, unknown)))
    command.upgrade(config, revision)


def _engine(data: Path, url: str | None) -> Engine:
    if url is None:
        file = data / FILE
        try:
            data.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)
            os.utime(file)
        except OSError as error:
            raise ConfigurationError("console.data", path=data, detail=error.strerror or error) from error
        return _guarded(create_engine(f"sqlite:///{file.resolve()}"))
    try:
        address = make_url(url)
        if address.get_backend_name() not in _KNOWN:
            raise ConfigurationError("console.database-kind", known=", ".join(_KNOWN))
        if address.get_backend_name() == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        return _guarded(create_engine(address, pool_pre_ping=True))
    except ImportError as error:
        raise ConfigurationError("console.no-postgres") from error
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        # The words of the error may hold the password.
        raise ConfigurationError("console.database-kind", known=", ".join(_KNOWN)) from error


def _guarded(engine: Engine) -> Engine:
    """Begin SQLite's transactions explicitly: its driver would begin a writing one only at the first write."""
    if engine.dialect.name != "sqlite":
        return engine

    @event.listens_for(engine, "connect")
    def opened(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", f"busy_timeout={_BUSY}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _detail(error: SQLAlchemyError) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).partition("\n")[0]
