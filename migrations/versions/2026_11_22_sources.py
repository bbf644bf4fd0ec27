"""Where knowledge comes from besides entries: websites and files, what was read from them, and files that wait to be read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import policies

revision = "20261122_sources"
down_revision = "20261122_promises"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_source()
    _create_document()
    _create_upload()
    op.create_table(
        "host_visit",
        sa.Column("host_hash", sa.Text(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("host_hash", name=op.f("pk_host_visit")),
    )
    for table in ("knowledge_source", "knowledge_document", "knowledge_upload"):
        policies.protect(table)
    policies.system_may_read("knowledge_source", "tenant_id", "id", "next_at")
    policies.system_only("host_visit")


def _moment(name: str, *, now: bool = False) -> sa.Column[object]:
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=sa.text("now()") if now else None, nullable=not now
    )


def _owned(table: str) -> list[sa.schema.SchemaItem]:
    """What every tenant's table has; a column belongs to one table, so they are made each time."""
    return [
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _moment("created_at", now=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f(f"fk_{table}_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{table}")),
    ]


def _of_source(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", "source_id"],
        ["knowledge_source.tenant_id", "knowledge_source.id"],
        name=op.f(f"fk_{table}_tenant_id_source_id_knowledge_source"),
        ondelete="CASCADE",
    )


def _create_source() -> None:
    op.create_table(
        "knowledge_source",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("max_pages", sa.Integer(), server_default="500", nullable=False),
        sa.Column("max_depth", sa.Integer(), server_default="10", nullable=False),
        sa.Column("refresh_hours", sa.Integer(), nullable=True),
        sa.Column("round_id", sa.Uuid(), nullable=True),
        sa.Column("step", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("bytes_read", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("robots", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        _moment("started_at"),
        _moment("finished_at"),
        _moment("next_at"),
        _moment("updated_at", now=True),
        _moment("deleted_at"),
        *_owned("knowledge_source"),
    )
    op.create_index("ix_knowledge_source_newest", "knowledge_source", ["tenant_id", "created_at", "id"])
    op.create_index(
        "ix_knowledge_source_due", "knowledge_source", ["next_at"], postgresql_where=sa.text("next_at IS NOT NULL")
    )


def _create_document() -> None:
    op.create_table(
        "knowledge_document",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="page", nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("round_id", sa.Uuid(), nullable=True),
        sa.Column("depth", sa.Integer(), server_default="0", nullable=False),
        sa.Column("hops", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("missing", sa.Integer(), server_default="0", nullable=False),
        sa.Column("same_as", sa.Text(), nullable=True),
        sa.Column("tie", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("modified", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=True),
        sa.Column("reader", sa.Integer(), server_default="0", nullable=False),
        _moment("checked_at"),
        _moment("retired_at"),
        *_owned("knowledge_document"),
        _of_source("knowledge_document"),
        sa.UniqueConstraint(
            "tenant_id", "source_id", "url", name=op.f("uq_knowledge_document_tenant_id_source_id_url")
        ),
    )
    columns = ["tenant_id", "source_id"]
    op.create_index("ix_knowledge_document_state", "knowledge_document", [*columns, "state", "kind"])
    op.create_index("ix_knowledge_document_newest", "knowledge_document", [*columns, "created_at", "id"])


def _create_upload() -> None:
    op.create_table(
        "knowledge_upload",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("piece", sa.LargeBinary(), nullable=False),
        *_owned("knowledge_upload"),
        _of_source("knowledge_upload"),
        sa.UniqueConstraint(
            "tenant_id", "source_id", "number", name=op.f("uq_knowledge_upload_tenant_id_source_id_number")
        ),
    )
