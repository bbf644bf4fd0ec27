"""`manage.py tenant`: make tenants, and connect them to Papercups."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING

from dashboard.commands.adding import Commands, Parser, add, add_group, add_tenant

if TYPE_CHECKING:
    from models.tenant import PapercupsAccount


def add_to(commands: Commands[Parser]) -> None:
    """create, connect-papercups."""
    tenant = add_group(commands, "tenant", "Make tenants.")
    _add_create(tenant)
    _add_connect(tenant)


def _add_create(to: Commands[Parser]) -> None:
    made = add(to, "create", create, "Make a tenant and print its keys, once.")
    made.add_argument("--name", required=True, help="the business's name")
    made.add_argument(
        "--papercups-account-id", metavar="ID", help="its account on the Papercups server (PAPERCUPS_URL)"
    )
    made.add_argument("--papercups-api-key", metavar="KEY", help="API key of the bot user of that account")
    made.add_argument("--json", action="store_true", help="print one JSON object, for scripts")


def _add_connect(to: Commands[Parser]) -> None:
    text = "Connect a tenant to its Papercups account, new or existing; safe to run again after a fault."
    made = add(to, "connect-papercups", connect_papercups, text)
    add_tenant(made)
    made.add_argument("--papercups-url", required=True, metavar="URL", help="where Frontdesk reaches Papercups")
    made.add_argument(
        "--email",
        required=True,
        help="the account's administrator; the password comes from PAPERCUPS_PASSWORD or a prompt",
    )
    made.add_argument("--company", metavar="NAME", help="register a new account by this name unless the login works")
    made.add_argument("--public-url", metavar="URL", help="where Papercups reaches Frontdesk (default: PUBLIC_URL)")
    made.add_argument("--bot-email", metavar="EMAIL", help="the bot's user (default: the administrator's +frontdesk)")
    made.add_argument(
        "--papercups-public-url", metavar="URL", help="where browsers reach it (default: --papercups-url)"
    )
    made.add_argument("--chat-window-url", metavar="URL", help="the widget's iframe app, for the snippet")


def create(asked: argparse.Namespace) -> int:
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


def connect_papercups(asked: argparse.Namespace) -> int:
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
