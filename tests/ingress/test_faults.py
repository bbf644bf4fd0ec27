"""Stores that go away: what was accepted stays accepted, what can go on goes on, the rest is a quick 503."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from models.database import engine
from tests.ingress.conftest import key, words
from tests.ingress.rows import recorded
from tests.ingress.test_chat import read_events
from tests.ingress.test_papercups import hook, message


@pytest.fixture
def postgres_away(stores) -> Callable[[], object]:
    """A Postgres that throws everybody out and lets nobody in, for a while."""

    @contextmanager
    def away() -> Iterator[None]:
        url = stores.superuser_url.rsplit("/", 1)[0] + "/postgres"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ALTER DATABASE frontdesk ALLOW_CONNECTIONS false")
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'frontdesk'")
            try:
                yield
            finally:
                connection.execute("ALTER DATABASE frontdesk ALLOW_CONNECTIONS true")
                engine().dispose()

    return away


def drop_subscriptions(workers) -> None:
    workers.redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")


def test_an_end_told_while_the_subscription_was_broken_still_arrives(http, workers, alice, meanwhile):
    call = meanwhile(http.post, "/api/v1/chat", json=words(), headers=key(alice.api_key))
    job = workers.take().job
    drop_subscriptions(workers)
    view = workers.end(job)
    assert call.result(timeout=5).json() == view


def test_a_stream_misses_and_repeats_nothing_over_broken_subscriptions(http, workers, alice):
    with http.stream("POST", "/api/v1/chat", json=words(), headers=key(alice.api_key, Accept="text/event-stream")) as r:
        job = workers.take().job
        for number in range(1, 21):
            workers.say(job, number, f"Sentence {number}.")
            if number % 5 == 0:
                drop_subscriptions(workers)
        workers.end(job)
        events = read_events(r)
    assert [data.get("n") for _, data in events] == [*range(1, 21), None]


def test_an_end_that_only_the_row_knows_arrives_after_a_gap(http, workers, alice, meanwhile):
    call = meanwhile(http.post, "/api/v1/chat", json=words(), headers=key(alice.api_key))
    job = workers.take().job
    recorded(alice, kind="secret", id=job.turn_id, reply="From the row.")
    drop_subscriptions(workers)
    assert call.result(timeout=5).json()["reply"] == "From the row."


def test_known_tenants_are_accepted_while_postgres_is_away(serve, workers, alice, mallory, monkeypatch, postgres_away):
    http = serve()
    assert http.post(hook(alice), json=message(alice)).status_code == 202
    headers = key(alice.api_key, Prefer="respond-async")
    assert http.post("/api/v1/chat", json=words(), headers=headers).status_code == 202
    monkeypatch.setattr("ingress.credentials.KNOWN_S", 0.0)
    with postgres_away():
        assert http.post(hook(alice), json=message(alice)).status_code == 202
        answer = http.post("/api/v1/chat", json=words(), headers=headers)
        assert answer.status_code == 202
        for unknown in (
            http.post(hook(mallory), json=message(mallory)),
            http.post("/api/v1/chat", json=words(), headers=key("nobody")),
            http.get(answer.headers["location"], headers=key(alice.api_key)),
        ):
            assert (unknown.status_code, unknown.json()["error"]) == (503, "unavailable")
        until = time.monotonic() + 5
        while http.get("/readyz").status_code == 200 and time.monotonic() < until:
            time.sleep(0.1)
        assert http.get("/readyz").json()["missing"] == ["postgres"]
    assert http.post(hook(mallory), json=message(mallory)).status_code == 202
