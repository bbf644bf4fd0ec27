"""The index of words knows whose they are: a search reads no other tenant's words. And the search function is quicker."""

from alembic import op

from migrations import knowledge_rules, search_rules

revision = "20261122_tenant_words"
down_revision = "20261122_masking"
branch_labels = None
depends_on = None
SIZES = (256, 384, 512, 768, 1024, 1536, 3072)  # of the vectors that an index exists for


def upgrade() -> None:
    knowledge_rules.need_extensions("btree_gin")
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_knowledge_chunk_tenant_words")  # of a run that broke off
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_knowledge_chunk_tenant_words ON knowledge_chunk USING gin (tenant_id, words) "
            "WITH (fastupdate = off) WHERE retired_at IS NULL"
        )
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_knowledge_chunk_words")
    search_rules.create(SIZES)
