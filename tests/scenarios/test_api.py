"""Stories over the API: the three forms of an answer, repeats, owners, and a web process that dies."""

from __future__ import annotations

import uuid

import httpx2
import pytest

from tests.scenarios import sse
from tests.scenarios.business import HOURS, PARKING
from tests.scenarios.deployment import PROCESSES
from tests.scenarios.programs import wait_until

pytestmark = pytest.mark.scenario


def someone() -> str:
    return uuid.uuid4().hex


def test_an_answer_as_json_names_its_source(shop):
    answer = shop.ask(someone())
    assert answer.status_code == 200
    view = answer.json()
    assert view["state"] == "delivered"
    assert f"{shop.word}hours" in view["reply"]
    assert [source["title"] for source in view["sources"]] == ["What are your opening hours?"]
    assert shop.turn(view["turn_id"])["reply"] == view["reply"]


def test_a_caller_who_does_not_wait_reads_the_turn_later(shop):
    answer = shop.ask(someone(), PARKING, Prefer="respond-async")
    assert answer.status_code == 202
    turn_id = answer.json()["turn_id"]
    assert answer.headers["location"] == f"/api/v1/turns/{turn_id}"
    wait_until(lambda: shop.turn(turn_id)["state"] == "delivered", "the turn is delivered")
    assert f"{shop.word}parking" in shop.turn(turn_id)["reply"]


def test_a_streamed_answer_is_what_is_stored(shop):
    with sse.chat(shop, someone(), f"{HOURS} {PARKING}") as events:
        heard = list(events)
    sentences = [data["text"] for name, data in heard if name == "sentence"]
    assert [name for name, _ in heard][-2:] == ["sources", "done"]
    assert len(sentences) >= 2
    assert "".join(sentences).strip() == heard[-1][1]["reply"] == shop.turn(heard[-1][1]["turn_id"])["reply"]


def test_an_idempotency_key_stands_for_one_turn(shop, meanwhile):
    session, key = someone(), someone()
    calls = [meanwhile(shop.ask, session, HOURS, Idempotency_Key=key) for _ in range(4)]
    assert len({call.result().json()["turn_id"] for call in calls}) == 1
    assert {call.result().status_code for call in calls} == {200}
    assert shop.ask(session, HOURS, Idempotency_Key=key).json() == calls[0].result().json()
    assert shop.ask(session, PARKING, Idempotency_Key=key).status_code == 409
    shop.ended()
    assert len(shop.turns()) == shop.replies_counted() == 1


def test_a_caller_whose_web_process_dies_repeats_the_request_and_gets_the_same_turn(shop, meanwhile):
    shop.configure(wait_ms=3000)
    session, key = someone(), someone()
    first = meanwhile(shop.ask, session, HOURS, Idempotency_Key=key)
    (turn,) = wait_until(shop.turns, "the turn is recorded")
    shop.deployment.programs["web"].kill()
    with pytest.raises(httpx2.TransportError):
        first.result()
    shop.deployment.restart("web")
    again = shop.ask(session, HOURS, Idempotency_Key=key)
    assert (again.status_code, again.json()["turn_id"]) == (200, str(turn.id))
    assert f"{shop.word}hours" in again.json()["reply"]
    shop.ended()
    assert len(shop.turns()) == shop.replies_counted() == 1


def test_a_person_takes_a_conversation_over_and_gives_it_back(shop):
    session = someone()
    conversation = shop.ask(session).json()["conversation_id"]
    shop.give_to("human", conversation)
    silent = shop.ask(session, PARKING).json()
    assert (silent["state"], silent["reply"], silent["reason"]) == ("silent", None, "human_owns")
    shop.give_to("bot", conversation)
    assert f"{shop.word}parking" in shop.ask(session, PARKING).json()["reply"]


def test_a_caller_who_asks_for_a_person_is_told_so(shop):
    view = shop.ask(someone(), "I want to talk to a real person please").json()
    assert (view["state"], view["reason"]) == ("handed_over", "asked")
    assert "person" in view["reply"]


def test_web_is_ready_and_shows_the_metrics_of_every_process(shop):
    shop.ask(someone())
    deployment = shop.deployment
    assert deployment.http.get("/readyz").json() == {"status": "ready", "missing": []}

    def processes() -> bool:
        text = deployment.http.get("/metrics").text
        return all(f'process="{name}"' in text for name in PROCESSES)

    wait_until(processes, "every process has published its samples")
    text = deployment.http.get("/metrics").text
    assert 'frontdesk_jobs_total{job="turn.answer",process="answers",verdict="done"}' in text
    assert 'frontdesk_jobs_total{job="message.receive",process="worker",verdict="done"}' in text
