"""`manage.py import legacy`: take over a predecessor's data, told row by row where something is wrong."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from dashboard.commands.adding import Commands, Parser, add, add_group, add_tenant

LEGACY_FORMS = """\
The tables are conversations(id, tenant_id, session_id, created_at), messages(id, tenant_id, conversation_id, role,
content, timestamp), leads(id, tenant_id, intent, contact_info, created_at) and knowledge_bases(id, tenant_id, content,
updated_at), as CSV with a first line of column names or as JSON lines. A file belongs to the table that its name says
(conversations.csv, messages.jsonl, ...); in any other file each row names its table in a field `table`. Bad rows are
told by line, kept aside, and the rest goes on. What was taken over is history: nothing in it is ever answered.
"""
SHOWN_REJECTS = 20


def add_to(commands: Commands[Parser]) -> None:
    """import legacy."""
    taking = add_group(commands, "import", "Take over another system's data.")
    text = "Take over conversations, messages, leads and knowledge of a predecessor; running it again adds nothing."
    made = add(taking, "legacy", import_legacy, text)
    made.formatter_class = argparse.RawDescriptionHelpFormatter
    made.epilog = LEGACY_FORMS
    made.add_argument("source", metavar="FILE", help="a file, a folder of files, or a postgres:// URL")
    add_tenant(made, "whose they become")
    made.add_argument("--old-tenant", metavar="ID", help="take only this tenant's rows (default: the first row's)")
    made.add_argument("--dry-run", action="store_true", help="count what would be done, and undo it")
    made.add_argument(
        "--rejects",
        metavar="FILE",
        type=Path,
        default=Path("rejects.jsonl"),
        help="where bad rows are kept aside, as JSON lines (default: rejects.jsonl)",
    )


def import_legacy(asked: argparse.Namespace) -> int:
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
