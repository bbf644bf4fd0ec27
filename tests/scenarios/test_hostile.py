"""Ten thousand hostile requests, with every kind of credential: none breaks anything, tells anything, or changes a row."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections import Counter
from typing import Any

import httpx2
import pytest
import uvloop

from clients.channels.marker import marker
from config.secrets import marker_key
from tests.hostile.attacker import an_attacker, signature
from tests.hostile.judge import NOT_HTTP, against_document, complaint, let_in
from tests.hostile.siege import Field, Siege, lay
from tests.scenarios.business import HOURS, Business, open_business
from tests.scenarios.deployment import Deployment, Mode
from tests.scenarios.programs import wait_until

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(240)]

AT_LEAST = 10_000
SLOW_WITHIN_S = 20.0  # a body has ten, and nobody is quick here
CONTACT = "I am Vera Visitor, my email is vera.visitor@example.com."
PERSON = "I want to talk to a real person please"


@pytest.fixture(scope="module")
def logged_before(everything: Deployment, mode: Mode) -> dict[str, int]:
    """How much each process had said."""
    everything.use(mode)
    return {name: len(program.log.read_text()) for name, program in everything.programs.items()}


@pytest.fixture(scope="module")
def victim(everything: Deployment, logged_before: dict[str, int]) -> Business:
    return open_without_channel(everything)


@pytest.fixture(scope="module")
def siege(everything: Deployment, victim: Business) -> Siege:
    mallory = open_without_channel(everything)
    mallory.configure(rate_per_s=10_000.0, burst=100_000)  # or most of it would only be too much
    session = everything.http.post("/api/v1/widget/session", headers={"X-API-Key": mallory.tenant.account_token})
    field = Field(
        port=everything.port,
        ask=everything.ask,
        document=everything.http.get("/openapi.json").json(),
        attacker=an_attacker(mallory.tenant, mallory.account["account_id"], session.json()["token"]),
        own=ids_of(mallory),
        foreign=ids_of(victim),
        victim_id=victim.tenant_id,
        rest=lambda: at_rest(mallory),
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(lay(field))


def open_without_channel(deployment: Deployment) -> Business:
    """A business with rows in every table; nobody but its own visitors touches them."""
    business = open_business(deployment, webhooks=False)
    session = uuid.uuid4().hex
    for message in (HOURS, CONTACT, PERSON):
        assert business.ask(session, message).status_code == 200
    business.ended(turns=3)
    business.close()
    return business


def at_rest(business: Business) -> None:
    wait_until(lambda: business.at_rest() and not under_way(business), "what was accepted is done", 60)


def under_way(business: Business) -> int:
    """How much of the long work is unfinished: versions in training, sources being read, golden questions being asked."""
    ((count,),) = business.deployment.ask(
        "SELECT (SELECT count(*) FROM intent_model WHERE tenant_id = %(tenant)s AND state IN ('queued', 'training'))"
        " + (SELECT count(*) FROM knowledge_source WHERE tenant_id = %(tenant)s AND state IN ('queued', 'running'))"
        " + (SELECT count(*) FROM golden_run WHERE tenant_id = %(tenant)s AND state = 'running')",
        tenant=business.tenant_id,
    )
    return int(count)


def ids_of(business: Business) -> dict[str, str]:
    """By the words that come before them in a path."""
    turn = business.turns()[0]
    ((entry,), *_) = business.deployment.ask(
        "SELECT id FROM knowledge_entry WHERE tenant_id = %(tenant)s ORDER BY id", tenant=business.tenant_id
    )
    conversation = str(turn.conversation_id)
    return {"turns": str(turn.id), "conversations": conversation, "visitors": conversation, "entries": str(entry)}


def none_of(complaints: list[str | None]) -> None:
    found = [each for each in complaints if each]
    assert not found, f"{len(found)} answers, such as:\n" + "\n".join(found[:20])


def test_ten_thousand_hostile_requests_are_all_answered_in_the_usual_shape(siege, victim):
    kinds = Counter(attempt.kind for attempt, _ in siege.outcomes)
    print(f"{siege.requests} requests: {dict(kinds)}")
    assert siege.requests >= AT_LEAST
    assert len(kinds) == 11
    assert min(kinds.values()) >= 100
    none_of([complaint(attempt.sent, answer, victim.word) for attempt, answer in siege.outcomes])


def test_no_credential_opens_what_it_is_not_for(siege):
    none_of([let_in(attempt, answer) for attempt, answer in siege.strangers])


def test_every_answer_is_as_the_document_says(siege):
    described = [(attempt, answer) for attempt, answer in siege.insiders if attempt.described]
    assert len(described) > 2000
    assert sum(attempt.generated.wrong_body for attempt, _ in described) > 300
    none_of([against_document(attempt, answer) for attempt, answer in described])


def test_strangers_change_no_row_of_anybody(siege):
    assert siege.changed_by_strangers == {}


def test_what_was_refused_left_no_row_anywhere(siege):
    assert len(siege.repeated) > 1000
    assert siege.changed_by_refused == {}


def test_no_row_of_another_tenant_changed(siege, victim):
    assert siege.victims_changed == {}
    tables = {"turn", "message", "conversation", "lead", "notice", "outbound", "usage", "knowledge_entry", "connection"}
    for table in tables:
        ((count,),) = victim.deployment.ask(
            f"SELECT count(*) FROM {table} WHERE tenant_id = %(tenant)s", tenant=victim.tenant_id
        )
        assert count, f"there was nothing to change in {table}"


def test_a_request_that_could_be_read_in_two_ways_ends_the_connection(siege):
    for what, said in siege.said_to_ambiguous.items():
        assert re.findall(rb"HTTP/1\.1 (\d+)", said) == [b"400"], what
        assert said.endswith(NOT_HTTP), what


def test_what_is_no_request_breaks_nothing(siege):
    for what, said in siege.said_to_odd.items():
        statuses = re.findall(rb"HTTP/1\.1 (\d+)", said)
        assert len(statuses) <= 1, what
        assert all(status < b"500" for status in statuses), what


def test_ten_megabytes_are_not_read(siege):
    statuses = Counter(answer.status for _, answer in siege.large)
    assert set(statuses) <= {413, 0}, statuses  # 0: hung up on, while the rest was still being sent
    assert statuses[413]


def test_a_body_that_never_ends_is_given_up_and_holds_up_nobody(siege):
    assert [answer.status for answer, _ in siege.slow] == [408] * len(siege.slow)
    assert max(took_s for _, took_s in siege.slow) < SLOW_WITHIN_S


class TestSignatures:
    """One secret for one account's bytes, once."""

    @pytest.fixture
    def event(self, shop: Business) -> dict[str, Any]:
        about = {"conversation_id": "c1", "content": HOURS, "from": "customer", "id": uuid.uuid4().hex}
        return {"account_id": shop.account["account_id"], "event": "message.created", "data": about}

    def send(self, shop: Business, body: bytes, *signatures: str) -> httpx2.Response:
        headers = [("X-Papercups-Signature", each) for each in signatures]
        return shop.http.post("/papercups/webhook", content=body, headers=headers)

    def test_only_its_own_bytes_under_its_own_secret_count(self, shop, victim, event):
        raw, secret = json.dumps(event).encode(), shop.tenant.papercups_webhook_secret
        good = signature(secret, raw)
        refused: dict[str, tuple[bytes, tuple[str, ...]]] = {
            "none": (raw, ()),
            "empty": (raw, ("",)),
            "of other bytes": (raw + b" ", (good,)),
            "of another tenant": (raw, (signature(victim.tenant.papercups_webhook_secret, raw),)),
            "of an empty secret": (raw, (signature("", raw),)),
            "in capitals": (raw, (good.upper(),)),
            "without its name": (raw, (good.removeprefix("sha256="),)),
            "by another name": (raw, (good.replace("sha256", "sha1"),)),
            "cut": (raw, (good[:-1],)),
            "longer": (raw, (good + "0",)),
            "quoted": (raw, (f'"{good}"',)),
            "one of two": (raw, (f"{good},{good}",)),
        }
        for what, (body, signatures) in refused.items():
            answer = self.send(shop, body, *signatures)
            assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized"), what
        assert self.send(shop, raw, good).status_code == 202

    def test_the_same_event_again_is_a_duplicate_however_it_is_dated(self, shop, event):
        secret = shop.tenant.papercups_webhook_secret
        answers = []
        for sent_at in ("2026-05-01T12:00:00Z", "2026-05-01T12:00:00Z", "2199-01-01T00:00:00Z", "1970-01-01T00:00:00Z"):
            event["data"]["sent_at"] = sent_at
            raw = json.dumps(event).encode()
            answers.append(self.send(shop, raw, signature(secret, raw)))
        assert [each.status_code for each in answers] == [202, 200, 200, 200]
        assert {each.json()["status"] for each in answers[1:]} == {"duplicate"}
        shop.ended()
        assert len(shop.turns()) == 1

    def test_an_event_from_the_future_is_one_of_now(self, shop, event):
        event["data"]["sent_at"] = "9999-12-31T23:59:59Z"
        raw = json.dumps(event).encode()
        assert self.send(shop, raw, signature(shop.tenant.papercups_webhook_secret, raw)).status_code == 202
        (turn,) = shop.ended()
        assert turn.ended_at is not None
        assert turn.first_at.year < 9999


