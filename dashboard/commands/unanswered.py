"""`manage.py unanswered`: what visitors asked a tenant's bot in vain: list, export, answer, dismiss, open again."""

from __future__ import annotations

import argparse
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.commands.adding import Commands, Parser, add, add_group, add_tenant
from dashboard.commands.asking import sentences

if TYPE_CHECKING:
    from models.unanswered import UnansweredQuestion

STATES = ("open", "answered", "dismissed")  # UnansweredState, which `--help` need not import; a test compares them
NONE = "There is no unanswered question by that id."


def add_to(commands: Commands[Parser]) -> None:
    """list, export, answer, dismiss, open."""
    group = add_group(commands, "unanswered", "What visitors asked in vain (docs/answers.md).")
    made = add(group, "list", show, "List the questions, asked last first.")
    _add_state(made)
    made = add(group, "export", give, "Write them as a CSV table to fill in, which `knowledge import` reads.")
    made.add_argument("--to", metavar="FILE", type=Path, help="default: standard output")
    _add_state(made)
    made = add(group, "answer", answer, "Make an entry that answers a question from now on.")
    made.add_argument("id", metavar="ID", type=uuid.UUID)
    made.add_argument("text", metavar="ANSWER")
    made.add_argument("--question", metavar="TEXT", help="in better words than the visitor's")
    add_tenant(made)
    for name, state, text in (
        ("dismiss", "dismissed", "Not the business's matter: they stay out of the list, however often they are asked."),
        ("open", "open", "List them again."),
    ):
        made = add(group, name, move, text)
        made.add_argument("ids", metavar="ID", type=uuid.UUID, nargs="+")
        made.set_defaults(state=state)
        add_tenant(made)


def _add_state(parser: Parser) -> None:
    parser.add_argument("--state", choices=STATES, default="open", help="default: open")
    add_tenant(parser)


def show(asked: argparse.Namespace) -> int:
    from dashboard.commands.asking import table

    with sentences():
        rows = [
            (str(each.id), f"{each.last_at:%Y-%m-%d %H:%M}", each.text[:90], str(each.times)) for each in _all(asked)
        ]
    if not rows:
        print("There are none.")
        return 0
    table([("id", "asked last", "question", "times"), *rows], words=3)
    return 0


def give(asked: argparse.Namespace) -> int:
    from models.entry_table import csv_lines

    with sentences():
        rows = [(each.text, "", str(each.times), f"{each.last_at:%Y-%m-%d}", str(each.id)) for each in _all(asked)]
        written = csv_lines([("question", "answer", "times", "asked_last", "id"), *rows])
        if asked.to is None:
            sys.stdout.write(written)
        else:
            asked.to.write_text(written, encoding="utf-8", newline="")
    return 0


def answer(asked: argparse.Namespace) -> int:
    from clients.channels.untrusted import clean
    from models.database import tenant_session
    from models.entry_table import refuse_wrong_entry
    from models.unanswered import lock_unanswered, make_entry

    text, question = clean(asked.text).strip(), clean(asked.question).strip() if asked.question else None
    with sentences(), tenant_session(asked.tenant) as session:
        found = lock_unanswered(session, asked.tenant, asked.id)
        if found is None:
            raise SystemExit(NONE)
        refuse_wrong_entry(question or found.text, text)
        made = make_entry(session, found, text, question)
        print(f"Entry {made.id} answers {made.question!r} from now on.")
    return 0


def move(asked: argparse.Namespace) -> int:
    """All of them or none."""
    from models.database import tenant_session
    from models.unanswered import UnansweredState, lock_unanswered

    with sentences(), tenant_session(asked.tenant) as session:
        for name in asked.ids:
            found = lock_unanswered(session, asked.tenant, name)
            if found is None:
                raise SystemExit(NONE if len(asked.ids) == 1 else f"{NONE} ({name}); nothing was changed.")
            found.state = UnansweredState(asked.state)
    print(f"{len(asked.ids)} {asked.state}.")
    return 0


def _all(asked: argparse.Namespace) -> Iterator[UnansweredQuestion]:
    """A page at a time."""
    from models.database import tenant_session
    from models.page import MAX_LIMIT, Page
    from models.unanswered import UnansweredState, newest_unanswered

    page: Page | None = Page(MAX_LIMIT)
    while page is not None:
        with tenant_session(asked.tenant) as session:
            rows, more = page.cut(newest_unanswered(session, page, UnansweredState(asked.state)))
        yield from rows
        page = Page(MAX_LIMIT, (rows[-1].last_at, rows[-1].id)) if more else None
