from __future__ import annotations

import uuid

import pytest

from models.credential import Scope
from models.database import tenant_session
from models.knowledge import search_entries
from tests.ingress.conftest import key
from tests.ingress.test_turns import NOT_FOUND, scoped
from tests.workers.line import Line, api_visitor

ENTRIES = "/api/v1/knowledge/entries"
PARKING = {"question": "Where can I park?", "answer": "There is parking behind the bakery, £2 an hour."}


def add(http, tenant, **more: object):
    return http.post(ENTRIES, json=PARKING | more, headers=key(tenant.api_key))


def listed(http, tenant, query: str = "") -> list[str]:
    page = http.get(f"{ENTRIES}?{query}", headers=key(tenant.api_key)).json()
    return [entry["question"] for entry in page["entries"]]


def test_an_entry_is_added_read_changed_and_deleted(http, workers, alice):
    answer = add(http, alice, question="  Where can I park?  ")
    made = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"{ENTRIES}/{made['id']}")
    assert {name: made[name] for name in PARKING} == PARKING
    address, headers = f"{ENTRIES}/{made['id']}", key(alice.api_key)
    assert http.get(address, headers=headers).json() == made
    changed = http.patch(address, json={"answer": "In the street."}, headers=headers).json()
    assert (changed["question"], changed["answer"]) == (PARKING["question"], "In the street.")
    assert changed["updated_at"] > made["updated_at"]
    assert http.patch(address, json={}, headers=headers).json() == changed
    assert http.delete(address, headers=headers).status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        answer = http.request(method, address, content=b"{}", headers=headers)
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_a_new_entry_is_answered_from_at_once_and_a_deleted_one_never_again(http, workers, alice):
    line, visitor = Line(), api_visitor(alice)
    made = add(http, alice).json()
    visitor.say("Where can I park?")
    line.run_all()
    turn = visitor.turns()[-1]
    assert "behind the bakery" in (turn.reply or "")
    assert [source["entry_id"] for source in turn.sources] == [made["id"]]
    http.delete(f"{ENTRIES}/{made['id']}", headers=key(alice.api_key))
    visitor.say("Where can I park my car?")
    line.run_all()
    assert "behind the bakery" not in (visitor.turns()[-1].reply or "")


def test_entries_are_listed_in_pages_newest_first(http, workers, alice):
    for number in range(5):
        add(http, alice, question=f"Question {number}")
    seen, query = [], "limit=2"
    while query:
        page = http.get(f"{ENTRIES}?{query}", headers=key(alice.api_key)).json()
        seen += [entry["question"] for entry in page["entries"]]
        query = f"limit=2&cursor={page['next']}" if page["next"] else ""
    assert seen == [f"Question {number}" for number in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    ("text", "found"), [("PARK", 1), ("%A3", 1), ("£2", 1), ("_", 0), ("%25", 0), ("%5C", 0), ("%00", 2), ("", 2)]
)
def test_a_filter_keeps_what_holds_a_text(http, workers, alice, text, found):
    add(http, alice)
    add(http, alice, question="Bread?", answer="Yes.")
    query = {"%A3": "%C2%A32"}.get(text, text)
    assert len(listed(http, alice, f"q={query}")) == found


@pytest.mark.parametrize(
    "query", ["q=" + "x" * 201, "limit=0", "limit=1000", "limit=", "cursor=x", "cursor=%F0%9F%98%80"]
)
def test_a_wrong_query_is_named(http, workers, alice, query):
    answer = http.get(f"{ENTRIES}?{query}", headers=key(alice.api_key))
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input")
    assert answer.json()["detail"].startswith(query.partition("=")[0])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("question", ""),
        ("question", "  "),
        ("question", "\u0000"),
        ("question", "x" * 501),
        ("question", None),
        ("question", ["x"]),
        ("answer", ""),
        ("answer", "x" * 8001),
        ("answer", 5),
        ("id", "5f0c6f1e-0000-4000-8000-00000000abcd"),
        ("tenant_id", "5f0c6f1e-0000-4000-8000-00000000abcd"),
    ],
)
def test_a_wrong_field_is_named(http, workers, alice, name, value):
    made = add(http, alice).json()
    answers = [
        add(http, alice, **{name: value}),
        http.patch(f"{ENTRIES}/{made['id']}", json={name: value}, headers=key(alice.api_key)),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input")
        assert answer.json()["detail"].startswith(name)
    assert http.get(ENTRIES, headers=key(alice.api_key)).json()["entries"] == [made]


def test_the_longest_entry_fits(http, workers, alice):
    assert add(http, alice, question="é" * 500, answer="ß" * 8000).status_code == 201


@pytest.mark.parametrize("raw", [b"", b"[]", b"\xff", b"{", b'{"question": NaN}', b'{"\\ud800": 1}', b"[" * 100_000])
def test_a_hostile_body_is_refused(http, workers, alice, raw):
    made = add(http, alice).json()
    for method, path in (("POST", ENTRIES), ("PATCH", f"{ENTRIES}/{made['id']}")):
        answer = http.request(method, path, content=raw, headers=key(alice.api_key))
        assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input")


def test_each_method_needs_its_scope(http, workers, alice):
    made = add(http, alice).json()
    address = f"{ENTRIES}/{made['id']}"
    reader, writer = scoped(alice, Scope.KNOWLEDGE_READ), scoped(alice, Scope.KNOWLEDGE_WRITE)
    calls = {("GET", ENTRIES): reader, ("GET", address): reader, ("POST", ENTRIES): writer, ("PATCH", address): writer}
    for (method, path), allowed in calls.items():
        for credential in (reader, writer, alice.account_token):
            answer = http.request(method, path, json=PARKING, headers=key(credential))
            assert answer.is_success is (credential == allowed)
            assert answer.is_success or (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    assert http.delete(address, headers=key(reader)).status_code == 403
    assert http.delete(address, headers=key(writer)).status_code == 204


def test_mallory_neither_sees_nor_changes_alices_entries(http, workers, alice, mallory):
    made = add(http, alice).json()
    nobodys = f"{ENTRIES}/{uuid.uuid4()}"
    for method, body in (("GET", None), ("PATCH", {"answer": "Mine."}), ("DELETE", None)):
        hers = http.request(method, f"{ENTRIES}/{made['id']}", json=body, headers=key(mallory.api_key))
        none = http.request(method, nobodys, json=body, headers=key(mallory.api_key))
        assert (hers.status_code, hers.json()) == (404, NOT_FOUND) == (none.status_code, none.json())
    assert listed(http, mallory) == listed(http, mallory, "q=park") == []
    newest = http.get(f"{ENTRIES}?limit=1", headers=key(alice.api_key)).json()["entries"]
    assert newest == [made]
    with tenant_session(mallory.tenant_id) as session:
        assert search_entries(session, "Where can I park?").get() == []
