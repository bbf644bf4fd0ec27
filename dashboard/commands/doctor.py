"""`manage.py doctor`: what is wrong with an installation, and what to do about it, a line for each check."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from dashboard.commands.adding import Commands, Parser, add

OLDEST_POSTGRES, OLDEST_PGVECTOR, OLDEST_REDIS = (15,), (0, 8), (7, 0)


def add_to(commands: Commands[Parser]) -> None:
    """doctor."""
    add(commands, "doctor", doctor, "Check the environment, Postgres, Redis and migrations, and say what to do.")


class Finding(Exception):
    """What is wrong and what to do about it, in a sentence."""


def doctor(asked: argparse.Namespace) -> int:
    """One line for each check. Without a valid environment there is nothing else to ask."""
    found = [_report("environment", _check_environment)]
    if found[0]:
        checks = {
            "Postgres": _check_postgres,
            "pgvector": _check_pgvector,
            "role": _check_role,
            "migrations": _check_migrations,
            "Redis": _check_redis,
        }
        found += [_report(name, check) for name, check in checks.items()]
    return 0 if all(found) else 1


def _report(name: str, check: Callable[[], str]) -> bool:
    from config.settings import SettingsError

    try:
        print(f"ok    {name:<12} {check()}")
    except (Finding, SettingsError) as finding:
        print(f"WRONG {name:<12} {finding}")
        return False
    return True


def _check_environment() -> str:
    from config.settings import settings

    return f"{settings().environment}, public address {settings().external_url}"


def _check_postgres() -> str:
    from sqlalchemy.exc import SQLAlchemyError

    from models.database import engine

    try:
        with engine().connect() as connection:
            version = connection.dialect.server_version_info or ()
    except SQLAlchemyError as error:
        raise Finding(
            f"cannot be reached by DATABASE_URL ({_first_line(error)}): is it running, is the URL right?"
        ) from None
    shown = ".".join(str(part) for part in version)
    if version < OLDEST_POSTGRES:
        raise Finding(f"version {shown} is too old: use {OLDEST_POSTGRES[0]} or newer.")
    return f"version {shown}"


def _check_pgvector() -> str:
    from sqlalchemy.exc import SQLAlchemyError

    from models.database import engine, version_of_extension

    try:
        version = version_of_extension("vector")
    except SQLAlchemyError:
        raise Finding("unknown: Postgres cannot be reached.") from None
    if version is None:
        raise Finding(
            f"not in the database {engine().url.database}: run `python manage.py migrate`, which says who can."
        )
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_PGVECTOR:
        raise Finding(f"version {version} is too old: use 0.8.0 or newer, then ALTER EXTENSION vector UPDATE.")
    return f"version {version}"


def _check_role() -> str:
    from config.errors import StoreUnavailable
    from models.database import APP_ROLE, refuse_unsafe_role

    try:
        refuse_unsafe_role()
    except SystemExit as unsafe:
        raise Finding(f"{unsafe} Name a plain login in DATABASE_URL, the owner in DATABASE_OWNER_URL.") from None
    except StoreUnavailable as error:
        raise Finding(f"unknown, {error}.") from None
    except Exception as error:
        raise Finding(f"cannot enter {APP_ROLE} ({_first_line(error)}): run `python manage.py migrate`.") from None
    return "row-level security holds for it"


def _check_migrations() -> str:
    from sqlalchemy.exc import SQLAlchemyError

    from migrations.run import pending

    try:
        behind = pending()
    except SQLAlchemyError as error:
        raise Finding(f"unknown ({_first_line(error)}): is DATABASE_OWNER_URL right?") from None
    if behind:
        raise Finding("the database is behind the code: run `python manage.py migrate`.")
    return "at head"


def _check_redis() -> str:
    from redis.exceptions import RedisError

    from clients.queue import connect
    from config.settings import settings

    client = connect(settings().redis_url, ca=settings().redis_ca, max_connections=1)
    try:
        server: dict[str, Any] = {**client.info("server"), **client.info("persistence"), **client.info("memory")}
    except (RedisError, OSError) as error:
        raise Finding(
            f"cannot be reached by REDIS_URL ({_first_line(error)}): is it running, is the URL right?"
        ) from None
    finally:
        client.close()
    version = str(server["redis_version"])
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_REDIS:
        raise Finding(f"version {version} is too old: use Redis 7.0, Valkey 7.2, or newer.")
    if server.get("maxmemory_policy") != "noeviction":
        raise Finding(
            f"it may throw messages away ({server.get('maxmemory_policy')}): set maxmemory-policy noeviction."
        )
    if not server.get("aof_enabled"):
        raise Finding("a restart would lose its messages: set appendonly yes.")
    return f"version {version}, append-only file on, nothing evicted"


def _first_line(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error).strip().split("\n", 1)[0]
