"""What is visible of the queue after a step, read in one round trip from the store or taken from the model."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

import redis

from clients.queue import PREFIX
from tests.clients.queue.model import Model

QUEUES = ("chat", "mail", "crawl")  # crawl is of the class bulk
TENANTS = ("alice", "bob", "carol")
HOUR_MS = 3_600_000

READ = """
local P, hour, found = KEYS[1], ARGV[1], {}
local names = { queues = {}, tenants = {}, processes = {} }
local kind = nil
for position = 2, #ARGV do
  if names[ARGV[position]] then kind = names[ARGV[position]] else kind[#kind + 1] = ARGV[position] end
end
local function add(...) found[#found + 1] = redis.call(...) end
-- In these tests time is what they say: a bucket may not be gone because the machine was slow.
for _, t in ipairs(names.tenants) do redis.call('PERSIST', P .. 'b:' .. t) end
for _, q in ipairs(names.queues) do
  add('GET', P .. 'vt:' .. q)
  for _, each in ipairs({ 'r:', 'v:', 'o:' }) do add('ZRANGE', P .. each .. q, 0, -1, 'WITHSCORES') end
  for _, each in ipairs({ 'owed:', 'z:' }) do add('HGETALL', P .. each .. q) end
  add('ZRANGE', P .. 'svc:' .. q .. ':' .. hour, 0, -1, 'WITHSCORES')
  for _, t in ipairs(names.tenants) do
    add('ZRANGE', P .. 'l:' .. q .. ':' .. t, 0, -1)
    add('ZRANGE', P .. 'u:' .. q .. ':' .. t, 0, -1)
    add('SMEMBERS', P .. 'i:' .. q .. ':' .. t)
  end
end
add('ZRANGE', P .. 'due', 0, -1, 'WITHSCORES')
for _, t in ipairs(names.tenants) do add('ZRANGE', P .. 'dead:' .. t, 0, -1) end
for _, p in ipairs(names.processes) do add('HGETALL', P .. 'f:' .. p) end
return found
"""


@dataclass(frozen=True)
class QueueView:
    """One queue; every dictionary is by tenant and holds no empty values."""

    time: float
    ready: dict[str, float]
    above: dict[str, float]
    oldest: dict[str, float]
    owed: dict[str, float]
    depth: dict[str, float]
    paid: dict[str, list[str]]
    unpaid: dict[str, list[str]]
    in_flight: dict[str, set[str]]
    charged: dict[str, float]  # in this hour; the model does not keep it


@dataclass(frozen=True)
class View:
    queues: dict[str, QueueView]
    due: dict[str, float]
    dead: dict[str, set[str]]
    flights: dict[str, dict[str, str]]  # process → message → "tenant|delivery"
    hour: int = 0  # that of `charged`; the model does not keep it


class Looker:
    """Reads a `View` from the store."""

    def __init__(self, client: redis.Redis) -> None:
        self._read = client.register_script(READ)

    def look(self, now_ms: int, processes: list[str]) -> View:
        hour = now_ms // HOUR_MS
        names = ["queues", *QUEUES, "tenants", *TENANTS, "processes", *processes]
        raw: Iterator[Any] = iter(self._read(keys=[PREFIX], args=[hour, *names]))
        queues = {queue: _queue(raw) for queue in QUEUES}
        due = _numbers(next(raw))
        dead = _filled({tenant: set(_texts(next(raw))) for tenant in TENANTS})
        flights = _filled({process: _pairs(next(raw)) for process in processes})
        return View(queues, due, dead, flights, hour)


def of_model(model: Model) -> View:
    """The same of the model."""
    queues = {}
    for name in QUEUES:
        place = model.places[name]
        lanes = {tenant: place.lanes[tenant] for tenant in TENANTS}
        paid = {tenant: [lane.paid[number].id for number in sorted(lane.paid)] for tenant, lane in lanes.items()}
        unpaid = {tenant: [lane.unpaid[number].id for number in sorted(lane.unpaid)] for tenant, lane in lanes.items()}
        queues[name] = QueueView(
            time=place.shares.time,
            ready=dict(place.shares.ready),
            above=dict(place.shares.above),
            oldest={
                tenant: float(min([*lane.paid, *lane.unpaid]))
                for tenant, lane in lanes.items()
                if lane.paid or lane.unpaid
            },
            owed=dict(place.shares.owed),
            depth=_filled(place.depth),
            paid=_filled(paid),
            unpaid=_filled(unpaid),
            in_flight=_filled({tenant: set(lane.in_flight) for tenant, lane in lanes.items()}),
            charged={},
        )
    flights = {
        name: {mid: f"{message.tenant}|{delivery}" for mid, (message, delivery) in process.flight.items()}
        for name, process in model.processes.items()
    }
    return View(queues, dict(model.due), _filled({t: set(model.dead[t]) for t in TENANTS}), _filled(flights))


def differences(real: View, model: View) -> list[str]:
    """One line for each thing that is not the same; counters may differ by rounding."""
    found = []
    for queue in QUEUES:
        for each in fields(QueueView):
            ours, theirs = getattr(real.queues[queue], each.name), getattr(model.queues[queue], each.name)
            if each.name != "charged" and not _same(ours, theirs):
                found.append(f"{queue} {each.name}: {ours}, the model {theirs}")
    for name in ("due", "dead", "flights"):
        ours, theirs = getattr(real, name), getattr(model, name)
        if not _same(ours, theirs):
            found.append(f"{name}: {ours}, the model {theirs}")
    return found


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(one, dict) and one.keys() == other.keys():
        return all(_same(one[name], other[name]) for name in one)
    return bool(one == other)


def _queue(raw: Iterator[Any]) -> QueueView:
    time = float(next(raw) or 0)
    ready, above, oldest, owed, depth, charged = (_numbers(next(raw)) for _ in range(6))
    lanes = {tenant: (_texts(next(raw)), _texts(next(raw)), set(_texts(next(raw)))) for tenant in TENANTS}
    paid, unpaid, in_flight = (_filled({tenant: lane[kind] for tenant, lane in lanes.items()}) for kind in range(3))
    return QueueView(time, ready, above, oldest, owed, depth, paid, unpaid, in_flight, charged)


def _texts(raw: list[bytes]) -> list[str]:
    return [each.decode() for each in raw]


def _pairs(raw: list[bytes]) -> dict[str, str]:
    return dict(zip(_texts(raw[::2]), _texts(raw[1::2]), strict=True))


def _numbers(raw: list[bytes]) -> dict[str, float]:
    return {name: float(value) for name, value in _pairs(raw).items()}


def _filled(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value}
