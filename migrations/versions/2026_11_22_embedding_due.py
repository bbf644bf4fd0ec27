"""Which tenants have passages that lack vectors, so that the clock need not look through everybody's."""

import sqlalchemy as sa
from alembic import op

from migrations import embedding_rules, policies

revision = "20261122_embedding_due"
down_revision = "20261122_document_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "embedding_due",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("waits_for", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_embedding_due_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_embedding_due")),
    )
    op.create_index("ix_embedding_due_next", "embedding_due", ["next_at"])
    op.create_index("ix_knowledge_space_model", "knowledge_space", ["model", "tenant_id"])
    with policies.lifted("tenant"):
        embedding_rules.remember_everybody()
    policies.protect("embedding_due")
    policies.system_may_read("embedding_due", "tenant_id", "next_at")
    policies.system_may_read("knowledge_space", "tenant_id", "model")
    embedding_rules.remember_embedding()
