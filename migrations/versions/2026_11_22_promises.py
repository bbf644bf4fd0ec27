"""Languages of turns, conversations and businesses; what a hand-over promises, and the dates a business is closed on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import policies

revision = "20261122_promises"
down_revision = "20261122_usage_charged"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("turn", sa.Column("language", sa.Text(), nullable=True))
    op.add_column("conversation", sa.Column("language", sa.Text(), nullable=True))
    op.add_column("conversation", sa.Column("episode_since", sa.DateTime(timezone=True), nullable=True))
    for column in (
        sa.Column("languages", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("closed_on", postgresql.ARRAY(sa.Date()), server_default="{}", nullable=False),
        sa.Column("holiday_region", sa.Text(), nullable=True),
        sa.Column("answer_minutes", sa.Integer(), server_default="15", nullable=False),
    ):
        op.add_column("tenant_configuration", column)
    op.create_table(
        "promise",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("turn_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_promise_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversation.tenant_id", "conversation.id"],
            name=op.f("fk_promise_tenant_id_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "turn_id"],
            ["turn.tenant_id", "turn.id"],
            name=op.f("fk_promise_tenant_id_turn_id_turn"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_promise")),
        sa.UniqueConstraint("tenant_id", "turn_id", name=op.f("uq_promise_tenant_id_turn_id")),
    )
    op.create_index("ix_promise_conversation", "promise", ["tenant_id", "conversation_id"], unique=False)
    op.create_index(
        "ix_promise_open",
        "promise",
        ["remind_at"],
        unique=False,
        postgresql_where=sa.text("kept_at IS NULL AND dropped_at IS NULL AND missed_at IS NULL"),
    )
    policies.protect("promise")
    policies.system_may_read(
        "promise", "tenant_id", "id", "due_at", "remind_at", "reminded_at", "kept_at", "missed_at", "dropped_at"
    )
