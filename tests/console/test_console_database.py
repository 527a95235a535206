"""The console's database: its schema, its log that only grows, on SQLite and on PostgreSQL."""

import json
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from harness.catalogue.errors import ConfigurationError
from harness.console.data.audit_log import broken_at, exported, note_change
from harness.console.data.database import ConsoleDatabase
from harness.console.data.tables import ConsoleTable


def test_migrations_make_the_tables_that_the_program_knows(tmp_path: Path, database_url: str | None) -> None:
    database = ConsoleDatabase(tmp_path, database_url)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), ConsoleTable.metadata) == []
    database.close()
    again = ConsoleDatabase(tmp_path, database_url)  # nothing is left to migrate
    with again.writing() as db:
        db.execute(text("UPDATE alembic_version SET version_num = 'v9999'"))
    again.close()
    with pytest.raises(ConfigurationError) as caught:
        ConsoleDatabase(tmp_path, database_url)
    assert caught.value.code == "console.newer-database"


def test_the_log_only_grows_and_shows_alterations(tmp_path: Path, database_url: str | None) -> None:
    database = ConsoleDatabase(tmp_path, database_url)
    for number in range(4):
        with database.writing() as db:
            note_change(db, "lan", "settings.changed", f"số {number}", value=number)
    with database.reading() as db:
        rows = [json.loads(line) for line in exported(db)]
        assert [row["seq"] for row in rows] == [1, 2, 3, 4]
        assert rows[1]["prev"] == rows[0]["hash"]
        assert broken_at(db) is None
    for statement in ("UPDATE audit SET actor = 'khác' WHERE seq = 2", "DELETE FROM audit WHERE seq = 2"):
        with pytest.raises(SQLAlchemyError, match="only grows"), database.writing() as db:
            db.execute(text(statement))
    with database.writing() as db:  # a person with all rights on the database
        for drop in ("audit_no_UPDATE", "audit_no_DELETE") if database_url is None else ("audit_only_grows ON audit",):
            db.execute(text(f"DROP TRIGGER {drop}"))
        db.execute(text("UPDATE audit SET actor = 'khác' WHERE seq = 2"))
    with database.reading() as db:
        assert broken_at(db) == 2
    database.close()


def test_a_wrong_database_address_is_reported_without_its_password(tmp_path: Path) -> None:
    for url in ("mysql://lan:bí-mật@db/x", "postgresql://lan:bí-mật@[::/x", "nonsense"):
        with pytest.raises(ConfigurationError) as caught:
            ConsoleDatabase(tmp_path, url)
        assert "bí-mật" not in str(caught.value)
