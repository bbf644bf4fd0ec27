from __future__ import annotations

import uuid

import pytest

from models.credential import Scope
from tests.ingress.conftest import key
from tests.ingress.rows import conversation_of, recorded
from tests.ingress.test_turns import NOT_FOUND, scoped


def owner(http, conversation: str, credential: str, value: object = "human"):
    return http.post(f"/api/v1/conversations/{conversation}/owner", json={"owner": value}, headers=key(credential))


def test_a_take_over_raises_the_epoch_in_both_stores(http, workers, alice):
    conversation, _ = recorded(alice)
    answer = owner(http, conversation, alice.api_key)
    assert (answer.status_code, answer.json()) == (200, {"conversation_id": conversation, "owner": "human"})
    epoch = workers.queue.epoch(str(alice.tenant_id), conversation)
    assert conversation_of(alice, conversation) == ("human", epoch)
    assert owner(http, conversation, alice.api_key).status_code == 200
    assert workers.queue.epoch(str(alice.tenant_id), conversation) > epoch


def test_the_bot_gets_it_back_without_a_new_epoch(http, workers, alice):
    conversation, _ = recorded(alice)
    owner(http, conversation, alice.api_key)
    _, epoch = conversation_of(alice, conversation)
    answer = owner(http, conversation, alice.api_key, "bot")
    assert answer.json() == {"conversation_id": conversation, "owner": "bot"}
    assert conversation_of(alice, conversation) == ("bot", epoch)


def test_only_a_secret_key_with_the_scope_may(http, workers, alice):
    conversation, _ = recorded(alice)
    for credential in (alice.account_token, scoped(alice, Scope.CHAT, Scope.CONVERSATIONS_READ)):
        answer = owner(http, conversation, credential)
        assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    assert conversation_of(alice, conversation) == ("bot", 0)


@pytest.mark.parametrize("value", [None, "", "Human", "nobody", 1, ["human"]])
def test_an_owner_is_human_or_bot(http, workers, alice, value):
    conversation, _ = recorded(alice)
    answer = owner(http, conversation, alice.api_key, value)
    assert answer.status_code == 422
    assert "owner" in answer.json()["detail"]


def test_an_unknown_conversation_is_not_found_and_leaves_no_trace(http, workers, alice):
    name = str(uuid.uuid4())
    answer = owner(http, name, alice.api_key)
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert workers.queue.epoch(str(alice.tenant_id), name) is None