FORGED: list[dict[str, Any]] = [
    {"user_id": "BOT"},
    {"user_id": "BOT", "type": "bot"},
    {"user_id": "BOT", "type": "bot", "metadata": {"frontdesk": "1:0:forged"}},
    {"user_id": "PERSON"},
    {"user_id": "PERSON", "type": "bot", "metadata": {"frontdesk": "MARKER OF ANOTHER TENANT"}},
    {"type": "bot"},
    {"type": "note", "private": True},
    {"private": True},
    {"customer_id": None},
    {"customer_id": None, "user_id": "BOT", "type": "note", "private": True},
    {"type": "reply", "user_id": 0},
    {"body": "   \u0000 "},
]


def test_what_a_widget_can_forge_never_starts_a_turn_or_speaks_for_the_bot(shop, victim):
    chat = shop.visitor_writes(HOURS)
    shop.ended(chat)
    said, stranger = shop.said(chat), marker(marker_key(victim.tenant_id), str(uuid.uuid4()), 0)
    words = {
        "BOT": shop.account["bot_user_id"],
        "PERSON": shop.account["human_user_id"],
        "MARKER OF ANOTHER TENANT": stranger,
    }
    for forged in FORGED:
        claims = json.loads(re.sub("|".join(words), lambda m: str(words[m[0]]), json.dumps(forged)))
        claims |= {"user_id": int(claims["user_id"])} if isinstance(claims.get("user_id"), str) else {}
        payload = {
            "id": str(uuid.uuid4()),
            "account_id": shop.account["account_id"],
            "conversation_id": chat,
            "customer_id": str(uuid.uuid4()),
            "type": "reply",
            "private": False,
            "body": HOURS,
            "created_at": "2026-05-01T12:00:00Z",
            **claims,
        }
        assert shop.webhook({"event": "message:created", "payload": payload}).status_code in {200, 202}, forged
    shop.ended(chat)
    assert len(shop.turns(chat)) == 1
    assert shop.said(chat) == said


def test_no_process_met_an_error_it_did_not_expect(siege, everything, logged_before):
    for name, program in everything.programs.items():
        assert program.running, name
        lines = program.log.read_text()[logged_before[name] :].splitlines()
        unexpected = ("request.failed", "job.failed", "verify.failed", "Traceback", "Exception in ")
        assert [line for line in lines if any(each in line for each in unexpected)] == [], name
