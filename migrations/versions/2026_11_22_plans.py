"""Plans, and what a tenant has of its own beside its plan. The columns they replace stay until no release reads them."""

import sqlalchemy as sa
from alembic import op

from migrations import policies

revision = "20261122_plans"
down_revision = "20261122_faces"
branch_labels = None
depends_on = None

OLD_DEFAULTS = {"weight": "1", "rate_per_s": "20", "burst": "100"}


def upgrade() -> None:
    plan = op.create_table(
        "plan",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("weight", sa.Double(), server_default="1", nullable=False),
        sa.Column("rate_per_s", sa.Double(), server_default="20", nullable=False),
        sa.Column("burst", sa.Integer(), server_default="100", nullable=False),
        sa.Column("concurrency", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    op.bulk_insert(plan, [{"id": "default"}])
    op.create_table(
        "tenant_limit",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=True),
        sa.Column("rate_per_s", sa.Double(), nullable=True),
        sa.Column("burst", sa.Integer(), nullable=True),
        sa.Column("concurrency", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_tenant_limit_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_tenant_limit")),
    )
    op.add_column("tenant", sa.Column("plan_id", sa.Text(), server_default="default", nullable=False))
    op.create_foreign_key(op.f("fk_tenant_plan_id_plan"), "tenant", "plan", ["plan_id"], ["id"])
    with policies.lifted("tenant_configuration"):
        op.execute(
            f"INSERT INTO tenant_limit (tenant_id, {', '.join(OLD_DEFAULTS)}) SELECT tenant_id, "  # noqa: S608
            + ", ".join(f"nullif({name}, {default})" for name, default in OLD_DEFAULTS.items())
            + " FROM tenant_configuration WHERE "
            + " OR ".join(f"{name} <> {default}" for name, default in OLD_DEFAULTS.items())
        )
    policies.protect("tenant_limit")
    policies.system_only("plan")
    policies.everybody_may_read("plan")
    policies.system_may_read_more("tenant", "plan_id")
    policies.system_may_read("tenant_limit", "tenant_id", "weight", "rate_per_s", "burst", "concurrency")
