"""The migrations build exactly the models, from nothing, as a role that row-level security binds."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from migrations.run import pending, upgrade
from models import Base
from models.database import refuse_unsafe_role

RETIRED = {  # columns that the release before still reads; a later migration drops them
    "tenant_configuration.weight",
    "tenant_configuration.rate_per_s",
    "tenant_configuration.burst",
}


def test_there_is_no_drift_between_models_and_migrations(stores):
    with create_engine(stores.owner_url, poolclass=NullPool).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
    retired = {f"{change[2]}.{change[3].name}" for change in differences if change[0] == "remove_column"}
    assert retired == RETIRED
    assert [change for change in differences if change[0] != "remove_column"] == []


def test_nothing_is_pending_and_a_second_run_changes_nothing(stores):
    assert not pending()
    upgrade()
    assert not pending()


def test_migrating_as_a_superuser_is_refused(stores):
    with pytest.raises(SystemExit, match="SUPERUSER"):
        upgrade(owner_url=stores.superuser_url)


def test_the_applications_effective_role_is_bound_by_row_level_security(stores):
    refuse_unsafe_role()


def test_one_login_is_enough_the_owner_can_enter_the_applications_roles(stores):
    with create_engine(stores.owner_url, poolclass=NullPool).connect() as connection:
        for role in ("frontdesk_app", "frontdesk_system"):
            assert connection.scalar(text("SELECT set_config('role', :role, true)"), {"role": role}) == role
            assert connection.scalar(text("SELECT count(*) FROM api_key WHERE key_hash = 'x'")) == 0
            connection.rollback()


def test_no_role_of_ours_is_superuser_or_bypasses(stores):
    with create_engine(stores.owner_url, poolclass=NullPool).connect() as connection:
        rows = connection.execute(
            text("SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname LIKE 'frontdesk%'")
        ).all()
    assert len(rows) >= 4
    assert not any(unsafe for _, unsafe in rows)
