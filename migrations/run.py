"""Brings the database to head as the owner role, one migrator at a time, with lock and statement time-outs."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from config.settings import settings

ADVISORY_LOCK = 0x46726F6E7464  # "Frontd": session lock, held by migrations alone
LOCK_TIMEOUT = "10s"
STATEMENT_TIMEOUT = "10min"


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def upgrade(owner_url: str | None = None, login_url: str | None = None) -> None:
    """Run every pending migration as the owner; let the login user of DATABASE_URL enter the application's roles.

    Raises:
        SystemExit: the owner role is a superuser or bypasses row-level security, which would hide mistakes.
    """
    owner_url = owner_url or settings().database_owner_url or settings().database_url
    login_url = login_url or settings().database_url
    engine = create_engine(owner_url, poolclass=NullPool, connect_args={"prepare_threshold": None})
    with engine.connect() as connection:
        _refuse_superuser(connection)
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
        connection.commit()
        command.upgrade(alembic_config(connection), "head")
        _let_login_enter_roles(connection, make_url(login_url).username)
        connection.commit()


def pending(owner_url: str | None = None) -> bool:
    """Whether the database is behind the code."""
    engine = create_engine(owner_url or settings().database_owner_url or settings().database_url, poolclass=NullPool)
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_heads()
        return set(current) != set(ScriptDirectory.from_config(alembic_config()).get_heads())


def _refuse_superuser(connection: Connection) -> None:
    row = connection.execute(
        text("SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    ).one()
    if row[1]:
        raise SystemExit(f"Frontdesk does not migrate as {row[0]}: use a role without SUPERUSER and BYPASSRLS.")


def _let_login_enter_roles(connection: Connection, login: str | None) -> None:
    owner = connection.scalar(text("SELECT current_user"))
    if not login or login == owner:
        return
    quoted = connection.dialect.identifier_preparer.quote(login)
    for role in ("frontdesk_app", "frontdesk_system"):
        connection.execute(text(f"GRANT {role} TO {quoted}"))
