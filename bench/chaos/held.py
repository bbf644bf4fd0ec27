"""What a process holds right now, read from the queue's own keys. The one place here that knows their layout."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import redis

from clients.queue import PREFIX

SILENT_S = 5.0  # a process that has not reported for so long is dead to the others
NOT_WAITED_FOR = {"reconcile", "notice"}  # comes anew all the time; a killed one's mail waits 100 s, whatever the scale

STAGES = {  # job -> the stage that works on it
    "message.receive": "receive",
    "turn.detect_intent": "detect_intent",
    "turn.answer": "answer",
    "turn.deliver": "deliver",
    "lead.capture": "capture_lead",
    "connection.reconcile": "reconcile",
    "channel.update": "update_channel",
    "notice.send": "notify",
}


@dataclass(frozen=True)
class Job:
    """One delivery in flight."""

    stage: str
    message_id: str
    tenant_id: str
    turn_id: str | None


def in_flight(client: redis.Redis, name: str, pids: list[int]) -> list[Job]:
    """What the processes of this name with one of these pids hold."""
    found = []
    for key in _processes(client):
        process = key.removeprefix(f"{PREFIX}f:")
        parts = process.rsplit("-", 2)
        if len(parts) == 3 and parts[0] == name and int(parts[1]) in pids:
            found.extend(_jobs(client, key))
    return found


def all_in_flight(client: redis.Redis) -> int:
    """Deliveries in flight anywhere."""
    return sum(int(client.hlen(key)) for key in _processes(client))


def reporting(client: redis.Redis, name: str, pids: list[int]) -> bool:
    """Whether a worker process of this name, in its present life, works."""
    names = [each.removeprefix(f"{PREFIX}f:").rsplit("-", 2) for each in _processes(client)]
    return any(len(parts) == 3 and parts[0] == name and int(parts[1]) in pids for parts in names)


def unsettled(client: redis.Redis) -> list[str]:
    """Messages that wait or run anywhere in the queues that come to an end; some of them, named."""
    queues: Any = client.smembers(f"{PREFIX}queues")
    waiting = {each.decode() for each in queues} - NOT_WAITED_FOR
    counts: Any = {queue: client.hvals(f"{PREFIX}z:{queue}") for queue in waiting}
    if not any(sum(map(int, each)) for each in counts.values()):
        return []
    found = [f"{queue} {sum(map(int, each))}" for queue, each in counts.items() if each]
    for key in client.scan_iter(f"{PREFIX}m:*", count=1000, _type="HASH"):
        message: Any = client.hmget(key, "q", "d", "s")
        if message[0] and message[0].decode() in waiting:
            due = client.zscore(f"{PREFIX}due", "m|" + key.decode().removeprefix(f"{PREFIX}m:").replace(":", "|", 1))
            found.append(
                f"{key.decode()} of {message[0].decode()}, delivery {message[1]}, number {message[2]}, due {due}"
            )
    return found[:20]


def dead_letters(client: redis.Redis) -> int:
    return sum(int(client.zcard(key)) for key in client.scan_iter(f"{PREFIX}dead:*", count=1000))


def spent_attempts(client: redis.Redis) -> int:
    """Attempts spent by the messages that are in the queues now."""
    spent = 0
    for key in client.scan_iter(f"{PREFIX}m:*", count=1000, _type="HASH"):
        payload: Any = client.hget(key, "p")
        if payload:
            spent += int(json.loads(payload)["options"].get("attempts", 0))
    return spent


def _processes(client: redis.Redis) -> list[str]:
    """Keys of those who hold something. Whoever may hold something has reported or is about to be buried."""
    names: Any = client.zrange(f"{PREFIX}procs", 0, -1)
    return [f"{PREFIX}f:{name.decode()}" for name in names]


def _jobs(client: redis.Redis, key: str) -> list[Job]:
    found = []
    flight: Any = client.hgetall(key)
    for message_id, value in flight.items():
        tenant_id = value.decode().rpartition("|")[0]
        payload: Any = client.hget(f"{PREFIX}m:{tenant_id}:{message_id.decode()}", "p")
        if payload:
            message = json.loads(payload)
            stage = STAGES.get(message["actor_name"], message["actor_name"])
            found.append(Job(stage, message_id.decode(), tenant_id, message["kwargs"].get("turn_id")))
    return found
