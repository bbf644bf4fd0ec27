"""Requests that stand still where a test ordered it, until the test lets them go: shared by the doubles of the outside."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any


@dataclass
class _Held:
    """One ordered stop: who came there, and what becomes of it."""

    facts: dict[str, Any] = field(default_factory=dict)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    dropped: bool = False


class Holds:
    """By name. Nobody is held longer than a test has patience."""

    LONGEST_S = 60.0

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}

    async def stand(self, name: str, facts: dict[str, Any]) -> bool:
        """Stand still under `name`; False when the request is to be dropped."""
        held = self._held.setdefault(name, _Held())
        held.facts = facts
        held.came.set()
        try:
            async with asyncio.timeout(self.LONGEST_S):
                await held.let_go.wait()
        except TimeoutError:
            pass
        self._held.pop(name, None)
        return not held.dropped

    async def reached(self, name: str, timeout_s: float) -> dict[str, Any] | None:
        """What stands under `name`, waiting for it; None when nothing came in time."""
        held = self._held.setdefault(name, _Held())
        try:
            async with asyncio.timeout(timeout_s):
                await held.came.wait()
        except TimeoutError:
            return None
        return held.facts

    def let_go(self, name: str, *, drop: bool = False) -> None:
        """What stands there goes on (or is dropped); what comes later is not held under this name."""
        held = self._held.pop(name, None)
        if held is not None:
            held.dropped = drop
            held.let_go.set()
