"""The reply of each Redis script is lost once, its connection cut: nothing is lost, nothing doubled."""

from __future__ import annotations

import uuid

import pytest
from llmock.scenarios import Delay, Match, Reply

from clients.queue import PREFIX
from clients.queue.scripts import PARTS, source
from tests.scenarios import sse
from tests.scenarios.business import HOURS, PARKING, Business
from tests.scenarios.deployment import Mode
from tests.scenarios.programs import wait_until

pytestmark = pytest.mark.scenario

OF_EVERY_MESSAGE = ("accept", "enqueue", "fetch", "settle", "report")
OF_A_STREAM = ("release", "publish")
OTHERS = {"limits", "epoch", "changed", "supersede", "goodbye", "dead", "revive", "inspect", "forget"}
STREAMED = Match(stream=True)
CHATS = 5

SAID = (
    "We are open from nine to five on weekdays.",
    "There is free parking behind the house.",
    "Thank you for your question.",
)


@pytest.fixture(scope="module")
def mode() -> Mode:
    return Mode(model=True, lossy=True)


def someone() -> str:
    return uuid.uuid4().hex


def lose(shop: Business, script: str) -> None:
    shop.deployment.proxy.lose(source(script)[1])


def was_lost(shop: Business) -> None:
    assert shop.deployment.proxy.lost.wait(10), "the reply was lost"


def each_answered_once(shop: Business, chats: list[str]) -> None:
    shop.ended(turns=len(chats), within_s=20)
    assert {chat: len(shop.said(chat)) for chat in chats} == dict.fromkeys(chats, 1)
    assert len(shop.turns()) == shop.replies_counted() == len(chats)


def test_every_script_has_its_story():
    assert {*OF_EVERY_MESSAGE, *OF_A_STREAM, *OTHERS} == PARTS.keys()


@pytest.mark.parametrize("script", OF_EVERY_MESSAGE)
def test_a_reply_of_what_every_message_passes(shop, meanwhile, script):
    lose(shop, script)
    writing = [meanwhile(shop.visitor_writes, HOURS) for _ in range(CHATS)]
    chats = [each.result() for each in writing]
    was_lost(shop)
    each_answered_once(shop, chats)


@pytest.mark.parametrize("script", OF_A_STREAM)
def test_a_reply_of_what_a_stream_passes(shop, script):
    shop.deployment.model.script(Reply(" ".join(SAID), match=STREAMED))
    lose(shop, script)
    with sse.chat(shop, someone()) as events:
        heard = list(events)
    was_lost(shop)
    sentences = [(data["n"], data["text"].strip()) for name, data in heard if name == "sentence"]
    assert sentences == list(enumerate(SAID, start=1))
    assert [name for name, _ in heard].count("done") == 1
    shop.ended()
    assert shop.replies_counted() == 1


def test_a_reply_of_limits(shop):
    lose(shop, "limits")  # a tenant's first call passes them on
    assert shop.ask(someone()).json()["state"] == "delivered"
    was_lost(shop)
    assert shop.deployment.redis.hget(f"{PREFIX}cfg:{shop.tenant_id}", "burst") == b"100"


def test_a_reply_of_epoch(shop):
    session = someone()
    conversation = shop.ask(session).json()["conversation_id"]
    lose(shop, "epoch")
    shop.give_to("human", conversation)
    was_lost(shop)
    assert shop.ask(session).json()["state"] == "silent"
    shop.give_to("bot", conversation)
    assert shop.ask(session).json()["state"] == "delivered"


def test_a_reply_of_changed(shop):
    session = someone()
    conversation = shop.ask(session).json()["conversation_id"]
    lose(shop, "changed")  # the hint to whoever watches the conversation
    shop.give_to("human", conversation)
    was_lost(shop)
    assert shop.ask(session).json()["state"] == "silent"


def test_a_reply_of_supersede(shop):
    shop.deployment.model.script(Delay(10, match=STREAMED))
    chat = shop.visitor_writes(HOURS)
    wait_until(lambda: any(turn.model_since for turn in shop.turns(chat)), "the model is asked")
    lose(shop, "supersede")
    shop.visitor_writes(PARKING, chat)
    was_lost(shop)
    assert [turn.state for turn in shop.ended(chat, turns=2)] == ["superseded", "delivered"]
    assert len(shop.said(chat)) == 1


def test_a_reply_of_goodbye(shop, meanwhile):
    deployment = shop.deployment
    lose(shop, "goodbye")
    writing = [meanwhile(shop.visitor_writes, HOURS) for _ in range(CHATS)]
    chats = [each.result() for each in writing]
    deployment.stop("worker")
    was_lost(shop)
    deployment.restart("worker")
    each_answered_once(shop, chats)


def test_a_repeat_that_redis_has_forgotten_joins_the_first_turn(shop, meanwhile):
    """The row has not forgotten the Idempotency-Key; the repeat's caller hears the first turn's answer."""
    redis, session, key = shop.deployment.redis, someone(), someone()
    shop.deployment.model.script(Delay(2, match=STREAMED))
    first = meanwhile(shop.ask, session, HOURS, Idempotency_Key=key)
    wait_until(lambda: any(turn.model_since for turn in shop.turns()), "the model is asked")
    for mark in redis.scan_iter(f"{PREFIX}x:{shop.tenant_id}:api:*"):
        redis.delete(mark)
    again = shop.ask(session, HOURS, Idempotency_Key=key)
    assert again.json()["turn_id"] == first.result().json()["turn_id"]
    assert again.json()["reply"] == first.result().json()["reply"]
    shop.ended()
    assert shop.replies_counted() == 1
