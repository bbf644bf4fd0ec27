"""The command line: start everything, migrate, check an installation, create tenants. `python manage.py --help`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from config.data_folder import read_environment, write_environment
from config.development import DOUBLE_BOT_KEY, DOUBLE_BOT_USER, Demo, load_environment, step, up

if TYPE_CHECKING:
    from models.tenant import PapercupsAccount

ROOT = Path(__file__).resolve().parent
OLDEST_POSTGRES, OLDEST_REDIS = (15,), (7, 0)
DEMO_QUESTION = "When are you open on Saturday?"

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    asked = _parser().parse_args(arguments)
    command: Command = asked.command
    if command is not _up:
        load_environment()
    return command(asked)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manage.py", description="Frontdesk's commands.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        to: argparse._SubParsersAction[argparse.ArgumentParser], name: str, command: Command, text: str
    ) -> argparse.ArgumentParser:
        made = to.add_parser(name, help=text, description=text)
        made.set_defaults(command=command)
        return made

    add(commands, "up", _up, "Start everything here for development: servers, demo tenant, all processes.")
    add(commands, "migrate", _migrate, "Bring the database to the newest migration, as its owner.")
    add(commands, "clock", _clock, "Run the clock: sweeps, reconciliation and other recurring work.")
    add(commands, "doctor", _doctor, "Check the environment, Postgres, Redis and migrations, and say what to do.")

    tenant = commands.add_parser("tenant", help="Make tenants.", description="Make tenants.")
    create = add(
        tenant.add_subparsers(required=True, metavar="COMMAND"),
        "create",
        _create_tenant,
        "Make a tenant and print its keys, once.",
    )
    create.add_argument("--name", required=True, help="the business's name")
    create.add_argument(
        "--papercups-account-id", metavar="ID", help="its account on the Papercups server (PAPERCUPS_URL)"
    )
    create.add_argument("--papercups-api-key", metavar="KEY", help="API key of the bot user of that account")
    create.add_argument("--json", action="store_true", help="print one JSON object, for scripts")
    return parser


def _up(asked: argparse.Namespace) -> int:
    return up(ROOT, _prepare)


def _prepare(data: Path) -> Demo | None:
    """Migrate and seed in this process, before the others start."""
    with step("Migrating the database"):
        from migrations.run import upgrade

        upgrade()
    if os.environ["ENVIRONMENT"] == "production":
        return None
    with step("Seeding the demo tenant"):
        from models.database import engine
        from models.demo import seed
        from models.demo_business import PROFILE

        made = seed(_account_at_double() if os.environ.get("PAPERCUPS_DOUBLE_PORT") else None)
        engine().dispose()
    key, path = _remembered(data / "demo", str(made.tenant_id), made.api_key, urlsplit(made.papercups_webhook_url).path)
    return Demo(PROFILE.name, made.account_token, key, path, DEMO_QUESTION)


def _account_at_double() -> PapercupsAccount:
    """The demo business's account on the Papercups stand-in; PAPERCUPS_URL names its address."""
    from models.demo import DEMO_ACCOUNT_ID
    from models.tenant import PapercupsAccount

    return PapercupsAccount(DEMO_ACCOUNT_ID, api_key=DOUBLE_BOT_KEY, bot_user_id=DOUBLE_BOT_USER)


def _remembered(file: Path, tenant_id: str, api_key: str, webhook_path: str) -> tuple[str, str]:
    """The demo tenant's key and webhook path. They are stored hashed and known only when made, so `file` keeps them."""
    if api_key:
        write_environment(file, {"TENANT_ID": tenant_id, "API_KEY": api_key, "WEBHOOK_PATH": webhook_path})
        return api_key, webhook_path
    kept = read_environment(file)
    if kept.get("TENANT_ID") != tenant_id:
        return "", ""
    return kept.get("API_KEY", ""), kept.get("WEBHOOK_PATH", "")


def _migrate(asked: argparse.Namespace) -> int:
    from migrations.run import upgrade

    upgrade()
    return 0


def _clock(asked: argparse.Namespace) -> int:
    from workers.clock import run

    run()
    return 0


def _create_tenant(asked: argparse.Namespace) -> int:
    from config.settings import settings
    from models.tenant import create_tenant

    made = create_tenant(asked.name, _papercups_account(asked)).as_json(settings().external_url)
    if asked.json:
        print(json.dumps(made))
        return 0
    for name, value in made.items():
        print(f"{name:<25} {value}")
    print("\nThe key and the webhook's address and secret are not shown again.")
    return 0


def _papercups_account(asked: argparse.Namespace) -> PapercupsAccount | None:
    """The account named on the command line; whose key it is, Papercups itself says."""
    from config.errors import PermanentError, TransientError
    from config.settings import settings
    from models.tenant import PapercupsAccount

    account_id, key, url = asked.papercups_account_id, asked.papercups_api_key, settings().papercups_url
    if not account_id:
        if key:
            raise SystemExit("--papercups-api-key needs --papercups-account-id.")
        return None
    if not key:
        return PapercupsAccount(account_id, url)
    if url is None:
        raise SystemExit("--papercups-api-key needs PAPERCUPS_URL, the address of the Papercups server.")
    from clients.channels.papercups import PapercupsClient

    try:
        bot = PapercupsClient(url, key, 0, marker_secret=b"").me()
    except (PermanentError, TransientError) as error:
        raise SystemExit(f"Papercups at {url} does not say whose key this is: {error}") from None
    if bot.account_id != account_id:
        raise SystemExit(f"The key belongs to a user of another Papercups account, not of {account_id}.")
    return PapercupsAccount(account_id, url, key, bot.user_id)


class Finding(Exception):
    """What is wrong and what to do about it, in a sentence."""


def _doctor(asked: argparse.Namespace) -> int:
    """One line for each check. Without a valid environment there is nothing else to ask."""
    found = [_report("environment", _check_environment)]
    if found[0]:
        checks = {
            "Postgres": _check_postgres,
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


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
