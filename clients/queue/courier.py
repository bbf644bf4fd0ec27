"""A process's side of the protocol: one slot gate, one fetcher, one reporter. Hands deliveries over and settles them.

No more messages are fetched than slots are free; settling one asks for the next in the same script. Knows no Dramatiq.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import structlog

from clients.queue.queue import LEASE_MS, Queue
from clients.queue.records import Entry, Verdict
from config.errors import StoreUnavailable

log = structlog.get_logger()

WAIT_S = 1.0  # the fetcher looks at least so often, should a wake-up be lost with its connection
RECONNECT_S = (0.05, 0.1, 0.2, 0.5, 1.0)
WEIGHTS = (4, 4, 2)  # how often each queue is asked first, by urgency; 1 for all further ones


class SlotGate:
    """Free slots of the process over all its queues: taken before a fetch, given back when nothing came."""

    def __init__(self, slots: int) -> None:
        self._free = slots
        self._freed = threading.Condition()

    def take(self, timeout_s: float) -> int:
        """All free slots, waiting for the first; 0 when none came free in time."""
        with self._freed:
            self._freed.wait_for(lambda: self._free > 0, timeout_s)
            taken = max(0, self._free)
            self._free -= taken
            return taken

    def give(self, slots: int) -> None:
        with self._freed:
            self._free += slots
            self._freed.notify()


class Rota:
    """Whose turn it is to be asked first: smooth weighted round robin, so that no flooded queue starves another.

    The rest follow by urgency. Not safe for threads; two that ask at once may get the same answer.
    """

    def __init__(self, queues: Sequence[str]) -> None:
        self._queues = tuple(queues)
        self._weights = [*WEIGHTS, *[1] * len(self._queues)][: len(self._queues)]
        self._credit = [0] * len(self._queues)

    def next(self) -> tuple[str, ...]:
        if len(self._queues) < 2:
            return self._queues
        self._credit = [credit + weight for credit, weight in zip(self._credit, self._weights, strict=True)]
        first = max(range(len(self._queues)), key=self._credit.__getitem__)
        self._credit[first] -= sum(self._weights)
        return (self._queues[first], *self._queues[:first], *self._queues[first + 1 :])


@dataclass
class _CallSlot(threading.local):
    """Each thread is a calling slot with numbered calls; the scripts remember the last one of each."""

    name: int = 0
    number: int = 0


@dataclass
class Courier:
    """One per process. `deliver` is called in whichever thread fetched and must not block."""

    queue: Queue
    process: str
    slots: int
    deliver: Callable[[Entry], None]
    stopping: threading.Event
    lease_ms: int = LEASE_MS
    _rota: Rota = field(default_factory=lambda: Rota(()))
    _bulk: tuple[str, ...] = ()
    _queues: tuple[str, ...] = ()
    _alone: Entry | None = None
    _held: dict[tuple[str, int], Entry] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _call: _CallSlot = field(default_factory=_CallSlot)
    _callers: int = 0
    _listed: threading.Event = field(default_factory=threading.Event)
    _ended: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._gate = SlotGate(self.slots)

    def fetch_from(self, queues: Sequence[str], bulk: Sequence[str] = ()) -> None:
        """The queues to fetch from, most urgent first, and those of the class bulk."""
        self._rota, self._bulk, self._queues = Rota(queues), tuple(bulk), (*queues, *bulk)
        self._listed.set()

    def start(self) -> None:
        """Fetch and report, the one until `stopping` is set, the other until `end`."""
        for target in (self._fetch_loop, self._report_loop):
            thread = threading.Thread(target=target, name=f"courier{target.__name__}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def end(self) -> None:
        """The last act, `stopping` set: nothing may stay in flight here."""
        self.stopping.set()
        self._ended.set()
        self._listed.set()
        try:
            self.queue.nudge(self.process)  # the fetcher may sleep
            for thread in self._threads:
                thread.join(2 * WAIT_S)
            self.queue.goodbye(self.process, self._queues)
        except StoreUnavailable:
            log.warning("worker.goodbye.failed")

    def next_call(self) -> str:
        """A call id of this thread, for `settle`: the same one again has no second effect."""
        if not self._call.name:
            with self._lock:
                self._callers += 1
                self._call.name = self._callers
        self._call.number += 1
        return f"{self._call.name}:{self._call.number}"

    def settle(self, entry: Entry, verdict: Verdict, *, call: str, alone: bool = False) -> None:
        """Carry out the verdict, however long Redis is away; the slot's next message comes with the answer.

        `alone` frees the slot instead: for whoever settles inside `deliver`, where a next message would nest.
        """
        failures = 0
        while True:
            more = not (alone or self.stopping.is_set())
            queues, bulk = (self._rota.next(), self._bulk) if more else ((), ())
            try:
                fetched = self.queue.settle(
                    self.process, entry, verdict, fetch_from=queues, bulk=bulk, count=int(more), call=call
                )
                break
            except StoreUnavailable as error:
                if not failures:
                    log.warning("message.settle.delayed", message_id=entry.message_id, error=str(error))
                if self.stopping.is_set() and failures >= len(RECONNECT_S):
                    log.warning("message.settle.abandoned", message_id=entry.message_id)
                    return  # still in flight here: it returns to its lane when this process is gone
                _pause(failures)
                failures += 1
        if not fetched.settled:
            log.info("message.settle.late", message_id=entry.message_id, delivery=entry.delivery)
        self._take_in(fetched.messages)
        with self._lock:
            self._held.pop(_name(entry), None)
        if not fetched.messages:
            self._gate.give(1)
        self._deliver_alone()

    def _fetch_loop(self) -> None:
        failures = 0
        call: str | None = None
        self._listed.wait()
        while not self.stopping.is_set():
            free = self._gate.take(WAIT_S)
            if not free or self.stopping.is_set():
                continue
            call = call or self.next_call()  # kept until it is answered: the answer may hold messages
            try:
                fetched = self.queue.fetch(self.process, self._rota.next(), free, call=call, bulk=self._bulk)
                call = None
                self._gate.give(free - len(fetched.messages))
                self._take_in(fetched.messages)
                failures = 0
                if len(fetched.messages) < free:
                    due_s = WAIT_S if fetched.next_due_ms is None else fetched.next_due_ms / 1000
                    self.queue.wait(self.process, min(WAIT_S, due_s))
            except Exception as error:  # whatever it is: a living process that never fetches again would be worse
                if call is not None:
                    self._gate.give(free)
                if not isinstance(error, StoreUnavailable):
                    log.exception("queue.fetch.failed")
                elif not failures:
                    log.warning("queue.unreachable", error=str(error))
                _pause(failures)
                failures += 1
        self._close_idle()

    def _close_idle(self) -> None:
        """Nobody may wake a process that stops; whoever was about to is passed on."""
        try:
            self.queue.fetch(self.process, self._queues, 0, call=self.next_call())
        except StoreUnavailable:
            log.warning("queue.unreachable")

    def _report_loop(self) -> None:
        while True:
            with self._lock:
                held = list(self._held.values())
            try:
                if returned := self.queue.report(self.process, held, lease_ms=self.lease_ms):
                    log.warning("messages.returned", count=len(returned))
            except StoreUnavailable as error:
                log.info("queue.report.failed", error=str(error))
            except Exception:  # unreported, all of it would be given to others
                log.exception("queue.report.failed")
            if self._ended.wait(self.lease_ms / 5000):
                return

    def _take_in(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            with self._lock:
                if _name(entry) in self._held:
                    continue
                self._held[_name(entry)] = entry
                if entry.alone:
                    self._alone = entry
            if not entry.alone:
                self.deliver(entry)
        self._deliver_alone()

    def _deliver_alone(self) -> None:
        """What runs alone starts when all else here is settled; meanwhile the scripts give this process nothing more."""
        with self._lock:
            entry, ready = self._alone, len(self._held) == 1
            if entry is None or not ready:
                return
            self._alone = None
        self.deliver(entry)


def _name(entry: Entry) -> tuple[str, int]:
    return entry.message_id, entry.delivery


def _pause(failures: int) -> None:
    time.sleep(RECONNECT_S[min(failures, len(RECONNECT_S) - 1)])
