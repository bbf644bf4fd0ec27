"""The double's REST for messages and conversations, under /api (session token) and /api/v1 (API key)."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.doubles.papercups.events import Papercups, owned
from tests.doubles.papercups.state import (
    UNAUTHENTICATED,
    Record,
    World,
    conversation_json,
    detail,
    expanded_conversation,
    expanded_message,
    invalid,
    message_json,
    naive,
    new_id,
    rule,
    user_json,
)


def server(request: Request) -> Papercups:
    return request.app.state.papercups  # type: ignore[no-any-return]


def world_of(request: Request) -> World:
    return server(request).world


def caller(request: Request) -> Record:
    """Who calls. A key is no session token and a session token no key; `Bearer ` before a session token breaks it."""
    world, header = world_of(request), request.headers.get("authorization", "")
    if request.url.path.startswith("/api/v1/"):
        value = header.removeprefix("Bearer ")
        key = next((each for each in world.keys.values() if each["value"] == value and header != value), None)
        user_id = key["user_id"] if key else None
    else:
        user_id = world.sessions.get(header)
    if user_id is None:
        raise UNAUTHENTICATED
    user = world.users[user_id]
    if user["disabled_at"]:
        raise rule(401, "Your account is disabled. Please contact your admin.")
    return user


async def params(request: Request, key: str | None = None) -> Record:
    """The JSON body, or what stands under its top-level key; missing is a 400."""
    try:
        body = await request.json()
    except ValueError:
        raise detail(400) from None
    found = body.get(key) if key and isinstance(body, dict) else body
    if not isinstance(found, dict):
        raise detail(400)
    return found


def data(value: Any, status: int = 200) -> JSONResponse:
    return JSONResponse({"data": value}, status)


async def create_message(request: Request) -> Response:
    user, given = caller(request), await params(request, "message")
    as_customer = given.get("customer_id")
    if as_customer is not None:
        if given.get("user_id") is not None:
            raise rule(422, "A message cannot be of a user and of a customer")
        customer = world_of(request).customers.get(as_customer)
        if customer is None or customer["account_id"] != user["account_id"]:
            raise rule(403, "Forbidden")
    # The conversation's account is not checked: the message gets the key's account and the other tenant's reader.
    written_by = {"user_id": None if as_customer is not None else user["id"]}
    message = await server(request).create_message(user["account_id"], given | written_by)
    answer = data(expanded_message(world_of(request), message), 201)
    answer.headers["Location"] = f"/api/messages/{message['id']}"
    return answer


async def list_messages(request: Request) -> Response:
    user, query, world = caller(request), request.query_params, world_of(request)
    found = [each for each in world.messages.values() if each["account_id"] == user["account_id"]]
    for name in ("conversation_id", "customer_id", "user_id", "source", "type"):
        if name in query:
            found = [each for each in found if str(each[name]) == query[name]]
    if "private" in query:
        found = [each for each in found if each["private"] == (query["private"] == "true")]
    return data([message_json(each) for each in reversed(found)])


async def one_message(request: Request) -> Response:
    world = world_of(request)
    message = owned(world.messages, request.path_params["id"], caller(request)["account_id"])
    if request.method == "DELETE":
        del world.messages[message["id"]]
        world.messages_of[message["conversation_id"]].remove(message)
        return Response(status_code=204)
    if request.method == "PUT":
        given = await params(request, "message")
        message |= {name: given[name] for name in ("body", "type", "private", "metadata") if name in given}
    return data(expanded_message(world, message))


async def create_conversation(request: Request) -> Response:
    """Public under /api (the widget names its account), by key under /api/v1."""
    given = await params(request, "conversation")
    public = not request.url.path.startswith("/api/v1/")
    user = None if public else caller(request)
    account_id = user["account_id"] if user else given.get("account_id")
    if account_id not in world_of(request).accounts:
        raise invalid(account_id="can't be blank")
    conversation = await server(request).create_conversation(str(account_id), given)
    first = given.get("message")
    if user and isinstance(first, dict):
        message = first | {"conversation_id": conversation["id"], "user_id": user["id"]}
        await server(request).create_message(str(account_id), message)
    return data(conversation_json(conversation), 201)


async def list_conversations(request: Request) -> Response:
    user, query, world = caller(request), request.query_params, world_of(request)
    mine = [each for each in world.conversations.values() if each["account_id"] == user["account_id"]]
    found = [each for each in mine if not each["archived_at"]]
    for name in ("status", "priority", "customer_id", "inbox_id", "source"):
        if name in query:
            found = [each for each in found if str(each[name]) == query[name]]
    if "read" in query:
        found = [each for each in found if each["read"] == (query["read"] == "true")]
    if "assignee_id" in query:
        wanted = str(user["id"]) if query["assignee_id"] == "me" else query["assignee_id"]
        found = [each for each in found if str(each["assignee_id"] or "") == wanted]
    found.sort(key=lambda each: (each["last_activity_at"], each["id"]), reverse=True)
    total, limit = len(found), min(int(query.get("limit", 50)), 50)
    if "after" in query:
        found = [each for each in found if (each["last_activity_at"], each["id"]) < _position(query["after"])]
    page, rest = found[:limit], found[limit:]
    cursor = _cursor(page[-1]) if rest and page else None
    shown = [expanded_conversation(world, each) for each in page]
    return JSONResponse({"data": shown, "next": cursor, "previous": None, "limit": limit, "total": total})


def _cursor(conversation: Record) -> str:
    return base64.urlsafe_b64encode(f"{conversation['last_activity_at']}|{conversation['id']}".encode()).decode()


def _position(cursor: str) -> tuple[str, str]:
    try:
        moment, _, key = base64.urlsafe_b64decode(cursor).decode().partition("|")
    except (binascii.Error, UnicodeDecodeError):
        raise detail(400) from None
    return moment, key


async def one_conversation(request: Request) -> Response:
    world = world_of(request)
    conversation = owned(world.conversations, request.path_params["id"], caller(request)["account_id"])
    if request.method == "DELETE":
        del world.conversations[conversation["id"]]
        return Response(status_code=204)
    if request.method == "PUT":
        given = await params(request, "conversation")
        return data(conversation_json(await server(request).update_conversation(conversation, given)))
    return data(expanded_conversation(world, conversation))


async def archive_conversation(request: Request) -> Response:
    conversation = owned(world_of(request).conversations, request.path_params["id"], caller(request)["account_id"])
    conversation["archived_at"] = naive()
    return data(conversation_json(conversation))


async def tag_conversation(request: Request) -> Response:
    """Answers ok for any tag: whose it is is not checked."""
    caller(request)
    return data({"ok": True})


async def tags(request: Request) -> Response:
    user, world = caller(request), world_of(request)
    if request.method == "GET":
        return data([each for each in world.tags.values() if each["account_id"] == user["account_id"]])
    given = await params(request, "tag")
    if not given.get("name"):
        raise invalid(name="can't be blank")
    tag: Record = {"id": new_id(), "object": "tag", "account_id": user["account_id"], "created_at": naive()}
    tag |= {"updated_at": naive(), "description": given.get("description"), "color": given.get("color")}
    tag["name"] = given["name"]
    world.tags[tag["id"]] = tag
    return data({name: value for name, value in tag.items() if name != "account_id"}, 201)


async def me(request: Request) -> Response:
    user = caller(request)
    return data({name: user[name] for name in ("id", "email", "account_id", "role")})


async def users(request: Request) -> Response:
    account_id = caller(request)["account_id"]
    return data([user_json(each) for each in world_of(request).users.values() if each["account_id"] == account_id])


async def profile(request: Request) -> Response:
    user = caller(request)
    if request.method == "PUT":
        user["profile"] = (user["profile"] or {}) | await params(request, "user_profile")
    return data({"object": "user_profile", "user_id": user["id"]} | (user["profile"] or {}))


def _both(prefix: str) -> list[Route]:
    return [
        Route(f"{prefix}/me", me),
        Route(f"{prefix}/users", users),
        Route(f"{prefix}/profile", profile, methods=["GET", "PUT"]),
        Route(f"{prefix}/messages", create_message, methods=["POST"]),
        Route(f"{prefix}/messages", list_messages),
        Route(f"{prefix}/messages/{{id}}", one_message, methods=["GET", "PUT", "DELETE"]),
        Route(f"{prefix}/conversations", create_conversation, methods=["POST"]),
        Route(f"{prefix}/conversations", list_conversations),
        Route(f"{prefix}/conversations/{{id}}", one_conversation, methods=["GET", "PUT", "DELETE"]),
        Route(f"{prefix}/tags", tags, methods=["GET", "POST"]),
    ]


ROUTES = [
    Route("/api/conversations/{id}/archive", archive_conversation, methods=["POST"]),
    Route("/api/conversations/{id}/tags", tag_conversation, methods=["POST"]),
    Route("/api/conversations/{id}/tags/{tag}", tag_conversation, methods=["DELETE"]),
    *_both("/api/v1"),
    *_both("/api"),
]
