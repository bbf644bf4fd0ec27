"""Budgets, the ledger of running model calls, what calls cost, and answers kept for repeated questions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import policies

revision = "20261122_spending"
down_revision = "20261122_vectors"
branch_labels = None
depends_on = None

RESTED_ON = ("knowledge_entry", "knowledge_chunk", "tenant_configuration")  # what an answer is made of


def upgrade() -> None:
    _budgets()
    _ledger()
    _usage()
    _kept_answers()
    op.add_column("turn", sa.Column("step", sa.Text(), nullable=True))
    op.add_column("turn", sa.Column("public", sa.Boolean(), server_default="false", nullable=False))


def _budgets() -> None:
    for table in ("plan", "tenant_limit"):
        op.add_column(table, sa.Column("budget_day_micro", sa.BigInteger(), nullable=True))
        op.add_column(table, sa.Column("budget_month_micro", sa.BigInteger(), nullable=True))
        op.add_column(table, sa.Column("cheaper_model", sa.Text(), nullable=True))


def _ledger() -> None:
    op.create_table(
        "model_hold",
        sa.Column("turn_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("prompt_tokens", sa.Integer(), nullable=False),
        sa.Column("completion_tokens", sa.Integer(), nullable=False),
        sa.Column("amount_micro", sa.BigInteger(), nullable=False),
        sa.Column("charged_on", sa.Date(), nullable=False),
        sa.Column("public", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_model_hold_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_model_hold")),
    )
    op.create_index("ix_model_hold_expires", "model_hold", ["expires_at"])
    policies.protect("model_hold")
    policies.system_may_read("model_hold", "tenant_id", "id", "expires_at")
    op.create_table(
        "purse",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_purse_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_purse")),
    )
    policies.protect("purse")


def _usage() -> None:
    op.alter_column("usage", "turn_id", nullable=True)
    op.add_column("usage", sa.Column("cached_tokens", sa.Integer(), server_default="0", nullable=False))
    op.add_column("usage", sa.Column("cost_micro", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("usage", sa.Column("purpose", sa.Text(), nullable=True))
    op.add_column("usage", sa.Column("public", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("usage", sa.Column("charged_on", sa.Date(), nullable=True))


def _kept_answers() -> None:
    op.create_table(
        "answer_version",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_answer_version_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_answer_version")),
    )
    policies.protect("answer_version")
    op.create_table(
        "kept_answer",
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sentences", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sources", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversation.tenant_id", "conversation.id"],
            name=op.f("fk_kept_answer_tenant_id_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_kept_answer_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_kept_answer")),
    )
    op.create_index("ix_kept_answer_expires", "kept_answer", ["expires_at"])
    op.create_index("ix_kept_answer_conversation", "kept_answer", ["tenant_id", "conversation_id"])
    policies.protect("kept_answer")
    policies.system_may_read("kept_answer", "tenant_id", "id", "expires_at")
    policies.count_answer_versions()
    present = sa.inspect(op.get_bind()).get_table_names()
    for table in RESTED_ON:
        if table in present:
            policies.answers_rest_on(table)
    policies.answers_rest_on("tenant", of="name, time_zone")
