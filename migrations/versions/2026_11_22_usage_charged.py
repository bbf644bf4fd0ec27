"""An index over the days on which calls were charged, made beside the writing that goes on."""

from alembic import op

revision = "20261122_usage_charged"
down_revision = "20261122_spending"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_usage_charged")  # what a run that broke off left behind
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_usage_charged ON usage (tenant_id, charged_on) WHERE charged_on IS NOT NULL"
        )
