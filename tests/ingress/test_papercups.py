from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from typing import Any

import pytest
from sqlalchemy import update

from clients.channels.marker import marker
from config.secrets import marker_key
from models.access import access_by_webhook_token
from models.connection import Connection
from models.conversation import conversation_id
from models.database import tenant_session
from models.plan import TenantLimit
from models.tenant import NewTenant, Tenant
from tests.ingress.conftest import key

REFUSED = {"error": "unauthorized", "detail": "The credential is missing or not valid."}
BOT = 12


def hook(tenant: NewTenant) -> str:
    return f"/papercups/webhook/{tenant.papercups_webhook_token}"


def message(tenant: NewTenant, **facts: Any) -> dict[str, Any]:
    payload = {
        "id": str(uuid.uuid4()),
        "object": "message",
        "body": "When do you open?",
        "type": "reply",
        "private": False,
        "created_at": "2022-05-10T12:00:00",
        "sent_at": "2022-05-10T12:00:00Z",
        "conversation_id": "11111111-1111-4111-8111-111111111111",
        "account_id": tenant.account_token,
        "user_id": None,
        "customer_id": "22222222-2222-4222-8222-222222222222",
        "customer": {"id": "22222222-2222-4222-8222-222222222222", "name": "Vera", "email": "vera@example.org"},
        "attachments": [],
        "metadata": None,
    }
    return {"event": "message:created", "payload": {**payload, **facts}}


def conversation(tenant: NewTenant, **facts: Any) -> dict[str, Any]:
    payload = {
        "id": "11111111-1111-4111-8111-111111111111",
        "account_id": tenant.account_token,
        "status": "open",
        "assignee_id": None,
    }
    return {"event": "conversation:updated", "payload": {**payload, **facts}}


def signed(tenant: NewTenant, secret: str | None = None, /, **data: Any) -> dict[str, Any]:
    body = {
        "account_id": tenant.account_token,
        "event": "message:created",
        "data": {"from": "customer", "content": "Hi", "conversation_id": "c1", **data},
    }
    return sealed(json.dumps(body).encode(), secret or tenant.papercups_webhook_secret)


def sealed(raw: bytes, secret: str) -> dict[str, Any]:
    digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return {"content": raw, "headers": {"X-Papercups-Signature": f"sha256={digest}"}}


@pytest.fixture
def bot(alice):
    """Alice's Papercups connection knows its bot user."""
    with tenant_session(alice.tenant_id) as session:
        session.execute(update(Connection).where(Connection.kind == "papercups").values(bot_user_id=BOT))
    return alice


def test_challenge_is_answered_exactly(http, alice):
    challenge = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 2
    answer = http.post(hook(alice), json={"event": "webhook:verify", "payload": challenge})
    assert (answer.status_code, answer.content) == (200, challenge.encode())
    assert answer.headers["content-type"].startswith("text/plain")


def test_a_visitors_message_is_accepted_once(http, workers, bot):
    event = message(bot)
    first, second = (http.post(hook(bot), json=event, headers={"X-Request-Id": "trace-2"}) for _ in range(2))
    assert (first.status_code, first.json()) == (202, {"status": "accepted"})
    assert (second.status_code, second.json()) == (200, {"status": "duplicate"})
    received = workers.take()
    job = received.job
    connection = access_by_webhook_token(bot.papercups_webhook_token)
    assert connection is not None
    assert received.request_id == "trace-2"
    assert (job.kind, job.body, job.external_id) == ("visitor", "When do you open?", event["payload"]["id"])
    assert job.conversation_id == str(
        conversation_id(bot.tenant_id, connection.connection_id, event["payload"]["conversation_id"])
    )
    assert job.customer == {"external_id": event["payload"]["customer_id"], "name": "Vera", "email": "vera@example.org"}
    assert job.turn_id is None
    assert workers.nothing()
    assert workers.queue.epoch(job.tenant_id, job.conversation_id) is None


def test_a_persons_message_raises_the_epoch_before_the_answer(http, workers, bot):
    answer = http.post(hook(bot), json=message(bot, user_id=7, customer_id=None, customer=None))
    assert answer.json() == {"status": "accepted"}
    job = workers.take().job
    assert job.kind == "human"
    assert workers.queue.epoch(job.tenant_id, job.conversation_id) > 1_600_000_000_000


def test_assignment_to_another_is_a_sign_once(http, workers, bot):
    answers = [http.post(hook(bot), json=conversation(bot, assignee_id=7)).json() for _ in range(2)]
    assert answers == [{"status": "accepted"}, {"status": "ignored"}]
    job = workers.take().job
    assert (job.kind, job.assignee) == ("assigned", "7")
    epoch = workers.queue.epoch(job.tenant_id, job.conversation_id)
    assert epoch
    assert http.post(hook(bot), json=conversation(bot, assignee_id=8)).json() == {"status": "accepted"}
    assert workers.queue.epoch(job.tenant_id, job.conversation_id) > epoch


