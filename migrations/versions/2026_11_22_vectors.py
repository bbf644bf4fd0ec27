"""Vectors of chunks and questions, how common words are, and the search over all of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import policies, search_rules
from models.vector import HalfVector, HalfVectors

revision = "20261122_vectors"
down_revision = "20261122_chunks"
branch_labels = None
depends_on = None

SIZES = (256, 384, 512, 768, 1024, 1536, 3072)


def upgrade() -> None:
    op.create_table(
        "knowledge_vector",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("chunk_id", sa.Uuid(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("is_large", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("heading", HalfVector(), nullable=True),
        sa.Column("body", HalfVector(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "chunk_id"],
            ["knowledge_chunk.tenant_id", "knowledge_chunk.id"],
            name=op.f("fk_knowledge_vector_tenant_id_chunk_id_knowledge_chunk"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_knowledge_vector_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "chunk_id", name=op.f("pk_knowledge_vector")),
    )
    # A row is read whole, and thousands at once: kept in one place as long as a page holds it.
    op.execute("ALTER TABLE knowledge_vector ALTER heading SET STORAGE MAIN, ALTER body SET STORAGE MAIN")
    for size in SIZES:
        for field in ("heading", "body"):
            op.execute(
                f"CREATE INDEX ix_knowledge_vector_{field}_{size} ON knowledge_vector "
                f"USING hnsw (({field}::halfvec({size})) halfvec_ip_ops) "
                f"WITH (m = {search_rules.NEIGHBOURS}, ef_construction = {search_rules.EF_CONSTRUCTION}) "
                f"WHERE is_large AND size = {size}"
            )
    op.create_table(
        "asked_vector",
        sa.Column("turn_id", sa.Uuid(), nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("vector", HalfVector(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "turn_id"],
            ["turn.tenant_id", "turn.id"],
            name=op.f("fk_asked_vector_tenant_id_turn_id_turn"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_asked_vector_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_asked_vector")),
    )
    op.create_index("ix_asked_vector_turn", "asked_vector", ["tenant_id", "turn_id"])
    op.create_index("ix_asked_vector_old", "asked_vector", ["tenant_id", "created_at"])
    op.create_table(
        "knowledge_term",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("lexeme", sa.Text(), nullable=False),
        sa.Column("chunks", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_knowledge_term_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "lexeme", name=op.f("pk_knowledge_term")),
    )
    op.create_table(
        "knowledge_space",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("chunks", sa.Integer(), nullable=False),
        sa.Column("vectors", sa.Integer(), nullable=False),
        sa.Column("is_large", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("heading_words", sa.Float(), nullable=False),
        sa.Column("heading_mean", HalfVector(), nullable=False),
        sa.Column("body_mean", HalfVector(), nullable=False),
        sa.Column("directions", HalfVectors(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_knowledge_space_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_knowledge_space")),
    )
    for table in ("knowledge_vector", "asked_vector", "knowledge_term", "knowledge_space"):
        policies.protect(table)
        policies.search_may_read(table)
    policies.search_may_read("knowledge_chunk")
    policies.system_may_read("knowledge_chunk", "tenant_id", "id", "retired_at")
    policies.system_may_read("knowledge_vector", "tenant_id", "chunk_id", "model")
    search_rules.create(SIZES)
