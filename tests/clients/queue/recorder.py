"""Makes each call on the queue and, when there is one, on the model; compares the two, and writes down what happened."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import redis

from clients.queue import Acceptance, AsyncQueue, Dead, Done, Entry, Later, Limits, Queue, Verdict
from clients.queue.scripts import Scripts
from tests.clients.queue.cast import Clock
from tests.clients.queue.history import History, Landed, Record, Sent
from tests.clients.queue.model import Model
from tests.clients.queue.view import Looker, View, differences, of_model


class Ingress(AsyncQueue):
    """The accepting front over scripts that do not wait, so that it needs no event loop."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = _Immediate(scripts)  # type: ignore[assignment]

    def accept_now(self, acceptance: Acceptance) -> tuple[str, int]:
        """Status and retry_after_ms."""
        accepted = _finish(self.accept(acceptance))
        return accepted.status, accepted.retry_after_ms


class _Immediate:
    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts

    async def run(self, name: str, *arguments: Any) -> Any:
        return self._scripts.run(name, *arguments)


def _finish(coroutine: Coroutine[Any, Any, Any]) -> Any:
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waited")


class Recorder:
    """Starts with an empty store."""

    def __init__(self, client: redis.Redis, scripts: Scripts, clock: Clock, model: Model | None) -> None:
        client.flushdb()
        self._queue, self._ingress = Queue(client, scripts=scripts), Ingress(scripts)
        self._clock, self._model, self._looker = clock, model, Looker(client)
        self._given: set[tuple[str, int]] = set()
        self.processes: list[str] = []
        self.limits: dict[str, Limits] = {}
        self.sent: dict[str, Sent] = {}
        self.history: History = []
        self.view = self._look()

    def call(
        self, name: str, act: Callable[[Any], Any], verdict: tuple[Entry, Verdict] | None = None, **asked: Any
    ) -> Any:
        """`act` on a queue. `asked` are facts of the record."""
        return self._record(name, lambda: act(self._queue), act, verdict, asked)

    def put(self, sent: Sent, act: Callable[[Any], Any]) -> None:
        """A new message by `act` on a queue, which says whether it was new."""
        self._note(sent, self.call("enqueue", act))

    def accept(self, sent: Sent, acceptance: Acceptance, act: Callable[[Model], tuple[str, int]]) -> None:
        """A new message by way of the ingress; `act` is the same for the model."""
        status, _ = self._record("accept", lambda: self._ingress.accept_now(acceptance), act, None, {})
        self._note(sent, status == "accepted")

    def _note(self, sent: Sent, new: bool) -> None:
        if new:
            self.sent[sent.message_id] = sent
            self.history[-1].put.append(sent)

    def _record(
        self,
        name: str,
        real: Callable[[], Any],
        model: Callable[[Any], Any],
        verdict: tuple[Entry, Verdict] | None,
        asked: dict[str, Any],
    ) -> Any:
        record = Record(name, self._clock(), self.view, self.view, dict(self.limits), **asked)
        answer = real()
        self.view = self._look()
        record = replace(record, after=self.view, landed=self._landed(record.before, verdict))
        for entry in getattr(answer, "messages", ()):
            if name != "repeat" or (entry.message_id, entry.delivery) not in self._given:
                self._given.add((entry.message_id, entry.delivery))
                record.started.append((self.sent[entry.message_id], entry))
        self.history.append(record)
        if self._model is not None:
            expected = model(self._model)
            assert answer == expected, f"{name} gave {answer}, the model {expected}"
            assert not (found := differences(self.view, of_model(self._model))), "\n".join([name, *found])
        return answer

    def _look(self) -> View:
        return self._looker.look(self._clock(), self.processes)

    def _landed(self, before: View, verdict: tuple[Entry, Verdict] | None) -> list[Landed]:
        """Which messages left flight in a call, and how: as the verdict said, or back."""
        return [
            self._fate(self.sent[mid], verdict)
            for process, flight in before.flights.items()
            for mid, holder in flight.items()
            if self.view.flights.get(process, {}).get(mid) != holder
        ]

    def _fate(self, sent: Sent, verdict: tuple[Entry, Verdict] | None) -> Landed:
        match verdict:
            case (Entry(message_id=settled), Done(cost)) if settled == sent.message_id:
                return Landed(sent, "done", 0 if cost is None else cost - sent.cost)
            case (Entry(message_id=settled), Later(delay_ms, _, cost)) if settled == sent.message_id:
                return Landed(sent, "later", 0 if cost is None else cost - sent.cost, self._clock() + delay_ms)
            case (Entry(message_id=settled), Dead()) if settled == sent.message_id:
                return Landed(sent, "dead", 0)
        poison = sent.message_id in self.view.dead.get(sent.tenant, ())
        return Landed(sent, "dead" if poison else "back", -sent.cost)
