"""The clock: periodic tasks. Any number of clocks may run: a tick is claimed by inserting (name, due_at).

A missed tick runs once, late. The age of each task's last end is a metric and part of readiness.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from clients.metrics import Publisher
from clients.queue import connect
from config import logs, metrics
from config.errors import StoreUnavailable
from config.settings import process_name, settings
from models.base import now
from models.connection import reachable_connections
from models.database import refuse_unsafe_role, system_session
from models.jobs import ReconcileConnection
from models.tick import claim_tick, finish_tick, last_finished
from workers.embed_overdue import embed_overdue
from workers.forget import forget_tenants
from workers.golden_overdue import golden_overdue
from workers.limits import republish_limits
from workers.presume import forget_kept_answers, presume_lost_calls
from workers.promises import watch_promises
from workers.reaccept import reaccept
from workers.refresh import refresh_sources
from workers.resources import send
from workers.sweep import sweep
from workers.watch import watch_acceptances, watch_dead_letters, watch_turns

LOOK_EVERY_S = 0.5
SPREAD_S = 40  # within the minute; a settled id is refused for 15 s, and the next round must not meet that
EMBED_S = 60.0  # how long a chunk whose job was lost is found by its words alone
ROUND_S = 600.0  # how long one round of reconciling may keep the next from being sent

log = structlog.get_logger()


@dataclass
class Stores:
    """What this clock saw of Postgres and Redis: a black-out must not make every turn overdue at once."""

    away: bool = False
    back_at: datetime | None = None

    def saw(self, *, away: bool) -> None:
        if self.away and not away:
            self.back_at = now()
        self.away = away


@dataclass(frozen=True)
class Task:
    """What runs, and how often (divided by TIME_SCALE)."""

    name: str
    every_s: float
    run: Callable[[Stores], None]

    def due_at(self, at: datetime) -> datetime:
        """The latest due time that has passed."""
        every = settings().scaled_s(self.every_s)
        return datetime.fromtimestamp(at.timestamp() // every * every, UTC)


def _sweep(stores: Stores) -> None:
    sweep(stores.back_at)


def _reconcile(_: Stores) -> None:
    """Rounds of one connection do not pile up behind a slow one, and a dead letter does not end them for good.

    Each connection has its own second of the minute: all at once they would be in every turn's way.
    """
    period = int(now().timestamp() // settings().scaled_s(ROUND_S))
    with system_session() as session:
        connections = reachable_connections(session)
    for tenant_id, connection_id in connections:
        send(
            ReconcileConnection(tenant_id=str(tenant_id), connection_id=str(connection_id)),
            message_id=f"reconcile:{connection_id}:{period}",
            delay_ms=int(settings().scaled_s(connection_id.int % SPREAD_S) * 1000),
        )


def _reaccept(_: Stores) -> None:
    reaccept()


def _embed(_: Stores) -> None:
    """Jobs of one tenant do not pile up either."""
    embed_overdue(int(now().timestamp() // settings().scaled_s(ROUND_S)))


def _golden(_: Stores) -> None:
    golden_overdue(int(now().timestamp() // settings().scaled_s(ROUND_S)))


def _forget(_: Stores) -> None:
    forget_tenants()


def _presume(_: Stores) -> None:
    presume_lost_calls()


def _forget_kept_answers(_: Stores) -> None:
    forget_kept_answers()


def _limits(_: Stores) -> None:
    republish_limits()


def _sources(_: Stores) -> None:
    refresh_sources()


def _watch(stores: Stores) -> None:
    watch_turns(stores.back_at)
    watch_dead_letters()


def _watch_acceptances(_: Stores) -> None:
    watch_acceptances()


def _watch_promises(_: Stores) -> None:
    watch_promises(now())


TASKS = (
    Task("sweep", 10, _sweep),
    Task("reaccept", 10, _reaccept),
    Task("reconcile", 60, _reconcile),
    Task("presume", 10, _presume),
    Task("promises", 30, _watch_promises),
    Task("limits", 60, _limits),
    Task("watch", 60, _watch),
    Task("embed", EMBED_S, _embed),
    Task("golden", 300, _golden),
    Task("sources", 60, _sources),
    Task("forget", 60, _forget),
    Task("acceptances", 300, _watch_acceptances),
    Task("kept_answers", 3600, _forget_kept_answers),
)


def run() -> None:
    """Tick until SIGTERM."""
    logs.configure("clock")
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    publisher = Publisher(connect(settings().redis_url, ca=settings().redis_ca, max_connections=1), process_name())
    publisher.start()
    stores = Stores()
    _until_stores_are_there(stopped)
    log.info("clock.started")
    while not stopped.wait(LOOK_EVERY_S):
        for task in TASKS:
            _tick(task, stores)
    publisher.stop()
    log.info("clock.stopped")


def _until_stores_are_there(stopped: threading.Event) -> None:
    while not stopped.is_set():
        try:
            refuse_unsafe_role()
        except StoreUnavailable:
            log.warning("clock.waiting_for_postgres")
            stopped.wait(1.0)
        else:
            return


def _tick(task: Task, stores: Stores) -> None:
    due_at = task.due_at(now())
    try:
        with system_session() as session:
            if not claim_tick(session, task.name, due_at):
                return
        task.run(stores)
        with system_session() as session:
            finish_tick(session, task.name, due_at, now())
            finished = last_finished(session)
    except StoreUnavailable:
        stores.saw(away=True)
        metrics.ticks.labels(task.name, "store_away").inc()
        time.sleep(LOOK_EVERY_S)
        return
    except Exception:
        metrics.ticks.labels(task.name, "failed").inc()
        log.exception("tick.failed", task=task.name)
        return
    stores.saw(away=False)
    metrics.ticks.labels(task.name, "finished").inc()
    for name, at in finished.items():
        metrics.tick_age_seconds.labels(name).set((now() - at).total_seconds())
