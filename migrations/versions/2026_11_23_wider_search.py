"""The search of large tenants' vectors looks at more of them: its recall no longer hangs on how the index was built."""

from migrations import search_rules

revision = "20261123_wider_search"
down_revision = "20261123_sentence_vectors"
branch_labels = None
depends_on = None
SIZES = (256, 384, 512, 768, 1024, 1536, 3072)  # of the vectors that an index exists for


def upgrade() -> None:
    search_rules.create(SIZES)
