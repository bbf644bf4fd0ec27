"""`manage.py dead`: a tenant's dead letters, listed, tried again or dropped. Never prints what was said."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dashboard.commands.adding import Commands, Parser, add, add_group, add_tenant

if TYPE_CHECKING:
    from clients.queue import DeadLetter

ALL = 1000  # as many as are kept of a tenant


def add_to(commands: Commands[Parser]) -> None:
    """list, retry, drop."""
    dead = add_group(commands, "dead", "Messages that a bug stopped (docs/fairness.md).")
    add_tenant(add(dead, "list", show, "Print a tenant's dead letters, oldest first."))
    for name, command, text in (
        ("retry", retry, "Run dead letters again as if they were new."),
        ("drop", drop, "Delete dead letters: what they were to do is never done."),
    ):
        made = add(dead, name, command, text)
        add_tenant(made)
        which = made.add_mutually_exclusive_group(required=True)
        which.add_argument("--message", metavar="ID", help="one of them")
        which.add_argument("--all", action="store_true", help="all of them")


def show(asked: argparse.Namespace) -> int:
    """One line each: when, where in the code, which error."""
    from dashboard.commands.asking import queue, table

    with queue() as front:
        letters = front.dead_letters(str(asked.tenant), limit=ALL)
    if not letters:
        print("There are none.")
        return 0
    rows = [("died at", "queue", "job", "error", "where", "message id", "deliveries")]
    for letter in letters:
        died_at = datetime.fromtimestamp(letter.died_at_ms / 1000, UTC)
        error = f"{letter.error}: {letter.message}" if letter.message else letter.error
        facts = (letter.queue, letter.job, error, letter.location, letter.message_id, str(letter.deliveries))
        rows.append((f"{died_at:%Y-%m-%d %H:%M:%S}", *facts))
    table(rows, words=6)
    return 0


def retry(asked: argparse.Namespace) -> int:
    """Returns 1 when the one named does not exist."""
    from dashboard.commands.asking import queue

    with queue() as front:
        return _each(asked, front.dead_letters, front.retry_dead, "will run again")


def drop(asked: argparse.Namespace) -> int:
    """Returns 1 when the one named does not exist."""
    from dashboard.commands.asking import queue
    from dashboard.dead_letters import give_up

    with queue() as front:

        def drop_one(tenant_id: str, message_id: str) -> bool:
            dropped = front.drop_dead(tenant_id, message_id)
            if dropped:
                give_up(tenant_id, message_id)
            return dropped

        return _each(asked, front.dead_letters, drop_one, "dropped")


def _each(
    asked: argparse.Namespace, letters: Callable[..., list[DeadLetter]], act: Callable[[str, str], bool], done: str
) -> int:
    tenant_id = str(asked.tenant)
    names = [letter.message_id for letter in letters(tenant_id, limit=ALL)] if asked.all else [asked.message]
    acted = sum(act(tenant_id, name) for name in names)
    if not asked.all and not acted:
        raise SystemExit("There is no dead letter by that id.")
    print(f"{acted} {done}.")
    return 0
