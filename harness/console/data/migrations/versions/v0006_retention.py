"""Periods, holds and tombstones; corrections of certificates and of reports."""

import sqlalchemy as sa
from alembic import op

revision = "v0006"
down_revision = "v0005"
branch_labels = None
depends_on = None

# Rows of the log go only where a tombstone says up to which number.
_CUT = (
    "EXISTS (SELECT 1 FROM tombstones WHERE CASE WHEN kind = 'audit-log' AND done IS NULL"
    " THEN CAST(subject AS INTEGER) >= OLD.seq ELSE FALSE END)"
)
_SQLITE = (
    "DROP TRIGGER audit_no_DELETE",
    f"CREATE TRIGGER audit_no_DELETE BEFORE DELETE ON audit WHEN NOT {_CUT} "
    "BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END",
)
_POSTGRES = (
    "DROP TRIGGER audit_only_grows ON audit",
    "CREATE TRIGGER audit_only_grows BEFORE UPDATE OR TRUNCATE ON audit EXECUTE FUNCTION audit_only_grows()",
    "CREATE FUNCTION audit_cut() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN IF {_CUT} THEN RETURN OLD; END IF; RAISE EXCEPTION 'the audit log only grows'; END $$",
    "CREATE TRIGGER audit_cut BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_cut()",
)


def upgrade() -> None:
    """Make the tables."""
    _periods_and_holds()
    _tombstones()
    _amendments()
    for statement in _POSTGRES if op.get_bind().dialect.name == "postgresql" else _SQLITE:
        op.execute(statement)


def _periods_and_holds() -> None:
    op.create_table(
        "retention_periods",
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind"),
    )
    op.create_table(
        "retention_holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("placed", sa.Float(), nullable=False),
        sa.Column("lifted", sa.Float(), nullable=True),
        sa.Column("lifter", sa.String(length=200), nullable=False),
        sa.Column("lift_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_retention_holds_subject"), "retention_holds", ["subject"], unique=False)


def _tombstones() -> None:
    op.create_table(
        "tombstones",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("run", sa.String(length=24), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("begun", sa.Float(), nullable=False),
        sa.Column("done", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for name in ("subject", "run"):
        op.create_index(op.f(f"ix_tombstones_{name}"), "tombstones", [name], unique=False)


def _amendments() -> None:
    op.create_table(
        "amendments",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("capabilities", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"]),
        sa.PrimaryKeyConstraint("proposal_id"),
    )
    op.create_table(
        "report_amendments",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("run_id", sa.String(length=24), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("made", sa.Float(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_report_amendments_run_id"), "report_amendments", ["run_id"], unique=False)
