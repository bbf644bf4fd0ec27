"""kill -9 where it hurts: while a process holds work of a given stage, on a given side of a given call.

Calls to the outside are stopped by the doubles, transactions by a table lock, the way to the queue by CLIENT PAUSE; then
whoever stands there is killed, and what was in flight at it is read from the queue.
"""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psutil
import psycopg
import redis

from bench.chaos import held
from bench.chaos.deployment import Deployment
from bench.chaos.dynos import Dyno, port_owner
from bench.chaos.ledger import Kill, Ledger
from bench.chaos.load import Load
from bench.chaos.plan import Action
from bench.chaos.timers import Timers

PATIENCE_S = 4.0  # how long a hold waits for somebody to come
HOLD_LOOK_S = 0.1
PAUSED_MS = 3_000
SETTLING_S = 0.15  # from the pause of the queue until a stage has come to its next word with it

LOCKS = {  # which table stops a stage in the middle of its transaction
    "receive": "LOCK TABLE message IN SHARE ROW EXCLUSIVE MODE",
    "detect_intent": "LOCK TABLE turn IN SHARE ROW EXCLUSIVE MODE",
    "answer": "LOCK TABLE turn IN SHARE ROW EXCLUSIVE MODE",
    "deliver": "LOCK TABLE turn IN SHARE ROW EXCLUSIVE MODE",
    "capture_lead": "LOCK TABLE lead IN SHARE ROW EXCLUSIVE MODE",
    "sweep": "LOCK TABLE turn IN ACCESS EXCLUSIVE MODE",
}
REQUESTS = {  # which request of the channel's API
    "look": ("GET", "/api/v1/conversations/"),
    "post": ("POST", "/api/v1/messages"),
    "update": ("PUT", "/api/v1/conversations/"),
    "read": ("GET", "/api/v1/conversations$"),
}
GOING_ON = {"answer", "deliver"}  # stages of which the outside world sees when somebody else goes on
WAITING = """
SELECT client_port FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND datname = 'frontdesk' AND client_port IS NOT NULL"""
TICKING = "SELECT name FROM tick WHERE finished_at IS NULL AND due_at > now() - interval '10 seconds'"


