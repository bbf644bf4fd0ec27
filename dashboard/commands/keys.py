"""`manage.py key`: a tenant's secret keys, each with the scopes it needs: create, list, revoke."""

from __future__ import annotations

import argparse
import uuid

from dashboard.commands.adding import Commands, Parser, add, add_group, add_tenant
from dashboard.commands.asking import sentences


def add_to(commands: Commands[Parser]) -> None:
    """create, list, revoke."""
    key = add_group(commands, "key", "A tenant's secret keys and what each may do.")
    made = add(key, "create", create, "Make a key and print it, once.")
    text = "what it may do, such as knowledge:read; repeat it for more"
    made.add_argument("--scope", action="append", required=True, dest="scopes", metavar="SCOPE", help=text)
    add_tenant(made)
    add_tenant(add(key, "list", show, "List the keys that count, by id and scopes."))
    made = add(key, "revoke", revoke, "End a key; it is refused within a second.")
    made.add_argument("id", metavar="ID", type=uuid.UUID)
    add_tenant(made)


def create(asked: argparse.Namespace) -> int:
    from config.secrets import new_api_key
    from models.credential import ApiKey, Scope
    from models.database import tenant_session

    if unknown := sorted(set(asked.scopes) - set(Scope)):
        raise SystemExit(f"There is no scope {unknown[0]}. There are {', '.join(Scope)}.")
    key = new_api_key()
    with sentences(), tenant_session(asked.tenant) as session:
        made = ApiKey.issued(asked.tenant, key, [scope for scope in Scope if scope in asked.scopes])
        session.add(made)
        session.flush()
        print(
            f"{'id':<7}{made.id}\n{'scopes':<7}{' '.join(made.scopes)}\n{'key':<7}{key}\n\nThe key is not shown again."
        )
    return 0


def show(asked: argparse.Namespace) -> int:
    from dashboard.commands.asking import table
    from models.credential import standing_keys
    from models.database import tenant_session

    with sentences(), tenant_session(asked.tenant) as session:
        rows = [
            (str(each.id), f"{each.created_at:%Y-%m-%d %H:%M}", " ".join(each.scopes))
            for each in standing_keys(session)
        ]
    if not rows:
        print("There are none.")
        return 0
    table([("id", "made", "scopes"), *rows], words=3)
    return 0


def revoke(asked: argparse.Namespace) -> int:
    from config.errors import NotFound
    from dashboard.commands.asking import queue
    from models.base import now
    from models.credential import ApiKey
    from models.database import tenant_session

    with sentences():
        with tenant_session(asked.tenant) as session:
            found = session.get(ApiKey, (asked.tenant, asked.id), with_for_update=True)
            if found is None or found.revoked_at is not None:
                raise NotFound
            found.revoked_at = now()
        with queue() as front:
            front.publish_invalidation(str(asked.tenant))
    print("Revoked.")
    return 0
