"""Golden questions of a business, and the runs that ask them all."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import policies

revision = "20261122_golden"
down_revision = "20261122_unanswered"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "golden_question",
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("expected", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        *_owned("golden_question"),
    )
    op.create_table(
        "golden_run",
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("candidate", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("results", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("asked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("right_now", sa.Integer(), server_default="0", nullable=False),
        sa.Column("right_before", sa.Integer(), nullable=True),
        sa.Column("live_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *_owned("golden_run"),
    )
    for table in ("golden_question", "golden_run"):
        op.create_index(f"ix_{table}_created", table, ["tenant_id", "created_at", "id"])
        policies.protect(table)
    op.create_index("ix_golden_run_running", "golden_run", ["tenant_id"], postgresql_where=sa.text("state = 'running'"))


def _owned(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f(f"fk_{table}_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{table}")),
    ]
