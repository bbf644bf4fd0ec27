from __future__ import annotations

import json

import pytest

from models.database import tenant_session
from models.plan import TenantLimit
from tests.ingress.conftest import key, new_session, words
from tests.ingress.rows import recorded

URL = "/api/v1/chat"


def test_reply_comes_as_json_when_the_turn_ends(http, workers, alice, meanwhile):
    call = meanwhile(http.post, URL, json=words(), headers=key(alice.api_key))
    job = workers.take().job
    view = workers.end(job, reply="At nine.")
    answer = call.result()
    assert (answer.status_code, answer.json()) == (200, view)
    assert (job.kind, job.body, job.stream, job.tenant_id) == (
        "visitor",
        "When do you open?",
        False,
        str(alice.tenant_id),
    )


def test_request_id_travels_into_the_job(http, workers, alice, meanwhile):
    call = meanwhile(http.post, URL, json=words(), headers=key(alice.api_key, **{"X-Request-Id": "trace-1"}))
    received = workers.take()
    workers.end(received.job)
    assert received.request_id == "trace-1"
    assert call.result().headers["x-request-id"] == "trace-1"


def test_respond_async_promises_a_turn_that_can_be_read_at_once(http, workers, alice):
    answer = http.post(URL, json=words(), headers=key(alice.api_key, Prefer="respond-async"))
    promise = answer.json()
    assert answer.status_code == 202
    assert answer.headers["preference-applied"] == "respond-async"
    assert answer.headers["location"] == f"/api/v1/turns/{promise['turn_id']}"
    assert promise["state"] == "received"
    read = http.get(answer.headers["location"], headers=key(alice.api_key))
    assert read.status_code == 200
    assert (read.json()["state"], read.json()["reply"]) == ("received", None)
    assert read.json()["conversation_id"] == workers.take().job.conversation_id


def test_a_slow_turn_is_promised_at_the_deadline(http, workers, alice, monkeypatch):
    monkeypatch.setattr("ingress.chat.ANSWER_WITHIN_S", 0.1)
    answer = http.post(URL, json=words(), headers=key(alice.api_key))
    assert answer.status_code == 202
    assert "preference-applied" not in answer.headers


def read_events(response) -> list[tuple[str, dict]]:
    events, name = [], ""
    for line in response.iter_lines():
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            events.append((name, json.loads(line[6:])))
    return events


def test_stream_brings_sentences_then_the_end(http, workers, alice, meanwhile):
    headers = key(alice.api_key, Accept="text/event-stream")
    with http.stream("POST", URL, json=words(), headers=headers) as response:
        job = workers.take().job
        assert job.stream
        workers.say(job, 1, "We open at nine.")
        workers.say(job, 2, "See you!")
        view = workers.end(job)
        events = read_events(response)
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert events == [
        ("sentence", {"n": 1, "text": "We open at nine."}),
        ("sentence", {"n": 2, "text": "See you!"}),
        ("done", view),
    ]


@pytest.mark.parametrize("kind", ["stopped", "superseded", "error"])
def test_stream_ends_with_whatever_ends_the_turn(http, workers, alice, kind):
    with http.stream("POST", URL, json=words(), headers=key(alice.api_key, Accept="text/event-stream")) as response:
        job = workers.take().job
        workers.end(job, kind, reason="human")
        assert [name for name, _ in read_events(response)] == [kind]


def test_silent_streams_are_kept_open_by_comments(http, workers, alice, monkeypatch):
    monkeypatch.setattr("ingress.streaming.COMMENT_EVERY_S", 0.05)
    with http.stream("POST", URL, json=words(), headers=key(alice.api_key, Accept="text/event-stream")) as response:
        lines = response.iter_lines()
        while next(lines) != ": waiting":
            pass
        workers.end(workers.take().job)
        assert "event: done" in list(lines)


