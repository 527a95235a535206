"""Runs migrations on the connection that the console hands over; alembic loads this file by its path."""

from alembic import context

from harness.console.data import (  # noqa: F401 - their tables belong to the schema
    certificate_tables,
    runner_tables,
    webhook_tables,
)
from harness.console.data.tables import ConsoleTable

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=ConsoleTable.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
