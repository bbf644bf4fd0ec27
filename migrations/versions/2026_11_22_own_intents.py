"""A tenant's own intents: their examples, and the trained versions. The release before knows none of the tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations import policies

revision = "20261122_own_intents"
down_revision = "20261122_sources"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "intent",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("action", sa.Text(), server_default="answer", nullable=False),
        sa.Column("reply", sa.Text(), server_default="", nullable=False),
        _moment("created_at"),
        _moment("updated_at"),
        _of_tenant("intent"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_intent")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_intent_tenant_id_name")),
    )
    op.create_index("ix_intent_created", "intent", ["tenant_id", "created_at", "id"])
    op.create_table(
        "intent_example",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("intent_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("embedding", sa.LargeBinary(), nullable=True),
        sa.Column("embedding_model", sa.Text(), nullable=True),
        _moment("created_at"),
        _of_tenant("intent_example"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "intent_id"],
            ["intent.tenant_id", "intent.id"],
            name=op.f("fk_intent_example_tenant_id_intent_id_intent"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_intent_example")),
        sa.UniqueConstraint("tenant_id", "intent_id", "text", name=op.f("uq_intent_example_tenant_id_intent_id_text")),
    )
    op.create_index("ix_intent_example_created", "intent_example", ["tenant_id", "intent_id", "created_at", "id"])
    op.create_table(
        "intent_model",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("activate", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("embedding_model", sa.Text(), nullable=True),
        sa.Column("embedded", sa.Integer(), server_default="0", nullable=False),
        sa.Column("examples", sa.Integer(), server_default="0", nullable=False),
        sa.Column("intents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("report", JSONB(), server_default="{}", nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        _moment("created_at"),
        _moment("updated_at"),
        _of_tenant("intent_model"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_intent_model")),
        sa.UniqueConstraint("tenant_id", "version", name=op.f("uq_intent_model_tenant_id_version")),
    )
    op.create_index(
        "ix_intent_model_active", "intent_model", ["tenant_id"], unique=True, postgresql_where=sa.text("active")
    )
    for table in ("intent", "intent_example", "intent_model"):
        policies.protect(table)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _of_tenant(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id"], ["tenant.id"], name=op.f(f"fk_{table}_tenant_id_tenant"), ondelete="CASCADE"
    )
