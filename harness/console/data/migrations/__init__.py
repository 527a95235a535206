"""Migrations of the console's database, applied by alembic."""
