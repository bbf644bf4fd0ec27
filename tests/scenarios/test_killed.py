"""A worker process is killed in each stage, its transaction open or its call under way: one reply follows within 15 s."""

from __future__ import annotations

import time

import pytest
from llmock.scenarios import Delay, Match, Reply, StreamFault

from models.turn import TurnState
from tests.scenarios import sse
from tests.scenarios.business import HOURS, PARKING, Business
from tests.scenarios.deployment import TIME_SCALE, Mode
from tests.scenarios.programs import wait_until
from workers.deliver import SENDING, SETTLE_S

pytestmark = pytest.mark.scenario

RECOVERED_WITHIN_S = 15.0
STREAMED = Match(stream=True)
ROW = "SELECT 1 FROM conversation WHERE id = %(id)s FOR NO KEY UPDATE"  # foreign keys may still look at it


@pytest.fixture(scope="module")
def mode() -> Mode:
    return Mode(model=True)


def replied_once(shop: Business, chat: str, turns: int, killed_at: float, within_s: float = RECOVERED_WITHIN_S) -> None:
    left_s = killed_at + within_s - time.monotonic()
    ended = shop.ended(chat, turns=turns, within_s=left_s)
    assert [turn.state for turn in ended] == ["delivered"] * turns
    assert len(shop.said(chat)) == shop.replies_counted() == turns


@pytest.fixture
def chat(shop: Business) -> str:
    """A conversation that has had its first answer, so that its row exists."""
    chat = shop.visitor_writes(HOURS)
    shop.ended(chat)
    return chat


def test_killed_while_receiving(shop, chat):
    deployment = shop.deployment
    with deployment.holding(ROW, id=shop.conversation_id(chat)):
        shop.visitor_writes(PARKING, chat)
        wait_until(deployment.someone_waits_for_lock, "receive waits for the conversation")
        assert len(shop.turns(chat)) == 1
        killed_at = time.monotonic()
        deployment.programs["worker"].kill()
    deployment.restart("worker")
    replied_once(shop, chat, 2, killed_at)


def test_killed_while_detecting_the_intent(shop, chat):
    shop.configure(wait_ms=1500)  # between receive and detect_intent there is time to take the lock
    deployment = shop.deployment
    shop.visitor_writes(PARKING, chat)
    wait_until(lambda: len(shop.turns(chat)) == 2, "the turn is recorded")
    with deployment.holding(ROW, id=shop.conversation_id(chat)):
        wait_until(deployment.someone_waits_for_lock, "detect_intent waits for the conversation")
        assert shop.turns(chat)[1].state == TurnState.RECEIVED
        killed_at = time.monotonic()
        deployment.programs["worker"].kill()
    deployment.restart("worker")
    replied_once(shop, chat, 2, killed_at)


def test_killed_while_the_model_answers(shop, chat):
    deployment = shop.deployment
    deployment.model.script(Delay(20, match=STREAMED))
    shop.visitor_writes(PARKING, chat)
    wait_until(lambda: deployment.model.pending() == 0, "the model is asked")
    assert [bool(turn.model_since) for turn in shop.turns(chat)] == [True, True]
    killed_at = time.monotonic()
    deployment.programs["answers"].kill()
    deployment.restart("answers")
    replied_once(shop, chat, 2, killed_at)


def test_killed_while_capturing_a_lead(shop, chat):
    deployment = shop.deployment
    with deployment.holding("LOCK TABLE lead IN ACCESS EXCLUSIVE MODE"):
        shop.visitor_writes(f"{PARKING} My e-mail is vera.visitor@example.org", chat)
        wait_until(deployment.someone_waits_for_lock, "capture_lead waits for its table")
        killed_at = time.monotonic()
        deployment.programs["worker"].kill()
    deployment.restart("worker")
    replied_once(shop, chat, 2, killed_at)
    leads = deployment.ask("SELECT email FROM lead WHERE tenant_id = %(id)s", id=shop.tenant_id)
    assert leads == [("vera.visitor@example.org",)]


def test_killed_before_anything_is_sent(shop, chat):
    deployment = shop.deployment
    worker = deployment.programs["worker"]
    deployment.model.script(Delay(1, match=STREAMED))
    shop.visitor_writes(PARKING, chat)
    wait_until(lambda: [bool(turn.model_since) for turn in shop.turns(chat)] == [True, True], "the model is asked")
    worker.pause()  # so that the lock is there before `deliver` is
    wait_until(lambda: shop.turns(chat)[-1].state == TurnState.ANSWERED, "the answer is written")
    with deployment.holding(ROW, id=shop.conversation_id(chat)):
        worker.resume()
        wait_until(deployment.someone_waits_for_lock, "deliver waits for the conversation")
        killed_at = time.monotonic()
        worker.kill()
    deployment.restart("worker")
    replied_once(shop, chat, 2, killed_at)


def test_killed_after_the_channel_stored_the_reply(shop, chat):
    deployment = shop.deployment
    deployment.double.fault("store_hang", account_id=shop.account["account_id"], delay_ms=4000)
    shop.visitor_writes(PARKING, chat)
    wait_until(lambda: len(shop.said(chat)) == 2, "the reply is stored")
    assert shop.turns(chat)[1].state == TurnState.SENDING
    killed_at = time.monotonic()
    deployment.programs["worker"].kill()
    deployment.restart("worker")
    replied_once(shop, chat, 2, killed_at)


@pytest.mark.timeout(90)
def test_killed_while_sending_with_nothing_stored(shop, chat):
    deployment = shop.deployment
    deployment.double.fault("hang", account_id=shop.account["account_id"], delay_ms=4000)
    posted = len(deployment.double.journal()["requests"])
    shop.visitor_writes(PARKING, chat)

    def posting() -> bool:
        return any(each["fault"] == "hang" for each in deployment.double.journal()["requests"][posted:])

    wait_until(posting, "the reply is on the wire")
    assert shop.turns(chat)[1].state == TurnState.SENDING
    killed_at = time.monotonic()
    deployment.programs["worker"].kill()
    deployment.restart("worker")
    settle_s = SENDING.total_seconds() + SETTLE_S / TIME_SCALE
    replied_once(shop, chat, 2, killed_at, within_s=settle_s + RECOVERED_WITHIN_S)


def test_killed_between_two_streamed_sentences_the_caller_is_told(shop):
    """The answers process dies with a sentence out: it is the reply, and the model is not asked again."""
    deployment = shop.deployment
    deployment.model.script(Reply("We are here. Come and see us. That is all."), StreamFault("stall", 8, 5))
    heard = []
    with sse.chat(shop, "a-session-of-a-server") as events:
        for name, data in events:
            heard.append((name, data))
            if data.get("n") == 1:
                deployment.programs["answers"].kill()
                deployment.restart("answers")
    names = [name for name, _ in heard]
    assert names[-1] == "stopped"
    assert heard[-1][1]["reason"] == "interrupted"
    (turn,) = shop.ended()
    assert turn.state == "delivered"
    assert turn.reply == "".join(data["text"] for name, data in heard if name == "sentence").strip()
