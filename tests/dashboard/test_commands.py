"""The operator's commands, run as `manage.py` runs them."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

import manage
from models.database import tenant_session
from models.webhook_event import WebhookEvent, keep_event
from tests.dashboard.test_dead_letters import CANARY, bury, enqueue, fetch
from tests.ingress.conftest import environment

Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], stores) -> Run:
    """A command's output; it ends with status 0."""

    def command(*words: object) -> str:
        assert manage.main([str(word) for word in words]) == 0
        return capsys.readouterr().out

    return command


def test_dead_letters_are_listed_without_what_they_say(run: Run, workers, alice, mallory):
    assert run("dead", "list", "--tenant", alice.tenant_id) == "There are none.\n"
    names = [bury(workers, alice, name) for name in ("earlier", "later")]  # in order even within one millisecond
    bury(workers, mallory)
    printed = run("dead", "list", "--tenant", alice.tenant_id)
    heading, *lines = printed.splitlines()
    assert heading.startswith("died at")
    assert [line.split()[-2] for line in lines] == names
    assert all("KeyError" in line and "workers/receive.py:12" in line for line in lines)
    assert CANARY not in printed


def test_one_is_tried_again_and_the_rest_stays(run: Run, workers, alice):
    first, second = (bury(workers, alice) for _ in range(2))
    assert run("dead", "retry", "--tenant", alice.tenant_id, "--message", first) == "1 will run again.\n"
    assert fetch(workers).message_id == first
    assert [letter.message_id for letter in workers.queue.dead_letters(str(alice.tenant_id))] == [second]


def test_all_are_tried_again_or_dropped_of_one_tenant_alone(run: Run, workers, alice, mallory):
    for tenant in (alice, alice, mallory):
        bury(workers, tenant)
    assert run("dead", "retry", "--tenant", alice.tenant_id, "--all") == "2 will run again.\n"
    assert run("dead", "retry", "--tenant", alice.tenant_id, "--all") == "0 will run again.\n"
    assert run("dead", "drop", "--tenant", mallory.tenant_id, "--all") == "1 dropped.\n"
    assert workers.queue.dead_letters(str(mallory.tenant_id)) == []
    assert workers.queue.depth("receive") == {str(alice.tenant_id): 2}


def test_what_is_dropped_is_not_accepted_again(run: Run, workers, alice):
    from models.base import now

    name = uuid.uuid4().hex
    with tenant_session(alice.tenant_id) as session:
        keep_event(session, alice.tenant_id, name, {}, accepted_at=now(), request_id=None)
    bury(workers, alice, name)
    run("dead", "drop", "--tenant", alice.tenant_id, "--message", name)
    with tenant_session(alice.tenant_id) as session:
        assert session.query(WebhookEvent).count() == 0


@pytest.mark.parametrize("what", ["retry", "drop"])
def test_a_letter_that_does_not_exist_is_said(run: Run, workers, alice, mallory, what: str):
    hers = bury(workers, mallory)
    with pytest.raises(SystemExit, match="no dead letter by that id"):
        run("dead", what, "--tenant", alice.tenant_id, "--message", hers)
    with pytest.raises(SystemExit):
        run("dead", what, "--tenant", alice.tenant_id)  # neither one nor all
    assert len(workers.queue.dead_letters(str(mallory.tenant_id))) == 1


def test_the_queue_is_printed_as_a_table(run: Run, workers, alice):
    enqueue(workers, alice)
    enqueue(workers, alice)
    fetch(workers)
    lines = [line.split() for line in run("queue").splitlines()]
    assert [line[0] for line in lines[1:8]] == ["receive", "turn", "lead", "notice", "reconcile", "knowledge", "answer"]
    assert lines[1][:3] == ["receive", "2", "1"]
    assert lines[9][:2] == ["queue", "tenant"]
    assert lines[10][:4] == ["receive", str(alice.tenant_id), "1", "1"]
    assert len(run("queue", "--top", 0).splitlines()) == 8


def test_without_redis_a_command_ends_with_a_sentence(run: Run, alice):
    with environment(REDIS_URL="redis://127.0.0.1:1/0"), pytest.raises(SystemExit, match="is it running"):
        run("queue")


def test_a_healthy_installation_is_said_to_be_one(run: Run):
    printed = run("doctor")
    assert [line.split()[:2] for line in printed.splitlines()] == [
        ["ok", name] for name in ("environment", "Postgres", "pgvector", "role", "migrations", "Redis")
    ]


def test_what_is_wrong_is_said_with_what_to_do(capsys, stores):
    with environment(REDIS_URL="redis://127.0.0.1:1/0"):
        assert manage.main(["doctor"]) == 1
    assert "WRONG Redis" in capsys.readouterr().out


def test_a_tenant_and_tokens_are_made(run: Run):
    import json

    made = json.loads(run("tenant", "create", "--name", "Linden", "--json"))
    assert run("admin", "token").startswith("fda_")
    printed = run("customer", "token", "--tenant", made["tenant_id"])
    assert "fdc_" in printed
    assert "/customer/open?code=" in printed
    assert run("customer", "revoke", "--tenant", made["tenant_id"]) == "1 ended.\n"
    with pytest.raises(SystemExit, match="There is no tenant"):
        run("customer", "token", "--tenant", uuid.uuid4())
