from __future__ import annotations

import uuid

import pytest

from models.credential import Scope
from models.database import tenant_session
from models.intent_model import IntentModel, ModelState, activate, next_model
from models.own_intent import OwnIntent, every_intent
from tests.ingress.conftest import key
from tests.ingress.test_turns import NOT_FOUND, scoped

INTENTS = "/api/v1/intents"
PARCEL = {"name": "parcel_status", "examples": ["Where is my parcel?", "Has it left yet?"]}


def add(http, tenant, **more: object):
    return http.post(INTENTS, json=PARCEL | more, headers=key(tenant.api_key))


def version(tenant, *, ready: bool = True) -> str:
    """A version as the training job would leave it."""
    with tenant_session(tenant.tenant_id) as session:
        made = next_model(session, tenant.tenant_id, activate=True)
        if ready:
            made.ready(b"\0", {"accuracy": 0.9})
        return str(made.id)


def read(http, tenant, path: str, status: int = 200):
    answer = http.get(f"{INTENTS}{path}", headers=key(tenant.api_key))
    assert answer.status_code == status, answer.text
    return answer.json()


def post(http, tenant, path: str, **more: object):
    return http.post(f"{INTENTS}{path}", headers=key(tenant.api_key), **more)


def test_an_intent_is_added_read_changed_and_deleted(http, workers, alice):
    answer = add(http, alice, description="Asks about a delivery")
    made = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"{INTENTS}/{made['id']}")
    assert (made["name"], made["action"], made["examples"]) == ("parcel_status", "answer", 2)
    assert read(http, alice, f"/{made['id']}") == made
    headers = key(alice.api_key)
    change = {"action": "reply", "reply": "Look at the tracking page."}
    changed = http.patch(f"{INTENTS}/{made['id']}", json=change, headers=headers).json()
    assert (changed["action"], changed["reply"], changed["name"]) == ("reply", change["reply"], "parcel_status")
    assert [each["id"] for each in read(http, alice, "")["intents"]] == [made["id"]]
    assert http.delete(f"{INTENTS}/{made['id']}", headers=headers).status_code == 204
    assert read(http, alice, f"/{made['id']}", 404) == NOT_FOUND
    assert read(http, alice, "")["intents"] == []


def test_examples_are_added_once_listed_and_deleted(http, workers, alice):
    made = add(http, alice).json()
    more = {"examples": ["Has it left yet?", "When does it  arrive?", "When does it arrive?"]}
    answer = post(http, alice, f"/{made['id']}/examples", json=more)
    assert (answer.status_code, answer.json()) == (201, {"added": 1, "known": 2})
    listed = read(http, alice, f"/{made['id']}/examples")["examples"]
    assert {each["text"] for each in listed} == {*PARCEL["examples"], "When does it arrive?"}
    page = read(http, alice, f"/{made['id']}/examples?limit=2")
    rest = read(http, alice, f"/{made['id']}/examples?limit=2&cursor={page['next']}")
    assert [each["id"] for each in page["examples"] + rest["examples"]] == [each["id"] for each in listed]
    assert http.delete(f"{INTENTS}/examples/{listed[0]['id']}", headers=key(alice.api_key)).status_code == 204
    assert read(http, alice, f"/{made['id']}")["examples"] == 2


