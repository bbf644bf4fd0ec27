"""The stages of a turn, run by hand in one thread on real stores: processor time and round trips of each.

Nothing of the product is touched for it. What threads and queue cost besides is in the deployment's processor time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from redis.connection import AbstractConnection

from bench.deployment import SECRET_KEY
from bench.report import Figure, alone
from config.embedded import postgres, valkey

SUPERUSER_URL = "BENCH_SUPERUSER_URL"  # for filling other tenants' tables
TURNS = 300
WARM_UP = 50
QUESTION, WORD = "What is the secret word?", "code0001x"
NAMES = {
    "message.receive": "receive",
    "turn.detect_intent": "detect intent",
    "turn.answer": "answer",
    "turn.deliver": "deliver",
}


@dataclass
class Counted:
    """Sums over all turns, by job."""

    cpu_s: Counter[str] = field(default_factory=Counter)
    postgres: Counter[str] = field(default_factory=Counter)
    redis: Counter[str] = field(default_factory=Counter)
    running: str = ""

    def clear(self) -> None:
        for sums in (self.cpu_s, self.postgres, self.redis):
            sums.clear()


def stages() -> list[Figure]:
    """One turn at a time: its message enters the queue as a job, then each stage runs as the queue gives it."""
    with stores(), _double() as double, _counted() as counted:
        from models.database import tenant_session
        from models.knowledge import KnowledgeEntry
        from tests.workers.line import Line, Visitor, papercups_tenant, papercups_visitor

        tenant, account = papercups_tenant(double)
        with tenant_session(tenant.tenant_id) as session:
            session.add(KnowledgeEntry(tenant_id=tenant.tenant_id, question=QUESTION, answer=f"The word is {WORD}."))
        line, connection = Line(), papercups_visitor(tenant, "").connection_id
        for number in range(WARM_UP + TURNS):
            if number == WARM_UP:
                counted.clear()
            said = double.say(account_id=account["account_id"], body=QUESTION)
            Visitor(tenant, said["conversation_id"], connection).say(
                QUESTION, api=False, external_id=said["message"]["id"]
            )
            while (entry := line.fetch()) is not None:
                counted.running = json.loads(entry.payload)["actor_name"]
                began = time.thread_time()
                line.run(entry)
                counted.cpu_s[counted.running] += time.thread_time() - began
                counted.running = ""
    return _figures(counted)


def _figures(counted: Counted) -> list[Figure]:
    def of_turn(sums: Counter[str], name: str) -> float:
        return sums[name] / TURNS

    figures = []
    for what, sums, unit, scale in (
        ("processor time of the stages", counted.cpu_s, "ms", 1000),
        ("round trips to Postgres", counted.postgres, "", 1),
        ("round trips to Redis", counted.redis, "", 1),
    ):
        figures.append(alone(what, [scale * sum(of_turn(sums, name) for name in NAMES)], unit))
        figures += [alone(f"  {title}", [scale * of_turn(sums, name)], unit) for name, title in NAMES.items()]
    return figures


@contextmanager
def stores(**more: str) -> Iterator[None]:
    """Postgres and Valkey, migrated; this process's settings point at them, and those of its children."""
    from config import logs
    from config.settings import settings
    from migrations.run import upgrade
    from models.database import engine

    before = dict(os.environ)
    with (
        tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder,
        postgres(Path(folder)) as database,
        valkey(Path(folder)) as store,
    ):
        os.environ |= {
            "DATABASE_URL": database.app_url,
            "DATABASE_OWNER_URL": database.owner_url,
            "REDIS_URL": store.url,
            SUPERUSER_URL: database.superuser_url,
            "ENVIRONMENT": "test",
            "SECRET_KEY": SECRET_KEY,
            "LOG_LEVEL": "WARNING",
            **more,
        }
        settings.cache_clear()
        engine.cache_clear()
        logs.configure("bench")
        upgrade()
        try:
            yield
        finally:
            engine().dispose()
            os.environ.clear()
            os.environ |= before


@contextmanager
def _double() -> Iterator[Any]:
    """The channel in a process of its own: its processor time is not the stages'."""
    from tests.doubles.papercups.handle import PapercupsDouble

    command = [sys.executable, "-m", "tests.doubles.papercups", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        handle = PapercupsDouble(process.stdout.readline().split()[-1])
        try:
            yield handle
        finally:
            handle.close()
            process.terminate()


@contextmanager
def _counted() -> Iterator[Counted]:
    """Counts what is sent to the stores while a stage runs: here and for the measurement only."""
    counted = Counted()
    execute, commit, send = psycopg.Cursor.execute, psycopg.Connection.commit, AbstractConnection.send_packed_command

    def counting_execute(self: Any, *given: Any, **more: Any) -> Any:
        counted.postgres[counted.running] += 1
        return execute(self, *given, **more)

    def counting_commit(self: Any) -> None:
        if self.pgconn.transaction_status != TransactionStatus.IDLE:
            counted.postgres[counted.running] += 1
        commit(self)

    def counting_send(self: Any, *given: Any, **more: Any) -> Any:
        counted.redis[counted.running] += 1
        return send(self, *given, **more)

    vars_ = (
        (psycopg.Cursor, "execute", counting_execute, execute),
        (psycopg.Connection, "commit", counting_commit, commit),
        (AbstractConnection, "send_packed_command", counting_send, send),
    )
    for owner, name, counting, _ in vars_:
        setattr(owner, name, counting)
    try:
        yield counted
    finally:
        for owner, name, _, plain in vars_:
            setattr(owner, name, plain)
