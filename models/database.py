"""The two doors to Postgres: each opens one transaction, enters a role and names the tenant for that transaction alone.

Nothing here outlives a transaction, so a transaction pooler may stand between. Row-level security does the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from uuid import UUID

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from config.errors import StoreUnavailable
from config.settings import settings

APP_ROLE = "frontdesk_app"
SYSTEM_ROLE = "frontdesk_system"
CONNECTIONS = 4  # per process, README "Processes"
STATEMENT_TIMEOUT_MS = 10_000
LOCK_TIMEOUT_MS = 5_000

_ENTER = text(
    "SELECT set_config('role', :role, true), set_config('app.tenant_id', :tenant, true), "
    f"set_config('statement_timeout', '{STATEMENT_TIMEOUT_MS}', true), "
    f"set_config('lock_timeout', '{LOCK_TIMEOUT_MS}', true)"
)


@lru_cache(maxsize=1)
def engine() -> Engine:
    """This process's connections: created on first use, so never before a fork.

    `prepare_threshold=None`: prepared statements break transaction poolers, and a cached generic plan would carry one
    tenant's plan to another.
    """
    return create_engine(
        settings().database_url,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=False,
        pool_use_lifo=True,
        pool_recycle=1800,
        connect_args={"prepare_threshold": None, "connect_timeout": 5, "application_name": "frontdesk"},
    )


@contextmanager
def tenant_session(tenant_id: UUID) -> Iterator[Session]:
    """One transaction that sees one tenant. Commits on leaving, rolls back on an exception."""
    with _door(APP_ROLE, str(tenant_id)) as session:
        yield session


@contextmanager
def system_session() -> Iterator[Session]:
    """One transaction without a tenant, with the short list of SELECT policies of `frontdesk_system`."""
    with _door(SYSTEM_ROLE, "") as session:
        yield session


@contextmanager
def _door(role: str, tenant: str) -> Iterator[Session]:
    try:
        with Session(engine(), expire_on_commit=False, autoflush=False) as session, session.begin():
            session.execute(_ENTER, {"role": role, "tenant": tenant})
            yield session
    except PoolTimeout as error:
        raise StoreUnavailable("no free Postgres connection") from error
    except DBAPIError as error:
        if error.connection_invalidated or _is_away(error):
            engine().dispose()
            raise StoreUnavailable("Postgres cannot be reached") from error
        raise


def _is_away(error: DBAPIError) -> bool:
    """Connection trouble, shutdown, read-only after a fail-over, locks and deadlocks: all of them pass."""
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return isinstance(error, OperationalError)
    return state[:2] in {"08", "53", "57", "40"} or state in {"25006", "55P03"}


def refuse_unsafe_role() -> None:
    """Stop a process whose effective role could walk past row-level security.

    Raises:
        SystemExit: the role inside a door is a superuser, has BYPASSRLS, or owns the tables.
    """
    with system_session() as session:
        row = session.execute(
            text(
                "SELECT current_user, r.rolsuper OR r.rolbypassrls, "
                "EXISTS (SELECT FROM pg_class c WHERE c.relname = 'tenant' AND c.relowner = r.oid) "
                "FROM pg_roles r WHERE r.rolname = current_user"
            )
        ).one()
    if row[1] or row[2]:
        raise SystemExit(f"Frontdesk refuses to run as {row[0]}: the role bypasses row-level security.")
