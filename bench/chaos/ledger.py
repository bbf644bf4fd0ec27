"""What the harness itself saw while a seed ran: what was asked and heard, when people stepped in, who was killed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Attempt:
    """One request of a caller."""

    started_s: float
    ended_s: float = 0.0
    status: int | None = None
    error: str = ""
    sentences: list[tuple[float, str]] = field(default_factory=list)  # when a caller had it, and what
    view: dict[str, Any] | None = None  # the turn, as the last answer showed it


@dataclass
class Call:
    """One message over the API, with every try: a caller repeats what was not answered."""

    reference: str
    tenant: int
    session: int
    attempts: list[Attempt] = field(default_factory=list)
    final: dict[str, Any] | None = None
    refused: str = ""

    @property
    def accepted(self) -> bool:
        return any(each.status in {200, 202} for each in self.attempts)


@dataclass
class Person:
    """Someone took a conversation, or gave it back. `until_s`: by then it was done."""

    chat: int | None  # of the channel
    session: int | None  # of the API
    tenant: int
    how: str  # message | assign | close | human | bot
    from_s: float
    until_s: float
    done: bool


@dataclass(frozen=True)
class Kill:
    """kill -9: whom, what it held when it was dead, on which side of which call."""

    at_s: float
    dyno: str
    aimed: str  # stage and side of the plan
    stage: str  # of the job it was killed for, or of one it held
    side: str
    held: int  # jobs, calls or requests it held
    line: str = ""  # of the Procfile; empty for a store
    turns: tuple[str, ...] = ()  # that were being answered or delivered


@dataclass
class Ledger:
    """Appended to by several threads, each list by one of them."""

    chats: dict[int, str] = field(default_factory=dict)  # number -> the channel's id
    said: list[tuple[str, int, int]] = field(default_factory=list)  # reference, chat, tenant
    calls: list[Call] = field(default_factory=list)
    persons: list[Person] = field(default_factory=list)
    kills: list[Kill] = field(default_factory=list)
    happened: list[tuple[float, str]] = field(default_factory=list)
    outages: list[tuple[float, float]] = field(default_factory=list)
    stops: list[tuple[str, float, float]] = field(default_factory=list)  # line, from, until
    deployed_s: tuple[float, float] = (0.0, 0.0)  # from when until when a deploy took
    spent: int = 0  # attempts of messages that were in the queues meanwhile
    missed: list[str] = field(default_factory=list)  # trouble that found nobody to strike

    def note(self, text: str) -> None:
        self.happened.append((time.monotonic(), text))
