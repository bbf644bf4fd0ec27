"""Stories with a language model behind an OpenAI-compatible endpoint: streams, take-overs, and everything it can do wrong."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from llmock.scenarios import Behavior, Delay, Fail, Match, Reply, StreamFault

from models.turn import MAX_SUPERSESSIONS
from tests.scenarios import sse
from tests.scenarios.business import HOURS, PARKING, PRICE, Business, open_business
from tests.scenarios.deployment import TIME_SCALE, Deployment, Mode
from tests.scenarios.programs import STOP_WITHIN_S, wait_until

pytestmark = pytest.mark.scenario

STREAMED = Match(stream=True)
TEXT = "We are here. Come and see us. That is all."
TWO_SENTENCES = 8  # chunks: the role, seven words; what follows is needed to see that the second has ended


@pytest.fixture(scope="module")
def mode() -> Mode:
    return Mode(model=True)


def someone() -> str:
    return uuid.uuid4().hex


@pytest.fixture(scope="module", autouse=True)
def stalled(everything: Deployment, mode: Mode) -> Iterator[tuple[Business, str]]:
    """A chat whose model fell silent in the middle of its answer, longer than anybody waits. Looked at last."""
    everything.use(mode)
    shop = open_business(everything)
    everything.model.script(StreamFault("stall", 2, stall_seconds=60))
    chat = shop.visitor_writes(HOURS)
    wait_until(lambda: not everything.model.pending(), "the model is asked")
    yield shop, chat
    shop.close()


def test_an_answer_streams_by_sentence_and_its_use_is_recorded(shop):
    shop.deployment.model.script(Reply(TEXT, match=STREAMED))
    with sse.chat(shop, someone()) as events:
        heard = list(events)
    assert [data["text"].strip() for name, data in heard if name == "sentence"] == [
        "We are here.",
        "Come and see us.",
        "That is all.",
    ]
    assert heard[-1][0] == "done"
    (turn,) = shop.ended()
    assert (turn.state, turn.reply) == ("delivered", TEXT)
    (used,) = shop.model_calls()
    assert used.reported
    assert used.model == "test-model"
    assert used.prompt_tokens > 0
    assert used.completion_tokens > 0


@pytest.mark.parametrize(
    ("trouble", "calls"),
    [
        (Fail(429, retry_after=1, match=STREAMED), 1),
        (Fail(500, match=STREAMED), 2),
        (StreamFault("truncate", 4), 2),
        (StreamFault("disconnect", 4), 2),
        (StreamFault("malformed", 4), 2),
    ],
    ids=["429", "500", "truncated", "disconnected", "malformed"],
)
def test_trouble_that_passes_delays_an_answer_and_every_call_is_counted(shop, trouble: Behavior, calls: int):
    shop.deployment.model.script(Reply(TEXT, times=2, match=STREAMED), trouble)
    chat = shop.visitor_writes(HOURS)
    (turn,) = shop.ended(chat)
    assert turn.state == "delivered"
    assert shop.said(chat) == [TEXT]
    used = shop.model_calls()
    assert len(used) == calls  # a refusal costs nothing
    assert sum(each.reported for each in used) == 1


def test_a_stream_that_breaks_after_a_sentence_is_stopped_there(shop):
    shop.deployment.model.script(Reply(TEXT, match=STREAMED), StreamFault("truncate", TWO_SENTENCES))
    with sse.chat(shop, someone()) as events:
        heard = list(events)
    assert heard[-1][0] == "stopped"
    assert heard[-1][1]["reason"] == "model_failed"
    (turn,) = shop.ended()
    assert turn.state == "delivered"
    assert turn.reply == "".join(data["text"] for name, data in heard if name == "sentence").strip()
    assert TEXT.startswith(turn.reply)


def test_a_model_that_refuses_hands_over_at_once(shop):
    shop.deployment.model.script(Fail(401, match=STREAMED))
    chat = shop.visitor_writes(HOURS)
    (turn,) = shop.ended(chat)
    assert (turn.state, turn.reason) == ("handed_over", "model_refused")
    assert len(shop.said(chat)) == len(shop.notes(chat)) == 1


def test_a_model_that_stays_away_hands_over(shop):
    shop.deployment.model.script(Fail(503, times=None, match=STREAMED))
    chat = shop.visitor_writes(HOURS)
    (turn,) = shop.ended(chat, within_s=60 / TIME_SCALE + 20)
    assert (turn.state, turn.reason) == ("handed_over", "model_down")
    assert len(shop.said(chat)) == len(shop.notes(chat)) == 1


def test_a_person_who_answers_while_the_model_runs_is_not_talked_over(shop):
    shop.deployment.model.script(Delay(10, match=STREAMED))
    chat = shop.visitor_writes(HOURS)
    wait_until(lambda: any(turn.model_since for turn in shop.turns(chat)), "the model is asked")
    shop.person_writes(chat)
    (turn,) = shop.ended(chat)
    assert (turn.state, turn.reply) == ("silent", None)
    assert shop.said(chat) == []


def test_a_message_while_the_model_runs_is_answered_with_the_first(shop):
    shop.deployment.model.script(Delay(10, match=STREAMED))
    chat = shop.visitor_writes(PARKING)
    wait_until(lambda: any(turn.model_since for turn in shop.turns(chat)), "the model is asked")
    shop.visitor_writes(PRICE, chat)
    first, second = shop.ended(chat, turns=2)
    assert (first.state, first.superseded_by, second.state) == ("superseded", second.id, "delivered")
    assert len(shop.said(chat)) == 1
    asked = shop.deployment.model.asked()[-1]["messages"][-1]["content"]
    assert PARKING in asked
    assert PRICE in asked


def test_messages_may_move_an_answer_only_so_often(shop):
    shop.deployment.model.script(Delay(10, times=MAX_SUPERSESSIONS, match=STREAMED), Delay(2, match=STREAMED))
    chat = shop.visitor_writes(PARKING)
    for number in range(1, MAX_SUPERSESSIONS + 2):
        wait_until(
            lambda n=number: len(shop.turns(chat)) == n and shop.turns(chat)[-1].model_since, "the model is asked"
        )
        shop.visitor_writes(PRICE, chat)
    turns = shop.ended(chat, turns=MAX_SUPERSESSIONS + 2)
    assert [turn.state for turn in turns] == ["superseded"] * MAX_SUPERSESSIONS + ["delivered"] * 2
    assert len(shop.said(chat)) == 2


def test_a_take_over_between_two_sentences_stops_the_third(shop):
    shop.deployment.model.script(Reply(TEXT, match=STREAMED), StreamFault("stall", TWO_SENTENCES + 1, 3))
    session = someone()
    heard = []
    with sse.chat(shop, session) as events:
        for name, data in events:
            heard.append((name, data))
            if (name, data.get("n")) == ("sentence", 2):
                (turn,) = shop.turns()
                shop.give_to("human", turn.conversation_id)
    assert [name for name, _ in heard] == ["sentence", "sentence", "stopped"]
    assert heard[-1][1]["reason"] == "human"
    (turn,) = shop.ended()
    assert turn.reply == "We are here. Come and see us."
    silent = shop.ask(session, PARKING).json()
    assert (silent["state"], silent["reply"]) == ("silent", None)
    shop.give_to("bot", turn.conversation_id)
    assert shop.ask(session, PARKING).json()["state"] == "delivered"


def test_workers_told_to_stop_while_the_model_runs_give_the_work_back(shop, meanwhile):
    deployment = shop.deployment
    deployment.model.script(Delay(30, times=6, match=STREAMED))
    writing = [meanwhile(shop.visitor_writes, HOURS) for _ in range(12)]
    chats = [each.result() for each in writing]
    wait_until(lambda: sum(bool(turn.model_since) for turn in shop.turns()) == len(chats), "the model is asked")
    programs = [deployment.programs[name] for name in ("worker", "answers")]
    for program in programs:
        program.terminate()
    assert all(program.wait() < STOP_WITHIN_S for program in programs)
    deployment.model.reset()
    deployment.restart("worker", "answers")
    shop.ended(turns=len(chats), within_s=20)
    assert {chat: len(shop.said(chat)) for chat in chats} == dict.fromkeys(chats, 1)


def test_a_model_that_falls_silent_is_given_up(stalled):
    shop, chat = stalled
    (turn,) = shop.ended(chat, within_s=30)
    assert (turn.state, turn.reason) in {("delivered", None), ("handed_over", "model_down")}
    assert len(shop.said(chat)) == 1
    assert not all(each.reported for each in shop.model_calls())  # the silent call is counted at its upper bound
