"""Questions the bot could not answer, listed for the business."""

import sqlalchemy as sa
from alembic import op

from migrations import policies

revision = "20261122_unanswered"
down_revision = "20261122_own_intents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unanswered_question",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("turn_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_unanswered_question_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "turn_id"],
            ["turn.tenant_id", "turn.id"],
            name=op.f("fk_unanswered_question_tenant_id_turn_id_turn"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_unanswered_question")),
        sa.UniqueConstraint("tenant_id", "subject", name=op.f("uq_unanswered_question_tenant_id_subject")),
    )
    op.create_index("ix_unanswered_question_last", "unanswered_question", ["tenant_id", "state", "last_at", "id"])
    op.create_index("ix_unanswered_question_turn", "unanswered_question", ["tenant_id", "turn_id"])
    policies.protect("unanswered_question")
