"""Dead letters over the admin API: seen without their content, tried again, dropped; each tenant's own."""

from __future__ import annotations

import itertools
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from clients.queue import Dead, Entry
from models.jobs import DetectIntent, MessageKind, ReceiveMessage
from tests.dashboard.test_admin import address
from tests.ingress.conftest import key

CANARY = "my card number is 4111"
_calls = itertools.count(1)


def enqueue(workers, tenant, message_id: str | None = None) -> str:
    job = ReceiveMessage(
        tenant_id=str(tenant.tenant_id),
        kind=MessageKind.VISITOR,
        connection_id=str(uuid.uuid4()),
        conversation_id=str(uuid.uuid4()),
        conversation_external_id="x",
        external_id="x",
        body=CANARY,
    )
    return workers.queue.enqueue(job, message_id=message_id)


def fetch(workers, queue: str = "receive") -> Entry:
    (entry,) = workers.queue.fetch("undertaker", [queue], 1, call=f"0:{next(_calls)}").messages
    return entry


def bury(workers, tenant, message_id: str | None = None, *, queue: str = "receive") -> str:
    """A message of the tenant's that a bug stopped."""
    message_id = enqueue(workers, tenant, message_id)
    verdict = Dead("KeyError", "", "workers/receive.py:12 record")
    workers.queue.settle("undertaker", fetch(workers, queue), verdict, call=f"0:{next(_calls)}")
    return message_id


def letters(tenant, more: str = "") -> str:
    return address(tenant, f"/dead-letters{more}")


def test_a_dead_letter_is_shown_without_what_it_says(http, workers, operator, alice):
    assert http.get(letters(alice), headers=operator).json() == {"dead_letters": [], "next": None}
    name = bury(workers, alice)
    answer = http.get(letters(alice), headers=operator)
    (letter,) = answer.json()["dead_letters"]
    died_at = datetime.fromisoformat(letter.pop("died_at"))
    assert abs(datetime.now(UTC) - died_at) < timedelta(seconds=10)
    assert letter == {
        "message_id": name,
        "queue": "receive",
        "job": "message.receive",
        "error": "KeyError",
        "message": "",
        "location": "workers/receive.py:12 record",
        "deliveries": 1,
    }
    assert CANARY not in answer.text


def test_what_is_tried_again_runs_once_as_if_it_were_new(http, workers, operator, alice):
    name = bury(workers, alice)
    answer = http.post(letters(alice, f"/{name}/retry"), headers=operator)
    assert (answer.status_code, answer.json()) == (202, {"message_id": name, "status": "retried"})
    assert fetch(workers).message_id == name
    assert http.get(letters(alice), headers=operator).json()["dead_letters"] == []
    assert http.post(letters(alice, f"/{name}/retry"), headers=operator).status_code == 404
    assert http.delete(letters(alice, f"/{name}"), headers=operator).status_code == 404


def test_what_is_dropped_is_gone(http, workers, operator, alice):
    name, other = bury(workers, alice), bury(workers, alice)
    assert http.delete(letters(alice, f"/{name}"), headers=operator).status_code == 204
    assert [each["message_id"] for each in http.get(letters(alice), headers=operator).json()["dead_letters"]] == [other]
    assert http.delete(letters(alice, f"/{name}"), headers=operator).status_code == 404
    assert workers.nothing()


@pytest.mark.parametrize("name", ["sweep:t:turn.answer:5", "found:c:https://a.example/b?c", "retry", "a/retry"])
def test_ids_of_any_shape_can_be_named(http, workers, operator, alice, name):
    from urllib.parse import quote

    bury(workers, alice, name)
    assert http.post(letters(alice, f"/{quote(name, safe='')}/retry"), headers=operator).status_code == 202
    workers.queue.settle("undertaker", fetch(workers), Dead("KeyError"), call=f"0:{next(_calls)}")
    assert http.delete(letters(alice, f"/{quote(name, safe='')}"), headers=operator).status_code == 204


