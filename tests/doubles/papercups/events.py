"""What a written message or conversation does in Papercups: side effects, sockets, webhooks sent and forgotten."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import secrets
import urllib.parse
from collections.abc import Awaitable, Callable

import httpx2

from tests.doubles.holds import Holds
from tests.doubles.papercups.state import (
    Fault,
    Problem,
    Record,
    World,
    conversation_json,
    detail,
    expanded_message,
    invalid,
    naive,
    new_id,
    zulu,
)

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_WEBHOOK_TIMEOUT = httpx2.Timeout(5.0, connect=8.0, pool=None)
_WEBHOOK_FAULTS = {"webhook_drop", "webhook_duplicate", "webhook_delay", "webhook_reorder"}
Answered = tuple[int | None, bytes, str]  # status, body, content type
Broadcast = Callable[[str, str, Record], Awaitable[None]]


class Papercups:
    """The server's behaviour over one world."""

    def __init__(self) -> None:
        self.world = World()
        self.holds = Holds()
        self.broadcast: Broadcast = _nobody_listens
        self._tasks: set[asyncio.Task[None]] = set()
        self._http: httpx2.AsyncClient | None = None
        self._held: list[asyncio.Event] = []  # deliveries that wait to be overtaken

    def reset(self) -> None:
        for task in self._tasks:
            task.cancel()
        self.world = World()

    async def close(self) -> None:
        self.reset()
        if self._http is not None:
            await self._http.aclose()

    async def settled(self, timeout_s: float) -> bool:
        """Whether every webhook so far has been tried within `timeout_s`."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=timeout_s)
        return not self._tasks

    # Messages and conversations

    async def create_conversation(self, account_id: str, given: Record) -> Record:
        world = self.world
        customer_id = given.get("customer_id")
        if customer_id not in world.customers:
            raise invalid(customer_id="can't be blank" if customer_id is None else "does not exist")
        conversation: Record = {"id": new_id(), "object": "conversation", "account_id": account_id}
        conversation |= {"customer_id": customer_id, "created_at": naive(), "last_activity_at": zulu()}
        conversation |= {"source": given.get("source") or "chat", "subject": given.get("subject"), "closed_at": None}
        conversation |= {"status": given.get("status") or "open", "priority": given.get("priority") or "not_priority"}
        conversation |= {"read": False, "assignee_id": None, "metadata": given.get("metadata"), "archived_at": None}
        conversation |= {"inbox_id": given.get("inbox_id") or world.primary_inbox(account_id), "first_replied_at": None}
        world.conversations[conversation["id"]] = conversation
        world.messages_of[conversation["id"]] = []
        self._emit(account_id, "conversation:created", conversation_json(conversation))
        told = {"id": conversation["id"]}
        await self.broadcast(f"conversation:lobby:{customer_id}", "conversation:created", told)
        await self.broadcast(f"notification:{account_id}", "conversation:created", told)
        return conversation

    async def create_message(self, account_id: str, given: Record) -> Record:
        """Store it, change its conversation, tell everybody. `given` is trusted as Papercups does: far too much."""
        world = self.world
        conversation_id = given.get("conversation_id")
        if not isinstance(conversation_id, str) or not UUID.fullmatch(conversation_id):
            raise invalid(conversation_id="can't be blank" if conversation_id is None else "is invalid")
        if given.get("type", "reply") not in {"reply", "note", "bot"}:
            raise invalid(type="is invalid")
        conversation = world.conversations.get(conversation_id)
        if conversation is None:  # a foreign key the changeset does not declare
            raise detail(500)
        message: Record = {"id": new_id(), "object": "message", "account_id": account_id, "created_at": naive()}
        message |= {"conversation_id": conversation_id, "body": given.get("body"), "type": given.get("type", "reply")}
        message |= {
            "content_type": "text",
            "private": bool(given.get("private")),
            "source": given.get("source") or "chat",
        }
        message |= {"sent_at": zulu(given["sent_at"]) if given.get("sent_at") else None, "seen_at": None}
        message |= {"user_id": given.get("user_id"), "customer_id": given.get("customer_id")}
        message |= {"metadata": given.get("metadata"), "file_ids": list(given.get("file_ids") or [])}
        message |= {"at_ms": world.at_ms()}
        first_by_user = message["user_id"] is not None and not any(
            each["user_id"] is not None for each in world.messages_of[conversation_id]
        )
        known_files = all(each in world.files for each in message["file_ids"])
        if not known_files:
            message["file_ids"] = []
        world.messages[message["id"]] = message
        world.messages_of[conversation_id].append(message)
        if not known_files:  # fails after the row exists, before anybody is told
            raise detail(500)
        await self._announce(message)
        await self._touch(conversation, message, first_by_user=first_by_user)
        return message

    async def _announce(self, message: Record) -> None:
        shown = expanded_message(self.world, message)
        if not message["private"]:
            await self.broadcast(f"conversation:{message['conversation_id']}", "shout", shown)
        await self.broadcast(f"notification:{message['account_id']}", "shout", shown)
        metadata = message["metadata"]
        if not (isinstance(metadata, dict) and metadata.get("disable_webhook_events") is True):
            self._emit(message["account_id"], "message:created", shown)

    async def _touch(self, conversation: Record, message: Record, *, first_by_user: bool) -> None:
        changes: Record = {}
        if message["type"] == "bot":
            changes["read"] = False
        elif message["user_id"] is not None:
            changes["read"] = True
        elif message["customer_id"] is not None:
            changes |= {"read": False, "status": "open", "closed_at": None}
        if first_by_user:
            changes |= {"assignee_id": message["user_id"], "first_replied_at": zulu()}
        changed = any(conversation.get(name) != value for name, value in changes.items())
        conversation |= changes | {"last_activity_at": zulu()}
        if changed:
            await self.conversation_updated(conversation)

    async def update_conversation(self, conversation: Record, given: Record) -> Record:
        columns = {"status", "priority", "read", "assignee_id", "inbox_id", "subject", "metadata", "archived_at"}
        changes = {name: value for name, value in given.items() if name in columns | {"customer_id", "account_id"}}
        if changes.get("status", "open") not in {"open", "closed"}:
            raise detail(500)
        if "status" in changes:
            changes["closed_at"] = zulu() if changes["status"] == "closed" else None
        conversation |= changes
        await self.conversation_updated(conversation)
        return conversation

    async def conversation_updated(self, conversation: Record) -> None:
        account_id, shown = conversation["account_id"], conversation_json(conversation)
        noted = {name: conversation[name] for name in ("assignee_id", "status")}
        self.world.updates.append(noted | {"at_ms": self.world.at_ms(), "conversation_id": conversation["id"]})
        told = {"id": conversation["id"], "updates": shown}
        await self.broadcast(f"notification:{account_id}", "conversation:updated", told)
        self._emit(account_id, "conversation:updated", shown)

    # Webhooks: each event in a task of its own, subscriptions one after the other, no retry, answers ignored

    def _emit(self, account_id: str, event: str, payload: Record) -> None:
        body = json.dumps({"event": event, "payload": payload}).encode()
        self.world.pending_webhooks += 1
        task = asyncio.create_task(self._deliver(self.world, account_id, event, body))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, world: World, account_id: str, event: str, body: bytes) -> None:
        try:
            for subscription in list(world.subscriptions.values()):
                if subscription["account_id"] != account_id or not subscription["verified"]:
                    continue
                if event == "conversation:updated" and event not in (subscription["scope"] or ""):
                    continue
                await self._deliver_one(world, account_id, subscription["webhook_url"], event, body)
        finally:
            world.pending_webhooks -= 1

    async def _deliver_one(self, world: World, account_id: str, url: str, event: str, body: bytes) -> None:
        held = list(self._held)  # what this delivery overtakes: not what is held back while it is under way
        fault = world.take_fault(_WEBHOOK_FAULTS, account_id, event=event) or Fault("none")
        if fault.kind == "webhook_drop":
            dropped = {"at_ms": world.at_ms(), "url": url, "event": event, "body": json.loads(body)}
            world.webhooks.append(dropped | {"status": None, "outcome": "dropped"})
            return
        if fault.kind == "webhook_delay":
            await asyncio.sleep(fault.delay_ms / 1000)
        if fault.kind == "webhook_reorder":  # lets the next one overtake it
            overtaken = asyncio.Event()
            self._held.append(overtaken)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(overtaken.wait(), fault.delay_ms / 1000)
            self._held.remove(overtaken)
        for _ in range(2 if fault.kind == "webhook_duplicate" else 1):
            await self.post(url, event, body, world)
        for each in held:
            each.set()

    async def post(self, url: str, event: str, body: bytes, world: World | None = None) -> Answered:
        """One delivery as hackney makes it; what it returns only a verification looks at."""
        world = world or self.world
        if self._http is None:
            self._http = httpx2.AsyncClient(timeout=_WEBHOOK_TIMEOUT, trust_env=False)
            self._http.headers.clear()
        noted: Record = {"at_ms": world.at_ms(), "url": url, "event": event, "body": json.loads(body)}
        world.webhooks.append(noted)
        headers = {"Content-Type": "application/json", "User-Agent": "hackney/1.17.4"}
        try:
            answer = await self._http.post(url, content=body, headers=headers)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            noted |= {"status": None, "outcome": type(error).__name__}
            return None, b"", ""
        noted |= {"status": answer.status_code, "outcome": "sent", "took_ms": round(world.at_ms() - noted["at_ms"], 1)}
        return answer.status_code, answer.content, answer.headers.get("content-type", "")

    async def verify(self, url: object) -> bool:
        """`webhook:verify`: the answer must be exactly the challenge; a URL without a path never verifies."""
        parts = urllib.parse.urlsplit(url) if isinstance(url, str) else None
        if not isinstance(url, str) or parts is None or not (parts.scheme and parts.hostname and parts.path):
            return False
        challenge = "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(64))
        envelope = json.dumps({"event": "webhook:verify", "payload": challenge}).encode()
        _, answer, kind = await self.post(url, "webhook:verify", envelope)
        said: object = answer.decode("utf-8", "replace")
        if kind.startswith(("application/json", "text/javascript")):
            with contextlib.suppress(ValueError):
                said = json.loads(answer)
        return said == challenge or (isinstance(said, dict) and said.get("challenge") == challenge)


async def _nobody_listens(topic: str, event: str, payload: Record) -> None:
    """Before the socket hub is attached."""


def owned(table: dict[str, Record], key: str, account_id: str) -> Record:
    """A row by id, with Papercups' three different ways to say no."""
    if not UUID.fullmatch(key):
        raise detail(400)
    if key not in table:
        raise detail(404)
    if table[key]["account_id"] != account_id:
        raise Problem(404, {"error": {"status": 404, "message": "Not found"}})
    return table[key]
