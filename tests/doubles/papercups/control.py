"""The double's own handles under /_double/: seed accounts, play visitors and people, order faults, read the journal.

Papercups has none of this; tests, bench and the demo do.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.doubles.papercups.accounts import subscribe
from tests.doubles.papercups.api import server, world_of
from tests.doubles.papercups.state import (
    Fault,
    Problem,
    Record,
    World,
    conversation_json,
    expanded_message,
    naive,
    new_id,
    zulu,
)

FAULTS = {
    "answer",  # answers `status` (with `retry_after`, `body`) and stores nothing
    "hang",  # stores nothing and answers nothing for `delay_ms`
    "store_answer",  # stores, then answers `status`: 500 after the fact
    "store_hang",  # stores at once, answers only after `delay_ms`
    "store_late",  # stores only after `delay_ms`, when the caller has long given up
    "hold_before",  # does nothing until the test lets it go (or drops it), by `name`
    "hold_after",  # does what was asked, answers only when the test lets it go
    "store_cut",  # stores, then breaks the connection in the middle of the answer
    "webhook_drop",
    "webhook_duplicate",
    "webhook_delay",
    "webhook_reorder",  # the next webhook overtakes it, or `delay_ms` pass
}


async def _given(request: Request) -> Record:
    body = await request.body()
    value = json.loads(body) if body else {}
    if not isinstance(value, dict):
        raise Problem(400, {"error": "expected an object"})
    return value


async def seed(request: Request) -> Response:
    """An account as onboarding leaves it: admin, a person, a bot user with its own key, optionally a subscription."""
    given, world = await _given(request), world_of(request)
    seeded = populate(world, given.get("company_name", "Demo business"))
    if given.get("webhook_url"):
        seeded["subscription"] = await _subscribe(request, seeded["account_id"], given)
    return JSONResponse(seeded, 201)


def populate(
    world: World, name: str, account_id: str | None = None, bot_key: str | None = None, webhook_url: str | None = None
) -> Record:
    """Make an account, under a given id and bot key where they are named, with a verified subscription to a given URL."""
    account = world.add_account(name, account_id)
    world.add_inbox(account["id"])
    suffix = f"{account['id'][:8]}.example"
    admin = world.add_user(account["id"], f"owner@{suffix}", "correct horse", "admin")
    human = world.add_user(account["id"], f"anna@{suffix}", "correct horse", "user")
    bot = world.add_user(account["id"], f"bot@{suffix}", "correct horse", "user")
    human["profile"] = {"display_name": "Anna", "full_name": "Anna Example"}
    if webhook_url:
        _add_subscription(world, account["id"], webhook_url, "conversation:updated")
    return {
        "account_id": account["id"],
        "admin_user_id": admin["id"],
        "admin_email": admin["email"],
        "admin_password": admin["password"],
        "admin_token": world.open_session(admin)["token"],
        "admin_key": world.add_key(admin, "admin")["value"],
        "human_user_id": human["id"],
        "human_key": world.add_key(human, "anna")["value"],
        "bot_user_id": bot["id"],
        "bot_key": world.add_key(bot, "bot", bot_key)["value"],
    }


async def add_webhook(request: Request) -> Response:
    """A subscription for an account that exists; `verified` true skips the challenge."""
    given = await _given(request)
    return JSONResponse(await _subscribe(request, request.path_params["account_id"], given), 201)


async def _subscribe(request: Request, account_id: str, given: Record) -> Record:
    url, scope = given["webhook_url"], given.get("scope", "conversation:updated")
    if not given.get("verified"):
        return await subscribe(request, account_id, url, scope)
    return _add_subscription(world_of(request), account_id, url, scope)


def _add_subscription(world: World, account_id: str, url: str, scope: str) -> Record:
    subscription = {"id": new_id(), "object": "event_subscription", "account_id": account_id, "webhook_url": url}
    subscription |= {"created_at": naive(), "updated_at": naive(), "scope": scope, "verified": True}
    world.subscriptions[subscription["id"]] = subscription
    return subscription


async def say(request: Request) -> Response:
    """Somebody writes, `as` customer (default) or human; `forge` overrides fields as a hostile widget can."""
    given, papercups = await _given(request), server(request)
    world, conversation_id = papercups.world, given.get("conversation_id")
    account_id = given.get("account_id") or world.conversations[str(conversation_id)]["account_id"]
    if conversation_id is None:
        customer_id = given.get("customer_id") or world.add_customer(account_id, given.get("customer") or {})["id"]
        conversation_id = (await papercups.create_conversation(account_id, {"customer_id": customer_id}))["id"]
    customer_id = world.conversations[conversation_id]["customer_id"]
    message: Record = {"conversation_id": conversation_id, "body": given.get("body"), "sent_at": zulu()}
    message |= {name: given[name] for name in ("sent_at", "private", "type", "metadata", "source") if name in given}
    if given.get("as", "customer") == "customer":
        message["customer_id"] = customer_id
    else:
        message["user_id"] = given.get("user_id") or _somebody(request, account_id)
    files = [{"id": new_id(), "object": "file", "filename": "a.png"} for _ in range(given.get("attachments", 0))]
    for each in files:
        each |= {"file_url": f"https://files.example/{each['id']}-a.png", "content_type": "image/png"}
        world.files[each["id"]] = each
    message["file_ids"] = [each["id"] for each in files]
    stored = await papercups.create_message(account_id, message | given.get("forge", {}))
    answer = {
        "conversation_id": conversation_id,
        "customer_id": customer_id,
        "message": expanded_message(world, stored),
    }
    return JSONResponse(answer, 201)


def _somebody(request: Request, account_id: str) -> int:
    """The seeded person, who is neither the owner nor the bot."""
    users = [each for each in world_of(request).users.values() if each["account_id"] == account_id]
    return next(int(each["id"]) for each in users if each["email"].startswith("anna@"))


def _change(changes: Callable[[Record], Record]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        given, papercups = await _given(request), server(request)
        conversation = papercups.world.conversations[given["conversation_id"]]
        return JSONResponse(conversation_json(await papercups.update_conversation(conversation, changes(given))))

    return endpoint


async def forge(request: Request) -> Response:
    """Sends `envelope` as it stands to `webhook_url` or the subscriptions of `account_id`; returns the statuses."""
    given, papercups = await _given(request), server(request)
    urls = [given["webhook_url"]] if "webhook_url" in given else []
    urls += [
        each["webhook_url"]
        for each in papercups.world.subscriptions.values()
        if each["account_id"] == given.get("account_id")
    ]
    body = json.dumps(given["envelope"]).encode()
    event = str(given["envelope"].get("event")) if isinstance(given["envelope"], dict) else "?"
    return JSONResponse({"statuses": [(await papercups.post(url, event, body))[0] for url in urls]})


async def order_fault(request: Request) -> Response:
    given = await _given(request)
    known = {each.name for each in dataclasses.fields(Fault)}
    if given.get("kind") not in FAULTS or not given.keys() <= known:
        raise Problem(400, {"error": f"kind is one of {sorted(FAULTS)}, fields are {sorted(known)}"})
    world_of(request).faults.append(Fault(**given))
    return Response(status_code=204)


async def held(request: Request) -> Response:
    """What a hold of this name has stopped, waiting for it: the journal's entry of the request, or null."""
    query = request.query_params
    return JSONResponse(await server(request).holds.reached(query["name"], float(query.get("timeout_s", 3))))


