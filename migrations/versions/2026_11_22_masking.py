"""Whether a business wants visitors' personal data masked before it leaves for a language model; off unless it says so."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_masking"
down_revision = "20261122_golden"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "tenant_configuration", sa.Column("mask_personal_data", sa.Boolean(), server_default="false", nullable=False)
    )
