"""`manage.py knowledge`: a tenant's entries as a table, and its sources: add, list, show, cancel, refresh, delete."""

from __future__ import annotations

import argparse
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.commands import searching
from dashboard.commands.adding import Commands, Parser, add, add_group, add_tenant
from dashboard.commands.asking import sentences

if TYPE_CHECKING:
    from models.jobs import SourceJob

SHOWN_PAGES = 100


def add_to(commands: Commands[Parser]) -> None:
    """import, export, search, add, list, show, cancel, refresh, delete."""
    knowledge = add_group(commands, "knowledge", "What a tenant's bot may quote (docs/knowledge.md).")
    made = add(
        knowledge, "import", take, "Add or change entries from a CSV table with the columns question and answer."
    )
    made.add_argument("file", metavar="FILE", type=Path)
    made.add_argument("--dry-run", action="store_true", help="only say what would be done")
    add_tenant(made)
    made = add(knowledge, "export", give, "Write all entries as a CSV table, which import reads back.")
    made.add_argument("--to", metavar="FILE", type=Path, help="default: standard output")
    add_tenant(made)
    searching.add_to(knowledge)
    made = add(knowledge, "add", add_source, "Have a website or a file read.")
    made.add_argument("source", metavar="URL|FILE")
    made.add_argument("--max-pages", type=int, metavar="N", help="of a website (default: 500)")
    made.add_argument("--max-depth", type=int, metavar="N", help="links away from the start (default: 10)")
    made.add_argument(
        "--refresh-hours", type=int, metavar="N", help="read it again after so long; 0: never (default: 24)"
    )
    add_tenant(made)
    add_tenant(add(knowledge, "list", show_all, "List a tenant's sources, newest first."))
    for name, command, text in (
        ("show", show, "Show one source, its progress and what could not be read."),
        ("cancel", stop, "Stop its reading; what was read stays."),
        ("refresh", again, "Read a website again now."),
        ("delete", delete, "Delete a source; nothing of it is answered from any more."),
    ):
        made = add(knowledge, name, command, text)
        made.add_argument("id", metavar="ID", type=uuid.UUID)
        add_tenant(made)


def take(asked: argparse.Namespace) -> int:
    """Returns 1 when a line was refused."""
    from clients.channels.untrusted import clean
    from models.entry_table import LIMIT_BYTES, import_entries

    with sentences():
        if asked.file.stat().st_size > LIMIT_BYTES:
            raise SystemExit(f"{asked.file}: larger than {LIMIT_BYTES // 1024 // 1024} MiB.")
        with asked.file.open("rb") as file:
            told = import_entries(asked.tenant, file, clean=clean, dry_run=asked.dry_run)
    for error in told.errors:
        print(f"line {error.line}: {error.detail}")
    print(
        f"{told.read} read, {told.added} added, {told.changed} changed, {told.unchanged} unchanged, {told.refused} refused."
    )
    if told.dry_run:
        print("This was a dry run: nothing was changed.")
    return 1 if told.refused else 0


def give(asked: argparse.Namespace) -> int:
    from models.entry_table import exported

    with sentences():
        if asked.to is None:
            for part in exported(asked.tenant):
                sys.stdout.write(part)
            return 0
        with asked.to.open("w", encoding="utf-8", newline="") as file:
            file.writelines(exported(asked.tenant))
    return 0


def add_source(asked: argparse.Namespace) -> int:
    """A file if there is one by that name, else an address."""
    with sentences():
        path = Path(asked.source)
        source_id, job = _added_file(asked.tenant, path) if path.is_file() else _added_website(asked)
        _send(job)
    print(
        f"{source_id} is read now. `manage.py knowledge show {source_id} --tenant {asked.tenant}` shows how far it has come."
    )
    return 0


