"""What the database itself keeps about a passage and its document.

A passage that counts has exactly one owner; one that is retired at most one. It outlives its document, so that an old answer can
be explained, as an entry's outlives its entry: a document that goes takes its name off its passages, and retires those that
still counted. So whoever deletes documents (a source, a tenant, this release or the one before) leaves nothing that is quoted
and nothing that cannot be read.
"""

from __future__ import annotations

from alembic import op

ONE_OWNER = "num_nonnulls(entry_id, document_id) = 1 OR retired_at IS NOT NULL AND num_nonnulls(entry_id, document_id) = 0"


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
    op.execute("SET LOCAL ROLE frontdesk_system")
    op.execute("CREATE TEMPORARY TABLE every_tenant ON COMMIT DROP AS SELECT id FROM tenant")
    op.execute("GRANT SELECT ON every_tenant TO frontdesk_app")
    op.execute("SET LOCAL ROLE frontdesk_app")
    op.execute(
        """
        DO $$
        DECLARE
            each uuid;
            lost uuid[];
        BEGIN
            FOR each IN SELECT id FROM every_tenant LOOP
                PERFORM set_config('app.tenant_id', each::text, true);
                SELECT array_agg(c.id) INTO lost FROM knowledge_chunk c
                WHERE c.tenant_id = each AND c.document_id IS NOT NULL AND NOT EXISTS (
                    SELECT FROM knowledge_document d WHERE d.tenant_id = each AND d.id = c.document_id);
                IF lost IS NOT NULL THEN
                    UPDATE knowledge_chunk SET document_id = NULL WHERE tenant_id = each AND id = ANY (lost);
                END IF;
                SELECT array_agg(c.id) INTO lost FROM knowledge_chunk c
                WHERE c.tenant_id = each AND c.retired_at IS NULL AND c.entry_id IS NULL AND c.document_id IS NULL;
                IF lost IS NOT NULL THEN
                    UPDATE knowledge_chunk SET retired_at = now() WHERE tenant_id = each AND id = ANY (lost);
                END IF;
            END LOOP;
            PERFORM set_config('app.tenant_id', '', true);
        END
        $$
        """
    )
    op.execute("RESET ROLE")
