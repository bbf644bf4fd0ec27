"""The one place where roles, grants and row-level policies are written.

Every table is FORCEd: even its owner sees rows only through a policy. `frontdesk_app` sees the session's tenant;
`frontdesk_system` reads a short list of columns without a tenant; `frontdesk_search` owns the search function: the
operators of full-text search are not leakproof, so under a policy they would ignore their index.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op

TENANT = "nullif(current_setting('app.tenant_id', true), '')::uuid"
ROLES = ("frontdesk_app", "frontdesk_system", "frontdesk_search")


def create_roles() -> None:
    """Make the three roles, none of which can log in, and let the owner (and so one login) enter them."""
    for role in ROLES:
        op.execute(
            f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS; "
            "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
        op.execute(
            f"DO $$ BEGIN EXECUTE 'GRANT {role} TO ' || quote_ident(current_user); "
            "EXCEPTION WHEN insufficient_privilege THEN NULL; END $$"  # granted by whoever made the role
        )
        op.execute(f"GRANT USAGE ON SCHEMA public TO {role}")


def protect(table: str, tenant_column: str = "tenant_id") -> None:
    """Enable and FORCE row-level security and let the application read and write the session's tenant only."""
    op.execute(f"ALTER TABLE {_quoted(table)} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {_quoted(table)} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY own_tenant ON {_quoted(table)} TO frontdesk_app "
        f"USING ({tenant_column} = {TENANT}) WITH CHECK ({tenant_column} = {TENANT})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {_quoted(table)} TO frontdesk_app")


def system_may_read(table: str, *columns: str) -> None:
    """Let `frontdesk_system` read these columns of all tenants' rows; nothing else, and never write."""
    op.execute(f"CREATE POLICY system_reads ON {_quoted(table)} FOR SELECT TO frontdesk_system USING (true)")
    op.execute(f"GRANT SELECT ({', '.join(columns)}) ON {_quoted(table)} TO frontdesk_system")


def system_may_read_more(table: str, *columns: str) -> None:
    """Further columns of a table that `frontdesk_system` reads already."""
    op.execute(f"GRANT SELECT ({', '.join(columns)}) ON {_quoted(table)} TO frontdesk_system")


def system_only(table: str) -> None:
    """A table without tenants' data, for the system door alone."""
    op.execute(f"ALTER TABLE {_quoted(table)} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {_quoted(table)} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY system_all ON {_quoted(table)} TO frontdesk_system USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {_quoted(table)} TO frontdesk_system")


def everybody_may_read(table: str) -> None:
    """Let the application read a table without tenants' data that the system door writes."""
    op.execute(f"CREATE POLICY app_reads ON {_quoted(table)} FOR SELECT TO frontdesk_app USING (true)")
    op.execute(f"GRANT SELECT ON {_quoted(table)} TO frontdesk_app")


@contextmanager
def lifted(*tables: str) -> Iterator[None]:
    """Let the owner see all rows of these tables, within the migration's transaction: a FORCEd owner reads and changes none,
    without a word. The lock keeps everybody else out until the transaction ends, so nobody meets the table without FORCE.
    """
    for table in tables:
        op.execute(f"ALTER TABLE {_quoted(table)} NO FORCE ROW LEVEL SECURITY")
    yield
    for table in tables:
        op.execute(f"ALTER TABLE {_quoted(table)} FORCE ROW LEVEL SECURITY")


def owner_may_read(*tables: str) -> None:
    """Until `owner_may_read_no_more`: for the proof of a foreign key, which reads both tables as their owner, and where it sees
    one of them alone finds faults that are none. In a migration of its own it keeps nobody out for longer than a moment.
    """
    for table in tables:
        op.execute(f"CREATE POLICY owner_reads ON {_quoted(table)} FOR SELECT TO CURRENT_USER USING (true)")


def owner_may_read_no_more(*tables: str) -> None:
    """The proof is there."""
    for table in tables:
        op.execute(f"DROP POLICY owner_reads ON {_quoted(table)}")


def search_may_read(table: str) -> None:
    """Let the search function's owner read the table; the function itself filters on the session's tenant."""
    op.execute(f"CREATE POLICY search_reads ON {_quoted(table)} FOR SELECT TO frontdesk_search USING (true)")
    op.execute(f"GRANT SELECT ON {_quoted(table)} TO frontdesk_search")


def count_answer_versions() -> None:
    """What a tenant's answers are made of has a version, which rises with each statement that changes any of it.

    Runs as whoever writes, in the same transaction; a migration writes as nobody's tenant and counts nothing.
    """
    op.execute(
        f"""
        CREATE FUNCTION raise_answer_version() RETURNS trigger
        LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
        AS $function$
        BEGIN
            INSERT INTO public.answer_version (tenant_id, version)
            SELECT t.id, 1 FROM public.tenant t WHERE t.id = {TENANT}
            ON CONFLICT (tenant_id) DO UPDATE SET version = answer_version.version + 1;
            RETURN NULL;
        END
        $function$
        """  # noqa: S608  # TENANT is a constant of ours
    )


def answers_rest_on(table: str, of: str = "") -> None:
    """From now on a change of this table (or of these columns) makes kept answers of its tenant worthless."""
    columns = f" OF {of}" if of else ""
    events = f"UPDATE{columns}" if of else "INSERT OR UPDATE OR DELETE"
    op.execute(
        f"CREATE TRIGGER raise_answer_version AFTER {events} ON {_quoted(table)} "
        "FOR EACH STATEMENT EXECUTE FUNCTION raise_answer_version()"
    )


def create_search_function() -> None:
    """Full-text search over the session's tenant's entries: any shared word counts, the rank decides.

    SECURITY DEFINER with a pinned search_path; without a tenant it returns nothing.
    """
    op.execute(
        f"""
        CREATE FUNCTION search_entries(query text, size integer)
        RETURNS TABLE (entry_id uuid, question text, answer text, score real)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        AS $function$
            WITH asked AS (
                SELECT nullif(replace(plainto_tsquery('english', query)::text, '&', '|'), '')::tsquery AS words
            )
            SELECT e.id, e.question, e.answer, ts_rank_cd(e.search, asked.words, 1)
            FROM public.knowledge_entry e, asked
            WHERE e.tenant_id = {TENANT} AND e.search @@ asked.words
            ORDER BY 4 DESC, e.id
            LIMIT least(greatest(size, 0), 100)
        $function$
        """  # noqa: S608  # TENANT is a constant of ours
    )
    op.execute("GRANT CREATE ON SCHEMA public TO frontdesk_search")
    op.execute("ALTER FUNCTION search_entries(text, integer) OWNER TO frontdesk_search")
    op.execute("REVOKE CREATE ON SCHEMA public FROM frontdesk_search")
    op.execute("SET LOCAL ROLE frontdesk_search")
    op.execute("REVOKE ALL ON FUNCTION search_entries(text, integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION search_entries(text, integer) TO frontdesk_app")
    op.execute("RESET ROLE")


def _quoted(table: str) -> str:
    return f'"{table}"'
