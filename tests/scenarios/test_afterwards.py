"""What all the stories left behind: keys that name their tenant, and logs that say nothing they should not."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from clients.queue import PREFIX
from tests.hostile.canaries import CRASHED
from tests.scenarios.business import CANARY, HOURS, Business
from tests.scenarios.deployment import Mode

pytestmark = pytest.mark.scenario

UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
QUEUE = r"(?:receive|turn|lead|notice|reconcile|knowledge|answer)"
# A message's id: ours, or of one that a read-back found (connection and message) or that the clock sends.
MESSAGE = rf"(?:[0-9a-f]{{32}}|{UUID}|(?:found|reconcile|sweep|intent|notice|embed|golden):[\w:.+-]+)"
PROCESS = r"(?:web|worker|answers|clock|local)[\w-]*"
# Indexes over all tenants hold ids and numbers only: key -> what each member and value looks like.
INDEXES = {
    rf"(?:r|v|z):{QUEUE}": rf"{UUID}|-?[\d.e+]+",
    rf"(?:vt|n):{QUEUE}": r"[\d.e+]+",
    rf"(?:svc|ws|st):{QUEUE}:\d+": rf"{UUID}|[\d.e+]+",
    rf"(?:o|owed|i):{QUEUE}": rf"{UUID}|-?[\d.e+]+",
    r"acc:[\d-]+": rf"{UUID}|\d+",
    r"measured": r"[\w.|:-]+|-?[\d.e+-]+@\d+",
    r"queues": QUEUE,
    r"due": rf"m\|{UUID}\|{MESSAGE}|p\|{QUEUE}\|{UUID}|[\d.e+]+",
    r"procs": rf"{PROCESS}|[\d.e+]+",
    rf"idle:{QUEUE}": rf"{PROCESS}|[\d.e+]+",
    rf"w:{PROCESS}": QUEUE,
    rf"f:{PROCESS}": rf"{MESSAGE}|{UUID}\|\d+",
    rf"missed:{PROCESS}": rf"{MESSAGE}\|\d+|\d+",
    rf"c:{PROCESS}": rf"alone|bulk|\d+|{UUID}\|{MESSAGE}|\d+ [01](?: {QUEUE}\|{UUID}\|{MESSAGE}\|\d+(?:\|\d+)?)*",
    r"metrics": rf"{PROCESS}|[\d.e+]+",
    rf"metrics:{PROCESS}": r"(?s).*",  # samples; their labels are closed
}


@pytest.fixture(scope="module")
def mode() -> Mode:
    return Mode(model=True, lossy=True)  # as the last stories left it


def values_of(redis, key: bytes) -> Iterator[str]:
    match redis.type(key).decode():
        case "string":
            yield redis.get(key).decode()
        case "hash":
            for pair in redis.hgetall(key).items():
                yield from (each.decode() for each in pair)
        case "zset":
            for member, score in redis.zrange(key, 0, -1, withscores=True):
                yield from (member.decode(), f"{score:.0f}")
        case "set":
            yield from (each.decode() for each in redis.smembers(key))
        case "list":
            yield from (each.decode() for each in redis.lrange(key, 0, -1))


def test_every_redis_key_names_its_tenant_or_holds_ids_and_numbers_only(shop):
    shop.ended(shop.visitor_writes(HOURS))
    redis = shop.deployment.redis
    tenants = {str(row[0]) for row in shop.deployment.ask("SELECT id FROM tenant")}
    keys = list(redis.scan_iter(count=1000))
    assert len(keys) > 20
    for key in keys:
        name = key.decode()
        assert name.startswith(PREFIX), name
        if tenants & set(re.findall(UUID, name)):
            continue
        form = next((form for form in INDEXES if re.fullmatch(form, name.removeprefix(PREFIX))), None)
        assert form is not None, f"{name} names no tenant and is no index"
        for value in values_of(redis, key):
            assert re.fullmatch(INDEXES[form], value), f"{name} holds {value!r}"
            assert CANARY not in value


def test_no_log_holds_what_somebody_wrote_or_a_key(shop):
    deployment = shop.deployment
    shop.ended(shop.visitor_writes(HOURS))
    shop.ask("a-session-of-a-server", HOURS)
    secrets = {
        CANARY,
        "vera.visitor",
        "sk-scenario-key",
        deployment.postgres.passwords["frontdesk"],
        deployment.valkey.passwords["default"],
    }
    for each in Business.opened:
        secrets |= {
            each.word,
            each.tenant.api_key,
            each.tenant.papercups_webhook_token,
            each.tenant.papercups_webhook_secret,
        }
        secrets |= {each.account["bot_key"]}
    logs = {name: program.log.read_text() for name, program in deployment.programs.items()}
    assert "message.received" in logs["worker"]
    for name, text in logs.items():
        for line in text.splitlines():
            found = [secret for secret in secrets if secret in line]
            assert not found, f"{name}: {line}"


def test_no_process_met_an_error_it_did_not_expect(deployment):
    for name, program in deployment.programs.items():
        lines = [line for line in program.log.read_text().splitlines() if not any(each in line for each in CRASHED)]
        assert not [line for line in lines if "job.failed" in line or "Traceback" in line], name


def test_dead_letters_are_bugs_and_there_are_none(deployment):
    assert list(deployment.redis.scan_iter(f"{PREFIX}dead:*")) == []
