"""A word planted in every secret and in everything that people write, through success, refusal, failure and crash: then a
search through all that was written down. No log, metric, dead letter or answer to anybody else may hold one of them.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from clients.queue import PREFIX
from config.secrets import decrypt
from tests.doubles import smtp
from tests.hostile.canaries import CRASHED, Canaries, named
from tests.hostile.planting import Planted, drive
from tests.scenarios.business import open_business
from tests.scenarios.deployment import Deployment, Mode
from tests.scenarios.programs import wait_until

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def canaries() -> Canaries:
    return Canaries()


@pytest.fixture(scope="module")
def mail(canaries: Canaries) -> Iterator[smtp.SmtpDouble]:
    with smtp.running() as server:
        server.password = canaries.secret("the SMTP password", canaries.word("smtp"))
        yield server


@pytest.fixture(scope="module")
def mode(canaries: Canaries, mail: smtp.SmtpDouble) -> Mode:
    token = canaries.secret("the metrics token", canaries.word("metrics"))
    return Mode(model=True, smtp_url=f"smtp://desk:{mail.password}@127.0.0.1:{mail.port}", metrics_token=token)


@pytest.fixture(scope="module")
def planted(everything: Deployment, mode: Mode, canaries: Canaries, mail: smtp.SmtpDouble) -> Iterator[Planted]:
    everything.use(mode)
    planted = Planted(open_business(everything), canaries)
    drive(planted, mail)
    CRASHED.update(letter.message_id for letter in planted.dead)
    yield planted
    for letter in planted.dead:
        assert everything.queue.drop_dead(str(planted.shop.tenant_id), letter.message_id)
    planted.shop.close()
    planted.http.close()


def test_no_log_holds_what_somebody_wrote_or_a_key(planted):
    logs = {name: program.log.read_text() for name, program in planted.shop.deployment.programs.items()}
    for name, event in {"worker": "job.failed", "web": "request.failed", "answers": "turn.", "clock": "clock"}.items():
        assert event in logs[name], f"{name} did not log what is searched"
    assert planted.canaries.found_in(logs) == []


def test_no_metric_holds_a_word_or_a_key(planted):
    bearer = {"Authorization": f"Bearer {planted.canaries.secrets['the metrics token']}"}

    def text() -> str:
        return planted.http.get("/metrics", headers=bearer).raise_for_status().text

    died = 'frontdesk_jobs_total{job="message.receive",process="worker",verdict="dead"}'
    wait_until(lambda: died in text(), "the worker has published its samples")
    assert planted.canaries.found_in({"metrics": text()}) == []


def test_dead_letters_say_what_broke_and_are_sealed(planted):
    redis, tenant_id = planted.shop.deployment.redis, planted.shop.tenant_id
    for letter in planted.dead:
        kept: dict[bytes, bytes] = redis.hgetall(f"{PREFIX}m:{tenant_id}:{letter.message_id}")
        shown = {name.decode(): value.decode("latin-1") for name, value in kept.items()}
        assert shown["error"] == letter.error == "IntegrityError"
        assert planted.canaries.found_in(shown | {"the command": str(letter)}) == []
        assert json.loads(decrypt(kept[b"p"]))["actor_name"] == letter.job
    assert {letter.job for letter in planted.dead} == {"message.receive", "lead.capture"}


def test_no_key_is_kept_anywhere_in_the_clear(planted):
    """Neither in Redis nor in the rows; a few are the public kind or stand in a sealed column."""
    deployment = planted.shop.deployment
    kept = [(f"redis {name.decode()}", dump(deployment, name)) for name in deployment.redis.scan_iter(count=1000)]
    tables = deployment.ask("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    for (table,) in tables:
        kept += [(f"table {table}", text) for (text,) in deployment.ask(f'SELECT t::text FROM public."{table}" t')]
    assert len(kept) > 100
    assert planted.canaries.found_in(named(kept), only_secrets=True) == []


def test_no_refusal_repeats_what_was_sent(planted):
    refused = [(what, answer) for what, answer in planted.answers if answer.status_code >= 400]
    assert {answer.status_code for _, answer in refused} >= {401, 404, 405, 409, 413, 422, 500}
    texts = named((what, f"{answer.text} {answer.headers}") for what, answer in refused)
    assert planted.canaries.found_in(texts) == []


def test_nobody_else_is_told_any_of_it(planted):
    other = open_business(planted.shop.deployment, webhooks=False)
    paths = ("conversations", "leads", "knowledge/entries?limit=100", f"turns/{planted.shop.turns()[0].id}")
    answers = [(path, other.http.get(f"/api/v1/{path}").text) for path in paths]
    asked = other.ask(uuid.uuid4().hex, f"Where? {planted.canaries.words['entry answer'][:4]}")
    answers += [("reply", asked.text), ("document", other.http.get("/openapi.json").text)]
    other.close()
    assert planted.canaries.found_in(named(answers)) == []


def dump(deployment: Deployment, name: bytes) -> str:
    """A key with all it holds."""
    redis = deployment.redis
    reading: dict[str, Any] = {
        "string": lambda: redis.get(name),
        "hash": lambda: redis.hgetall(name),
        "list": lambda: redis.lrange(name, 0, -1),
        "set": lambda: redis.smembers(name),
        "zset": lambda: redis.zrange(name, 0, -1),
    }
    kind = redis.type(name).decode()
    return f"{name.decode()} {reading[kind]() if kind in reading else ''}"
