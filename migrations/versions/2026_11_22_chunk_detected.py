"""An entry may be written in another language than the business speaks: its passage says whether its words told."""

import sqlalchemy as sa
from alembic import op

from migrations import knowledge_rules

revision = "20261122_chunk_detected"
down_revision = "20261122_chunk_document_proven"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("knowledge_chunk", sa.Column("detected", sa.Boolean(), server_default="false", nullable=False))
    knowledge_rules.entries_keep_their_language()
