"""The double's Phoenix socket, serializer 2.0.0: enough for Papercups' browser client and an agent's dashboard."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import defaultdict
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.doubles.papercups.events import Papercups
from tests.doubles.papercups.state import Problem, Record, zulu

IDLE_S = 45
_FORCED = ("conversation_id", "account_id")  # all else in a visitor's shout is believed


class Hub:
    """Who has joined which topic."""

    def __init__(self, papercups: Papercups) -> None:
        self._papercups = papercups
        self._joined: dict[str, set[WebSocket]] = defaultdict(set)
        papercups.broadcast = self.broadcast

    async def broadcast(self, topic: str, event: str, payload: Record) -> None:
        for socket in list(self._joined.get(topic, ())):
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await _send(socket, None, None, topic, event, payload)

    async def serve(self, socket: WebSocket) -> None:
        """One connection, until it leaves or says nothing for 45 seconds."""
        token = socket.query_params.get("token")
        agent_id = self._papercups.world.sessions.get(token) if token else None
        if token and agent_id is None:
            await socket.close()  # before accepting: the upgrade is refused
            return
        await socket.accept()
        try:
            while True:
                frame = json.loads(await asyncio.wait_for(socket.receive_text(), IDLE_S))
                await self._handle(socket, agent_id, *frame)
        except (WebSocketDisconnect, TimeoutError):
            pass
        except (ValueError, TypeError, KeyError):
            await socket.close(1011)
        finally:
            for members in self._joined.values():
                members.discard(socket)

    async def _handle(
        self,
        socket: WebSocket,
        agent_id: int | None,
        join_ref: str | None,
        ref: str,
        topic: str,
        event: str,
        payload: Any,
    ) -> None:
        async def reply(status: str, response: Record) -> None:
            await _send(socket, join_ref, ref, topic, "phx_reply", {"status": status, "response": response})

        if topic == "phoenix":
            await reply("ok", {})
        elif event == "phx_join":
            if not self._may_join(topic, agent_id):
                await reply("error", {"reason": "unauthorized"})
                return
            self._joined[topic].add(socket)
            await reply("ok", {})
            if topic.startswith(("room:", "notification:")):
                await _send(socket, join_ref, None, topic, "presence_state", {})
        elif event == "phx_leave":
            self._joined[topic].discard(socket)
            await reply("ok", {})
            await _send(socket, join_ref, ref, topic, "phx_close", {})
        elif socket not in self._joined.get(topic, ()):
            await reply("error", {"reason": "unmatched topic"})
        elif event == "ping":
            await reply("ok", payload)
        elif topic.startswith("notification:") and agent_id is not None:
            await self._from_agent(agent_id, event, payload)
            await reply("ok", {})
        elif topic == "conversation:lobby" and event == "shout":
            await self.broadcast(topic, event, payload)
        elif topic.startswith("conversation:"):
            await self._from_visitor(topic.removeprefix("conversation:"), event, payload)

    def _may_join(self, topic: str, agent_id: int | None) -> bool:
        world = self._papercups.world
        kind, _, rest = topic.partition(":")
        if kind == "notification":
            return agent_id is not None and world.users[agent_id]["account_id"] == rest
        if kind == "conversation":
            return rest == "lobby" or rest.startswith("lobby:") or rest in world.conversations
        return kind == "room"

    async def _from_visitor(self, conversation_id: str, event: str, payload: Any) -> None:
        """No reply to a shout: the broadcast, sender included, is the answer. `user_id` and `type` may be forged."""
        conversation = self._papercups.world.conversations.get(conversation_id)
        if conversation is None:
            return
        if event == "messages:seen":
            for message in self._papercups.world.messages_of[conversation_id]:
                if message["user_id"] is not None and message["seen_at"] is None:
                    message["seen_at"] = zulu()
        elif event == "shout" and isinstance(payload, dict):
            claimed = {name: value for name, value in payload.items() if name not in _FORCED}
            forced = {"conversation_id": conversation_id, "account_id": conversation["account_id"]}
            with contextlib.suppress(Problem):
                await self._papercups.create_message(conversation["account_id"], claimed | forced)

    async def _from_agent(self, agent_id: int, event: str, payload: Any) -> None:
        world = self._papercups.world
        conversation = world.conversations.get(payload.get("conversation_id"))
        if conversation is None:
            return
        if event == "read":
            await self._papercups.update_conversation(conversation, {"read": True})
        elif event == "shout":
            account_id = world.users[agent_id]["account_id"]
            with contextlib.suppress(Problem):
                await self._papercups.create_message(account_id, payload | {"user_id": agent_id, "customer_id": None})


async def _send(
    socket: WebSocket, join_ref: str | None, ref: str | None, topic: str, event: str, payload: Record
) -> None:
    await socket.send_text(json.dumps([join_ref, ref, topic, event, payload]))