def test_closing_is_no_sign(http, workers, bot):
    assert http.post(hook(bot), json=conversation(bot, status="closed")).status_code == 202
    job = workers.take().job
    assert job.kind == "closed"
    assert workers.queue.epoch(job.tenant_id, job.conversation_id) is None


def test_what_is_not_for_us_is_ignored(http, workers, bot):
    ours = marker(marker_key(bot.tenant_id), str(uuid.uuid4()), "reply")
    for event in (
        message(bot, user_id=BOT, customer_id=None, customer=None, type="bot", metadata={"frontdesk": ours}),
        message(bot, private=True, type="note", user_id=7, customer_id=None),
        message(bot, type="bot", user_id=9, customer_id=None),
        conversation(bot, assignee_id=BOT),
        conversation(bot),
        {"event": "customer:created", "payload": {}},
    ):
        answer = http.post(hook(bot), json=event)
        assert (answer.status_code, answer.json()) == (200, {"status": "ignored"})
    assert workers.nothing()


def test_over_the_rate_a_message_waits_instead_of_being_refused(http, workers, bot):
    with tenant_session(bot.tenant_id) as session:
        session.add(TenantLimit(tenant_id=bot.tenant_id, rate_per_s=0.001, burst=1))
    statuses = [http.post(hook(bot), json=message(bot)).status_code for _ in range(3)]
    assert statuses == [202, 202, 202]
    workers.take()
    with pytest.raises(AssertionError, match="nothing was accepted"):
        workers.take(within_s=0.2)
    http.post(hook(bot), json=message(bot, user_id=7, customer_id=None, conversation_id="another", customer=None))
    assert workers.take().job.kind == "human"


def test_another_account_behind_the_token_is_refused(http, workers, alice, mallory):
    answer = http.post(hook(alice), json=message(mallory))
    assert (answer.status_code, answer.json()) == (401, REFUSED)
    assert workers.nothing()


@pytest.mark.parametrize("token", ["x" * 43, "short", "%00" * 20, "é" * 30, "x" * 300, "..%2f..%2fetc"])
def test_unknown_tokens_are_refused_before_the_body_is_looked_at(http, alice, token):
    answer = http.post(f"/papercups/webhook/{token}", content=b"\xff not json")
    assert (answer.status_code, answer.json()) == (401, REFUSED) or answer.status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "JSON"),
        (b"\xff", "JSON"),
        (b"[" * 50_000, "JSON"),
        (b"[]", "object"),
        (b"{}", "event"),
        (b'{"event":1}', "event"),
        (b'{"event":"message:created"}', "payload"),
        (b'{"event":"message:created","payload":{}}', "payload.id"),
        (b'{"event":"message:created","payload":[]}', "payload"),
        (b'{"event":"webhook:verify","payload":"<script>"}', "payload"),
        (b'{"event":"conversation:updated","payload":{"id":1}}', "payload.id"),
    ],
)
def test_a_wrong_envelope_names_its_field(http, workers, alice, body, field):
    answer = http.post(hook(alice), content=body)
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input")
    assert field in answer.json()["detail"]


def test_forged_fields_may_silence_but_never_start(http, workers, bot):
    for forged in ({"user_id": 7}, {"user_id": BOT}, {"user_id": BOT, "type": "bot"}):
        assert http.post(hook(bot), json=message(bot, **forged)).status_code == 202
        assert workers.take().job.kind == "human"


def test_signed_form_is_accepted_with_its_own_secret_only(http, workers, alice, mallory):
    answer = http.post("/papercups/webhook", **signed(alice, id="m1"))
    assert (answer.status_code, answer.json()) == (202, {"status": "accepted"})
    job = workers.take().job
    assert (job.kind, job.body, job.external_id, job.tenant_id) == ("visitor", "Hi", "m1", str(alice.tenant_id))
    answer = http.post("/papercups/webhook", **signed(alice, mallory.papercups_webhook_secret))
    assert (answer.status_code, answer.json()) == (401, REFUSED)


def test_agents_in_the_signed_form_are_human_signs(http, workers, alice):
    assert http.post("/papercups/webhook", **signed(alice, **{"from": "operator"})).status_code == 202
    job = workers.take().job
    assert (job.kind, job.external_id) == ("human", None)
    assert workers.queue.epoch(job.tenant_id, job.conversation_id)


