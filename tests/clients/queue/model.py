"""The fair queue without Redis, in plain dictionaries: what the Lua must do. test_model.py plays the same steps on both.

It answers the calls of `Queue` and `AsyncQueue` that move messages. Wake-ups, turns and statistics are not its business.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from clients.queue import Back, Dead, Done, Entry, Fetched, Later, Limits, Verdict
from tests.clients.queue.model_parts import Bucket, Message, Place, Process

BULK_AFTER = 19  # interactive starts in a row
ALONE_FROM, POISON_AT = 3, 5  # returns by dead processes
DUE_BATCH = 100


class Model:
    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self.places: defaultdict[str, Place] = defaultdict(Place)
        self.processes: defaultdict[str, Process] = defaultdict(Process)
        self.messages: dict[tuple[str, str], Message | None] = {}  # None: settled, its id still refused
        self.due: dict[str, int] = {}
        self.limits: defaultdict[str, Limits] = defaultdict(Limits)
        self.buckets: defaultdict[str, Bucket] = defaultdict(Bucket)
        self.dead: defaultdict[str, dict[str, Message]] = defaultdict(dict)

    # --- Calls

    def push(
        self,
        payload: bytes,
        *,
        message_id: str,
        tenant_id: str,
        queue: str,
        sequence_key: str,
        cost: int,
        delay_ms: int,
    ) -> bool:
        message = Message(tenant_id, message_id, queue, sequence_key, cost, payload)
        return self._enqueue(message, delay_ms)

    def accept(self, message: Message, token: str) -> tuple[str, int]:
        """Status and retry_after_ms."""
        tenant, lane = message.tenant, self.places[message.queue].lanes[message.tenant]
        if (tenant, message.id) in self.messages:
            return "accepted", 0
        parked_until = self.due.get(_parked(message.queue, tenant))
        bucket = self.buckets[tenant]
        wait_ms = bucket.wait_ms(self.limits[tenant], self.now)
        if token == "refuse":
            told_ms = wait_ms if parked_until is None else max(wait_ms, 1, parked_until - self.now)
            if told_ms > 0:
                return "limited", told_ms
        if token == "wait":
            message.unpaid = parked_until is not None or bool(lane.unpaid) or wait_ms > 0
        if token != "none" and not message.unpaid:
            bucket.take(self.limits[tenant], self.now)
        self._enqueue(message, 0)
        return "accepted", 0

    def fetch(self, process: str, queues: Sequence[str], count: int, *, call: str, bulk: Sequence[str] = ()) -> Fetched:
        if (again := self.processes[process].recall(call)) is not None:
            return again
        self._move_due()
        return self.processes[process].remember(call, self._start(process, queues, bulk, count))

    def settle(
        self,
        process: str,
        entry: Entry,
        verdict: Verdict,
        *,
        fetch_from: Sequence[str] = (),
        bulk: Sequence[str] = (),
        count: int = 0,
        call: str,
    ) -> Fetched:
        if (again := self.processes[process].recall(call)) is not None:
            return again
        held = self.processes[process].flight.get(entry.message_id)
        settled = held is not None and (held[0].tenant, held[1]) == (entry.tenant_id, entry.delivery)
        if held is not None and settled:
            self._carry_out(process, held[0], verdict)
        fetched = Fetched([], None)
        if count > 0:
            self._move_due()
            fetched = self._start(process, fetch_from, bulk, count)
        return self.processes[process].remember(call, Fetched(fetched.messages, fetched.next_due_ms, settled))

    def report(self, process: str, held: Iterable[Entry], *, silent_ms: int = 5000) -> list[str]:
        told = self.processes[process]
        before, told.seen = told.seen, self.now
        names = {(entry.message_id, entry.delivery) for entry in held}
        returned, missed = [], {}
        for mid, (message, delivery) in list(told.flight.items()):
            if (mid, delivery) in names:
                continue
            since = told.missed.get((mid, delivery))
            if since is not None and self.now - since >= 0.18 * silent_ms:
                self._give_back(process, message)
                returned.append(mid)
            else:
                missed[mid, delivery] = self.now if since is None else since
        told.missed = missed
        if before is not None and before > self.now - 0.5 * silent_ms:
            seen = sorted((other.seen, name) for name, other in self.processes.items() if other.seen is not None)
            for silent in [name for last, name in seen if last <= self.now - silent_ms][:10]:
                returned += self.processes[silent].flight
                self._give_all_back(silent, died=True)
        return returned

    def goodbye(self, process: str) -> None:
        self._give_all_back(process, died=False)

    def set_limits(self, tenant_id: str, limits: Limits) -> None:
        self.limits[tenant_id] = limits
        for queue, place in self.places.items():
            if self.due.pop(_parked(queue, tenant_id), None) is not None:
                place.shares.enter(tenant_id)
            else:
                self._resume(queue, tenant_id)

    def retry_dead(self, tenant_id: str, message_id: str) -> bool:
        message = self.dead[tenant_id].pop(message_id, None)
        if message is not None:
            message.deaths = 0
            self.places[message.queue].depth[tenant_id] += 1
            self._join(message)
        return message is not None

    def drop_dead(self, tenant_id: str, message_id: str) -> bool:
        if self.dead[tenant_id].pop(message_id, None) is None:
            return False
        del self.messages[tenant_id, message_id]
        return True

    # --- How a message comes to its lane

    @property
    def now(self) -> int:
        return self._clock()

    def _enqueue(self, message: Message, delay_ms: int) -> bool:
        name = (message.tenant, message.id)
        if name in self.messages:
            return False
        self.messages[name] = message
        self.places[message.queue].depth[message.tenant] += 1
        if delay_ms > 0:
            self.due[_delayed(message)] = self.now + delay_ms
        else:
            self._join(message)
        return True

    def _join(self, message: Message) -> None:
        place = self.places[message.queue]
        place.last_number = message.number = max(place.last_number + 1, self.now * 1000)
        if message.key:
            waiting = place.keys[message.tenant, message.key]
            waiting.append(message)
            if waiting[0] is not message:
                return
        self._eligible(message)

    def _eligible(self, message: Message) -> None:
        place = self.places[message.queue]
        lane = place.lanes[message.tenant]
        (lane.unpaid if message.unpaid else lane.paid)[message.number] = message
        if not (message.unpaid and _parked(message.queue, message.tenant) in self.due):
            place.shares.enter(message.tenant)

    def _resume(self, queue: str, tenant: str) -> None:
        lane = self.places[queue].lanes[tenant]
        if lane.paid or (lane.unpaid and _parked(queue, tenant) not in self.due):
            self.places[queue].shares.enter(tenant)

    def _move_due(self) -> None:
        ripe = sorted((at, member) for member, at in self.due.items() if at <= self.now)
        for _, member in ripe[:DUE_BATCH]:
            del self.due[member]
            kind, first, second = member.split("|")
            if kind == "p":
                if self.places[first].lanes[second].unpaid:
                    self.places[first].shares.enter(second)
            else:
                message = self.messages[first, second]
                assert message is not None
                if message.number:
                    self._eligible(message)
                else:
                    self._join(message)

    # --- How it starts

    def _head(self, queue: str, tenant: str) -> Message | None:
        """What of a tenant may start: the oldest message, taking a token where one is due, or the oldest paid one."""
        lane, parked = self.places[queue].lanes[tenant], _parked(queue, tenant)
        paid, unpaid = lane.oldest(unpaid=False), lane.oldest(unpaid=True)
        if unpaid is not None and not (paid is not None and paid < unpaid) and parked not in self.due:
            wait_ms = self.buckets[tenant].wait_ms(self.limits[tenant], self.now)
            if wait_ms == 0:
                self.buckets[tenant].take(self.limits[tenant], self.now)
                message = lane.unpaid.pop(unpaid)
                message.unpaid = False
                return message
            self.due[parked] = self.now + wait_ms
        return None if paid is None else lane.paid.pop(paid)

    def _dispatch(self, queue: str, process: str) -> Entry | None:
        place = self.places[queue]
        while place.shares.ready:
            counter, tenant = min((counter, tenant) for tenant, counter in place.shares.ready.items())
            lane, limits = place.lanes[tenant], self.limits[tenant]
            full = limits.concurrency is not None and len(lane.in_flight) >= limits.concurrency
            message = None if full else self._head(queue, tenant)
            if message is None:
                place.shares.leave(tenant, counter, limits.weight)
                continue
            message.deliveries += 1
            message.after = place.shares.charge(tenant, message.cost, limits.weight)
            if not lane.paid and not lane.unpaid:
                place.shares.leave(tenant, message.after, limits.weight)
            lane.in_flight.add(message.id)
            self.processes[process].flight[message.id] = message, message.deliveries
            return _entry(message, message.deliveries)
        return None

    def _start(self, process: str, queues: Sequence[str], bulk: Sequence[str], count: int) -> Fetched:
        told = self.processes[process]
        if told.seen is None:
            told.seen = self.now
        given: list[Entry] = []
        in_a_row = told.interactive
        while len(given) < count and told.alone is None:
            classes = [(queues, in_a_row + 1), (bulk, 0)]
            if in_a_row >= BULK_AFTER and bulk:
                classes.reverse()
            found = (
                (entry, then) for names, then in classes for name in names if (entry := self._dispatch(name, process))
            )
            entry, in_a_row = next(found, (None, in_a_row))
            if entry is None:
                break
            given.append(entry)
            told.alone = entry.message_id if entry.alone else None
        if bulk:
            told.interactive = in_a_row
        idle = len(given) < count and told.alone is None
        next_due = min(self.due.values(), default=None) if idle else None
        return Fetched(given, None if next_due is None else max(0, next_due - self.now))

    # --- How it leaves

    def _carry_out(self, process: str, message: Message, verdict: Verdict) -> None:
        if isinstance(verdict, Back):
            return self._give_back(process, message)
        self._land(process, message)
        if isinstance(verdict, Done | Later) and verdict.cost is not None:
            self._correct(message, verdict.cost - message.cost)
        if isinstance(verdict, Later):
            message.payload = verdict.payload or message.payload
            self.due[_delayed(message)] = self.now + verdict.delay_ms
        else:
            if isinstance(verdict, Dead):
                self.dead[message.tenant][message.id] = message
            else:
                self.messages[message.tenant, message.id] = None
            self._forget_place(message)
        return self._resume(message.queue, message.tenant)

    def _give_back(self, process: str, message: Message, *, died: bool = False) -> None:
        self._land(process, message)
        self._correct(message, -message.cost)
        message.deaths += died
        if died and message.deaths >= POISON_AT:
            self.dead[message.tenant][message.id] = message
            self._forget_place(message)
            self._resume(message.queue, message.tenant)
        else:
            self._eligible(message)

    def _give_all_back(self, process: str, *, died: bool) -> None:
        for message, _ in list(self.processes[process].flight.values()):
            self._give_back(process, message, died=died)
        del self.processes[process]

    def _land(self, process: str, message: Message) -> None:
        told = self.processes[process]
        del told.flight[message.id]
        told.alone = None if told.alone == message.id else told.alone
        self.places[message.queue].lanes[message.tenant].in_flight.discard(message.id)

    def _correct(self, message: Message, delta: float) -> None:
        weight = self.limits[message.tenant].weight
        self.places[message.queue].shares.correct(message.tenant, message.after, delta, weight)

    def _forget_place(self, message: Message) -> None:
        place = self.places[message.queue]
        place.depth[message.tenant] -= 1
        if message.key:
            waiting = place.keys[message.tenant, message.key]
            waiting.remove(message)
            if waiting:
                self._eligible(waiting[0])


def _entry(message: Message, delivery: int) -> Entry:
    alone = message.deaths >= ALONE_FROM
    return Entry(message.queue, message.tenant, message.id, delivery, message.payload, alone)


def _parked(queue: str, tenant: str) -> str:
    return f"p|{queue}|{tenant}"


def _delayed(message: Message) -> str:
    return f"m|{message.tenant}|{message.id}"