def test_they_come_in_pages_oldest_first(http, workers, operator, alice):
    names = [bury(workers, alice, f"m{number}") for number in range(5)]
    seen, cursor = [], "0"
    while cursor is not None:
        page = http.get(letters(alice, f"?limit=2&cursor={cursor}"), headers=operator).json()
        seen += [each["message_id"] for each in page["dead_letters"]]
        cursor = page["next"]
    assert seen == names


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "cursor=-1", "cursor=x", "cursor=²", "cursor=99999"]
)
def test_a_wrong_page_is_named(http, operator, alice, query):
    answer = http.get(letters(alice, f"?{query}"), headers=operator)
    assert (answer.status_code, answer.json()["detail"].partition(":")[0]) == (422, query.partition("=")[0])


def test_one_tenants_letters_cannot_be_reached_by_anothers_name(http, workers, operator, owner, alice, mallory):
    name = bury(workers, alice)
    for method, path in (("POST", f"/{name}/retry"), ("DELETE", f"/{name}")):
        assert http.request(method, letters(mallory, path), headers=operator).status_code == 404
    for headers in ({}, owner, key(alice.api_key), key(mallory.api_key)):
        for method, path in (("GET", ""), ("POST", f"/{name}/retry"), ("DELETE", f"/{name}")):
            answer = http.request(method, letters(alice, path), headers=headers)
            assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
    assert len(http.get(letters(alice), headers=operator).json()["dead_letters"]) == 1


def test_an_unknown_tenant_has_none(http, operator):
    for name in (str(uuid.uuid4()), "x"):
        for method, path in (("GET", ""), ("POST", "/m/retry"), ("DELETE", "/m")):
            answer = http.request(method, f"/api/v1/admin/tenants/{name}/dead-letters{path}", headers=operator)
            assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_the_queue_is_shown_with_whom_it_serves(http, workers, operator, alice, mallory):
    for _ in range(3):
        enqueue(workers, alice)
    enqueue(workers, mallory)
    workers.queue.enqueue(DetectIntent(tenant_id=str(mallory.tenant_id), turn_id="t"))
    assert fetch(workers).tenant_id in {str(alice.tenant_id), str(mallory.tenant_id)}
    answer = http.get("/api/v1/admin/queue", headers=operator)
    found = {each["queue"]: each for each in answer.json()["queues"]}
    assert set(found) == {"receive", "turn", "lead", "notice", "reconcile", "knowledge", "answer"}
    receive = found["receive"]
    assert (receive["depth"], receive["in_flight"], receive["tenants"]) == (4, 1, receive["ready"])
    assert receive["oldest_ms"] >= 0
    (top,) = receive["top_tenants"]
    assert (top["cost"], top["starts"]) == (1.0, 1)
    assert top["mean_wait_ms"] >= 0
    assert (found["turn"]["depth"], found["turn"]["in_flight"], found["lead"]["oldest_ms"]) == (1, 0, None)
    assert http.get("/api/v1/admin/queue?top=0", headers=operator).json()["queues"][0]["top_tenants"] == []
    assert CANARY not in answer.text


def test_one_tenants_part_of_the_queue_is_shown(http, workers, operator, alice, mallory):
    enqueue(workers, alice)
    enqueue(workers, alice)
    fetch(workers)
    view = http.get(address(alice, "/queue"), headers=operator).json()
    assert (view["tenant_id"], view["limits"]["weight"]) == (str(alice.tenant_id), 1.0)
    receive = next(each for each in view["queues"] if each["queue"] == "receive")
    assert (receive["depth"], receive["starts"], receive["cost"]) == (2, 1, 1.0)
    others = http.get(address(mallory, "/queue"), headers=operator).json()["queues"]
    assert {each["depth"] for each in others} == {each["starts"] for each in others} == {0}


def test_the_queue_is_for_operators_alone(http, operator, owner, alice):
    for path in ("/api/v1/admin/queue", address(alice, "/queue")):
        for headers in ({}, owner, key(alice.api_key)):
            assert http.get(path, headers=headers).status_code == 401
    assert http.get(f"/api/v1/admin/tenants/{uuid.uuid4()}/queue", headers=operator).status_code == 404
    for top in ("x", "-1", "101", "²"):
        answer = http.get(f"/api/v1/admin/queue?top={top}", headers=operator)
        assert (answer.status_code, answer.json()["detail"].partition(":")[0]) == (422, "top")
