"""Turns and ownership in Redis: epochs, supersede marks, numbered events, who listens. Mixed into the sync front."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import redis

from clients.queue.connection import twice
from clients.queue.records import ENDS, Event, Released
from clients.queue.scripts import PREFIX, Clock, Scripts
from config.errors import StoreUnavailable

LISTEN_S = 86_400


class Turns:
    """What the stages and the ingress tell each other about one turn."""

    def __init__(self, client: redis.Redis, *, clock: Clock | None = None, scripts: Scripts | None = None) -> None:
        self._redis = client
        self._scripts = scripts or Scripts(client, clock)

    @property
    def client(self) -> redis.Redis:
        """The connections, for what else this process keeps in Redis."""
        return self._redis

    def epoch(self, tenant_id: str, conversation_id: str) -> int | None:
        """The ownership epoch Redis knows; None counts as "ask the row"."""
        value = twice(lambda: self._redis.get(f"{PREFIX}e:{tenant_id}:{conversation_id}"))
        return None if value is None else int(value)

    def epoch_of_sign(self, tenant_id: str, message_id: str) -> int | None:
        """What accepting this human sign raised its conversation's epoch to; known until the message is settled."""
        try:
            value = twice(lambda: self._redis.hget(f"{PREFIX}m:{tenant_id}:{message_id}", "e"))
        except redis.ResponseError:  # settled: another delivery has done the work
            return None
        return None if value is None else int(value)

    def raise_epoch(self, tenant_id: str, conversation_id: str, *, at_least: int = 0) -> int:
        """A person took over or gave back. Returns max(existing + 1, now, at_least)."""
        return int(self._scripts.run("epoch", tenant_id, conversation_id, at_least))

    def supersede(self, tenant_id: str, turn_id: str, by_turn_id: str) -> bool:
        """False when the turn has already released something or ended."""
        return bool(self._scripts.run("supersede", tenant_id, turn_id, by_turn_id))

    def superseded_by(self, tenant_id: str, turn_id: str) -> str | None:
        value = twice(lambda: self._redis.hget(f"{PREFIX}s:{tenant_id}:{turn_id}", "by"))
        return None if value is None else value.decode()

    def release(
        self,
        tenant_id: str,
        conversation_id: str,
        turn_id: str,
        *,
        number: int,
        kind: str,
        data: dict[str, Any],
        epoch: int,
        fence: int = 0,
    ) -> Released:
        """Let sentence `number` (from 1) go out unless a person or, before the first, a newer turn came first.

        `fence` rises with each claim of the turn: once a newer holder has spoken, an older one is told ENDED.
        """
        body = json.dumps(data, separators=(",", ":"))
        said = self._scripts.run("release", tenant_id, conversation_id, turn_id, number, kind, body, epoch, fence)
        return Released(said.decode())

    def fence(self, tenant_id: str, turn_id: str, fence: int) -> Released:
        """From now on only holders of this claim or a newer one may release; ENDED when a newer one exists."""
        return Released(self._scripts.run("release", tenant_id, "", turn_id, 0, "", "", 0, fence).decode())

    def publish(self, tenant_id: str, turn_id: str, kind: str, data: dict[str, Any]) -> int:
        """Append and publish one event, once per kind; 0 when another end was told first. `ENDS` closes the turn.

        An end that names its `conversation_id` is heard by whoever watches the conversation, too.
        """
        body = json.dumps(data, separators=(",", ":"))
        conversation_id = str(data.get("conversation_id") or "")
        return int(self._scripts.run("publish", tenant_id, turn_id, kind, body, int(kind in ENDS), conversation_id))

    def conversation_changed(self, tenant_id: str, conversation_id: str) -> None:
        """After the commit: whoever watches the conversation (a widget) reads its rows again.

        Only a hint: a watcher looks once a minute anyway, so a store that is away is no error here.
        """
        with suppress(StoreUnavailable):
            self._scripts.run("changed", tenant_id, conversation_id)

    def events(self, tenant_id: str, turn_id: str, after: int = 0) -> list[Event]:
        """The turn's events numbered above `after`."""
        texts = twice(lambda: self._redis.lrange(f"{PREFIX}t:{tenant_id}:{turn_id}", after, -1))
        return [Event.parse(text) for text in texts]

    def listen(self, tenant_id: str, turn_id: str, channel: str) -> None:
        """Publish the turn's further events on `channel` too."""
        key = f"{PREFIX}to:{tenant_id}:{turn_id}"
        twice(lambda: self._redis.sadd(key, channel))
        twice(lambda: self._redis.expire(key, LISTEN_S))
