"""The command line: start everything, migrate, and an operator's commands (dashboard/commands/). `python manage.py --help`."""

from __future__ import annotations

import argparse
import os
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from config.data_folder import read_environment, write_environment
from config.development import DOUBLE_BOT_KEY, DOUBLE_BOT_USER, Demo, load_environment, step, up
from dashboard.commands import (
    budget,
    business,
    dead,
    doctor,
    golden,
    intents,
    keys,
    knowledge,
    legacy,
    queues,
    tenants,
    tokens,
    unanswered,
)
from dashboard.commands.adding import Command, add
from dashboard.commands.asking import sentences
from workers.evaluation import command as evaluation

if TYPE_CHECKING:
    from models.tenant import PapercupsAccount

ROOT = Path(__file__).resolve().parent
DEMO_QUESTION = "When are you open on Saturday?"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    asked = _parser().parse_args(arguments)
    command: Command = asked.command
    if command not in (_up, evaluation.evaluate):  # these start servers of their own
        load_environment()
    if getattr(asked, "tenant", None) is None:
        return command(asked)
    with sentences():
        _refuse_unknown(asked.tenant)
        return command(asked)


def _refuse_unknown(tenant_id: uuid.UUID) -> None:
    """Under row-level security a tenant that is not there looks like one that has nothing."""
    from models.database import tenant_session
    from models.tenant import Tenant

    with tenant_session(tenant_id) as session:
        if session.get(Tenant, tenant_id) is None:
            raise SystemExit("There is no tenant by that id.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manage.py", description="Frontdesk's commands.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add(commands, "up", _up, "Start everything here for development: servers, demo tenant, all processes.")
    add(commands, "migrate", _migrate, "Bring the database to the newest migration, as its owner.")
    add(commands, "clock", _clock, "Run the clock: sweeps, reconciliation and other recurring work.")
    of_tenants = (tenants, keys, business, budget, knowledge, unanswered, golden, intents)
    for module in (doctor, tokens, *of_tenants, queues, dead, legacy, evaluation):
        module.add_to(commands)
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
    return Demo(PROFILE.name, made.account_token, key, path, DEMO_QUESTION, str(made.tenant_id))


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


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
