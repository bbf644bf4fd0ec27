"""An index over when messages were accepted, made beside the writing that goes on. Almost free to keep: rows come in order."""

from alembic import op

revision = "20261122_message_accepted"
down_revision = "20261122_acceptances"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_message_accepted")  # what a run that broke off left behind
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_message_accepted ON message USING brin (accepted_at) WITH (autosummarize = on)"
        )