async def let_go(request: Request) -> Response:
    """A held request goes on; with `drop` one held before it was done is forgotten, as if it had never arrived."""
    given, papercups = await _given(request), server(request)
    papercups.world.faults = [each for each in papercups.world.faults if each.name != given["name"]]
    papercups.holds.let_go(given["name"], drop=bool(given.get("drop")))
    return Response(status_code=204)


async def clear_faults(request: Request) -> Response:
    world_of(request).faults.clear()
    return Response(status_code=204)


async def journal(request: Request) -> Response:
    """Every /api request, stored message (who wrote it), webhook and changed conversation, in order.

    `at_ms` counts from the last reset, which was at `started_s` of the machine's monotonic clock.
    """
    world, wanted = world_of(request), request.query_params.get("conversation_id")
    messages = world.messages_of.get(wanted, []) if wanted else list(world.messages.values())
    return JSONResponse(
        {
            "requests": list(world.requests),
            "messages": [each | {"who": _who(each)} for each in messages],
            "webhooks": list(world.webhooks),
            "updates": list(world.updates),
            "pending_webhooks": world.pending_webhooks,
            "running": world.running,
            "started_s": world.started,
        }
    )


def _who(message: Record) -> str:
    if message["type"] == "bot":
        return "bot"
    if message["private"]:
        return "note"
    return "human" if message["user_id"] is not None else "customer"


async def conversation(request: Request) -> Response:
    """The row as the server holds it."""
    found = world_of(request).conversations.get(request.path_params["id"])
    return JSONResponse(found, 200 if found else 404)


async def configure(request: Request) -> Response:
    """`registration_disabled`; `disable_user`."""
    given, world = await _given(request), world_of(request)
    world.registration_disabled = given.get("registration_disabled", world.registration_disabled)
    if "disable_user" in given:
        world.users[given["disable_user"]]["disabled_at"] = naive()
    return Response(status_code=204)


async def settled(request: Request) -> Response:
    """Waits until every webhook so far has been tried."""
    return JSONResponse({"settled": await server(request).settled(float(request.query_params.get("timeout_s", 10)))})


async def reset(request: Request) -> Response:
    server(request).reset()
    return Response(status_code=204)


async def health(request: Request) -> Response:
    """Also what it is in the middle of: requests not answered yet, webhooks not tried yet."""
    world = world_of(request)
    return JSONResponse({"double": "papercups", "running": world.running, "pending_webhooks": world.pending_webhooks})


ROUTES = [
    Route("/_double/health", health),
    Route("/_double/reset", reset, methods=["POST"]),
    Route("/_double/configure", configure, methods=["POST"]),
    Route("/_double/accounts", seed, methods=["POST"]),
    Route("/_double/accounts/{account_id}/webhook", add_webhook, methods=["POST"]),
    Route("/_double/say", say, methods=["POST"]),
    Route("/_double/assign", _change(lambda given: {"assignee_id": given.get("user_id")}), methods=["POST"]),
    Route("/_double/close", _change(lambda given: {"status": "closed"}), methods=["POST"]),
    Route("/_double/forge", forge, methods=["POST"]),
    Route("/_double/faults", order_fault, methods=["POST"]),
    Route("/_double/faults", clear_faults, methods=["DELETE"]),
    Route("/_double/held", held),
    Route("/_double/let_go", let_go, methods=["POST"]),
    Route("/_double/journal", journal),
    Route("/_double/settled", settled),
    Route("/_double/conversations/{id}", conversation),
]
