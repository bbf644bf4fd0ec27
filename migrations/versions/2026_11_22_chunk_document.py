"""A passage belongs to a document that is there. Unproven at first: the proof needs no lock that others would wait for."""

from alembic import op

from migrations import document_rules, policies

revision = "20261122_chunk_document"
down_revision = "20261122_embedding_due"
branch_labels = None
depends_on = None


def upgrade() -> None:
    document_rules.retire_what_lost_its_document()
    op.drop_constraint(op.f("ck_knowledge_chunk_one_owner"), "knowledge_chunk", type_="check")
    op.execute(
        "ALTER TABLE knowledge_chunk ADD CONSTRAINT ck_knowledge_chunk_one_owner "
        f"CHECK ({document_rules.ONE_OWNER}) NOT VALID"
    )
    op.execute(
        "ALTER TABLE knowledge_chunk "
        "ADD CONSTRAINT fk_knowledge_chunk_tenant_id_document_id_knowledge_document "
        "FOREIGN KEY (tenant_id, document_id) REFERENCES knowledge_document (tenant_id, id) "
        "ON DELETE SET NULL (document_id) NOT VALID"
    )
    policies.owner_may_read("knowledge_chunk", "knowledge_document")
