"""What happens in a seed, and when: drawn from the seed alone, so that the same number is the same plan."""

from __future__ import annotations

import dataclasses
import json
import random
from dataclasses import dataclass
from typing import Any

from bench.chaos import words

TENANTS = 20
VISITORS_PER_S, CALLERS_PER_S = 2.2, 1.4  # a storm on two cores must leave them time for what is started again
TIME_SCALE = 10.0
STORM_S = 40.0  # load and trouble; then everything drains
BLACK_OUT_S = 300.0  # divided by the time scale
SETTLE_S = 30.0  # divided by the time scale
SEND_TIMEOUT_S = 5.0
UNSCALED_STORM_S = 480.0

TEXTS = (  # what a visitor writes, how often, and which way it takes
    (5, "Where is your parking? My case is {}."),  # clear from its words
    (4, "And {} too, what do you think"),  # the model is asked what it means
    (2, "You can write to {}@example.org about my case."),  # a lead
    (2, "I want to talk to a human please, it is about {}."),  # handed over, with note, assignment and mail
)
MODES = ("json", "stream", "stream", "later")

# Where kill -9 strikes: (stage, side). Before or after what a call to the outside does; else inside: with a transaction
# open, or after the commit while the queue has not heard of it.
KILLS = (
    ("receive", "transaction"),
    ("answer", "model before"),
    ("deliver", "post after"),
    ("detect_intent", "transaction"),
    ("deliver", "look before"),
    ("web", "accepting"),
    ("answer", "transaction"),
    ("deliver", "post dropped"),
    ("receive", "queue"),
    ("notify", "mail after"),
    ("sweep", "transaction"),
    ("detect_intent", "model after"),
    ("deliver", "update after"),
    ("capture_lead", "transaction"),
    ("answer", "model after"),
    ("deliver", "post later"),
    ("web", "waiting"),
    ("reconcile", "read before"),
    ("deliver", "transaction"),
    ("detect_intent", "queue"),
    ("deliver", "look after"),
    ("notify", "mail before"),
    ("answer", "queue"),
    ("deliver", "update before"),
    ("reconcile", "read after"),
    ("detect_intent", "model before"),
    ("deliver", "queue"),
    ("clock", "queue"),
)
KILLS_A_SEED = 12
KILLS_AT_RANDOM = 2

CHANNEL_FAULTS = (
    "store_late",
    "store_answer",
    "store_late",
    "store_cut",
    "hang",
    "store_answer",
    "answer",
    "store_hang",
)
WEBHOOK_FAULTS = ("webhook_duplicate", "webhook_reorder", "webhook_drop", "webhook_delay")
BLACK_OUTS = ("postgres", "redis", "model", "channel", "stores")
REDIS_TROUBLE = ("kill", "cut", "fail over", "demote")


@dataclass(frozen=True)
class Action:
    """Something that happens at an instant of the storm."""

    at_s: float
    kind: str
    args: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.at_s:7.2f} {self.kind:<10} " + " ".join(f"{name}={value}" for name, value in self.args.items())


@dataclass(frozen=True)
class Plan:
    """A whole seed."""

    seed: int
    time_scale: float
    storm_s: float
    words: tuple[str, ...]  # one per tenant
    load: tuple[Action, ...]
    trouble: tuple[Action, ...]
    budgets: tuple[int | None, ...] = ()  # micro-units a day, of the first tenants; the others have none
    answer_threads: int = 12

    def as_json(self) -> str:
        return json.dumps(dataclasses.asdict(self), indent=1)


@dataclass(frozen=True)
class Bias:
    """What a planted fault needs more of."""

    kills: tuple[tuple[str, str], ...] = ()
    faults: tuple[str, ...] = ()
    redis: tuple[str, ...] = ()
    cuts: int = 0  # more of Redis' last seconds that are lost
    people: float = 1.0  # how often a person steps in
    time_scale: float = TIME_SCALE
    stores: bool = True  # whether they fail, too


