"""An entry's answer has a vector for each of its sentences, and the search tells how near the nearest is.

Entries that were embedded before get theirs, once: every tenant is looked at.
"""

import sqlalchemy as sa
from alembic import op

from migrations import embedding_rules, policies, search_rules
from models.vector import HalfVectors

revision = "20261123_sentence_vectors"
down_revision = "20261122_golden_model"
branch_labels = None
depends_on = None
SIZES = (256, 384, 512, 768, 1024, 1536, 3072)  # of the vectors that an index exists for


def upgrade() -> None:
    op.add_column("knowledge_vector", sa.Column("sentences", HalfVectors(), nullable=True))
    op.execute("ALTER TABLE knowledge_vector ALTER sentences SET STORAGE EXTERNAL")  # looked at for the best few alone
    search_rules.create(SIZES)
    with policies.lifted("tenant", "embedding_due"):
        embedding_rules.remember_everybody()