@pytest.mark.parametrize(
    "names",
    [({"id": "a"}, {"id": "a", "content": "other"}), ({"message_id": "b"}, {"message_id": "b"}), ({}, {})],
)
def test_signed_repeats_are_duplicates(http, workers, alice, names):
    answers = [http.post("/papercups/webhook", **signed(alice, **data)).json()["status"] for data in names]
    assert answers == ["accepted", "duplicate"]


def test_delivery_id_tells_repeats_apart_from_equal_messages(http, workers, alice):
    def send(delivery: str) -> str:
        request = signed(alice)
        request["headers"]["X-Papercups-Delivery"] = delivery
        return http.post("/papercups/webhook", **request).json()["status"]

    assert [send("d1"), send("d1"), send("d2")] == ["accepted", "duplicate", "accepted"]


def test_every_failure_to_verify_is_the_same_answer(http, workers, alice):
    raw = signed(alice)["content"]
    unknown = raw.replace(alice.account_token.encode(), str(uuid.uuid4()).encode())
    right = signed(alice)["headers"]["X-Papercups-Signature"]
    answers = [
        http.post(
            "/papercups/webhook",
            content=content,
            headers={} if given is None else {"X-Papercups-Signature": given.encode()},
        )
        for content, given in (
            (raw, None),
            (raw, ""),
            (raw, "sha256="),
            (raw, right[:-1]),
            (raw, right.upper()),
            (raw, "sha1=" + "0" * 40),
            (raw, "sha256=" + "0" * 64),
            (raw, "é" * 71),
            (raw + b" ", right),
            (unknown, "sha256=" + "0" * 64),
            (unknown, sealed(unknown, "unknown account")["headers"]["X-Papercups-Signature"]),
            (b"", right),
            (b"\xff\xfe", right),
            (b"[" * 50_000, right),
            (b"{}", right),
            (b'{"account_id":1}', right),
            (b'{"account_id":"\\u0000"}', right),
            (b'{"account_id":"\\ud800"}', right),
        )
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {
        (401, json.dumps(REFUSED, separators=(",", ":")))
    }
    assert len({frozenset(answer.headers) for answer in answers}) == 1
    assert workers.nothing()


def test_a_tenant_without_a_secret_has_no_signed_senders(http, workers, alice):
    with tenant_session(alice.tenant_id) as session:
        session.execute(update(Connection).where(Connection.kind == "papercups").values(sealed_webhook_secret=None))
    for secret in ("", "unknown account"):
        request = signed(alice)
        answer = http.post("/papercups/webhook", **sealed(request["content"], secret))
        assert answer.status_code == 401


def test_a_secret_sealed_under_another_key_is_a_401_not_a_500(http, alice):
    with tenant_session(alice.tenant_id) as session:
        session.execute(update(Connection).where(Connection.kind == "papercups").values(sealed_webhook_secret=b"junk"))
    assert http.post("/papercups/webhook", **signed(alice)).status_code == 401


@pytest.mark.parametrize(
    ("data", "field"), [({"from": "alien"}, "data.from"), ({"conversation_id": None}, "conversation_id")]
)
def test_a_wrong_signed_body_names_its_field(http, workers, alice, data, field):
    answer = http.post("/papercups/webhook", **signed(alice, **data))
    assert answer.status_code == 422
    assert field in answer.json()["detail"]


def test_a_suspended_tenant_is_ignored_on_channels_and_refused_on_the_api(http, workers, alice):
    with tenant_session(alice.tenant_id) as session:
        session.execute(update(Tenant).values(suspended_at="2026-01-01T00:00:00Z"))
    for answer in (http.post(hook(alice), json=message(alice)), http.post("/papercups/webhook", **signed(alice))):
        assert (answer.status_code, answer.json()) == (200, {"status": "ignored"})
    for credential in (alice.api_key, alice.account_token):
        answer = http.post("/api/v1/chat", json={"session_id": "s" * 22, "message": "hi"}, headers=key(credential))
        assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    assert workers.nothing()


def test_a_change_of_the_tenant_is_known_within_a_second(http, workers, alice):
    assert http.post(hook(alice), json=message(alice)).status_code == 202
    with tenant_session(alice.tenant_id) as session:
        session.execute(update(Tenant).values(suspended_at="2026-01-01T00:00:00Z"))
    workers.redis.publish("{fd1}:tenants", str(alice.tenant_id))
    statuses = {http.post(hook(alice), json=message(alice)).json()["status"] for _ in range(20)}
    assert "ignored" in statuses


def test_a_full_lane_is_503(http, workers, alice, monkeypatch):
    workers.redis.hset("{fd1}:z:receive", str(alice.tenant_id), 10_000)
    answer = http.post(hook(alice), json=message(alice))
    assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "1"
