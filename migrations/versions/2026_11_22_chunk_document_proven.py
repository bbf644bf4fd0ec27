"""Every passage belongs to a document that is there: what does not is released, then both rules are proven."""

from alembic import op

from migrations import document_rules, policies

revision = "20261122_chunk_document_proven"
down_revision = "20261122_chunk_document"
branch_labels = None
depends_on = None


def upgrade() -> None:
    document_rules.release_what_has_no_document()
    for name in ("ck_knowledge_chunk_one_owner", "fk_knowledge_chunk_tenant_id_document_id_knowledge_document"):
        op.execute(f"ALTER TABLE knowledge_chunk VALIDATE CONSTRAINT {name}")
    policies.owner_may_read_no_more("knowledge_chunk", "knowledge_document")
