"""What the Papercups double remembers, and how Papercups shows it as JSON. In memory only."""

from __future__ import annotations

import secrets
import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Record = dict[str, Any]


class Problem(Exception):
    """A refusal in one of Papercups' several error shapes."""

    def __init__(self, status: int, body: Record) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def invalid(**errors: str) -> Problem:
    fields = {name: [text] for name, text in errors.items()}
    return Problem(422, {"error": {"status": 422, "message": "Unprocessable Entity", "errors": fields}})


def rule(status: int, message: str, **more: Any) -> Problem:
    return Problem(status, {"error": {"status": status, "message": message, **more}})


def detail(status: int) -> Problem:
    words = {400: "Bad Request", 404: "Not Found", 500: "Internal Server Error"}
    return Problem(status, {"errors": {"detail": words[status]}})


UNAUTHENTICATED = Problem(401, {"error": {"code": 401, "message": "Not authenticated"}})


def naive() -> str:
    """`created_at`: UTC in whole seconds and without a Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def zulu(value: object = None) -> str | None:
    """`sent_at`, `seen_at`: UTC with a Z, cut to seconds like the column is."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else datetime.now(UTC)
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def new_id() -> str:
    return str(uuid.uuid4())


@dataclass
class Fault:
    """One kind of trouble, for the next `times` requests or webhooks it fits."""

    kind: str
    times: int = 1
    after: int = 0  # so many that fit pass unharmed first
    delay_ms: int = 10_000
    status: int = 500
    retry_after: str | None = None
    method: str = "POST"
    path: str = "/api/v1/messages"  # how the path begins; all of it where this ends with "$"
    event: str = "message:created"  # webhooks only; "*" for any
    account_id: str | None = None
    body: str = ""
    name: str = ""  # holds only: by which a test waits for the request and lets it go


@dataclass
class World:
    """Every table of the double, keyed by id, in order of creation."""

    accounts: dict[str, Record] = field(default_factory=dict)
    users: dict[int, Record] = field(default_factory=dict)
    inboxes: dict[str, Record] = field(default_factory=dict)
    keys: dict[str, Record] = field(default_factory=dict)
    sessions: dict[str, int] = field(default_factory=dict)
    renewals: dict[str, int] = field(default_factory=dict)
    invitations: dict[str, Record] = field(default_factory=dict)
    subscriptions: dict[str, Record] = field(default_factory=dict)
    customers: dict[str, Record] = field(default_factory=dict)
    conversations: dict[str, Record] = field(default_factory=dict)
    messages: dict[str, Record] = field(default_factory=dict)
    messages_of: dict[str, list[Record]] = field(default_factory=dict)
    files: dict[str, Record] = field(default_factory=dict)
    tags: dict[str, Record] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: deque[Record] = field(default_factory=lambda: deque(maxlen=50_000))
    webhooks: deque[Record] = field(default_factory=lambda: deque(maxlen=50_000))
    updates: deque[Record] = field(default_factory=lambda: deque(maxlen=50_000))
    running: int = 0  # requests that were taken and are not answered yet
    registration_disabled: bool = False
    pending_webhooks: int = 0
    last_user_id: int = 0
    started: float = field(default_factory=time.monotonic)

    def at_ms(self) -> float:
        return round((time.monotonic() - self.started) * 1000, 1)

    def take_fault(
        self, kinds: set[str], account_id: str | None, *, method: str = "", path: str = "", event: str = ""
    ) -> Fault | None:
        """The first fault ordered for this request (method and path) or webhook (event), used up once."""
        for fault in self.faults:
            on_path = path + "$" == fault.path or path.startswith(fault.path)
            fits = fault.event in {event, "*"} if event else fault.method in {method, "*"} and on_path
            if fault.kind in kinds and fits and fault.account_id in {None, account_id}:
                if fault.after > 0:
                    fault.after -= 1
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
                return fault
        return None

    def add_account(self, company_name: str, account_id: str | None = None) -> Record:
        account: Record = {
            "id": account_id or new_id(),
            "object": "account",
            "company_name": company_name,
            "created_at": naive(),
        }
        account |= {"settings": {}, "widget": {}, "time_zone": None, "subscription_plan": "team"}
        self.accounts[account["id"]] = account
        return account

    def add_inbox(self, account_id: str) -> Record:
        inbox: Record = {"id": new_id(), "account_id": account_id, "name": "Primary Inbox", "is_primary": True}
        self.inboxes[inbox["id"]] = inbox
        return inbox

    def add_user(self, account_id: str, email: str, password: str, role: str) -> Record:
        self.last_user_id += 1
        user: Record = {"id": self.last_user_id, "account_id": account_id, "email": email, "password": password}
        user |= {"role": role, "created_at": naive(), "disabled_at": None, "archived_at": None, "profile": None}
        self.users[user["id"]] = user
        return user

    def add_key(self, user: Record, label: str, value: str | None = None) -> Record:
        key: Record = {"id": new_id(), "object": "personal_api_key", "label": label, "last_used_at": None}
        key |= {"account_id": user["account_id"], "user_id": user["id"]}
        key["value"] = value or "SFMyNTY." + secrets.token_urlsafe(40)
        self.keys[key["id"]] = key
        return key

    def add_customer(self, account_id: str, given: Record) -> Record:
        customer: Record = {"id": new_id(), "object": "customer", "account_id": account_id, "company_id": None}
        columns = ("name", "email", "phone", "external_id", "host", "pathname", "current_url", "browser", "os")
        customer |= {name: given.get(name) for name in columns}
        customer |= {"metadata": given.get("metadata"), "created_at": naive(), "updated_at": naive()}
        self.customers[customer["id"]] = customer
        return customer

    def open_session(self, user: Record) -> Record:
        token, renew_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self.sessions[token] = self.renewals[renew_token] = user["id"]
        return {"token": token, "renew_token": renew_token}

    def primary_inbox(self, account_id: str) -> str | None:
        return next((each["id"] for each in self.inboxes.values() if each["account_id"] == account_id), None)


