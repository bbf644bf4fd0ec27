"""GET /api/v1/knowledge/search over HTTP: by meaning when a worker embeds the question, by words when none does."""

from __future__ import annotations

import threading

import pytest

from models.chunk import DocumentOwner, NewChunk, replace_chunks
from models.credential import Scope
from models.database import tenant_session
from models.embedding_due import WaitsFor, postpone
from tests.documents import page
from tests.ingress.conftest import PATIENCE_S, key
from tests.ingress.test_turns import scoped
from tests.workers.conftest import teach
from tests.workers.line import Line
from workers.embed_chunks import embed_tenant

SEARCH = "/api/v1/knowledge/search"


@pytest.fixture
def bakery(alice):
    teach(alice)
    return alice


def search(http, tenant, query: str, **more: object):
    return http.get(SEARCH, params={"q": query, **more}, headers=key(tenant.api_key))


def test_before_the_chunks_have_vectors_words_find_them(http, workers, bakery):
    found = search(http, bakery, "parking").json()
    assert found["by"] == "words"
    (result,) = found["results"]
    assert set(result) == {"entry_id", "title", "text", "score", "source"}
    assert (result["title"], result["source"]) == ("Where can I park?", None)
    assert 0 < result["score"] < 1


def test_a_worker_embeds_the_question_while_the_caller_waits(http, workers, bakery, meanwhile, monkeypatch):
    monkeypatch.setattr("ingress.knowledge_search.WAIT_S", PATIENCE_S)
    embed_tenant(bakery.tenant_id)
    line, done = Line(), threading.Event()

    def work() -> None:
        while not done.is_set():
            line.run_all("turn", patience_s=0.2)

    working = meanwhile(work)
    try:
        found = search(http, bakery, "somewhere to leave my automobile", limit=2).json()
    finally:
        done.set()
        working.result(10)
    assert found["by"] == "meaning"
    assert found["results"][0]["title"] == "Where can I park?"
    assert len(found["results"]) == 2
    with tenant_session(bakery.tenant_id) as session:
        from sqlalchemy import func, select

        from models.vector import AskedVector

        assert session.scalar(select(func.count()).select_from(AskedVector)) == 0  # nothing of the question stays


def test_without_a_worker_words_are_searched_and_the_answer_says_so(http, workers, bakery, monkeypatch):
    monkeypatch.setattr("ingress.knowledge_search.WAIT_S", 0.1)
    embed_tenant(bakery.tenant_id)
    found = search(http, bakery, "parking").json()
    assert found["by"] == "words"
    assert found["results"][0]["title"] == "Where can I park?"


def test_a_passage_names_its_page_and_an_entry_none(http, workers, bakery):
    document = page(bakery.tenant_id, "https://bakery.example/parking")
    with tenant_session(bakery.tenant_id) as session:
        replace_chunks(session, bakery.tenant_id, DocumentOwner(document), [NewChunk("Parking", "Ten spaces.")])
    found = search(http, bakery, "parking").json()["results"]
    assert {(each["text"], each["source"]) for each in found} == {
        ("Ten spaces.", "https://bakery.example/parking"),
        ("There is free parking behind the bakery.", None),
    }


def test_the_answer_says_what_embedding_waits_for(http, workers, bakery):
    assert search(http, bakery, "parking").json()["detail"] is None
    with tenant_session(bakery.tenant_id) as session:
        postpone(session, WaitsFor.BUDGET)
    assert "until the budget has room" in search(http, bakery, "parking").json()["detail"]


def test_another_tenants_knowledge_is_not_found(http, workers, bakery, mallory):
    assert search(http, mallory, "parking").json()["results"] == []


@pytest.mark.parametrize("query", ["", "   ", "x" * 501])
def test_a_wrong_question_is_named(http, workers, alice, query):
    answer = search(http, alice, query)
    assert (answer.status_code, answer.json()["detail"]) == (422, "q: expected 1 to 500 characters.")


@pytest.mark.parametrize("limit", ["0", "51", "-1", "many", "1.5", "9" * 30])
def test_a_wrong_limit_is_named(http, workers, alice, limit):
    answer = search(http, alice, "x", limit=limit)
    assert (answer.status_code, answer.json()["detail"]) == (422, "limit: expected a number from 1 to 50.")


def test_it_takes_a_secret_key_that_may_read_knowledge(http, workers, alice):
    assert http.get(SEARCH, params={"q": "x"}).status_code == 401
    assert http.get(SEARCH, params={"q": "x"}, headers=key(alice.account_token)).status_code == 403
    assert http.get(SEARCH, params={"q": "x"}, headers=key(scoped(alice, Scope.CHAT))).status_code == 403
    reader = key(scoped(alice, Scope.KNOWLEDGE_READ))
    assert http.get(SEARCH, params={"q": "x"}, headers=reader).status_code == 200
