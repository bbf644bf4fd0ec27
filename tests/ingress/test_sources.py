"""Websites and files over HTTP: added, shown with their progress, cancelled, read again, deleted."""

from __future__ import annotations

import json

import pytest

from clients.documents.reader import Reader
from clients.web.fetch import Fetcher
from models.credential import Scope
from models.database import tenant_session
from models.embedding_due import WaitsFor, postpone
from models.source import KnowledgeSource, KnowledgeUpload
from models.upload import FILE_BYTES
from tests.doubles.website.files import pdf
from tests.ingress.conftest import environment, key
from tests.ingress.test_turns import NOT_FOUND, scoped
from tests.workers.reading import Desk, chunks_of
from workers.embed_chunks import embed_tenant

SOURCES = "/api/v1/knowledge/sources"


@pytest.fixture
def desk():
    reader = Reader()
    yield Desk(Fetcher("Test", resolve=lambda host, port: ["10.0.0.1"]), reader)
    reader.close()


def website(http, tenant, **wanted: object):
    return http.post(SOURCES, json={"url": "https://linden.example/start#top", **wanted}, headers=key(tenant.api_key))


def file(http, tenant, data: bytes, name: str = "notes.txt", **more: str):
    headers = key(tenant.api_key, **{"Content-Type": "application/octet-stream", **more})
    return http.post(f"{SOURCES}?name={name}", content=data, headers=headers)


def shown(http, tenant, source_id: str) -> dict[str, object]:
    return http.get(f"{SOURCES}/{source_id}", headers=key(tenant.api_key)).json()


def test_a_website_is_added_and_its_reading_queued(http, workers, alice):
    answer = website(http, alice, max_pages=10, max_depth=2, refresh_hours=None, name="Our site")
    made = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"{SOURCES}/{made['id']}")
    told = {name: made[name] for name in ("kind", "name", "url", "state", "max_pages", "max_depth", "refresh_hours")}
    assert told == {
        "kind": "website",
        "name": "Our site",
        "url": "https://linden.example/start",
        "state": "queued",
        "max_pages": 10,
        "max_depth": 2,
        "refresh_hours": None,
    }
    assert workers.queue.depth("knowledge") == {str(alice.tenant_id): 1}
    assert http.get(SOURCES, headers=key(alice.api_key)).json()["sources"] == [made]
    again = website(http, alice)
    assert (again.status_code, again.json()["error"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("url", ""),
        ("url", "mailto:a@example.test"),
        ("url", "file:///etc/passwd"),
        ("url", "https://user:pw@example.com/"),
        ("url", "https://" + "x" * 2000),
        ("url", 5),
        ("max_pages", 0),
        ("max_pages", 5001),
        ("max_pages", "10"),
        ("max_depth", 31),
        ("refresh_hours", 0),
        ("name", "x" * 201),
        ("tenant_id", "x"),
    ],
)
def test_a_wrong_field_is_named(http, workers, alice, name, value):
    answer = website(http, alice, **{name: value})
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input")
    assert answer.json()["detail"].startswith(name)


def test_an_address_without_a_scheme_is_https(http, workers, alice):
    assert website(http, alice, url="linden.example").json()["url"] == "https://linden.example/"


@pytest.mark.parametrize("how", ["raw", "form"])
def test_a_file_is_uploaded_read_and_dropped(http, workers, alice, desk, how):
    data = pdf([["We open at nine."]], title="Hours")
    if how == "raw":
        answer = file(http, alice, data, "hours.pdf")
    else:
        files = {"file": ("C:\\my files\\hours.pdf", data, "text/plain")}
        answer = http.post(SOURCES, files=files, data={"more": "fields"}, headers=key(alice.api_key))
    made = answer.json()
    assert (answer.status_code, made["kind"], made["name"], made["state"]) == (201, "file", "hours.pdf", "queued")
    desk.run()
    read = shown(http, alice, made["id"])
    assert (read["state"], read["detail"], read["progress"]["indexed"], read["progress"]["chunks"]) == (
        "ready",
        None,
        1,
        1,
    )
    assert [chunk.text for chunk in chunks_of(alice)["hours.pdf"]] == ["We open at nine."]
    found = http.get("/api/v1/knowledge/search?q=open", headers=key(alice.api_key)).json()["results"]
    assert [result["source"] for result in found] == ["hours.pdf"]
    assert chunks_of(alice)["hours.pdf"][0].heading == "Hours > page 1"
    with tenant_session(alice.tenant_id) as session:
        assert session.query(KnowledgeUpload).count() == 0


def test_a_source_says_how_many_passages_wait_for_the_budget(http, workers, alice, desk):
    made = file(http, alice, b"We open at nine.").json()
    desk.run()
    assert shown(http, alice, made["id"])["progress"]["embedded"] == 0
    with tenant_session(alice.tenant_id) as session:
        postpone(session, WaitsFor.BUDGET)
    told = "1 passage is found by words alone until the budget has room for embedding."
    assert shown(http, alice, made["id"])["detail"] == told
    (listed,) = http.get(SOURCES, headers=key(alice.api_key)).json()["sources"]
    assert listed["detail"] == told
    embed_tenant(alice.tenant_id)
    read = shown(http, alice, made["id"])
    assert (read["detail"], read["progress"]["embedded"]) == (None, 1)


def test_a_files_passages_are_stemmed_in_their_own_language(http, workers, alice, desk):
    said = "Wir haben Montag bis Freitag geöffnet, und am Samstag sind wir bis 14 Uhr für Sie da. " * 8
    file(http, alice, f"{said}\n\n{'Damenschnitt 45 €, Balayage 130 €. ' * 30}".encode(), "hours.txt")
    desk.run()
    assert {chunk.language for chunk in chunks_of(alice)["hours.txt"]} == {"de"}  # the business speaks English


