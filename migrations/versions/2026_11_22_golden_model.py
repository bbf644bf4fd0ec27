"""What golden questions were answered by and from: a change of the model is noticed, and nothing is asked in vain."""

import sqlalchemy as sa
from alembic import op

from migrations import policies

revision = "20261122_golden_model"
down_revision = "20261122_chunk_detected"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("golden_run", sa.Column("version", sa.BigInteger(), nullable=True))
    policies.system_may_read("golden_question", "tenant_id")
    policies.system_may_read("golden_run", "tenant_id", "id", "created_at", "model", "cause")
