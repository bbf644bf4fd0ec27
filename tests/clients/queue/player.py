"""Plays steps: three processes that fetch, settle, report, die; what each holds; and the time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any
from unittest.mock import ANY

import redis

from clients.queue import Acceptance, Back, Dead, Done, Entry, Later, Limits, Verdict
from clients.queue.scripts import Scripts
from tests.clients.queue.cast import Clock, Task
from tests.clients.queue.history import History, Sent
from tests.clients.queue.model import Model
from tests.clients.queue.model_parts import Message
from tests.clients.queue.recorder import Recorder
from tests.clients.queue.steps import (
    BULK,
    INTERACTIVE,
    PROCESSES,
    Advance,
    Fetch,
    FlushScripts,
    Goodbye,
    Pass,
    Put,
    PutAgain,
    Repeat,
    Report,
    Revive,
    SetLimits,
    Settle,
    Step,
)

REPORT_S = 2  # seldom, but often enough that who reports counts as alive
LAST = "last"  # the process that drains the queue
PAYLOAD = b'{"actor_name":"task.run","options":{}}'
RETRIED = b'{"actor_name":"task.run","options":{},"again":true}'


class Player:
    """One example, on an empty store; beside a model if there is one."""

    def __init__(self, client: redis.Redis, scripts: Scripts, clock: Clock, model: Model | None = None) -> None:
        self._client, self._clock = client, clock
        self._recorder = Recorder(client, scripts, clock, model)
        self._names = [f"process-{number}" for number in range(PROCESSES)]
        self._recorder.processes += [*self._names, LAST]
        self._held: dict[str, list[Entry]] = {}
        self._last: dict[str, Callable[[Any], Any]] = {}
        self._calls = 0

    def play(self, steps: Sequence[Step]) -> History:
        for step in steps:
            self.step(step)
        return self._recorder.history

    def step(self, step: Step) -> None:
        match step:
            case Put():
                for _ in range(step.count):
                    self._put(step)
            case PutAgain(which):
                if sent := list(self._recorder.sent.values()):
                    self._enqueue(sent[which % len(sent)], 0)
            case Fetch(process, count, bulk, lost):
                self._fetch(self._names[process], count, BULK if bulk else (), lost)
            case Settle():
                self._settle(step)
            case Repeat(process):
                self._repeat(self._names[process])
            case Report(process, left_out):
                self._report(self._names[process], left_out)
            case Pass(seconds, silent, crashed):
                self._pass(seconds, silent, crashed)
            case Advance(ms):
                self._clock.advance(ms)
            case Goodbye(process):
                name = self._names[process]
                self._held.pop(name, None)
                self._recorder.call("goodbye", lambda queue: queue.goodbye(name))
            case SetLimits(tenant, limits):
                self._recorder.call("limits", lambda queue: queue.set_limits(tenant, limits))
                self._recorder.limits[tenant] = limits
            case Revive(tenant, drop):
                self._revive(tenant, drop)
            case FlushScripts():
                self._client.script_flush()

    def drain(self) -> None:
        """All limits fall, and one process that nothing happens to runs whatever is left."""
        sent = self._recorder.sent
        for tenant in {each.tenant for each in sent.values()}:
            self.step(SetLimits(tenant, Limits(rate_per_s=1000)))
        for process in range(PROCESSES):
            self.step(Goodbye(process))
        for _ in range(4):  # who has crashed is noticed
            self._report(LAST, 0)
            self._clock.advance(REPORT_S * 1000)
        for _ in range(10 * len(sent) + 10):
            self._clock.advance(3_600_000 if self._recorder.view.due else 0)
            self._fetch(LAST, 100, BULK, lost=False)
            for entry in tuple(self._held.get(LAST, ())):
                self._close(LAST, entry, Done(), 0, lost=False)
            if not any(queue.depth for queue in self._recorder.view.queues.values()):
                return
        raise AssertionError("it never ends")

    def _put(self, step: Put) -> None:
        name = f"m{len(self._recorder.sent)}"
        sent = Sent(name, step.tenant, step.queue, step.key, step.cost, step.token)
        token = step.token
        if token is None:
            return self._enqueue(sent, step.delay_ms)
        job = _task_of(step.queue)(tenant_id=step.tenant, key=step.key or None, cost=step.cost)
        acceptance = Acceptance(job=job, message_id=name, token=token)
        message = Message(step.tenant, name, step.queue, step.key, step.cost, ANY)
        return self._recorder.accept(sent, acceptance, lambda model: model.accept(message, token))

    def _enqueue(self, sent: Sent, delay_ms: int) -> None:
        facts = {
            "message_id": sent.message_id,
            "tenant_id": sent.tenant,
            "queue": sent.queue,
            "sequence_key": sent.key,
            "cost": int(sent.cost),
            "delay_ms": delay_ms,
        }
        self._recorder.put(sent, lambda queue: queue.push(PAYLOAD, **facts))

    def _fetch(self, name: str, count: int, bulk: tuple[str, ...], lost: bool) -> None:
        call = self._next_call()

        def fetch(queue: Any) -> Any:
            return queue.fetch(name, INTERACTIVE, count, call=call, bulk=bulk)

        self._ask("fetch", name, fetch, lost, count, bulk)

    def _settle(self, step: Settle) -> None:
        held = [(name, entry) for name, entries in self._held.items() for entry in entries]
        if not held:
            return
        name, entry = held[step.which % len(held)]
        verdicts: dict[str, Verdict] = {
            "done": Done(step.cost),
            "later": Later(step.delay_ms, RETRIED if step.cost else None, step.cost),
            "dead": Dead("KeyError", "", "here"),
            "back": Back(),
        }
        self._close(name, entry, verdicts[step.outcome], step.count, step.lost)

    def _close(self, name: str, entry: Entry, verdict: Verdict, count: int, lost: bool) -> None:
        call = self._next_call()
        queues, bulk = (INTERACTIVE, BULK) if count else ((), ())
        self._held[name].remove(entry)

        def settle(queue: Any) -> Any:
            return queue.settle(name, entry, verdict, fetch_from=queues, bulk=bulk, count=count, call=call)

        self._ask("settle", name, settle, lost, count, bulk, (entry, verdict))

    def _ask(
        self,
        call: str,
        name: str,
        act: Callable[[Any], Any],
        lost: bool,
        count: int,
        bulk: tuple[str, ...],
        verdict: tuple[Entry, Verdict] | None = None,
    ) -> None:
        """A call that is answered with messages; the same once more if it is repeated."""
        self._last[name] = act
        asked = {"interactive": INTERACTIVE, "bulk": bulk} if count else {}
        fetched = self._recorder.call(call, act, verdict, process=name, wanted=count, **asked)
        if not lost:
            self._take_in(name, fetched.messages)

    def _repeat(self, name: str) -> None:
        if name in self._last:
            self._take_in(name, self._recorder.call("repeat", self._last[name], process=name).messages)

    def _report(self, name: str, left_out: int) -> None:
        held = self._held.get(name, [])[left_out:]
        self._recorder.call("report", lambda queue: sorted(queue.report(name, held)), process=name)

    def _pass(self, seconds: int, silent: int | None, crashed: bool) -> None:
        quiet = None if silent is None else self._names[silent]
        if silent is not None and quiet is not None and crashed:
            self._held.pop(quiet, None)
            self._names[silent] = f"{quiet}+"
            self._recorder.processes.append(f"{quiet}+")
        for _ in range(0, seconds, REPORT_S):
            for name in (name for name in self._names if name != quiet):
                self._report(name, 0)
            self._clock.advance(REPORT_S * 1000)

    def _revive(self, tenant: str, drop: bool) -> None:
        recorder = self._recorder
        mid = min(recorder.view.dead.get(tenant, ()), default=None)
        if mid is None:
            return
        if drop:
            recorder.call("drop", lambda queue: queue.drop_dead(tenant, mid))
        elif recorder.call("retry", lambda queue: queue.retry_dead(tenant, mid)):
            recorder.history[-1].put.append(recorder.sent[mid])

    def _next_call(self) -> str:
        self._calls += 1
        return f"1:{self._calls}"

    def _take_in(self, name: str, entries: Sequence[Entry]) -> None:
        held = self._held.setdefault(name, [])
        held += [entry for entry in entries if entry not in held]


@cache
def _task_of(queue: str) -> type[Task]:
    return type("TaskOf", (Task,), {"queue": queue})
