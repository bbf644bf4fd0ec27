"""What the database itself keeps about a passage and its document.

A passage that counts has exactly one owner; one that is retired at most one. It outlives its document, so that an old
answer can be explained, as an entry's outlives its entry: a document that goes takes its name off its passages, and
retires those that still counted. So whoever deletes documents (with a source or a tenant, by this release or the one
before) leaves nothing that is quoted, and loses nothing that was.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

ONE_OWNER = (
    "num_nonnulls(entry_id, document_id) = 1 OR retired_at IS NOT NULL AND num_nonnulls(entry_id, document_id) = 0"
)


def retire_what_lost_its_document() -> None:
    """Runs before the row is checked, within the deletion."""
    op.execute(
        """
        CREATE FUNCTION retire_ownerless() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
        AS $function$
        BEGIN
            NEW.retired_at := now();
            RETURN NEW;
        END
        $function$
        """
    )
    op.execute(
        "CREATE TRIGGER retire_ownerless BEFORE UPDATE ON knowledge_chunk FOR EACH ROW "
        "WHEN (NEW.entry_id IS NULL AND NEW.document_id IS NULL AND NEW.retired_at IS NULL) "
        "EXECUTE FUNCTION retire_ownerless()"
    )


def release_what_has_no_document() -> None:
    """Passages whose document went before it had to take its name off them, tenant by tenant as the application's role: the
    owner would have to shut everybody out of the table to see its rows.
    """
    run = op.get_bind().execute
    run(sa.text("SET LOCAL ROLE frontdesk_system"))
    tenants = run(sa.text("SELECT id FROM tenant")).scalars().all()
    run(sa.text("SET LOCAL ROLE frontdesk_app"))
    for tenant in tenants:
        run(sa.text("SELECT set_config('app.tenant_id', :tenant, true)"), {"tenant": str(tenant)})
        for lost, values in ((_NO_DOCUMENT, "document_id = NULL"), (_NO_OWNER, "retired_at = now()")):
            names = run(sa.text(f"SELECT c.id FROM knowledge_chunk c WHERE {lost}")).scalars().all()  # noqa: S608
            if names:  # else nothing is written, and nothing that was kept for the tenant is thrown away
                run(sa.text(f"UPDATE knowledge_chunk SET {values} WHERE id = ANY (:names)"), {"names": names})  # noqa: S608
    run(sa.text("SELECT set_config('app.tenant_id', '', true)"))
    run(sa.text("RESET ROLE"))


_NO_DOCUMENT = (
    "c.document_id IS NOT NULL "
    "AND NOT EXISTS (SELECT FROM knowledge_document d WHERE d.tenant_id = c.tenant_id AND d.id = c.document_id)"
)
_NO_OWNER = "c.retired_at IS NULL AND c.entry_id IS NULL AND c.document_id IS NULL"
