"""The command line: start everything, migrate, check an installation, create tenants. `python manage.py --help`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import uuid
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

LEGACY_FORMS = """\
The tables are conversations(id, tenant_id, session_id, created_at), messages(id, tenant_id, conversation_id, role,
content, timestamp), leads(id, tenant_id, intent, contact_info, created_at) and knowledge_bases(id, tenant_id, content,
updated_at), as CSV with a first line of column names or as JSON lines. A file belongs to the table that its name says
(conversations.csv, messages.jsonl, ...); in any other file each row names its table in a field `table`. Bad rows are
told by line, kept aside, and the rest goes on. What was taken over is history: nothing in it is ever answered.
"""
SHOWN_REJECTS = 20

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

    admin = commands.add_parser("admin", help="Operators' tokens.", description="Operators' tokens.")
    of_admin = admin.add_subparsers(required=True, metavar="COMMAND")
    add(of_admin, "token", _admin_token, "Print a token for /api/v1/admin, once; it counts for 30 days.")
    add(of_admin, "revoke", _revoke_admin, "End every operator's token.")
    customer = commands.add_parser("customer", help="A business's tokens.", description="A business's tokens.")
    of_customer = customer.add_subparsers(required=True, metavar="COMMAND")
    for name, command, text in (
        (
            "token",
            _customer_token,
            "Print a token for /api/v1/customer and a link that opens the business's page, once.",
        ),
        ("revoke", _revoke_customer, "End every token, link and session of a business."),
    ):
        add(of_customer, name, command, text).add_argument("--tenant", required=True, metavar="ID", type=uuid.UUID)

    tenant = commands.add_parser("tenant", help="Make tenants.", description="Make tenants.")
    of_tenant = tenant.add_subparsers(required=True, metavar="COMMAND")
    create = add(of_tenant, "create", _create_tenant, "Make a tenant and print its keys, once.")
    create.add_argument("--name", required=True, help="the business's name")
    create.add_argument(
        "--papercups-account-id", metavar="ID", help="its account on the Papercups server (PAPERCUPS_URL)"
    )
    create.add_argument("--papercups-api-key", metavar="KEY", help="API key of the bot user of that account")
    create.add_argument("--json", action="store_true", help="print one JSON object, for scripts")
    connect = add(
        of_tenant,
        "connect-papercups",
        _connect_papercups,
        "Connect a tenant to its Papercups account, new or existing; safe to run again after a fault.",
    )
    connect.add_argument("--tenant", required=True, metavar="ID", type=uuid.UUID)
    connect.add_argument("--papercups-url", required=True, metavar="URL", help="where Frontdesk reaches Papercups")
    connect.add_argument(
        "--email",
        required=True,
        help="the account's administrator; the password comes from PAPERCUPS_PASSWORD or a prompt",
    )
    connect.add_argument("--company", metavar="NAME", help="register a new account by this name unless the login works")
    connect.add_argument("--public-url", metavar="URL", help="where Papercups reaches Frontdesk (default: PUBLIC_URL)")
    connect.add_argument(
        "--bot-email", metavar="EMAIL", help="the bot's user (default: the administrator's +frontdesk)"
    )
    connect.add_argument(
        "--papercups-public-url", metavar="URL", help="where browsers reach it (default: --papercups-url)"
    )
    connect.add_argument("--chat-window-url", metavar="URL", help="the widget's iframe app, for the snippet")
    taking = commands.add_parser("import", help="Take over another system's data.", description="Take over data.")
    legacy = add(
        taking.add_subparsers(required=True, metavar="COMMAND"),
        "legacy",
        _import_legacy,
        "Take over conversations, messages, leads and knowledge of a predecessor; running it again adds nothing.",
    )
    legacy.formatter_class = argparse.RawDescriptionHelpFormatter
    legacy.epilog = LEGACY_FORMS
    legacy.add_argument("source", metavar="FILE", help="a file, a folder of files, or a postgres:// URL")
    legacy.add_argument("--tenant", required=True, metavar="ID", type=uuid.UUID, help="whose they become")
    legacy.add_argument("--old-tenant", metavar="ID", help="take only this tenant's rows (default: the first row's)")
    legacy.add_argument("--dry-run", action="store_true", help="count what would be done, and undo it")
    legacy.add_argument(
        "--rejects",
        metavar="FILE",
        type=Path,
        default=Path("rejects.jsonl"),
        help="where bad rows are kept aside, as JSON lines (default: rejects.jsonl)",
    )
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


def _admin_token(asked: argparse.Namespace) -> int:
    from models.token import issue_admin_token

    print(issue_admin_token())
    return 0


def _revoke_admin(asked: argparse.Namespace) -> int:
    from models.token import revoke_admin_tokens

    print(f"{revoke_admin_tokens()} ended.")
    return 0


def _customer_token(asked: argparse.Namespace) -> int:
    from config.errors import NotFound
    from config.settings import settings
    from models.token import issue_customer_link

    try:
        token, code = issue_customer_link(asked.tenant)
    except NotFound:
        raise SystemExit(f"There is no tenant {asked.tenant}.") from None
    address = settings().dashboard_url or settings().external_url
    print(f"{'token':<7}{token}\n{'link':<7}{address}/customer/open?code={code}")
    print("\nNeither is shown again. The link works once, the token 30 days.")
    return 0


def _revoke_customer(asked: argparse.Namespace) -> int:
    from models.token import revoke_customer_tokens

    print(f"{revoke_customer_tokens(asked.tenant)} ended.")
    return 0


def _connect_papercups(asked: argparse.Namespace) -> int:
    from getpass import getpass

    from config.settings import settings
    from dashboard.connect_papercups import NotConnected, Wish, connect

    wish = Wish(
        tenant_id=asked.tenant,
        papercups_url=asked.papercups_url,
        email=asked.email,
        password=os.environ.get("PAPERCUPS_PASSWORD") or getpass("Password of the Papercups administrator: "),
        company=asked.company,
        public_url=asked.public_url or settings().external_url,
        bot_email=asked.bot_email,
    )
    try:
        connected = connect(wish, tell=print)
    except NotConnected as reason:
        print(reason, file=sys.stderr)
        return 1
    browsers = asked.papercups_public_url or asked.papercups_url
    print(f"\nPut this into the business's pages:\n\n{connected.snippet(browsers, asked.chat_window_url)}\n")
    if asked.chat_window_url is None:
        print("iframeUrlOverride needs the address of your chat window: docs/papercups.md says how to run one.")
    print(
        "Next: close registration (PAPERCUPS_REGISTRATION_DISABLED=true on the Papercups server), then write a message."
    )
    return 0


def _import_legacy(asked: argparse.Namespace) -> int:
    from config.errors import FrontdeskError, StoreUnavailable
    from models.importer import Import, KeptAside
    from models.legacy_source import open_source

    shown = 0

    def tell(reject: Any) -> None:
        nonlocal shown
        shown += 1
        if shown <= SHOWN_REJECTS:
            print(
                f"\r{reject.place}: {reject.reason}\033[K"
                if sys.stderr.isatty()
                else f"{reject.place}: {reject.reason}"
            )

    def progress(table: str, counts: Any) -> None:
        line = f"{table}: {counts.read:,} read, {counts.added:,} added, {counts.rejected:,} bad"
        if sys.stderr.isatty():
            print(f"\r{line}\033[K", end="", file=sys.stderr, flush=True)
        elif counts.read % 10_000 < 1000:
            print(line, file=sys.stderr, flush=True)

    try:
        with KeptAside(asked.rejects, tell) as aside:
            run = Import(asked.tenant, open_source(asked.source), aside.keep, progress, old_tenant=asked.old_tenant)
            counts = run.run(dry_run=asked.dry_run)
    except StoreUnavailable as error:
        print(f"\n{error}. What was taken over so far is kept: run it again to go on.", file=sys.stderr)
        return 1
    except (FrontdeskError, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print(f"\n{'':<18}{'read':>10}{'added':>10}{'known':>10}{'bad':>10}")
    for table, of in counts.items():
        print(f"{table:<18}{of.read:>10,}{of.added:>10,}{of.known:>10,}{of.rejected:>10,}")
    if aside.kept:
        print(f"\n{aside.kept:,} bad rows are kept aside in {asked.rejects}, with their place and reason.")
    if asked.dry_run:
        print("\nThis was a dry run: nothing was changed.")
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