def _added_website(asked: argparse.Namespace) -> tuple[uuid.UUID, tuple[SourceJob, str]]:
    from clients.web.urls import normal
    from models.crawl import crawl_job
    from models.source import MOST_DEPTH, MOST_PAGES, MOST_REFRESH_HOURS
    from models.sources import add_website

    url = normal(asked.source if "://" in asked.source else f"https://{asked.source}")
    if url is None or ("://" not in asked.source and "." not in asked.source):
        raise SystemExit(f"{asked.source}: neither a file nor an address of the web.")
    wanted: dict[str, Any] = {}
    for name, least, most in (
        ("max_pages", 1, MOST_PAGES),
        ("max_depth", 0, MOST_DEPTH),
        ("refresh_hours", 0, MOST_REFRESH_HOURS),
    ):
        value = getattr(asked, name)
        if value is not None and not least <= value <= most:
            raise SystemExit(f"--{name.replace('_', '-')}: expected a number from {least} to {most}.")
        if value is not None:
            wanted[name] = value or None if name == "refresh_hours" else value
    source = add_website(asked.tenant, url, **wanted)
    return source.id, crawl_job(source)


def _added_file(tenant_id: uuid.UUID, path: Path) -> tuple[uuid.UUID, tuple[SourceJob, str]]:
    from models.upload import FILE_BYTES, LONGEST_NAME, begin_upload, end_upload, file_job, give_up_upload, keep_piece

    if not 0 < path.stat().st_size <= FILE_BYTES:
        raise SystemExit(f"{path}: it is empty, or larger than {FILE_BYTES // 1024 // 1024} MiB.")
    source_id = begin_upload(tenant_id, path.name[:LONGEST_NAME])
    try:
        for number, piece in enumerate(_pieces(path)):
            keep_piece(tenant_id, source_id, number, piece)
        return source_id, file_job(end_upload(tenant_id, source_id))
    except BaseException:
        give_up_upload(tenant_id, source_id)
        raise


def _pieces(path: Path) -> Iterator[bytes]:
    from models.upload import PIECE_BYTES

    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def show_all(asked: argparse.Namespace) -> int:
    from dashboard.commands.asking import table
    from models.database import tenant_session
    from models.page import Page
    from models.source import MOST_SOURCES
    from models.sources import newest_sources, progress

    with sentences(), tenant_session(asked.tenant) as session:
        sources = newest_sources(session, Page(MOST_SOURCES))
        counted = progress(session, [source.id for source in sources])
        rows = [
            (
                str(source.id),
                source.name[:60],
                source.state,
                str(counted[source.id]["indexed"]),
                str(counted[source.id]["chunks"]),
            )
            for source in sources
        ]
    if not rows:
        print("There are none.")
        return 0
    table([("source", "name", "state", "pages", "passages"), *rows], words=3)
    return 0


def show(asked: argparse.Namespace) -> int:
    from models.database import tenant_session
    from models.page import Page
    from models.sources import newest_documents, view

    with sentences():
        found = view(asked.tenant, asked.id)
        with tenant_session(asked.tenant) as session:
            documents = newest_documents(session, asked.id, Page(10_000))
            troubles = [(document.url, document.detail) for document in documents if document.detail]
    for name in ("name", "url", "state", "detail", "started_at", "finished_at", "next_at"):
        if found[name]:
            print(f"{name.removesuffix('_at') + ':':<10}{found[name]}")
    print(f"{'pages:':<10}" + ", ".join(f"{count} {state}" for state, count in found["progress"].items() if count))
    for url, detail in troubles[:SHOWN_PAGES]:
        print(f"  {url}\n    {detail}")
    if len(troubles) > SHOWN_PAGES:
        print(f"  and {len(troubles) - SHOWN_PAGES} more.")
    return 0


def stop(asked: argparse.Namespace) -> int:
    from models.sources import cancel

    with sentences():
        cancel(asked.tenant, asked.id)
    return show(asked)


def again(asked: argparse.Namespace) -> int:
    from models.sources import refresh

    with sentences():
        _send(refresh(asked.tenant, asked.id))
    print("It is read again now.")
    return 0


def delete(asked: argparse.Namespace) -> int:
    from models.sources import delete_source

    with sentences():
        delete_source(asked.tenant, asked.id)
    print("Deleted.")
    return 0


def _send(job: tuple[SourceJob, str]) -> None:
    from dashboard.commands.asking import queue

    with queue() as front:
        front.enqueue(job[0], message_id=job[1])
