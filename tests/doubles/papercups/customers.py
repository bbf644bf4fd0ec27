"""The double's REST for customers: by key, by session, and the widget's public calls."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.doubles.papercups.api import caller, data, params, world_of
from tests.doubles.papercups.events import UUID, owned
from tests.doubles.papercups.state import customer_json, detail, expanded_conversation, invalid, new_id

_COLUMNS = ("name", "email", "phone", "external_id", "metadata")


async def create_customer(request: Request) -> Response:
    given = await params(request, "customer")
    public = not request.url.path.startswith("/api/v1/")
    account_id = given.get("account_id") if public else caller(request)["account_id"]
    if account_id not in world_of(request).accounts:
        raise invalid(account_id="does not exist")
    return data(customer_json(world_of(request).add_customer(str(account_id), given)), 201)


async def list_customers(request: Request) -> Response:
    user, query = caller(request), request.query_params
    found = [each for each in world_of(request).customers.values() if each["account_id"] == user["account_id"]]
    for name in ("external_id", "email", "name", "phone"):
        if name in query:
            found = [each for each in found if each[name] == query[name]]
    size, number = int(query.get("page_size", query.get("limit", 50))), int(query.get("page", 1))
    shown = [customer_json(each) for each in found[(number - 1) * size : number * size]]
    pages = {"page_number": number, "page_size": size, "total_pages": -(-len(found) // size) or 1}
    return JSONResponse({"data": shown, "total_entries": len(found)} | pages)


async def one_customer(request: Request) -> Response:
    customer = owned(world_of(request).customers, request.path_params["id"], caller(request)["account_id"])
    if request.method == "PUT":
        given = await params(request, "customer")
        customer |= {name: given[name] for name in _COLUMNS if name in given}
    return data(customer_json(customer, full=True))


async def customer_note(request: Request) -> Response:
    user, given = caller(request), await params(request, "note")
    if not given.get("body") or given.get("customer_id") not in world_of(request).customers:
        raise invalid(body="can't be blank")
    return data({"id": new_id(), "object": "note", "body": given["body"], "author_id": user["id"]}, 201)


async def customer_metadata(request: Request) -> Response:
    """Unauthenticated: anyone who knows the id writes it."""
    customer = world_of(request).customers.get(request.path_params["id"])
    if customer is None:
        raise detail(404)
    given = await params(request, "metadata")
    customer |= {name: value for name, value in given.items() if name in {"name", "email", "phone", "external_id"}}
    return data(customer_json(customer))


async def customer_exists(request: Request) -> Response:
    customer = world_of(request).customers.get(request.path_params["id"])
    return data(customer is not None and customer["account_id"] == request.query_params.get("account_id"))


async def identify_customer(request: Request) -> Response:
    query = request.query_params
    for each in world_of(request).customers.values():
        if each["account_id"] == query.get("account_id") and each["external_id"] == query.get("external_id", ""):
            return data({"customer_id": each["id"]})
    return data({"customer_id": None})


async def customer_conversations(request: Request) -> Response:
    """The widget's history: the newest three open chats without notes; id and account are enough to read them."""
    world, query = world_of(request), request.query_params
    if not UUID.fullmatch(query.get("customer_id", "")):
        raise detail(400)
    found = [
        each
        for each in world.conversations.values()
        if (each["customer_id"], each["account_id"]) == (query["customer_id"], query.get("account_id"))
        and each["status"] == "open"
        and each["source"] == "chat"
    ]
    newest = sorted(found, key=lambda each: each["last_activity_at"], reverse=True)[:3]
    return data([expanded_conversation(world, each, private=False) for each in newest])


def _both(prefix: str) -> list[Route]:
    return [
        Route(f"{prefix}/customers", create_customer, methods=["POST"]),
        Route(f"{prefix}/customers", list_customers),
        Route(f"{prefix}/customers/{{id}}", one_customer, methods=["GET", "PUT"]),
        Route(f"{prefix}/notes", customer_note, methods=["POST"]),
    ]


ROUTES = [
    Route("/api/conversations/customer", customer_conversations),
    Route("/api/customers/identify", identify_customer),
    Route("/api/customers/{id}/exists", customer_exists),
    Route("/api/customers/{id}/metadata", customer_metadata, methods=["PUT"]),
    *_both("/api/v1"),
    *_both("/api"),
]
