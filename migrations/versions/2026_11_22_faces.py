"""The faces: notices, bookings, tokens for people, and what a business may set about its widget."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import policies

revision = "20261122_faces"
down_revision = "20261122_spine"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "admin_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_admin_token_token_hash")),
    )
    op.create_table(
        "customer_token",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("link_hash", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_customer_token_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_customer_token")),
    )
    op.create_index("ix_customer_token_link_hash", "customer_token", ["link_hash"], unique=False)
    op.create_index("ix_customer_token_token_hash", "customer_token", ["token_hash"], unique=False)
    op.create_table(
        "notice",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("recipients", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("reached", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("refused", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("claim_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_notice_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_notice")),
        sa.UniqueConstraint("tenant_id", "kind", "event_id", name=op.f("uq_notice_tenant_id_kind_event_id")),
    )
    op.create_index(
        "ix_notice_pending", "notice", ["updated_at"], unique=False, postgresql_where=sa.text("state = 'pending'")
    )
    op.create_index("ix_notice_created", "notice", ["tenant_id", "created_at", "id"], unique=False)
    op.create_table(
        "booking",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wanted", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversation.tenant_id", "conversation.id"],
            name=op.f("fk_booking_tenant_id_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_booking_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_booking")),
    )
    op.create_index(
        "uq_booking_open",
        "booking",
        ["tenant_id", "conversation_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('asking', 'requested')"),
    )
    # what was used stays counted when a visitor is erased, turns and all
    op.drop_constraint("fk_usage_tenant_id_turn_id_turn", "usage", type_="foreignkey")
    op.create_index("ix_conversation_activity", "conversation", ["tenant_id", "last_activity_at", "id"], unique=False)
    op.create_index("ix_lead_created", "lead", ["tenant_id", "created_at", "id"], unique=False)
    op.add_column("tenant", sa.Column("delete_after", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tenant_configuration", sa.Column("greeting", sa.Text(), server_default="", nullable=False))
    op.add_column("tenant_configuration", sa.Column("colour", sa.Text(), server_default="#2f6f4f", nullable=False))
    op.add_column(
        "tenant_configuration",
        sa.Column("hours", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
    )
    op.add_column(
        "tenant_configuration", sa.Column("notify", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False)
    )
    op.add_column(
        "tenant_configuration",
        sa.Column("hand_over_intents", postgresql.ARRAY(sa.Text()), server_default="{human,complaint}", nullable=False),
    )
    for table in ("notice", "booking", "customer_token"):
        policies.protect(table)
    policies.system_only("admin_token")
    policies.system_may_read("notice", "tenant_id", "id", "state", "updated_at")
    policies.system_may_read("customer_token", "tenant_id", "id", "token_hash", "link_hash", "expires_at", "revoked_at")
    policies.system_may_read_more("tenant", "created_at", "delete_after")