class Killer:
    """Carries out the plan's kills; while it waits for its prey, what is due is done."""

    def __init__(
        self, deployment: Deployment, ledger: Ledger, load: Load, chance: random.Random, timers: Timers
    ) -> None:
        self._deployment, self._ledger, self._load, self._chance = deployment, ledger, load, chance
        self._timers = timers
        self._number = 0

    @property
    def strikes(self) -> int:
        """How many kills were tried."""
        return self._number

    def strike(self, action: Action) -> None:
        """One kill of the plan; when nobody comes where it waits, somebody dies anyway, at random."""
        stage, side, whole = action.args["stage"], action.args["side"], action.args["whole"]
        self._number += 1
        try:
            struck = self._strike(stage, side, whole, action.args["go_s"])
        except (psycopg.Error, redis.RedisError, psutil.Error) as error:
            self._ledger.missed.append(f"{stage}, {side}: {type(error).__name__}")
            struck = False
        if not struck:
            self._ledger.missed.append(f"{stage}, {side}")
            self._whoever_holds(whole)

    def _strike(self, stage: str, side: str, whole: bool, go_s: float) -> bool:
        what, _, where = side.partition(" ")
        if stage == "any":
            return self._at_random(side, whole)
        if what == "transaction":
            return self._in_transaction(stage, whole)
        if stage == "clock":
            return self._clock_before_queue(whole)
        if what == "queue":
            return self._before_queue(stage, whole)
        if stage == "web":
            return self._web(side)
        if what in REQUESTS:
            return self._at_channel(stage, what, where, whole, go_s)
        return self._at_model_or_mail(stage, what, where, whole)

    # Calls to the outside

    def _at_channel(self, stage: str, what: str, where: str, whole: bool, go_s: float) -> bool:
        name, double = f"kill-{self._number}", self._deployment.double
        method, path = REQUESTS[what]
        double.fault("hold_after" if where == "after" else "hold_before", method=method, path=path, name=name)
        request = self._somebody(lambda: double.held(name, HOLD_LOOK_S))
        dyno = self._deployment.named(request["via"]) if request else None
        if dyno is None:
            double.let_go(name)
            return False
        self._kill(dyno, stage, "after" if where == "after" else "before", f"{stage}: {what} {where}", whole=whole)
        if where == "dropped":
            double.let_go(name, drop=True)
        else:  # what was on its way arrives, perhaps when somebody else is at it
            self._timers.after(go_s if where in {"later", "before"} else 0.0, lambda: double.let_go(name))
        return True

    def _at_model_or_mail(self, stage: str, what: str, where: str, whole: bool) -> bool:
        name, outside = f"kill-{self._number}", self._deployment.outside
        kind = "mail" if what == "mail" else "intent" if stage == "detect_intent" else "answer"
        outside.post("/_order", json={"name": name, "kind": kind, "where": where})
        query = {"name": name, "timeout_s": str(HOLD_LOOK_S)}
        found = self._somebody(lambda: outside.get("/_held", params=query).json())
        dyno = self._whose(found) if found else None
        if dyno is not None:
            self._kill(dyno, stage, where, f"{stage}: {what} {where}", whole=whole)
        outside.post("/_let_go", json={"name": name})
        return dyno is not None

    def _somebody(self, look: Callable[[], dict[str, Any] | None]) -> dict[str, Any] | None:
        """Who stands where a hold was ordered, or None."""
        found: list[dict[str, Any]] = []

        def came() -> bool:
            found.extend(each for each in [look()] if each)
            return bool(found)

        self._timers.wait(PATIENCE_S, came)
        return found[0] if found else None

    def _whose(self, request: dict[str, Any]) -> Dyno | None:
        if request.get("via"):
            return self._deployment.named(request["via"])
        owner = port_owner(self._deployment.alive(), request["peer_port"])
        return owner[0] if owner else None

    # Inside

    def _in_transaction(self, stage: str, whole: bool) -> bool:
        with self._deployment.superuser() as connection:
            connection.execute("SET lock_timeout = '3s'")
            connection.execute(LOCKS[stage])

            def struck() -> bool:
                ports = [row[0] for row in self._deployment.ask(WAITING)]
                dyno = self._who_waits(ports, stage)
                if dyno is not None:
                    waiting = len(set(ports) & _local_ports(dyno))
                    self._kill(dyno, stage, "inside", f"{stage}: transaction", whole=whole, at_least=waiting)
                return dyno is not None

            return self._timers.wait(PATIENCE_S, struck)

    def _who_waits(self, ports: list[int], stage: str) -> Dyno | None:
        lines = {"answer": ("answers",), "sweep": ("clock",)}.get(stage, ("worker",))
        for dyno in self._deployment.alive(*lines):
            if set(ports) & _local_ports(dyno):
                return dyno
        return None

    def _before_queue(self, stage: str, whole: bool) -> bool:
        """Its next word with the queue is not heard: the commit before it may have happened."""

        def struck() -> bool:
            with self._paused_queue() as client:
                for dyno in self._deployment.alive("worker", "answers"):
                    jobs = held.in_flight(client, dyno.name, _pids(dyno))
                    if any(job.stage == stage for job in jobs):
                        time.sleep(SETTLING_S)
                        self._kill(dyno, stage, "inside", f"{stage}: queue", whole=whole)
                        return True
            time.sleep(0.05)
            return False

        return self._timers.wait(PATIENCE_S, struck)

    def _clock_before_queue(self, whole: bool) -> bool:
        with self._paused_queue():
            if not self._timers.wait(PAUSED_MS / 1000, lambda: bool(self._deployment.ask(TICKING))):
                return False
            time.sleep(SETTLING_S)
            ticks = len(self._deployment.ask(TICKING))
            dyno = self._chance.choice(self._deployment.alive("clock"))
            self._kill(dyno, "clock", "inside", "clock: queue", whole=whole, at_least=ticks)
        return True

    def _web(self, side: str) -> bool:
        """While it accepts, or while its callers wait for their turns."""
        dyno = self._deployment.alive("web")[-1]
        if side == "waiting":
            self._timers.wait(PATIENCE_S, lambda: self._load.waiting > 0)
            self._kill(dyno, "web", "after", "web: waiting", whole=True, at_least=self._load.waiting)
            return True
        with self._paused_queue():
            router = self._deployment.router
            self._timers.wait(PAUSED_MS / 1000, lambda: router.open > self._load.waiting)
            time.sleep(0.05)
            self._kill(dyno, "web", "before", "web: accepting", whole=True, at_least=self._deployment.router.open)
        return True

    @contextmanager
    def _paused_queue(self) -> Iterator[redis.Redis]:
        """Redis answers questions, and keeps whoever wants to change something waiting."""
        with self._deployment.redis.client() as client:
            client.client_pause(PAUSED_MS, all=False)
            try:
                yield client
            finally:
                with suppress(redis.RedisError):
                    client.client_unpause()

    def _whoever_holds(self, whole: bool) -> None:
        """Somebody who works, if anybody does."""
        holding: list[Dyno] = []

        def found() -> bool:
            with suppress(redis.RedisError), self._deployment.redis.client() as client:
                dynos = self._deployment.alive("worker", "answers")
                holding.extend(each for each in dynos if held.in_flight(client, each.name, _pids(each)))
            return bool(holding)

        self._timers.wait(1.0, found)
        dyno = self._chance.choice(holding or self._deployment.alive("worker", "answers"))
        self._kill(dyno, "", "inside", f"any {dyno.line}", whole=whole)

    def _at_random(self, line: str, whole: bool) -> bool:
        dyno = self._chance.choice(self._deployment.alive(line))
        at_least = self._load.waiting if line == "web" else 0
        self._kill(dyno, "", "inside", f"any {line}", whole=whole, at_least=at_least)
        return True

    def _kill(self, dyno: Dyno, stage: str, side: str, aimed: str, *, whole: bool, at_least: int = 0) -> None:
        pids = _pids(dyno)
        if not pids:
            self._ledger.missed.append(f"{aimed}: {dyno.name} is just being started")
            return
        dyno.signal_group(signal.SIGSTOP)  # it holds now what it will hold in death; later others have it
        jobs = []
        with suppress(redis.RedisError), self._deployment.redis.client() as client:
            jobs = held.in_flight(client, dyno.name, pids)
        # The one that works is the last of its family: Dramatiq's first process only looks after it.
        dyno.kill(None if whole else pids[-1])
        at_s = time.monotonic()
        dyno.signal_group(signal.SIGCONT)  # whoever is left of it
        stages = [job.stage for job in jobs]
        if stages and stage not in stages and stage not in {"sweep", "clock", "web"}:
            stage = stages[0]
        count = max(len(jobs), at_least)
        turns = tuple(job.turn_id for job in jobs if job.turn_id and job.stage in GOING_ON)
        stage = (stage or dyno.line) if count else ""
        self._ledger.kills.append(Kill(at_s, dyno.name, aimed, stage, side, count, dyno.line, turns))
        self._ledger.note(f"killed {dyno.name} ({aimed}), holding {count}: {' '.join(stages)}")


def _pids(dyno: Dyno) -> list[int]:
    return [each.pid for each in dyno.family()]


def _local_ports(dyno: Dyno) -> set[int]:
    ports: set[int] = set()
    for process in dyno.family():
        with suppress(psutil.Error):
            ports |= {each.laddr.port for each in process.net_connections("tcp") if each.laddr}
    return ports
