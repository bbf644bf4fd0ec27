"""What must hold of any history, whatever the model says: order, limits, classes, poison, and that nothing is lost or idle.

Each property yields a sentence for everything that is wrong.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from clients.queue import Limits
from tests.clients.queue.history import SLACK, History, Sent
from tests.clients.queue.view import QUEUES, TENANTS, View


def oldest_first(history: History) -> Iterator[str]:
    """A tenant's messages start in the order they arrived in, one at a time and in order within a key; what came back is at
    its old place. For histories without new messages that are delayed or wait for a token."""
    arrived: list[Sent] = []
    waits: dict[str, int] = {}  # → since when it may start
    for record in history:
        for sent in record.put:
            arrived.append(sent)
            waits[sent.message_id] = record.now
        for landed in record.landed:
            if landed.fate in ("done", "dead"):
                arrived.remove(landed.sent)
            else:
                waits[landed.sent.message_id] = landed.due_at
        for sent, _ in record.started:
            lane = [each for each in arrived if (each.queue, each.tenant) == (sent.queue, sent.tenant)]
            for first in lane:
                heads = [each for each in lane if each.key == first.key]
                if waits.get(first.message_id, math.inf) <= record.now and (not first.key or heads[0] == first):
                    if first != sent:
                        yield f"{sent.message_id} started before {first.message_id} of {sent.tenant}"
                    break
            if waits.pop(sent.message_id, None) is None:
                yield f"{sent.message_id} started while it was running"


def keys_run_one_at_a_time(history: History) -> Iterator[str]:
    """No two messages of a key are in flight at once; and one that has run goes on before the next of its key."""
    open_of: dict[tuple[str, str, str], str] = {}
    for record in history:
        for landed in record.landed:
            if landed.fate in ("done", "dead"):
                open_of.pop((landed.sent.queue, landed.sent.tenant, landed.sent.key), None)
        for each, _ in record.started:
            key = each.queue, each.tenant, each.key
            if each.key and open_of.setdefault(key, each.message_id) != each.message_id:
                yield f"{each.message_id} started before {open_of[key]} of the same key had ended"


def nothing_waits_without_a_reason(history: History) -> Iterator[str]:
    """Work conservation: who asked for more than it was given has left nothing behind that may start."""
    alone: dict[tuple[str, str], bool] = {}
    known: dict[str, Sent] = {}
    for record in history:
        known |= {sent.message_id: sent for sent in record.put}
        alone |= {(sent.message_id, f"{sent.tenant}|{entry.delivery}"): entry.alone for sent, entry in record.started}
        busy = any(alone[each] for each in record.after.flights.get(record.process, {}).items())
        if len(record.started) >= record.wanted or busy:
            continue
        for name in (*record.interactive, *record.bulk):
            queue = record.after.queues[name]
            for tenant in TENANTS:
                cap = record.limits.get(tenant, Limits()).concurrency
                if cap is not None and _running(record.after, known, name, tenant) >= cap:
                    continue
                if queue.paid.get(tenant):
                    yield f"{record.call}: {queue.paid[tenant]} of {tenant} could start in {name}"
                if queue.unpaid.get(tenant) and record.after.due.get(f"p|{name}|{tenant}", -1) <= record.now:
                    yield f"{record.call}: {queue.unpaid[tenant]} of {tenant} waits in {name} for no token"


def _running(view: View, known: dict[str, Sent], queue: str, tenant: str) -> int:
    flying = [known[mid] for flight in view.flights.values() for mid in flight]
    return sum((sent.queue, sent.tenant) == (queue, tenant) for sent in flying)


def buckets_hold(history: History) -> Iterator[str]:
    """Over any time a tenant starts no more messages that need a token than burst + rate * time, and no fewer: none waits while
    a token is due. For histories with one set of limits per tenant, where whatever may start does so at once."""
    starts: dict[str, list[int]] = defaultdict(list)
    for record in history:
        for sent, entry in record.started:
            if sent.token in ("wait", "refuse") and entry.delivery == 1:
                starts[sent.tenant].append(record.now)
    limits = history[-1].limits if history else {}
    for tenant, times in starts.items():
        own = limits.get(tenant, Limits())
        for first, since in enumerate(times):
            for last in range(first, len(times)):
                allowed = own.burst + own.rate_per_s * (times[last] - since) / 1000
                if last - first + 1 > allowed + SLACK:
                    yield f"{tenant} started {last - first + 1} in {times[last] - since} ms"
    for record in history:
        if record.call != "fetch":
            continue
        for tenant in TENANTS:
            waiting = [name for name in QUEUES if record.after.queues[name].unpaid.get(tenant)]
            own = limits.get(tenant, Limits())
            if waiting and _tokens(own, [at for at in starts[tenant] if at <= record.now], record.now) > 1 + SLACK:
                yield f"{tenant} waits in {waiting} though a token is due"


def _tokens(limits: Limits, starts: list[int], now: int) -> float:
    tokens, since = float(limits.burst), starts[0] if starts else now
    for at in starts:
        tokens, since = min(limits.burst, tokens + (at - since) * limits.rate_per_s / 1000) - 1, at
    return min(limits.burst, tokens + (now - since) * limits.rate_per_s / 1000)


def nothing_is_lost(history: History) -> Iterator[str]:
    """At least once: whatever was put and has not ended is in exactly one place: a lane, in flight, due, or behind its key."""
    open_: dict[str, Sent] = {}
    for record in history:
        open_ |= {sent.message_id: sent for sent in record.put}
        for landed in record.landed:
            if landed.fate in ("done", "dead"):
                open_.pop(landed.sent.message_id, None)
        places = _places(record.after)
        keyed = {(sent.queue, sent.tenant, sent.key) for mid, sent in open_.items() if sent.key and places[mid]}
        for mid, sent in open_.items():
            behind = not places[mid] and (sent.queue, sent.tenant, sent.key) in keyed
            if places[mid] != 1 and not behind:
                yield f"{record.call}: {mid} is in {places[mid]} places"
        for name in QUEUES:
            depth = sum(record.after.queues[name].depth.values())
            if depth != sum(sent.queue == name for sent in open_.values()):
                yield f"{record.call}: {name} counts {depth} messages"


def _places(view: View) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for queue in view.queues.values():
        for lanes in (queue.paid, queue.unpaid):
            for mid in (mid for lane in lanes.values() for mid in lane):
                found[mid] += 1
    for mid in (mid for flight in view.flights.values() for mid in flight):
        found[mid] += 1
    for member in view.due:
        if member.startswith("m|"):
            found[member.split("|")[2]] += 1
    return found


def deliveries_count_up(history: History) -> Iterator[str]:
    """Each start of a message has the next number, so that an older delivery is fenced."""
    last: dict[str, int] = defaultdict(int)
    for record in history:
        for sent, entry in record.started:
            if entry.delivery != last[sent.message_id] + 1:
                yield f"{sent.message_id} was delivery {last[sent.message_id]} and is {entry.delivery}"
            last[sent.message_id] = entry.delivery


def a_repeated_call_starts_nothing(history: History) -> Iterator[str]:
    """The same call again, after a lost reply, gives what it gave. For histories in which no process is forgotten."""
    for record in history:
        if record.call == "repeat":
            for sent, _ in record.started:
                yield f"{record.process} asked once more and was given {sent.message_id} besides"


def caps_hold(history: History) -> Iterator[str]:
    """No message starts that would have more of its tenant run in its queue than may."""
    known: dict[str, Sent] = {}
    for record in history:
        known |= {sent.message_id: sent for sent in record.put}
        for sent, _ in record.started:
            cap = record.limits.get(sent.tenant, Limits()).concurrency
            running = _running(record.after, known, sent.queue, sent.tenant)
            if cap is not None and running > cap:
                yield f"{running} of {sent.tenant} run in {sent.queue}"


def bulk_gets_its_share(history: History) -> Iterator[str]:
    """Interactive queues come first, but while bulk work waits a process starts it once in twenty starts, and no sooner."""
    in_a_row: dict[str, int] = defaultdict(int)
    for record in history:
        interactive = any(record.after.queues[name].paid for name in record.interactive)
        bulk = any(record.after.queues[name].paid for name in record.bulk)
        for sent, _ in record.started:
            row = in_a_row[record.process]
            if sent.queue in record.bulk:
                in_a_row[record.process] = 0
                if interactive and row < 19:
                    yield f"{record.process} started bulk work after {row} starts while other work waited"
            else:
                in_a_row[record.process] = row + 1
                if bulk and row >= 19:
                    yield f"{record.process} has started {row + 1} in a row while bulk work waited"


def poison_runs_alone(history: History) -> Iterator[str]:
    """What went down with three processes runs alone in its process; after the fifth it is a dead letter."""
    deaths: dict[str, int] = defaultdict(int)
    alone_at: dict[str, str] = {}
    for record in history:
        if record.call == "retry":
            deaths |= {sent.message_id: 0 for sent in record.put}
        for landed in record.landed:
            mid = landed.sent.message_id
            alone_at = {process: other for process, other in alone_at.items() if other != mid}
            if record.call == "report" and mid not in record.before.flights.get(record.process, {}):
                deaths[mid] += 1
                if (landed.fate == "dead") != (deaths[mid] >= 5):
                    yield f"{mid} went down with {deaths[mid]} processes and is {landed.fate}"
        for sent, entry in record.started:
            mid = sent.message_id
            if record.process in alone_at:
                yield f"{mid} started beside {alone_at[record.process]}, which runs alone"
            if entry.alone != (deaths[mid] >= 3):
                yield f"{mid} went down with {deaths[mid]} processes, alone: {entry.alone}"
            if entry.alone:
                alone_at[record.process] = mid