def draw(seed: int, *, unscaled: bool = False, short: bool = False, bias: Bias | None = None) -> Plan:
    """The plan of a seed. `short`: what CI has time for; `bias`: more of what a planted fault needs."""
    chance = random.Random(seed)
    bias = bias or Bias()
    storm_s = UNSCALED_STORM_S if unscaled else 18.0 if short else STORM_S
    scale = 1.0 if unscaled else bias.time_scale
    tenants = TENANTS // 3 if short else TENANTS
    rate = 0.5 if unscaled else 1.0
    load = _Load(chance, tenants, storm_s, rate, bias.people)
    load.draw()
    trouble = _trouble(chance, seed, storm_s, scale, bias, short=short, unscaled=unscaled)
    named = tuple(words.word(chance) for _ in range(tenants))
    return Plan(seed, scale, storm_s, named, _in_order(load.actions), _in_order(trouble))


def _in_order(actions: list[Action]) -> tuple[Action, ...]:
    return tuple(sorted(actions, key=lambda action: action.at_s))


class _Load:
    """Visitors in the channel, callers of the API, and people of the business."""

    def __init__(self, chance: random.Random, tenants: int, storm_s: float, rate: float, people: float) -> None:
        self.actions: list[Action] = []
        self._chance, self._tenants, self._storm_s, self._rate, self._people = chance, tenants, storm_s, rate, people
        self._chats: list[tuple[int, float]] = []  # tenant, last message
        self._sessions: list[tuple[int, float]] = []

    def draw(self) -> None:
        at = 0.0
        while (at := at + self._chance.expovariate(VISITORS_PER_S * self._rate)) < self._storm_s:
            self._visitor(at)
        at = 0.0
        while (at := at + self._chance.expovariate(CALLERS_PER_S * self._rate)) < self._storm_s:
            self._caller(at)

    def _visitor(self, at: float) -> None:
        chat, tenant = self._thread(self._chats, at)
        self._add(at, "say", chat=chat, tenant=tenant, **self._message())
        if self._chance.random() < 0.1:  # and once more at once
            self._add(at + self._chance.uniform(0.1, 1.5), "say", chat=chat, tenant=tenant, **self._message())
        if self._chance.random() < 0.15 * self._people:
            how = self._chance.choice(("message", "message", "assign"))
            taken = at + self._chance.uniform(0.0, 3.0)
            self._add(taken, "person", chat=chat, how=how)
            if self._chance.random() < 0.3:
                self._add(taken + self._chance.uniform(2.0, 8.0), "close", chat=chat)

    def _caller(self, at: float) -> None:
        session, tenant = self._thread(self._sessions, at)
        mode = self._chance.choice(MODES)
        self._add(at, "ask", session=session, tenant=tenant, mode=mode, **self._message())
        if self._chance.random() < 0.1:
            again = at + self._chance.uniform(0.1, 1.5)
            self._add(again, "ask", session=session, tenant=tenant, mode=mode, **self._message())
        if self._chance.random() < 0.12 * self._people:
            taken = at + self._chance.uniform(0.0, 2.0)
            self._add(taken, "own", session=session, tenant=tenant, owner="human")
            if self._chance.random() < 0.3:
                back = taken + self._chance.uniform(2.0, 8.0)
                self._add(back, "own", session=session, tenant=tenant, owner="bot")

    def _thread(self, threads: list[tuple[int, float]], at: float) -> tuple[int, int]:
        """A new conversation, or one that is a few seconds old."""
        recent = [number for number, (_, last) in enumerate(threads) if 1.0 < at - last < 12.0]
        if recent and self._chance.random() < 0.4:
            number = self._chance.choice(recent)
            tenant = threads[number][0]
            threads[number] = (tenant, at)
            return number, tenant
        tenant = self._chance.randrange(self._tenants)
        threads.append((tenant, at))
        return len(threads) - 1, tenant

    def _message(self) -> dict[str, str]:
        texts = [text for weight, text in TEXTS for _ in range(weight)]
        named = words.reference(self._chance)
        return {"reference": named, "text": self._chance.choice(texts).format(named)}

    def _add(self, at: float, kind: str, **args: Any) -> None:
        if at < self._storm_s:
            self.actions.append(Action(round(at, 3), kind, args))


