"""What was accepted, compared with its rows; and messages that are in Postgres before they are accepted (ACCEPT=durable)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import policies

revision = "20261122_acceptances"
down_revision = "20261122_plans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "acceptance_correction",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("work_id", sa.Text(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_acceptance_correction_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_acceptance_correction")),
        sa.UniqueConstraint("tenant_id", "work_id", name=op.f("uq_acceptance_correction_tenant_id_work_id")),
    )
    op.create_index("ix_acceptance_correction_day", "acceptance_correction", ["day"], unique=False)
    op.create_table(
        "webhook_event",
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_webhook_event_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_webhook_event")),
    )
    op.create_index("ix_webhook_event_accepted", "webhook_event", ["accepted_at", "id"], unique=False)
    policies.protect("acceptance_correction")
    policies.protect("webhook_event")
    policies.system_may_read("acceptance_correction", "tenant_id", "day", "messages")
    policies.system_may_read("webhook_event", "tenant_id", "id", "accepted_at")
    policies.system_may_read("message", "tenant_id", "author", "turn_id", "accepted_at")
