"""The whole attack on a running deployment, once: what was sent, what came back, and which rows changed meanwhile."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.hostile import protocol, slow
from tests.hostile.attacker import Attacker
from tests.hostile.plan import Attempt, Plan
from tests.hostile.rows import Ask, Rows, all_rows, difference, of_tenant
from tests.hostile.wire import Answer, send_all, whole_exchange

SILENT_S = 1.0  # a connection that has nothing more to say to what is no request
UNFINISHED = 200  # connections held open by nobody in particular
SLOW = 10
BY_STATE = "/api/v1/intents/models"  # what is refused while nothing is trained may be done once it is
FINAL = {400, 401, 403, 404, 405, 409, 413, 422}  # a repeat is refused as well; 429 is not such an answer

Outcome = tuple[Attempt, Answer]
Changes = dict[tuple[str, str], int]


@dataclass
class Siege:
    """`changed_by_…`: rows of any table and tenant that came, went or changed in that part of it."""

    strangers: list[Outcome] = field(default_factory=list)
    insiders: list[Outcome] = field(default_factory=list)
    repeated: list[Outcome] = field(default_factory=list)
    large: list[Outcome] = field(default_factory=list)
    slow: list[tuple[Answer, float]] = field(default_factory=list)
    said_to_ambiguous: dict[str, bytes] = field(default_factory=dict)
    said_to_odd: dict[str, bytes] = field(default_factory=dict)
    changed_by_strangers: Changes = field(default_factory=dict)
    changed_by_refused: Changes = field(default_factory=dict)
    victims_changed: Changes = field(default_factory=dict)

    @property
    def outcomes(self) -> list[Outcome]:
        return [*self.strangers, *self.insiders, *self.repeated]

    @property
    def requests(self) -> int:
        """How many were sent in all."""
        return (
            len(self.outcomes) + len(self.large) + len(self.slow) + len(self.said_to_ambiguous) + len(self.said_to_odd)
        )


@dataclass(frozen=True)
class Field:
    """Where it takes place. `rest` waits until nothing that was accepted is still being worked on."""

    port: int
    ask: Ask
    document: dict[str, Any]
    attacker: Attacker
    own: dict[str, str]
    foreign: dict[str, str]
    victim_id: object
    rest: Callable[[], None]


async def lay(where: Field) -> Siege:
    """All of it, beside callers who never finish."""
    plan = Plan(where.document, where.attacker, where.own, where.foreign)
    siege, before = Siege(), all_rows(where.ask)
    async with slow.unfinished(where.port, b"POST /api/v1/chat HTTP/1.1\r\nHost: x\r\nX-Half: ", UNFINISHED):
        dawdling = asyncio.create_task(slow.drip_all(where.port, _slow_bodies(where.attacker)))
        siege.strangers = await _send(where, plan.strangers())
        siege.said_to_ambiguous = await _exchange(where, protocol.AMBIGUOUS)
        siege.said_to_odd = await _exchange(where, protocol.ODD)
        siege.large = await _send(where, plan.large(), connections=4)
        siege.changed_by_strangers = difference(before, all_rows(where.ask))
        siege.insiders = await _send(where, plan.insiders())
        between = _rested(where)
        refused = [
            each
            for each, answer in siege.insiders
            if answer.status in FINAL and each.sent.method != "GET" and not each.generated.path.startswith(BY_STATE)
        ]
        siege.repeated = await _send(where, refused[::2])
        after = _rested(where)
        siege.changed_by_refused = difference(between, after)
        siege.victims_changed = difference(of_tenant(before, where.victim_id), of_tenant(after, where.victim_id))
        siege.slow = await dawdling
    return siege


def _rested(where: Field) -> Rows:
    where.rest()
    return all_rows(where.ask)


async def _send(where: Field, attempts: list[Attempt], connections: int = 24) -> list[Outcome]:
    answers = await send_all(where.port, [each.sent for each in attempts], connections)
    return list(zip(attempts, answers, strict=True))


async def _exchange(where: Field, cases: dict[str, bytes]) -> dict[str, bytes]:
    said = await asyncio.gather(*(whole_exchange(where.port, raw, SILENT_S) for raw in cases.values()))
    return dict(zip(cases, said, strict=True))


def _slow_bodies(attacker: Attacker) -> list[tuple[bytes, bytes]]:
    """To each endpoint that reads one before it answers: announced and a byte at a time, or chunk by chunk."""
    targets = [
        (f"/papercups/webhook/{attacker.tenant.papercups_webhook_token}", "X-A: b"),
        ("/papercups/webhook", "X-A: b"),
        ("/api/v1/chat", f"X-API-Key: {attacker.tenant.api_key}"),
        ("/api/v1/widget/session", "X-A: b"),
        ("/customer/open", "X-A: b"),
    ]
    found = []
    for target, credential in itertools.islice(itertools.cycle(targets), SLOW):
        if len(found) < len(targets):
            found.append((protocol.post(credential, "Content-Length: 1000", target=target), b" "))
        else:
            found.append((protocol.post(credential, "Transfer-Encoding: chunked", target=target), b"1\r\n \r\n"))
    return found