def _trouble(
    chance: random.Random, seed: int, storm_s: float, scale: float, bias: Bias, *, short: bool, unscaled: bool
) -> list[Action]:
    found: list[Action] = []

    def add(at: float, kind: str, **args: Any) -> None:
        found.append(Action(round(at, 2), kind, args))

    kills = 5 if short else 2 * KILLS_A_SEED if unscaled else KILLS_A_SEED
    first = seed * kills % len(KILLS)
    menu = list((KILLS * 3)[first : first + kills])
    menu[: len(bias.kills)] = bias.kills
    chance.shuffle(menu)
    begin, end = 2.0, storm_s - 3.0
    step = (end - begin) / len(menu)
    for number, (stage, side) in enumerate(menu):
        at = begin + step * (number + chance.random())
        add(at, "kill", stage=stage, side=side, whole=chance.random() < 0.5, go_s=round(chance.uniform(0.0, 2.0), 2))
    for _ in range(KILLS_AT_RANDOM if not short else 1):
        line = chance.choice(("web", "worker", "worker", "answers", "answers", "clock"))
        add(chance.uniform(begin, end), "kill", stage="any", side=line, whole=chance.random() < 0.5, go_s=0.0)

    every = 1.5 if not unscaled else 6.0
    at = 1.0
    while (at := at + chance.uniform(0.5, 1.5) * every) < storm_s:
        add(at, "fault", **_fault(chance, scale, bias))
    if not short:
        for _ in range(2 if not unscaled else 6):
            line = chance.choice(("worker", "answers"))
            add(chance.uniform(3.0, storm_s - 8.0), "stop", line=line, for_s=round(chance.uniform(6.0, 8.0), 2))
    for _ in range(round((1 if short else 2) * bias.people)):
        add(chance.uniform(begin, end), "sign")
    if short:
        add(storm_s * 0.5, "redis", how="kill")
    elif unscaled:
        add(20.0, "redis", how="cut")
        add(35.0, "postgres", how="kill")
        add(50.0, "black out", what="stores", for_s=BLACK_OUT_S / scale)
        add(50.0 + BLACK_OUT_S / scale + 20.0, "redis", how="fail over")
        add(50.0 + BLACK_OUT_S / scale + 40.0, "deploy")
    elif not bias.stores:
        pass
    elif seed % 4 == 0:
        what = BLACK_OUTS[seed // 4 % len(BLACK_OUTS)]
        add(5.0, "black out", what=what, for_s=BLACK_OUT_S / scale)
    else:
        for _ in range(bias.cuts):
            add(chance.uniform(5.0, 36.0), "redis", how="cut")
        trouble = bias.redis or REDIS_TROUBLE
        add(chance.uniform(8.0, 16.0), "redis", how=trouble[seed % len(trouble)])
        add(chance.uniform(22.0, 34.0), "postgres", how=chance.choice(("kill", "backend")))
        if seed % 3 == 0:
            add(chance.uniform(17.0, 20.0), "deploy")
        else:
            again = chance.choice(trouble)
            add(chance.uniform(18.0, 36.0), "redis", how="cut" if again in ("fail over", "demote") else again)
    return found


def _fault(chance: random.Random, scale: float, bias: Bias) -> dict[str, Any]:
    if chance.random() < 0.4 and not bias.faults:
        fault: dict[str, Any] = {"fault": chance.choice(WEBHOOK_FAULTS), "event": "*"}
        fault["delay_ms"] = int(chance.uniform(200, 2500))
        return fault
    kind = chance.choice(bias.faults or CHANNEL_FAULTS)
    if kind.startswith("webhook"):
        return {"fault": kind, "event": "*", "delay_ms": int(chance.uniform(200, 2500))}
    late = chance.uniform(
        SEND_TIMEOUT_S + 0.1, SEND_TIMEOUT_S + SETTLE_S / scale - 0.2
    )  # at most `settle` after our time-out
    delay_s = late if kind == "store_late" else chance.uniform(2.0, 7.0)
    return {"fault": kind, "delay_ms": int(delay_s * 1000), "status": chance.choice((500, 502, 503))}
