"""`manage.py golden`: questions that must stay rightly answered: list, import, delete, run, report, activate.

A run is made by the workers, as it is for the API; `run` waits for it.
"""

from __future__ import annotations

import argparse
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.commands.adding import Commands, Parser, add, add_group, add_tenant
from dashboard.commands.asking import sentences

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from models.golden import GoldenRun

WAIT_S, LOOK_EVERY_S = 600.0, 0.5
UNKNOWN = "(that it is not known)"


def add_to(commands: Commands[Parser]) -> None:
    """list, import, delete, run, runs, report, activate."""
    group = add_group(commands, "golden", "Questions that must stay rightly answered (docs/answers.md).")
    add_tenant(add(group, "list", show, "List the questions with the facts their answers must hold."))
    made = add(group, "import", take, "Add or change questions from a JSON or CSV file.")
    made.add_argument("file", metavar="FILE", type=Path, help="question and expected of each, UTF-8")
    add_tenant(made)
    made = add(group, "delete", delete, "Delete a question.")
    made.add_argument("id", metavar="ID", type=uuid.UUID)
    add_tenant(made)
    add_tenant(
        add(group, "run", run, "Ask them all now and wait for the report; status 1 when one is answered wrongly.")
    )
    add_tenant(add(group, "runs", show_runs, "List the runs, newest first."))
    for name, command, text in (
        ("report", report, "Print a run with its answers (the newest by default)."),
        ("activate", activate, "Let the configuration that is held back go live all the same."),
    ):
        made = add(group, name, command, text)
        made.add_argument("--run", metavar="ID", type=uuid.UUID)
        add_tenant(made)


def show(asked: argparse.Namespace) -> int:
    from dashboard.commands.asking import table
    from models.database import tenant_session
    from models.golden import golden_questions

    with sentences(), tenant_session(asked.tenant) as session:
        rows = [
            (str(each.id), each.question[:60], " | ".join(each.expected or [UNKNOWN])[:80])
            for each in golden_questions(session)
        ]
    if not rows:
        print("There are none.")
        return 0
    table([("id", "question", "expected"), *rows], words=3)
    return 0


def take(asked: argparse.Namespace) -> int:
    """All of them or none."""
    from models.database import tenant_session
    from models.golden_file import LIMIT_BYTES, keep_questions, read_questions

    with sentences():
        if asked.file.stat().st_size > LIMIT_BYTES:
            raise SystemExit(f"{asked.file}: larger than {LIMIT_BYTES // 1024 // 1024} MiB.")
        wanted = read_questions(asked.file.read_bytes())
        with tenant_session(asked.tenant) as session:
            kept = keep_questions(session, asked.tenant, wanted)
    print(f"{len(wanted)} read, {kept.added} added, {kept.changed} changed, {kept.unchanged} unchanged.")
    return 0


def delete(asked: argparse.Namespace) -> int:
    from models.database import required, tenant_session
    from models.golden import GoldenQuestion

    with sentences(), tenant_session(asked.tenant) as session:
        found = required(session, GoldenQuestion, (asked.tenant, asked.id), locked=True)
        session.delete(found)
    print("Deleted.")
    return 0


def run(asked: argparse.Namespace) -> int:
    from dashboard.commands.asking import queue
    from models.database import tenant_session
    from models.golden import Cause, begin_run, has_golden_questions
    from models.jobs import RunGolden

    with sentences():
        with tenant_session(asked.tenant) as session:
            if not has_golden_questions(session):
                raise SystemExit("There are no golden questions to ask. `manage.py golden import` adds some.")
            name = begin_run(session, asked.tenant, Cause.ASKED)
        with queue() as front:
            front.enqueue(RunGolden(tenant_id=str(asked.tenant), run_id=str(name)), message_id=uuid.uuid4().hex)
        return _wait(asked.tenant, name)


def _wait(tenant_id: uuid.UUID, name: uuid.UUID) -> int:
    from models.database import tenant_session
    from models.golden import RunState

    until, told = time.monotonic() + WAIT_S, ""
    while time.monotonic() < until:
        with tenant_session(tenant_id) as session:
            found = _run(session, tenant_id, name)
        if found.state != RunState.RUNNING:
            _print(found)
            return 0 if found.state == RunState.DONE and found.right_now == found.asked else 1
        if (progress := f"{found.asked} asked, {found.right_now} right …") != told:
            print(told := progress, flush=True)
        time.sleep(LOOK_EVERY_S)
    print(f"The run has not ended after {WAIT_S:.0f} s: does a worker run? `manage.py golden report` shows it later.")
    return 1


def show_runs(asked: argparse.Namespace) -> int:
    from dashboard.commands.asking import table
    from models.database import tenant_session
    from models.golden import newest_runs
    from models.page import MAX_LIMIT, Page

    with sentences(), tenant_session(asked.tenant) as session:
        found, _ = Page(MAX_LIMIT).cut(newest_runs(session, Page(MAX_LIMIT)))
    if not found:
        print("There are none.")
        return 0
    rows = [("run", "begun", "cause", "state", "asked", "right", "before")]
    for each in found:
        before = "-" if each.right_before is None else str(each.right_before)
        counts = (str(each.asked), str(each.right_now), before)
        rows.append((str(each.id), f"{each.created_at:%Y-%m-%d %H:%M}", each.cause, each.state, *counts))
    table(rows, words=4)
    return 0


def report(asked: argparse.Namespace) -> int:
    from models.database import tenant_session

    with sentences(), tenant_session(asked.tenant) as session:
        _print(_run(session, asked.tenant, asked.run))
    return 0


def activate(asked: argparse.Namespace) -> int:
    """The trial that stands, when no run is named."""
    from models.database import tenant_session
    from models.golden import let_live, lock_run, standing_trial

    with sentences(), tenant_session(asked.tenant) as session:
        name = asked.run
        if name is None:
            standing = standing_trial(session)
            name = standing.id if standing is not None else None
        found = lock_run(session, asked.tenant, name) if name is not None else None
        if found is None:
            raise SystemExit("There is no such run." if asked.run else "No configuration is held back.")
        let_live(session, found)
        print(f"The configuration is live: {', '.join(sorted(found.candidate or {}))}.")
    return 0


def _run(session: Session, tenant_id: uuid.UUID, name: uuid.UUID | None) -> GoldenRun:
    """Raises SystemExit when there is none."""
    from models.golden import GoldenRun, newest_runs
    from models.page import Page

    found = session.get(GoldenRun, (tenant_id, name)) if name else next(iter(newest_runs(session, Page(1))), None)
    if found is None:
        raise SystemExit("There is no such run.")
    return found


def _print(found: GoldenRun) -> None:
    before = "" if found.right_before is None else f", {found.right_before} before"
    print(f"Run {found.id} ({found.cause}): {found.state}, {found.right_now} of {found.asked} right{before}.")
    if found.candidate:
        print(f"  tried: {', '.join(sorted(found.candidate))}")
    for each in found.results:
        if not each["right"]:
            print(f"  {each['question']}\n    answered: {each['reply'] or '(nothing)'}")
            print(f"    missing:  {' | '.join(each['missing'])}")
