"""What the database itself keeps about embedding: whoever adds a passage makes its tenant due for it."""

from __future__ import annotations

from alembic import op


def remember_embedding() -> None:
    """Runs as whoever writes, in the same transaction; row-level security holds within.

    Its name comes after `raise_answer_version`: whatever adds or replaces passages locks the tenant's two rows in that order.
    """
    op.execute(
        """
        CREATE FUNCTION remember_embedding() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
        AS $function$
        BEGIN
            INSERT INTO public.embedding_due (tenant_id)
            SELECT DISTINCT a.tenant_id FROM after a
            ON CONFLICT (tenant_id) DO UPDATE SET mark = gen_random_uuid();
            RETURN NULL;
        END
        $function$
        """
    )
    op.execute(
        "CREATE TRIGGER remember_embedding AFTER INSERT ON knowledge_chunk REFERENCING NEW TABLE AS after "
        "FOR EACH STATEMENT EXECUTE FUNCTION remember_embedding()"
    )


def remember_everybody() -> None:
    """Every tenant once: a job finds out whether any of its passages lacks a vector. The caller has lifted both tables."""
    op.execute(
        "INSERT INTO embedding_due (tenant_id, next_at) "
        "SELECT id, now() + random() * interval '10 minutes' FROM tenant "  # not all in the same minute
        "ON CONFLICT (tenant_id) DO UPDATE SET mark = gen_random_uuid()"
    )
