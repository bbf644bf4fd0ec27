"""Where a page that was read leads to, so that one which has not changed still leads there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_document_links"
down_revision = "20261122_tenant_words"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("knowledge_document", sa.Column("links", postgresql.JSONB(), nullable=True))
