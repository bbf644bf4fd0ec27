"""Plants canaries in a running deployment and drives what may spread them: success, refusal, failing vendors, a crash."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import psycopg
from llmock.scenarios import Fail, Match, Reply

from clients.queue.inspection import DeadLetter
from models.token import issue_admin_token, issue_customer_link, issue_customer_token
from tests.doubles import smtp
from tests.hostile.canaries import Canaries
from tests.scenarios import sse
from tests.scenarios.business import Business
from tests.scenarios.deployment import Deployment
from tests.scenarios.programs import wait_until

PERSON = "I want to talk to a real person please."
STREAMED = Match(stream=True)
CRASH_WITHIN_S = 30.0  # five attempts, each later than the one before
CRASHING = {"message": "body", "lead": "email", "knowledge_entry": "answer"}  # what the database will not have


@dataclass
class Planted:
    """What was planted, and what came back."""

    shop: Business
    canaries: Canaries
    answers: list[tuple[str, httpx2.Response]] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.http = httpx2.Client(base_url=self.shop.deployment.url, trust_env=False, timeout=40)

    def call(self, method: str, path: str, **given: Any) -> httpx2.Response:
        answer = self.http.request(method, path, **given)
        self.answers.append((f"{method} {path[:40]}", answer))
        return answer

    def key(self, **more: str) -> dict[str, str]:
        return {"X-API-Key": self.shop.tenant.api_key, **more}


def drive(planted: Planted, mail: smtp.SmtpDouble) -> None:
    """All of it, until nothing goes on any more."""
    queue, tenant_id = planted.shop.deployment.queue, str(planted.shop.tenant_id)
    plant_secrets(planted)
    write_knowledge(planted)
    with crashing(planted.shop.deployment, planted.canaries):
        crash(planted)
        ordinary_conversations(planted)
        assert [each for each in mail.mails if "hannah@" in str(each.recipients)], "a mail went out, signed in"
        refusals(planted)
        failing_vendors(planted, mail)
        wait_until(lambda: len(queue.dead_letters(tenant_id)) == 2, "what crashes is a dead letter", CRASH_WITHIN_S)
    planted.dead = queue.dead_letters(tenant_id)


def plant_secrets(planted: Planted) -> None:
    tenant, secret, deployment = planted.shop.tenant, planted.canaries.secret, planted.shop.deployment
    secret("the API key", tenant.api_key)
    secret("the webhook token", tenant.papercups_webhook_token)
    secret("the webhook secret", tenant.papercups_webhook_secret)
    secret("the bot's key at Papercups", planted.shop.account["bot_key"])
    secret("the model's key", deployment.programs["answers"].environment["OPENAI_API_KEY"])
    secret("SECRET_KEY", os.environ["SECRET_KEY"])
    secret("the database's password", deployment.postgres.passwords["frontdesk"])
    secret("Redis' password", deployment.valkey.passwords["default"])
    secret("the operator token", issue_admin_token())
    secret("the customer token", issue_customer_token(tenant.tenant_id))
    secret("the link code", issue_customer_link(tenant.tenant_id)[1])


def write_knowledge(planted: Planted) -> None:
    """What the business writes: entries, configuration; and looks for."""
    word = planted.canaries.word
    body = {"question": f"Opening {word('entry question')}?", "answer": f"At nine {word('entry answer')}."}
    made = planted.call("POST", "/api/v1/knowledge/entries", json=body, headers=planted.key())
    assert made.status_code == 201
    planted.call("PATCH", made.headers["location"], json={"answer": word("entry changed")}, headers=planted.key())
    planted.call("GET", f"/api/v1/knowledge/entries?q={word('query')}", headers=planted.key())
    customer = {"Authorization": f"Bearer {planted.canaries.secrets['the customer token']}"}
    change = {
        "profile": f"We are {word('profile')}.",
        "prompt": word("prompt"),
        "greeting": word("greeting"),
        "notify": [f"hannah@{word('notified')}.example"],
        "region": "GB",
    }
    assert planted.call("PATCH", "/api/v1/customer/config", json=change, headers=customer).status_code == 200
    operator = {"Authorization": f"Bearer {planted.canaries.secrets['the operator token']}"}
    made = planted.call("POST", "/api/v1/admin/tenants", json={"name": word("tenant name")}, headers=operator)
    planted.canaries.secret("a new tenant's key", made.json()["api_key"])


def ordinary_conversations(planted: Planted) -> None:
    """Through each channel; one leaves contact, asks for a person, and a mail tells of it."""
    shop, word, model = planted.shop, planted.canaries.word, planted.shop.deployment.model
    model.script(Reply(f"We are {word('the model reply')}. Come and see us.", times=None, match=STREAMED))
    who = {
        "name": f"Vera {word('visitor name').capitalize()}",
        "email": f"vera@{word('visitor email')}.example",
        "phone": f"+44{planted.canaries.number('visitor phone')}",
        "company": word("visitor company"),
        "external_id": word("visitor id"),
    }
    chat = shop.visitor_writes(f"Where are you? {word('papercups message')}", customer=who)
    shop.ended(chat)
    shop.visitor_writes(PERSON, chat)
    shop.ended(chat, turns=2)
    shop.person_writes(chat, f"Anna here {word('person message')}")
    signed = shop.signed_webhook(word("signed conversation"), f"Hello {word('signed message')}", id=uuid.uuid4().hex)
    assert signed.status_code == 202
    session = planted.canaries.secret("an API session", uuid.uuid4().hex)
    contact = f"My name is Otto {word('lead name').capitalize()}, otto@{word('lead email')}.example, "
    contact += f"call me on 0{planted.canaries.number('lead phone')}. {word('api message')}"
    for message in (contact, PERSON):
        headers = planted.key(
            **{"Idempotency-Key": word(f"idempotency key {len(message)}"), "User-Agent": word("agent")}
        )
        answer = planted.call("POST", "/api/v1/chat", json={"session_id": session, "message": message}, headers=headers)
        assert answer.status_code == 200
    with sse.chat(shop, uuid.uuid4().hex, f"Where? {word('streamed message')}") as events:
        assert list(events)[-1][0] == "done"
    in_the_widget(planted)
    on_the_page(planted)
    assert planted.call("GET", "/api/v1/leads?format=csv", headers=planted.key()).status_code == 200
    assert planted.call("DELETE", f"/api/v1/visitors/{word('visitor id')}", headers=planted.key()).status_code == 204
    wait_until(shop.at_rest, "nothing is left to do")


def in_the_widget(planted: Planted) -> None:
    public = {"X-API-Key": planted.shop.tenant.account_token}
    token = planted.call("POST", "/api/v1/widget/session", headers=public).json()["token"]
    planted.canaries.secret("the widget session", token)
    said = {"session_id": token, "message": f"Where? {planted.canaries.word('widget message')}"}
    assert planted.call("POST", "/api/v1/chat", json=said, headers=public).status_code == 200
    seen = planted.call("GET", "/api/v1/widget/messages", headers=public | {"Authorization": f"Bearer {token}"})
    assert seen.status_code == 200


def on_the_page(planted: Planted) -> None:
    code = planted.canaries.secrets["the link code"]
    planted.call("GET", f"/customer/open?code={code}")
    opened = planted.call("POST", "/customer/open", data={"code": code})
    assert opened.status_code == 303
    session = planted.canaries.secret("the page session", opened.cookies["frontdesk_customer"])
    planted.http.cookies.clear()
    assert planted.call("GET", "/customer", headers={"Cookie": f"frontdesk_customer={session}"}).status_code == 200


def refusals(planted: Planted) -> None:
    """Every kind of refusal, with canaries in the path, the query, each header and each field."""
    word, tenant = planted.canaries.word, planted.shop.tenant
    headers = {
        name: word(f"refused {name}")
        for name in ("X-API-Key", "X-Session-Id", "Origin", "Prefer", "Referer", "X-Forwarded-For", "Cookie", "X-Other")
    }
    headers["Authorization"] = f"Bearer {word('refused bearer')}"
    fields = {"message": [word("refused message")], "session_id": word("refused session"), word("refused field"): 1}
    wrong = {"event": "message:created", "payload": {"id": 1, "body": word("refused envelope")}}
    cases: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", f"/{word('path')}?{word('name of a query')}={word('value of a query')}", {"headers": headers}),
        ("PUT", "/api/v1/chat", {"headers": headers, "json": fields}),
        ("POST", "/api/v1/chat", {"headers": headers, "json": fields}),
        ("POST", "/api/v1/chat", {"headers": planted.key(), "json": fields}),
        (
            "POST",
            "/api/v1/chat",
            {"headers": planted.key(), "content": f"{{{word('refused bytes')}".encode() + b"\xff"},
        ),
        ("POST", "/api/v1/chat", {"headers": planted.key(), "content": word("refused flood").encode() * 20_000}),
        ("POST", f"/papercups/webhook/{word('refused token')}", {"json": wrong}),
        ("POST", f"/papercups/webhook/{tenant.papercups_webhook_token}", {"json": wrong}),
        ("POST", "/papercups/webhook", {"json": {"account_id": word("refused account")}, "headers": headers}),
        ("GET", f"/api/v1/knowledge/entries?cursor={word('refused cursor')}", {"headers": planted.key()}),
        ("GET", f"/api/v1/turns/{word('refused turn')}", {"headers": planted.key()}),
        ("POST", "/api/v1/knowledge/entries", {"headers": planted.key(), "json": {"question": [word("refused list")]}}),
        ("GET", f"/customer/open?code={word('refused code')}" + "x" * 200, {"headers": headers}),
        ("POST", "/customer/open", {"data": {"code": word("refused link")}}),
        ("GET", f"/customer?show={word('refused list name')}", {"headers": headers}),
        ("GET", "/metrics", {"headers": {"Authorization": f"Bearer {word('refused metrics token')}"}}),
        ("POST", "/api/v1/admin/tenants", {"headers": headers, "json": {"name": word("refused tenant")}}),
    ]
    for method, path, given in cases:
        answer = planted.call(method, path, **given)
        assert answer.status_code in {200, 401, 404, 405, 413, 422}, (method, path, answer.status_code)
    key = planted.key(**{"Idempotency-Key": word("repeated key")})
    for number in ("first", "second"):
        body = {"session_id": "s", "message": word(f"{number} of a key")}
        answer = planted.call("POST", "/api/v1/chat", json=body, headers=key | {"Prefer": "respond-async"})
    assert answer.status_code == 409


def failing_vendors(planted: Planted, mail: smtp.SmtpDouble) -> None:
    """Each says no, and repeats what it was told or tells what it should not; then a mail server that has another password."""
    shop, word, deployment = planted.shop, planted.canaries.word, planted.shop.deployment
    deployment.model.reset()
    deployment.model.script(
        Fail(500, message=word("500 of the model"), match=STREAMED),
        Fail(400, message=f"{word('400 of the model')} {shop.account['bot_key']}", match=STREAMED),
    )
    for status, method, path in ((500, "GET", "/api/v1/conversations"), (422, "POST", "/api/v1/messages")):
        body = json.dumps({"error": word(f"papercups {status}"), "key": shop.account["bot_key"]})
        where = {"method": method, "path": path, "account_id": shop.account["account_id"]}
        deployment.double.fault("answer", status=status, body=body, **where)
    mail.after_data = f"554 5.7.1 {word('refusal of the mail server')}"
    shop.ended(shop.visitor_writes(f"Where? {word('message to failing vendors')}"), within_s=40)
    deployment.model.reset()
    ours, mail.password, mail.after_data = mail.password, "another", "250 taken"
    mail.commands.clear()
    shop.visitor_writes(PERSON, shop.visitor_writes(f"Hm {word('message before a refused mail')}"))
    wait_until(lambda: "AUTH" in mail.commands, "our password is refused")
    mail.password = ours
    wait_until(shop.at_rest, "nothing is left to do", 30)


@contextmanager
def crashing(deployment: Deployment, canaries: Canaries) -> Iterator[None]:
    """The database refuses rows with certain words, in an error that quotes the whole row: a bug, to the product."""
    with psycopg.connect(deployment.postgres.superuser_url, autocommit=True) as database:
        for table, column in CRASHING.items():
            holds = f"position('{canaries.word(f'crashing {table}')}' in lower({column}))"
            rule = f"CHECK (coalesce({holds}, 0) = 0) NOT VALID"
            database.execute(f"ALTER TABLE {table} ADD CONSTRAINT planted {rule}".encode())
        try:
            yield
        finally:
            for table in CRASHING:
                database.execute(f"ALTER TABLE {table} DROP CONSTRAINT planted".encode())


def crash(planted: Planted) -> None:
    """One message that cannot be recorded, one lead, one entry."""
    shop, words = planted.shop, planted.canaries.words
    shop.deployment.model.reset()
    asynchronously = planted.key(Prefer="respond-async")
    for message in (f"Hello {words['crashing message']}", f"Hi, I am otto@{words['crashing lead']}.example"):
        body = {"session_id": uuid.uuid4().hex, "message": message}
        assert planted.call("POST", "/api/v1/chat", json=body, headers=asynchronously).status_code == 202
    entry = {"question": "Where?", "answer": f"Here {words['crashing knowledge_entry']}"}
    answer = planted.call("POST", "/api/v1/knowledge/entries", json=entry, headers=planted.key())
    assert (answer.status_code, answer.json()["error"]) == (500, "internal")
