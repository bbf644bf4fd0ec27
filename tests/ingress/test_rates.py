"""The standard RateLimit headers: on every answer for which a token was asked, and what they say."""

from __future__ import annotations

import re
import time

import pytest
from sqlalchemy import update

from clients.queue import BucketState
from ingress.rates import rate_limit_headers
from models.database import tenant_session
from models.plan import TenantLimit
from models.tenant import TenantConfiguration
from tests.ingress.conftest import key, new_session, words

URL = "/api/v1/chat"
LATER = {"Prefer": "respond-async"}


def told(answer) -> tuple[str, dict[str, int], dict[str, int]]:
    """Name, policy and state; both headers name the same bucket."""
    found = []
    for header in ("ratelimit-policy", "ratelimit"):
        name, *parameters = answer.headers[header].split(";")
        assert re.fullmatch('"[a-z]+"', name)
        found.append((name.strip('"'), {part[0]: int(part[2:]) for part in parameters}))
    (name, policy), (same, state) = found
    assert name == same
    return name, policy, state


def test_an_accepted_message_tells_what_is_left(http, workers, alice):
    first, second = (http.post(URL, json=words(), headers=key(alice.api_key, **LATER)) for _ in range(2))
    assert told(first) == ("tenant", {"q": 100, "w": 5}, {"r": 99, "t": 1})
    assert told(second)[2]["r"] in {98, 99}  # 99: a token came back meanwhile


def test_a_stream_tells_it_too(http, workers, alice):
    with http.stream("POST", URL, json=words(), headers=key(alice.api_key, Accept="text/event-stream")) as answer:
        assert told(answer)[0] == "tenant"
        workers.end(workers.take().job)


def test_the_tightest_of_several_is_told(http, workers, alice, monkeypatch):
    def answer():
        return http.post(URL, json=words(), headers=key(alice.account_token, **LATER))

    assert told(answer()) == ("session", {"q": 10, "w": 10}, {"r": 9, "t": 1})
    monkeypatch.setattr("ingress.chat.PER_SESSION", (0.01, 10))  # time brings nothing back meanwhile
    refused = [answer() for _ in range(10)][-1]
    assert refused.status_code == 429
    name, policy, state = told(refused)
    assert (name, policy, state["r"]) == ("session", {"q": 10, "w": 1000}, 0)
    assert state["t"] <= int(refused.headers["retry-after"])


def test_what_no_token_was_asked_for_tells_nothing(http, workers, alice):
    repeated = key(alice.api_key, **LATER, **{"Idempotency-Key": "k"})
    answers = [http.post(URL, json=words(), headers=repeated) for _ in range(2)]
    assert "ratelimit" in answers[0].headers
    assert answers[1].status_code == 202
    assert "ratelimit" not in answers[1].headers
    for answer in (
        http.post(URL, json={}, headers=key(alice.api_key)),
        http.post(URL, json=words()),
        http.get("/healthz"),
    ):
        assert "ratelimit" not in answer.headers


def test_changed_limits_are_in_force_at_once(http, workers, alice):
    headers = key(alice.api_key, **LATER)
    assert told(http.post(URL, json=words(), headers=headers))[1]["q"] == 100
    with tenant_session(alice.tenant_id) as session:
        session.add(TenantLimit(tenant_id=alice.tenant_id, rate_per_s=2, burst=7))
    workers.redis.publish("{fd1}:tenants", str(alice.tenant_id))
    until = time.monotonic() + 5
    while (policy := told(http.post(URL, json=words(), headers=headers))[1]) != {"q": 7, "w": 4}:
        assert time.monotonic() < until, policy


def test_a_page_of_the_business_may_read_them(http, workers, alice):
    with tenant_session(alice.tenant_id) as session:
        session.execute(update(TenantConfiguration).values(allowed_origins=["https://bakery.example"]))
    headers = key(alice.account_token, Origin="https://bakery.example", **LATER)
    answer = http.post(URL, json=words(session=new_session()), headers=headers)
    exposed = answer.headers["access-control-expose-headers"].split(", ")
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set(exposed)


def test_the_widgets_session_tells_its_address_limit(http, workers, alice):
    answer = http.post("/api/v1/widget/session", json={}, headers=key(alice.account_token))
    name, policy, _ = told(answer)
    assert (name, policy) == ("session", {"q": 100, "w": 20})


@pytest.mark.parametrize(
    ("limit", "rate", "state"),
    [
        (BucketState("tenant", 10, 0, 10), 2.0, "r=10;t=0"),  # full
        (BucketState("tenant", 9, 500, 10), 2.0, "r=9;t=1"),  # the next in half a second
        (BucketState("tenant", 0, 100_000, 10), 0.1, "r=0;t=10"),  # empty: ten seconds each
        (BucketState("tenant", 0, 95_000, 10), 0.1, "r=0;t=5"),  # half of one is there
        (BucketState("tenant", 0, 1, 1), 1.0, "r=0;t=0"),
    ],
)
def test_the_time_is_that_of_the_next_token(limit, rate, state):
    assert rate_limit_headers(limit, rate)["RateLimit"] == f'"tenant";{state}'


def test_a_rate_of_nothing_has_no_window_and_no_time():
    headers = rate_limit_headers(BucketState("tenant", 0, 86_400_000, 5), 0.0)
    assert headers == {"RateLimit-Policy": '"tenant";q=5', "RateLimit": '"tenant";r=0'}


def test_whose_bucket_it_is_stays_out():
    headers = rate_limit_headers(BucketState("address:0123abcd", 1, 1000, 2), 1.0)
    assert not any("0123abcd" in value for value in headers.values())
