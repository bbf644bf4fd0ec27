"""The double's dashboard API: registration with its invitation bug, sessions, keys, subscriptions, widget settings."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.doubles.papercups.api import caller, data, params, server, world_of
from tests.doubles.papercups.state import (
    UNAUTHENTICATED,
    Record,
    World,
    detail,
    invalid,
    naive,
    new_id,
    rule,
    user_json,
    zulu,
)

_NO_URL = "can't be blank"


async def register(request: Request) -> Response:
    world, given = world_of(request), await params(request, "user")
    invitation = world.invitations.get(str(given.get("invite_token")))
    if invitation is None and world.registration_disabled:
        raise rule(403, "An invitation token is required to register")
    _check_new_user(world, given)
    if invitation is not None:
        world.add_user(invitation["account_id"], given["email"], given["password"], "user")
        _check_new_user(world, given)  # the bug: it creates the user a second time, and that must fail
    if not given.get("company_name"):
        raise rule(500, "Couldn't create user", errors={"company_name": ["can't be blank"]})
    account = world.add_account(given["company_name"])
    world.add_inbox(account["id"])
    # The caller's own account_id and role win: with open registration anyone may join any account as admin.
    joined = given.get("account_id") if given.get("account_id") in world.accounts else account["id"]
    user = world.add_user(str(joined), given["email"], given["password"], given.get("role", "admin"))
    return data(world.open_session(user))


def _check_new_user(world: World, given: Record) -> None:
    password, errors = given.get("password"), {}
    if not isinstance(password, str) or len(password) < 8:
        errors["password"] = ["should be at least 8 character(s)"]
    elif password != given.get("password_confirmation"):
        errors["password_confirmation"] = ["does not match confirmation"]
    if not isinstance(given.get("email"), str):
        errors["email"] = ["can't be blank"]
    elif any(each["email"] == given["email"] for each in world.users.values()):
        errors["email"] = ["has already been taken"]
    if errors:
        raise rule(500, "Couldn't create user", errors=errors)


async def log_in(request: Request) -> Response:
    world, given = world_of(request), await params(request, "user")
    for user in world.users.values():
        if user["email"] == given.get("email") and user["password"] == given.get("password"):
            return _session(world, user)
    raise rule(401, "Invalid email or password")


def _session(world: World, user: Record) -> Response:
    shown = {"user_id": user["id"], "email": user["email"], "account_id": user["account_id"]}
    return data(shown | world.open_session(user))


async def renew(request: Request) -> Response:
    """Single use."""
    world = world_of(request)
    user_id = world.renewals.pop(request.headers.get("authorization", ""), None)
    if user_id is None:
        raise UNAUTHENTICATED
    return _session(world, world.users[user_id])


async def log_out(request: Request) -> Response:
    world_of(request).sessions.pop(request.headers.get("authorization", ""), None)
    return data({})


async def create_account(request: Request) -> Response:
    """Public, and without user or inbox: useless alone."""
    account = world_of(request).add_account(str((await params(request, "account")).get("company_name")))
    return data(_account(account), 201)


def _account(account: Record) -> Record:
    return {name: value for name, value in account.items() if name != "widget"}


async def my_account(request: Request) -> Response:
    world, account_id = world_of(request), caller(request)["account_id"]
    shown = _account(world.accounts[account_id])
    shown["users"] = [user_json(each) for each in world.users.values() if each["account_id"] == account_id]
    return data(shown | {"widget_settings": world.accounts[account_id]["widget"], "working_hours": []})


async def invite(request: Request) -> Response:
    user = caller(request)
    if user["role"] != "admin":
        raise rule(403, "Forbidden")
    invitation = {"id": new_id(), "account_id": user["account_id"], "expires_at": zulu()}
    world_of(request).invitations[invitation["id"]] = invitation
    return data(invitation, 201)


async def keys(request: Request) -> Response:
    user, world = caller(request), world_of(request)
    if request.method == "POST":
        label = (await params(request)).get("label")
        if not label:
            raise invalid(label="can't be blank")
        return data(world.add_key(user, str(label)), 201)
    return data([each for each in world.keys.values() if each["user_id"] == user["id"]])


async def one_key(request: Request) -> Response:
    caller(request)
    table = world_of(request).keys
    if request.path_params["id"] not in table:
        raise detail(404)
    if request.method == "DELETE":
        del table[request.path_params["id"]]
        return Response(status_code=204)
    return data(table[request.path_params["id"]])


async def subscriptions(request: Request) -> Response:
    user, table = caller(request), world_of(request).subscriptions
    if request.method == "GET":
        return data([each for each in table.values() if each["account_id"] == user["account_id"]])
    given = await params(request, "event_subscription")
    url = given.get("webhook_url")
    if not isinstance(url, str) or not 0 < len(url) <= 255:
        raise invalid(webhook_url=_NO_URL)
    return data(await subscribe(request, user["account_id"], url, given.get("scope")), 201)


async def subscribe(request: Request, account_id: str, url: str, scope: str | None) -> Record:
    """A failed verification still makes a row: an unverified one, which gets nothing for ever."""
    subscription: Record = {"id": new_id(), "object": "event_subscription", "account_id": account_id}
    subscription |= {"created_at": naive(), "updated_at": naive(), "webhook_url": url, "scope": scope}
    subscription["verified"] = await server(request).verify(url)
    world_of(request).subscriptions[subscription["id"]] = subscription
    return subscription


async def one_subscription(request: Request) -> Response:
    """Whose it is is not checked: any signed-in user of the instance reads and edits any of them."""
    caller(request)
    table = world_of(request).subscriptions
    subscription = table.get(request.path_params["id"])
    if subscription is None:
        raise detail(404)
    if request.method == "DELETE":
        del table[subscription["id"]]
        return Response(status_code=204)
    if request.method == "PUT":
        given = await params(request, "event_subscription")
        subscription |= {name: given[name] for name in ("webhook_url", "scope") if name in given}
        # The URL of this very body: without one the subscription loses its verification.
        subscription["verified"] = await server(request).verify(given.get("webhook_url"))
    return data(subscription)


async def verify_url(request: Request) -> Response:
    caller(request)
    return data({"verified": await server(request).verify((await params(request)).get("url"))})


async def show_widget_settings(request: Request) -> Response:
    account_id = request.query_params.get("account_id")
    if not account_id:
        raise rule(422, "account_id is required")
    account = world_of(request).accounts.get(account_id)
    if account is None:
        raise detail(404)
    shown: Record = {"id": account_id, "object": "widget_settings", "title": "Welcome!", "subtitle": "Ask us anything"}
    shown |= {"color": "#1890ff", "greeting": None, "away_message": None, "require_email_upfront": False}
    shown |= {"is_open_by_default": False, "show_agent_availability": False, "iframe_url_override": None}
    return data(shown | account["widget"] | {"account": _account(account) | {"is_outside_working_hours": False}})


async def update_widget_settings(request: Request) -> Response:
    account = world_of(request).accounts[caller(request)["account_id"]]
    account["widget"] |= await params(request, "widget_settings")
    return data({"id": account["id"], "object": "widget_settings"} | account["widget"])


async def widget_metadata(request: Request) -> Response:
    await params(request)
    return data({"ok": True})


async def upload(request: Request) -> Response:
    """Needs a bucket, which the double does not have."""
    return JSONResponse({"error": {"status": 401, "message": "Missing AWS keys: AWS_ACCESS_KEY_ID"}}, 401)


ROUTES = [
    Route("/api/registration", register, methods=["POST"]),
    Route("/api/session", log_in, methods=["POST"]),
    Route("/api/session", log_out, methods=["DELETE"]),
    Route("/api/session/renew", renew, methods=["POST"]),
    Route("/api/accounts", create_account, methods=["POST"]),
    Route("/api/accounts/me", my_account),
    Route("/api/user_invitations", invite, methods=["POST"]),
    Route("/api/personal_api_keys", keys, methods=["GET", "POST"]),
    Route("/api/personal_api_keys/{id}", one_key, methods=["GET", "DELETE"]),
    Route("/api/event_subscriptions", subscriptions, methods=["GET", "POST"]),
    Route("/api/event_subscriptions/verify", verify_url, methods=["POST"]),
    Route("/api/event_subscriptions/{id}", one_subscription, methods=["GET", "PUT", "DELETE"]),
    Route("/api/widget_settings", show_widget_settings),
    Route("/api/widget_settings", update_widget_settings, methods=["PUT"]),
    Route("/api/widget_settings/metadata", widget_metadata, methods=["PUT"]),
    Route("/api/upload", upload, methods=["POST"]),
]