def test_a_large_file_comes_in_pieces_and_whole(http, workers, alice, desk):
    words = "".join(f"Sentence number {number} of a long text.\n\n" for number in range(60_000))
    made = file(http, alice, words.encode()).json()
    with tenant_session(alice.tenant_id) as session:
        pieces = session.query(KnowledgeUpload.number, KnowledgeUpload.piece).order_by(KnowledgeUpload.number).all()
    assert len(pieces) > 3
    assert b"".join(piece for _, piece in pieces).decode() == words
    http.delete(f"{SOURCES}/{made['id']}", headers=key(alice.api_key))
    desk.run()
    assert chunks_of(alice) == {}


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"\x89PNG\r\n\x1a\n", "This is a picture, which holds no text."),
        (b"%PDF-1.4 x", "The PDF is broken and cannot be read."),
    ],
)
def test_a_file_that_cannot_be_read_says_why(http, workers, alice, desk, data, detail):
    made = file(http, alice, data, "x.pdf").json()
    desk.run()
    read = shown(http, alice, made["id"])
    assert (read["state"], read["detail"]) == ("failed", detail)
    documents = http.get(f"{SOURCES}/{made['id']}/documents?state=failed", headers=key(alice.api_key)).json()
    assert [(each["url"], each["detail"], each["counts"]) for each in documents["documents"]] == [
        ("x.pdf", detail, False)
    ]


def test_a_file_that_is_too_large_or_empty_leaves_nothing(http, workers, alice):
    def too_much():
        for _ in range(FILE_BYTES // 65536 + 2):
            yield b"x" * 65536

    headers = key(alice.api_key, **{"Content-Type": "text/plain"})
    assert http.post(SOURCES, content=b"x" * (FILE_BYTES + 100_000), headers=headers).status_code == 413
    answer = http.post(SOURCES, content=too_much(), headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (413, "The file is larger than 20 MiB.")
    assert http.post(SOURCES, content=b"", headers=headers).json()["detail"] == "file: it is empty."
    with tenant_session(alice.tenant_id) as session:
        assert session.query(KnowledgeSource).count() == 0
        assert session.query(KnowledgeUpload).count() == 0


def test_a_site_in_a_private_network_is_told_and_never_asked(http, workers, alice, desk):
    made = website(http, alice, url="https://intranet.example").json()
    with environment(TIME_SCALE="1000"):  # a site is asked once a second
        desk.run()
    read = shown(http, alice, made["id"])
    assert read["state"] == "failed"
    assert read["detail"] == "The address leads into a private network, where Frontdesk does not go."


def test_a_reading_is_cancelled_and_begun_again(http, workers, alice, desk):
    made = website(http, alice).json()
    address, headers = f"{SOURCES}/{made['id']}", key(alice.api_key)
    assert http.post(f"{address}/cancel", headers=headers).json()["state"] == "cancelled"
    assert http.post(f"{address}/cancel", headers=headers).json()["state"] == "cancelled"
    assert http.post(f"{address}/refresh", headers=headers).json()["state"] == "queued"
    assert http.post(f"{address}/refresh", headers=headers).json()["state"] == "queued"
    with environment(TIME_SCALE="1000"):
        assert desk.run() > 1
    uploaded = file(http, alice, b"words").json()
    answer = http.post(f"{SOURCES}/{uploaded['id']}/refresh", headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (409, "conflict")


def test_a_deleted_source_is_gone_with_all_it_said(http, workers, alice, desk):
    made = file(http, alice, b"Our words.").json()
    desk.run()
    assert chunks_of(alice)
    address, headers = f"{SOURCES}/{made['id']}", key(alice.api_key)
    assert http.delete(address, headers=headers).status_code == 204
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/documents"), ("POST", "/cancel"), ("POST", "/refresh")):
        answer = http.request(method, address + path, headers=headers)
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert http.get(SOURCES, headers=headers).json() == {"sources": [], "next": None}
    assert chunks_of(alice) == {}
    assert [chunk.text for chunk in chunks_of(alice, retired=True)["notes.txt"]] == ["Our words."]


def test_each_call_needs_its_scope(http, workers, alice):
    made = website(http, alice).json()
    reader, writer = scoped(alice, Scope.KNOWLEDGE_READ), scoped(alice, Scope.KNOWLEDGE_WRITE)
    address = f"{SOURCES}/{made['id']}"
    calls = {
        ("GET", SOURCES): reader,
        ("GET", address): reader,
        ("GET", f"{address}/documents"): reader,
        ("POST", f"{address}/cancel"): writer,
        ("POST", f"{address}/refresh"): writer,
    }
    for (method, path), allowed in calls.items():
        for credential in (reader, writer, alice.account_token):
            answer = http.request(method, path, headers=key(credential))
            assert answer.is_success is (credential == allowed), (method, path)
    for credential in (reader, alice.account_token):
        assert http.post(SOURCES, json={"url": "https://a.example"}, headers=key(credential)).status_code == 403
        assert http.delete(address, headers=key(credential)).status_code == 403


def test_a_wrong_state_is_named(http, workers, alice):
    made = website(http, alice).json()
    answer = http.get(f"{SOURCES}/{made['id']}/documents?state=odd", headers=key(alice.api_key))
    assert (answer.status_code, json.loads(answer.text)["detail"][:6]) == (422, "state:")