def user_json(user: Record) -> Record:
    shown = {name: user[name] for name in ("id", "email", "created_at", "disabled_at", "archived_at", "role")}
    shown["object"] = "user"
    if user["profile"]:
        shown |= {name: user["profile"].get(name) for name in ("full_name", "display_name", "profile_photo_url")}
    return shown


def customer_json(customer: Record, *, full: bool = False) -> Record:
    shown = {name: value for name, value in customer.items() if name != "account_id"}
    shown |= {"profile_photo_url": None, "title": customer["name"] or customer["email"] or "Anonymous User"}
    if full:
        shown |= {"first_seen": naive()[:10], "last_seen_at": zulu(), "ip": None, "time_zone": None}
    return shown


def message_json(message: Record) -> Record:
    """A list's item: no user, no customer, no attachments."""
    return {name: value for name, value in message.items() if name not in {"file_ids", "at_ms"}}


def expanded_message(world: World, message: Record) -> Record:
    shown = message_json(message)
    user = world.users.get(message["user_id"])
    shown["user"] = user_json(user) if user else None
    shown["attachments"] = [world.files[each] for each in message["file_ids"]]
    if message["customer_id"] in world.customers:
        shown["customer"] = customer_json(world.customers[message["customer_id"]])
    return shown


def conversation_json(conversation: Record) -> Record:
    """Basic: without messages, customer, tags."""
    return {name: value for name, value in conversation.items() if name not in {"archived_at", "first_replied_at"}}


def expanded_conversation(world: World, conversation: Record, *, private: bool = True) -> Record:
    """With its messages in no particular order: ids are random, so ordering by them shuffles honestly."""
    messages = [each for each in world.messages_of[conversation["id"]] if private or not each["private"]]
    messages.sort(key=lambda each: each["id"])
    return conversation_json(conversation) | {
        "customer": customer_json(world.customers[conversation["customer_id"]], full=True),
        "messages": [expanded_message(world, each) for each in messages],
        "tags": [],
        "mentions": [],
    }