def test_repeat_with_the_same_key_joins_the_same_turn(http, workers, alice, meanwhile):
    headers = key(alice.api_key, **{"Idempotency-Key": "once"})
    first = meanwhile(http.post, URL, json=words(), headers=headers)
    job = workers.take().job
    second = meanwhile(http.post, URL, json=words(), headers=headers)
    while not second.running():
        pass
    view = workers.end(job)
    assert first.result().json() == second.result().json() == view
    assert http.post(URL, json=words(), headers=headers).json() == view
    assert workers.nothing()


def test_repeat_of_a_stream_replays_its_numbered_events(http, workers, alice):
    headers = key(alice.api_key, Accept="text/event-stream", **{"Idempotency-Key": "stream-once"})
    with http.stream("POST", URL, json=words(), headers=headers) as broken:
        job = workers.take().job
        workers.say(job, 1, "We open at nine.")
        assert "event: sentence" in broken.iter_lines()
    with http.stream("POST", URL, json=words(), headers=headers) as again:
        workers.say(job, 2, "See you!")
        workers.end(job)
        assert [(name, data.get("n")) for name, data in read_events(again)] == [
            ("sentence", 1),
            ("sentence", 2),
            ("done", None),
        ]


def test_the_same_key_with_another_body_conflicts(http, workers, alice):
    headers = key(alice.api_key, Prefer="respond-async", **{"Idempotency-Key": "once"})
    assert http.post(URL, json=words(), headers=headers).status_code == 202
    other = http.post(URL, json=words("Something else"), headers=headers)
    assert (other.status_code, other.json()["error"]) == (409, "conflict")


def test_the_same_key_of_another_tenant_is_another_key(http, workers, alice, mallory):
    more = {"Prefer": "respond-async", "Idempotency-Key": "once"}
    promises = [http.post(URL, json=words(), headers=key(who.api_key, **more)).json() for who in (alice, mallory)]
    assert promises[0]["turn_id"] != promises[1]["turn_id"]
    assert promises[0]["conversation_id"] != promises[1]["conversation_id"]


def test_a_repeat_that_redis_forgot_follows_the_first_turn(http, workers, alice, meanwhile):
    call = meanwhile(http.post, URL, json=words(), headers=key(alice.api_key))
    job = workers.take().job
    first = type(job).from_arguments({**job.arguments(), "turn_id": "0c4f1d3e-0000-4000-8000-000000000001"})
    workers.end(job, "superseded", reason="repeated", superseded_by=first.turn_id, reply=None)
    view = workers.end(first)
    assert call.result().json() == view


def test_at_the_deadline_the_row_is_read_once(http, workers, alice, meanwhile, monkeypatch):
    monkeypatch.setattr("ingress.chat.ANSWER_WITHIN_S", 0.5)
    call = meanwhile(http.post, URL, json=words(), headers=key(alice.api_key))
    _, first = recorded(alice, kind="secret", reply="From the first one's row.")
    job = workers.take().job
    recorded(alice, kind="secret", id=job.turn_id, state="superseded", reason="repeated", superseded_by=first)
    answer = call.result()
    assert (answer.status_code, answer.json()["reply"]) == (200, "From the first one's row.")


def test_public_and_secret_sessions_of_one_name_are_two_conversations(http, workers, alice):
    more = {"Prefer": "respond-async"}
    public, secret = (
        http.post(URL, json=words(), headers=key(credential, **more)).json()["conversation_id"]
        for credential in (alice.account_token, alice.api_key)
    )
    assert public != secret


def test_what_the_account_token_asks_is_told_apart(http, workers, alice):
    """It has only a share of the budget."""
    for credential in (alice.account_token, alice.api_key):
        http.post(URL, json=words(), headers=key(credential, Prefer="respond-async"))
    assert [workers.take().job.public for _ in range(2)] == [True, False]


def test_a_public_session_must_be_a_secret(http, workers, alice):
    short = words(session="x" * 21)
    answer = http.post(URL, json=short, headers=key(alice.account_token))
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input")
    assert answer.json()["detail"].startswith("session_id")
    answer = http.post(URL, json=short, headers=key(alice.api_key, Prefer="respond-async"))
    assert answer.status_code == 202


