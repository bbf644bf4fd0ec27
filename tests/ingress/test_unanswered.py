"""Questions nobody could answer: listed once each, dismissed, answered by an entry; gone with whoever asked them."""

from __future__ import annotations

import pytest

from models.credential import Scope
from tests.ingress.conftest import key
from tests.ingress.test_turns import scoped
from tests.workers.line import Line, api_visitor

LIST = "/api/v1/knowledge/unanswered"


def ask(tenant, *questions: str) -> None:
    line = Line()
    for question in questions:
        api_visitor(tenant).say(question)
        line.run_all()


def listed(http, tenant, query: str = "") -> list[dict[str, object]]:
    return http.get(f"{LIST}?{query}", headers=key(tenant.api_key)).json()["questions"]


def test_a_question_is_listed_once_however_it_was_asked(http, workers, alice):
    ask(alice, "Do you sell car tyres?", "are you selling CAR TYRES", "Do you have a pool?")
    assert [(each["question"], each["times"], each["state"]) for each in listed(http, alice)] == [
        ("Do you have a pool?", 1, "open"),
        ("are you selling CAR TYRES", 2, "open"),
    ]


def test_what_a_visitor_left_of_themselves_is_not_listed(http, workers, alice):
    ask(alice, "Do you sell tyres? Write to jane@doe.example or 0161 496 0142")
    (question,) = listed(http, alice)
    assert question["question"] == "Do you sell tyres? Write to … or …"


def test_what_was_answered_is_not_listed(http, workers, alice):
    http.post(
        "/api/v1/knowledge/entries",
        json={"question": "Do you sell car tyres?", "answer": "Yes, from £40."},
        headers=key(alice.api_key),
    )
    ask(alice, "Do you sell car tyres?")
    assert listed(http, alice) == []


def test_an_entry_is_made_of_it_and_answers_from_then_on(http, workers, alice):
    ask(alice, "Do you sell car tyres?")
    (question,) = listed(http, alice)
    made = http.post(f"{LIST}/{question['id']}/entry", json={"answer": "Yes, from £40."}, headers=key(alice.api_key))
    assert made.status_code == 201
    assert made.json()["question"] == "Do you sell car tyres?"
    assert listed(http, alice) == []
    (answered,) = listed(http, alice, "state=answered")
    assert answered["entry_id"] == made.json()["id"]
    visitor = api_visitor(alice)
    visitor.say("Do you sell car tyres?")
    Line().run_all()
    assert "£40" in (visitor.turns()[-1].reply or "")


def test_dismissed_it_stays_away_and_answered_it_comes_back(http, workers, alice):
    ask(alice, "Do you sell car tyres?", "Do you have a pool?")
    pool, tyres = listed(http, alice)
    for question, state in ((pool, "dismissed"), (tyres, "answered")):
        changed = http.patch(f"{LIST}/{question['id']}", json={"state": state}, headers=key(alice.api_key))
        assert (changed.status_code, changed.json()["state"]) == (200, state)
    ask(alice, "Do you sell car tyres?", "Do you have a pool?")
    assert [each["question"] for each in listed(http, alice)] == ["Do you sell car tyres?"]
    assert [each["times"] for each in listed(http, alice, "state=dismissed")] == [2]


def test_it_goes_with_the_visitor_who_asked_it(http, workers, alice):
    visitor = api_visitor(alice)
    visitor.say("Do you sell car tyres?")
    Line().run_all()
    assert len(listed(http, alice)) == 1
    http.delete(f"/api/v1/visitors/{visitor.conversation_id}", headers=key(alice.api_key))
    assert listed(http, alice) == []


@pytest.mark.parametrize("query", ["state=gone", "limit=0", "cursor=x"])
def test_a_wrong_query_is_named(http, workers, alice, query):
    answer = http.get(f"{LIST}?{query}", headers=key(alice.api_key))
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(query.split("=")[0])


def test_it_needs_its_scope(http, workers, alice):
    reads = key(scoped(alice, Scope.CHAT))
    assert http.get(LIST, headers=reads).status_code == 403
    assert http.get(LIST, headers=key(alice.account_token)).status_code == 403
