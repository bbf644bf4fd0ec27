"""A process's side of the protocol: one slot gate, one fetcher, one reporter. Hands deliveries over and settles them.

No more messages are fetched than slots are free; settling one asks for the next in the same script. Knows no Dramatiq.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import structlog

from clients.queue.queue import Queue
from clients.queue.records import Entry, Verdict
from config.errors import StoreUnavailable

log = structlog.get_logger()

REPORT_S = 1.0  # how often a process says which deliveries it holds
WAIT_S = 1.0  # the fetcher looks at least so often, should a wake-up be lost with its connection
RECONNECT_S = (0.05, 0.1, 0.2, 0.5, 1.0)
TURN_AROUND = 16  # every so many fetches the queues are asked last to first, so that none starves


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
    _order: tuple[str, ...] = ()
    _held: dict[tuple[str, int], Entry] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _call: _CallSlot = field(default_factory=_CallSlot)
    _callers: int = 0
    _rounds: int = 0
    _listed: threading.Event = field(default_factory=threading.Event)
    _ended: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._gate = SlotGate(self.slots)

    def fetch_from(self, queues: Sequence[str]) -> None:
        """The queues to fetch from, most urgent first."""
        self._order = tuple(queues)
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
                thread.join(WAIT_S + REPORT_S)
            self.queue.goodbye(self.process, self._order)
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
            queues = () if alone or self.stopping.is_set() else self._asked()
            try:
                fetched = self.queue.settle(
                    self.process, entry, verdict, fetch_from=queues, count=min(1, len(queues)), call=call
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
                fetched = self.queue.fetch(self.process, self._asked(), free, call=call)
                call = None
                self._gate.give(free - len(fetched.messages))
                self._take_in(fetched.messages)
                failures = 0
                if len(fetched.messages) < free:
                    due_s = WAIT_S if fetched.next_due_ms is None else fetched.next_due_ms / 1000
                    self.queue.wait(self.process, min(WAIT_S, due_s))
            except StoreUnavailable as error:
                if call is not None:
                    self._gate.give(free)
                if not failures:
                    log.warning("queue.unreachable", error=str(error))
                _pause(failures)
                failures += 1
        self._close_idle()

    def _asked(self) -> tuple[str, ...]:
        self._rounds += 1
        return self._order if self._rounds % TURN_AROUND else self._order[::-1]

    def _close_idle(self) -> None:
        """Nobody may wake a process that stops; whoever was about to is passed on."""
        try:
            self.queue.fetch(self.process, self._order, 0, call=self.next_call())
        except StoreUnavailable:
            log.warning("queue.unreachable")

    def _report_loop(self) -> None:
        while True:
            with self._lock:
                held = list(self._held.values())
            try:
                if returned := self.queue.report(self.process, held):
                    log.warning("messages.returned", count=len(returned))
            except StoreUnavailable as error:
                log.info("queue.report.failed", error=str(error))
            if self._ended.wait(REPORT_S):
                return

    def _take_in(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            with self._lock:
                if _name(entry) in self._held:
                    continue
                self._held[_name(entry)] = entry
            self.deliver(entry)


def _name(entry: Entry) -> tuple[str, int]:
    return entry.message_id, entry.delivery


def _pause(failures: int) -> None:
    time.sleep(RECONNECT_S[min(failures, len(RECONNECT_S) - 1)])