def test_public_sessions_are_limited_one_by_one(http, workers, alice, monkeypatch):
    monkeypatch.setattr("ingress.chat.PER_SESSION", (0.001, 10))  # time brings nothing back meanwhile
    headers = key(alice.account_token, Prefer="respond-async")
    answers = [http.post(URL, json=words(), headers=headers) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [202] * 10 + [429]
    assert answers[-1].json()["error"] == "rate_limited"
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert http.post(URL, json=words(session=new_session()), headers=headers).status_code == 202


def test_the_public_token_leaves_a_share_to_secret_keys(http, workers, alice):
    with tenant_session(alice.tenant_id) as session:
        session.add(TenantLimit(tenant_id=alice.tenant_id, rate_per_s=0.001, burst=100))
    public = key(alice.account_token, Prefer="respond-async")
    statuses = [http.post(URL, json=words(session=new_session()), headers=public).status_code for _ in range(52)]
    assert statuses == [202] * 50 + [429] * 2
    assert http.post(URL, json=words(), headers=key(alice.api_key, Prefer="respond-async")).status_code == 202


@pytest.mark.parametrize("credential", [None, "", "nobody", "fd_nobody", "x" * 201, "a b"])
def test_unknown_credentials_look_all_the_same(http, workers, alice, credential):
    answer = http.post(URL, json=words(), headers={} if credential is None else key(credential))
    assert answer.status_code == 401
    assert answer.json() == {"error": "unauthorized", "detail": "The credential is missing or not valid."}


def test_two_credentials_are_none(http, workers, alice):
    answer = http.post(URL, json=words(), headers=[("X-API-Key", alice.api_key), ("X-API-Key", alice.api_key)])
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"\xff\xfe", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"NaN", "JSON"),
        (b"[]", "JSON object"),
        (b"null", "JSON object"),
        (b'{"session_id":"s"}', "message"),
        (b'{"message":"hi"}', "session_id"),
        (b'{"session_id":1,"message":"hi"}', "session_id"),
        (b'{"session_id":"\\ud800","message":"hi"}', "session_id"),
        (b'{"session_id":"","message":"hi"}', "session_id"),
        (b'{"session_id":"s","message":"  \\n "}', "message"),
        (b'{"session_id":"s","message":"\\u0000"}', "message"),
        (b'{"session_id":"s","message":["hi"]}', "message"),
        (b'{"session_id":"s","message":1' + b"0" * 5000 + b"}", "JSON"),
        (json.dumps({"session_id": "s" * 201, "message": "hi"}).encode(), "session_id"),
        (json.dumps({"session_id": "s", "message": "x" * 8001}).encode(), "message"),
    ],
)
def test_a_wrong_body_is_refused_with_its_field(http, workers, alice, body, field):
    answer = http.post(URL, content=body, headers=key(alice.api_key))
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input")
    assert field in answer.json()["detail"]
    assert workers.nothing()


def test_odd_but_readable_text_is_cleaned_and_accepted(http, workers, alice):
    body = b'{"session_id":"s","message":" a\\u0000b\\udfff ","extra":{"deep":[1e999]}}'
    answer = http.post(URL, content=body, headers=key(alice.api_key, Prefer="respond-async"))
    assert answer.status_code == 202
    assert workers.take().job.body == "ab�"


@pytest.mark.parametrize("value", ["", "x" * 129, "a b", "é"])
def test_an_idempotency_key_is_visible_ascii(http, workers, alice, value):
    answer = http.post(URL, json=words(), headers={**key(alice.api_key), "Idempotency-Key": value.encode()})
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["detail"]


def test_nothing_is_accepted_while_redis_is_away(serve, alice):
    http = serve(REDIS_URL="redis://127.0.0.1:1/0")
    answer = http.post(URL, json=words(), headers=key(alice.api_key))
    assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")
    assert http.get("/readyz").json() == {"status": "not_ready", "missing": ["redis"]}
