"""The load of a seed: visitors and people in the channel, callers of the API who repeat what was not answered."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2

from bench.chaos.ledger import Attempt, Call, Ledger, Person
from bench.chaos.plan import Action, Plan
from bench.chaos.tenants import ChaosTenant

READ_TIMEOUT_S = 12.0  # a caller's patience; then the request is repeated with its key
REPEAT_AFTER_S, REPEAT_AT_MOST_S = 0.8, 5.0  # the longer it lasts, the longer a caller waits before he tries again
POLL_S = 0.5
POLLED_FOR_S = 8.0
ENDS = {"delivered", "handed_over", "superseded", "silent", "failed"}
LAST_EVENTS = {"done", "stopped", "superseded"}


class Load:
    """Runs in a thread of its own; `stop` ends the callers who still wait."""

    def __init__(self, plan: Plan, tenants: list[ChaosTenant], ledger: Ledger, *, web: str, channel: str) -> None:
        self._plan, self._tenants, self._ledger = plan, tenants, ledger
        self._web, self._channel = web, channel
        self._loop = asyncio.new_event_loop()
        self._began = 0.0
        self._opened: dict[int, asyncio.Event] = {}
        self._owning: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)  # one change of a session's owner at a time
        self._waiting = 0
        self._thread = threading.Thread(target=self._run, name="load", daemon=True)
        self.failure: BaseException | None = None

    @property
    def waiting(self) -> int:
        """Requests to the API that are on their way right now."""
        return self._waiting

    @property
    def over(self) -> bool:
        """Whether everything was done and every caller answered."""
        return not self._thread.is_alive()

    def start(self, began_s: float) -> None:
        self._began = began_s
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._cancel)
        self._thread.join(10)

    def _cancel(self) -> None:
        for task in asyncio.all_tasks(self._loop):
            task.cancel()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._everything())
        except asyncio.CancelledError:
            pass
        except BaseException as error:
            self.failure = error
            raise
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _everything(self) -> None:
        limits = httpx2.Limits(max_keepalive_connections=0)
        timeout = httpx2.Timeout(READ_TIMEOUT_S, connect=5.0, pool=None)
        async with (
            httpx2.AsyncClient(base_url=self._web, limits=limits, timeout=timeout, trust_env=False) as self._http,
            httpx2.AsyncClient(base_url=self._channel, timeout=30, trust_env=False) as self._double,
            asyncio.TaskGroup() as tasks,
        ):
            doing: dict[str, Callable[[Action], Awaitable[None]]] = {
                "say": self._say,
                "person": self._person,
                "close": self._close,
                "ask": self._ask,
                "own": self._own,
            }
            for action in self._plan.load:
                await asyncio.sleep(max(0.0, self._began + action.at_s - time.monotonic()))
                tasks.create_task(doing[action.kind](action))  # type: ignore[arg-type]

    # In the channel

    async def _say(self, action: Action) -> None:
        chat, tenant = action.args["chat"], action.args["tenant"]
        given: dict[str, Any] = {"body": action.args["text"]}
        opened = self._opened.get(chat)
        if opened is None:
            opened = self._opened[chat] = asyncio.Event()
            given["account_id"] = self._tenants[tenant].account["account_id"]
        else:
            await opened.wait()
            given["conversation_id"] = self._ledger.chats[chat]
        answer = (await self._double.post("/_double/say", json=given)).raise_for_status().json()
        self._ledger.chats[chat] = answer["conversation_id"]
        self._ledger.said.append((action.args["reference"], chat, tenant))
        opened.set()

    async def _person(self, action: Action) -> None:
        """A person of the business writes, or takes the conversation by assigning it to herself."""
        chat = action.args["chat"]
        await self._opened[chat].wait()
        tenant = self._tenant_of(chat)
        began, named = time.monotonic(), self._ledger.chats[chat]
        if action.args["how"] == "message":
            given: dict[str, Any] = {"conversation_id": named, "body": "Hello, Anna here.", "as": "human"}
            answer = await self._double.post("/_double/say", json=given)
        else:
            person = self._tenants[tenant].account["human_user_id"]
            answer = await self._double.post("/_double/assign", json={"conversation_id": named, "user_id": person})
        self._stepped_in(chat, None, tenant, action.args["how"], began, answer.is_success)

    async def _close(self, action: Action) -> None:
        chat = action.args["chat"]
        began = time.monotonic()
        given = {"conversation_id": self._ledger.chats[chat]}
        answer = await self._double.post("/_double/close", json=given)
        self._stepped_in(chat, None, self._tenant_of(chat), "close", began, answer.is_success)

    def _tenant_of(self, chat: int) -> int:
        return next(tenant for _, number, tenant in self._ledger.said if number == chat)

    def _stepped_in(
        self, chat: int | None, session: int | None, tenant: int, how: str, began: float, done: bool
    ) -> None:
        self._ledger.persons.append(Person(chat, session, tenant, how, began, time.monotonic(), done))

    # Over the API

    async def _own(self, action: Action) -> None:
        """Take a conversation over, or give it back; repeated until it is done."""
        session, tenant, owner = action.args["session"], action.args["tenant"], action.args["owner"]
        named = self._tenants[tenant].conversation_of_session(session_name(self._plan, session))
        path, headers = f"/api/v1/conversations/{named}/owner", self._key(tenant)
        async with self._owning[session]:
            began, status = time.monotonic(), 0
            while status not in {200, 404}:  # 404: nothing of it is recorded yet, so there is nothing to take over
                with contextlib.suppress(httpx2.HTTPError):
                    status = (await self._http.post(path, json={"owner": owner}, headers=headers)).status_code
                if status not in {200, 404}:
                    await asyncio.sleep(REPEAT_AFTER_S)
            self._stepped_in(None, session, tenant, owner, began, status == 200)

    def _key(self, tenant: int) -> dict[str, str]:
        return {"X-API-Key": self._tenants[tenant].api_key}

    async def _ask(self, action: Action) -> None:
        """Until it is answered; each try with the same Idempotency-Key."""
        args = action.args
        call = Call(args["reference"], args["tenant"], args["session"])
        self._ledger.calls.append(call)
        body = {"session_id": session_name(self._plan, args["session"]), "message": args["text"]}
        mode = args["mode"]
        while call.final is None and not call.refused:
            attempt = Attempt(time.monotonic())
            call.attempts.append(attempt)
            self._waiting += 1
            try:
                await self._try(call, attempt, body, mode)
            except (httpx2.HTTPError, httpx2.StreamError) as error:
                attempt.error = type(error).__name__
            finally:
                self._waiting -= 1
                attempt.ended_s = time.monotonic()
            if call.final is None:
                await asyncio.sleep(min(REPEAT_AFTER_S * len(call.attempts), REPEAT_AT_MOST_S))

    async def _try(self, call: Call, attempt: Attempt, body: dict[str, str], mode: str) -> None:
        headers = self._key(call.tenant) | {"Idempotency-Key": call.reference}
        headers |= {"stream": {"Accept": "text/event-stream"}, "later": {"Prefer": "respond-async"}}.get(mode, {})
        async with self._http.stream("POST", "/api/v1/chat", json=body, headers=headers) as response:
            attempt.status = response.status_code
            if response.status_code == 200 and mode == "stream":
                await self._listen(call, attempt, response)
                return
            await response.aread()
        if response.status_code in {200, 202}:
            view = attempt.view = response.json()
            if response.status_code == 200 and view["state"] in ENDS:
                call.final = view
            else:
                await self._poll(call, view["turn_id"])
        elif response.status_code not in {429, 500, 502, 503, 504}:
            call.refused = f"{response.status_code} {response.text[:200]}"

    async def _listen(self, call: Call, attempt: Attempt, response: httpx2.Response) -> None:
        name = ""
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                data = json.loads(line.removeprefix("data: "))
                if name == "sentence":
                    attempt.sentences.append((time.monotonic(), data["text"]))
                elif name in LAST_EVENTS:
                    attempt.view = call.final = data
                    return

    async def _poll(self, call: Call, turn_id: str) -> None:
        """Ask for the turn for a while; then the message is sent again."""
        until = time.monotonic() + POLLED_FOR_S
        while time.monotonic() < until:
            await asyncio.sleep(POLL_S)
            answer = await self._http.get(f"/api/v1/turns/{turn_id}", headers=self._key(call.tenant))
            if answer.status_code == 200 and (view := answer.json())["state"] in ENDS:
                call.final = view
                return


def session_name(plan: Plan, number: int) -> str:
    return f"a-session-of-seed-{plan.seed}-number-{number}"
