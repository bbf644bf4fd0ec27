"""The two doors to Postgres: each opens one transaction, enters a role and names the tenant for that transaction alone.

Nothing here outlives a transaction, so a transaction pooler may stand between. Row-level security does the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, SessionTransaction

from config.errors import NotFound, StoreUnavailable
from config.settings import settings
from models.entity import put
from models.trip import TRIP, Trip, trip_of

EntityT = TypeVar("EntityT")
APP_ROLE = "frontdesk_app"
SYSTEM_ROLE = "frontdesk_system"
CONNECTIONS = 4  # per process, README "Processes"
STATEMENT_TIMEOUT_MS = 10_000
LOCK_TIMEOUT_MS = 5_000

_ENTER = (  # role and tenant are ours or a UUID's: nothing to quote
    "BEGIN;SELECT set_config('role', '{role}', true), set_config('app.tenant_id', '{tenant}', true), "
    f"set_config('statement_timeout', '{STATEMENT_TIMEOUT_MS}', true), "
    f"set_config('lock_timeout', '{LOCK_TIMEOUT_MS}', true)"
)


class _Session(Session):
    """A session whose transaction opens with its first trip."""


@lru_cache(maxsize=1)
def engine() -> Engine:
    """This process's connections: created on first use, so never before a fork.

    `prepare_threshold=None`: prepared statements break transaction poolers, and a cached generic plan would carry one
    tenant's plan to another. Autocommit, because a trip carries its own BEGIN and COMMIT.
    """
    made = create_engine(
        settings().database_url,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=False,
        pool_use_lifo=True,
        pool_recycle=1800,
        isolation_level="AUTOCOMMIT",
        connect_args={"prepare_threshold": None, "connect_timeout": 5, "application_name": "frontdesk"},
    )
    event.listen(made, "before_cursor_execute", _send_what_waits)
    return made


@event.listens_for(_Session, "after_begin")
def _remember_connection(session: Session, _: SessionTransaction, connection: Connection) -> None:
    trip_of(session).meet(connection)


def _send_what_waits(connection: Connection, *_: object) -> None:
    """Before a statement of SQLAlchemy's own: it must not overtake, nor run outside the transaction."""
    trip: Trip | None = connection.info.get(TRIP)
    if trip is not None:
        trip.go()


@contextmanager
def tenant_session(tenant_id: UUID) -> Iterator[Session]:
    """One transaction that sees one tenant. Commits on leaving, rolls back on an exception."""
    with _door(APP_ROLE, UUID.__str__(tenant_id)) as session:  # of a UUID only: it stands in the text unquoted
        yield session


@contextmanager
def system_session() -> Iterator[Session]:
    """One transaction without a tenant, with the short list of SELECT policies of `frontdesk_system`."""
    with _door(SYSTEM_ROLE, "") as session:
        yield session


def required(session: Session, entity: type[EntityT], key: tuple[UUID, ...], *, locked: bool = False) -> EntityT:
    """The row of this key. Raises NotFound: there is none, or none that the session may see."""
    found = session.get(entity, key, with_for_update=locked)
    if found is None:
        raise NotFound
    return found


@contextmanager
def _door(role: str, tenant: str) -> Iterator[Session]:
    try:
        with _Session(engine(), expire_on_commit=False, autoflush=False) as session, session.begin():
            trip = Trip(session, _ENTER.format(role=role, tenant=tenant))
            try:
                yield session
                if not put(session):
                    session.flush()
                trip.go(commit=True)
                session.expunge_all()  # all is written
            finally:
                trip.leave()
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


def version_of_extension(name: str) -> str | None:
    """The version of a Postgres extension in this database; None when it is not there."""
    with engine().connect() as connection:
        found = connection.execute(text("SELECT extversion FROM pg_extension WHERE extname = :name"), {"name": name})
        return found.scalar_one_or_none()
