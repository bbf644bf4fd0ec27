"""Chunks of knowledge, which follow their entries; text search in nine ways of stemming; the extensions they need."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import knowledge_rules, policies

revision = "20261122_chunks"
down_revision = "20261122_message_accepted"
branch_labels = None
depends_on = None


def upgrade() -> None:
    knowledge_rules.need_extensions("vector", "unaccent")
    knowledge_rules.create_word_rules()
    op.create_table(
        "knowledge_chunk",
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column(
            "words",
            postgresql.TSVECTOR(),
            sa.Computed("chunk_words(language, heading, text)", persisted=True),
            nullable=False,
        ),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("num_nonnulls(entry_id, document_id) <= 1", name=op.f("ck_knowledge_chunk_one_owner")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_knowledge_chunk_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_knowledge_chunk")),
    )
    live = sa.text("retired_at IS NULL")
    op.create_index(
        "uq_knowledge_chunk_entry_live",
        "knowledge_chunk",
        ["tenant_id", "entry_id"],
        unique=True,
        postgresql_where=live,
    )
    op.create_index("ix_knowledge_chunk_document", "knowledge_chunk", ["tenant_id", "document_id", "position"])
    op.create_index("ix_knowledge_chunk_live", "knowledge_chunk", ["tenant_id", "id"], postgresql_where=live)
    op.create_index(
        "ix_knowledge_chunk_words",
        "knowledge_chunk",
        ["words"],
        postgresql_using="gin",
        postgresql_where=live,
        postgresql_with={"fastupdate": "off"},
    )
    policies.protect("knowledge_chunk")
    with policies.lifted("knowledge_chunk", "knowledge_entry", "tenant_configuration"):
        knowledge_rules.chunk_what_is_there()
    knowledge_rules.follow_entries()
