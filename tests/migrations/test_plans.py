"""The migration that brings plans takes over what tenants had of their own, from a database of the release before."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from alembic import command
from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from migrations.run import alembic_config, upgrade

BEFORE = "20261122_faces"


@contextmanager
def database_at(stores, revision: str) -> Iterator[URL]:
    """A database of its own, as the owner, at an earlier revision."""
    name = f"old_{uuid.uuid4().hex[:8]}"
    admin = create_engine(stores.superuser_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    owner = make_url(stores.owner_url)
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} OWNER {owner.username}"))
    here = make_url(stores.superuser_url).set(database=name)
    with create_engine(here, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        for extension in ("vector", "pg_trgm", "unaccent", "citext"):
            connection.execute(text(f"CREATE EXTENSION IF NOT EXISTS {extension}"))
    url = owner.set(database=name)
    with create_engine(url, poolclass=NullPool).connect() as connection:
        command.upgrade(alembic_config(connection), revision)
        connection.commit()
    yield url
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def old_database(stores) -> Iterator[URL]:
    """At the release before."""
    with database_at(stores, BEFORE) as url:
        yield url


def entered(connection: Connection, tenant: uuid.UUID) -> Connection:
    connection.execute(
        text("SELECT set_config('role', 'frontdesk_app', true), set_config('app.tenant_id', :tenant, true)"),
        {"tenant": str(tenant)},
    )
    return connection


def add_tenant(url: URL, columns: str = "") -> uuid.UUID:
    """As the release before makes one; `columns` of its configuration differ from the defaults."""
    tenant = uuid.uuid4()
    with create_engine(url, poolclass=NullPool).begin() as connection:
        entered(connection, tenant)
        connection.execute(
            text("INSERT INTO tenant (id, name, account_token) VALUES (:id, 'Old', :token)"),
            {"id": tenant, "token": str(tenant)},
        )
        connection.execute(text("INSERT INTO tenant_configuration (tenant_id) VALUES (:id)"), {"id": tenant})
        if columns:
            connection.execute(text(f"UPDATE tenant_configuration SET {columns}"))
    return tenant


def seen(url: URL, tenant: uuid.UUID, statement: str) -> list[tuple[object, ...]]:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        return [tuple(row) for row in entered(connection, tenant).execute(text(statement))]


OWN = "SELECT weight, rate_per_s, burst, concurrency FROM tenant_limit"


def test_what_tenants_had_of_their_own_is_taken_over_and_stays_readable_for_the_release_before(old_database: URL):
    plain = add_tenant(old_database)
    heavy = add_tenant(old_database, "weight = 4, rate_per_s = 0.5")
    large = add_tenant(old_database, "burst = 7")
    upgrade(owner_url=old_database.render_as_string(hide_password=False))
    assert seen(old_database, plain, OWN) == []
    assert seen(old_database, heavy, OWN) == [(4.0, 0.5, None, None)]
    assert seen(old_database, large, OWN) == [(None, None, 7, None)]
    assert seen(old_database, heavy, "SELECT plan_id FROM tenant") == [("default",)]
    assert seen(old_database, heavy, "SELECT weight, rate_per_s, burst FROM tenant_configuration") == [(4.0, 0.5, 100)]
    assert seen(old_database, plain, "SELECT id, weight, rate_per_s, burst, concurrency FROM plan") == [
        ("default", 1.0, 20.0, 100, None)
    ]


def test_the_release_before_goes_on_making_and_changing_tenants(old_database: URL):
    upgrade(owner_url=old_database.render_as_string(hide_password=False))
    made = add_tenant(old_database, "weight = 2")
    assert seen(old_database, made, "SELECT plan_id FROM tenant") == [("default",)]


def test_every_table_is_forced_again(old_database: URL):
    upgrade(owner_url=old_database.render_as_string(hide_password=False))
    with create_engine(old_database, poolclass=NullPool).connect() as connection:
        open_ones = connection.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
                "AND NOT (relrowsecurity AND relforcerowsecurity)"
            )
        ).all()
        assert set(open_ones) == {"alembic_version"}
        assert connection.scalar(text("SELECT count(*) FROM tenant_configuration")) == 0