def test_csv_and_json_bring_many_at_once_and_what_goes_out_comes_in_again(http, workers, alice, mallory):
    rows = 'text,intent\r\nWhere is it?,parcel_status\r\n"Do you sell cards, gift cards?",gift_card\r\nÇa va ?,smalltalk\r\n'
    csv = {"Content-Type": "text/csv; charset=utf-8"}

    def bring(tenant, content: bytes):
        return http.post(f"{INTENTS}/import", content=content, headers=key(tenant.api_key, **csv))

    assert bring(alice, rows.encode()).json() == {"intents": 3, "examples": 3, "known": 0}
    again = {"examples": [{"text": "Where is it?", "intent": "parcel_status"}, {"text": "New", "intent": "gift_card"}]}
    assert post(http, alice, "/import", json=again).json() == {"intents": 0, "examples": 1, "known": 1}
    exported = http.get(f"{INTENTS}/export", headers=key(alice.api_key))
    assert exported.headers["content-type"] == "text/csv; charset=utf-8"
    assert bring(mallory, exported.content).json() == {"intents": 3, "examples": 4, "known": 0}
    assert bring(mallory, b"\xef\xbb\xbf" + exported.content).json()["known"] == 4


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"a,b\r\n1,2", "text,intent"),
        (b"\xff", "UTF-8"),
        (b"text,intent\r\n", "lines"),
        (b"text,intent\r\n,x", "line 2"),
    ],
)
def test_a_csv_that_is_none_is_refused_with_a_sentence(http, workers, alice, content, named):
    headers = key(alice.api_key, **{"Content-Type": "text/csv"})
    answer = http.post(f"{INTENTS}/import", content=content, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input")
    assert named in answer.json()["detail"]
    with tenant_session(alice.tenant_id) as session:
        assert list(every_intent(session)) == []


def test_a_name_is_an_intents_own_and_a_reply_needs_its_text(http, workers, alice):
    first = add(http, alice).json()
    assert add(http, alice).status_code == 409
    second = add(http, alice, name="other thing").json()
    headers = key(alice.api_key)
    taken = http.patch(f"{INTENTS}/{second['id']}", json={"name": first["name"]}, headers=headers)
    assert (taken.status_code, taken.json()["error"]) == (409, "conflict")
    for body in ({"action": "reply"}, {"action": "dance"}, {"name": " "}, {"examples": [""]}, {"colour": "red"}):
        assert add(http, alice, **({"name": "x"} | body)).status_code == 422, body
    for name in ("human", "out_of_scope"):
        assert add(http, alice, name=name, action="hand_over").status_code == 422
        assert add(http, alice, name=name).status_code == 201


def test_training_is_asked_for_once_and_its_version_can_be_watched(http, workers, alice):
    add(http, alice)
    answer = post(http, alice, "/train")
    asked = answer.json()
    assert (answer.status_code, asked["version"], asked["state"], asked["changed"]) == (202, 1, "queued", True)
    assert read(http, alice, f"/models/{asked['id']}")["state"] == "queued"
    assert answer.headers["location"] == f"{INTENTS}/models/{asked['id']}"
    assert post(http, alice, "/train", json={"activate": False}).json()["version"] == 1  # it is on its way
    assert list(workers.queue.depth("knowledge").values()) == [2]  # in case the first job was lost
    assert [each["version"] for each in read(http, alice, "/models")["models"]] == [1]


def test_versions_are_activated_rolled_back_and_switched_off(http, workers, alice):
    first, second, unready = version(alice), version(alice), version(alice, ready=False)

    def active() -> list[int]:
        return [each["version"] for each in read(http, alice, "/models")["models"] if each["active"]]

    assert post(http, alice, "/models/rollback").status_code == 409
    for name, number in ((first, 1), (second, 2), (second, 2)):
        assert post(http, alice, f"/models/{name}/activate").json()["version"] == number
        assert active() == [number]
    assert post(http, alice, f"/models/{unready}/activate").json()["error"] == "conflict"
    assert post(http, alice, "/models/rollback").json()["version"] == 1
    assert active() == [1]
    assert post(http, alice, "/models/rollback").status_code == 409
    assert post(http, alice, "/models/deactivate").status_code == 204
    assert active() == []
    assert post(http, alice, "/models/deactivate").status_code == 409


def test_every_call_needs_the_scope(http, workers, alice):
    for credential in (scoped(alice, Scope.KNOWLEDGE_WRITE), alice.account_token):
        for method, path in (("GET", ""), ("POST", ""), ("GET", "/models"), ("POST", "/train"), ("GET", "/export")):
            answer = http.request(method, f"{INTENTS}{path}", json=PARCEL, headers=key(credential))
            assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")


def test_mallory_neither_sees_nor_touches_alices_intents(http, workers, alice, mallory):
    made, trained = add(http, alice).json(), version(alice)
    assert read(http, mallory, "")["intents"] == read(http, mallory, "/models")["models"] == []
    assert http.get(f"{INTENTS}/export", headers=key(mallory.api_key)).text == "text,intent\r\n"
    assert add(http, mallory).status_code == 201  # a name of hers is no conflict with Alice's
    assert post(http, mallory, "/models/rollback").status_code == 409
    assert post(http, mallory, f"/models/{trained}/activate").json() == NOT_FOUND
    assert post(http, mallory, f"/models/{uuid.uuid4()}/activate").json() == NOT_FOUND
    with tenant_session(alice.tenant_id) as session:
        found = session.get_one(IntentModel, (alice.tenant_id, uuid.UUID(trained)))
        assert (found.active, found.state) == (False, ModelState.READY)
        assert session.get_one(OwnIntent, (alice.tenant_id, uuid.UUID(made["id"]))).name == "parcel_status"
        activate(session, found)
    assert read(http, mallory, "/models")["models"] == []
