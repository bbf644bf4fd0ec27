"""The turnstile: one at a time, the small first, nobody for ever, and nobody's death closes it."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable

import pytest

from clients.turnstile import Turnstile

PATIENCE_S = 10.0


def until(look: Callable[[], object]) -> None:
    ends_at = time.monotonic() + PATIENCE_S
    while not look():
        assert time.monotonic() < ends_at
        time.sleep(0.001)


class Queue:
    """Threads that pass a turnstile, each added only when those before stand in it. Note the order they come through."""

    def __init__(self, gate: Turnstile) -> None:
        self.gate, self.through = gate, list[str]()
        self.threads: list[threading.Thread] = []

    def add(self, name: str, units: int) -> threading.Thread:
        def passes() -> None:
            with self.gate.held(units):
                self.through.append(name)

        thread = threading.Thread(target=passes)
        self.threads.append(thread)
        before = len(self.gate._waiting)
        thread.start()
        until(lambda: len(self.gate._waiting) == before + 1)
        return thread

    def ended(self) -> list[str]:
        for thread in self.threads:
            thread.join(PATIENCE_S)
            assert not thread.is_alive()
        return self.through


def test_who_asks_for_little_goes_first_and_equals_as_they_came():
    gate = Turnstile(s_per_unit=1.0)
    queue = Queue(gate)
    with gate.held(1):
        queue.add("large", 3000)
        queue.add("small", 10)
        queue.add("middle", 200)
        queue.add("small, later", 10)
    assert queue.ended() == ["small", "small, later", "middle", "large"]


def test_the_large_one_waits_no_longer_than_its_own_size_is_worth(monkeypatch):
    seconds = [0.0]
    gate = Turnstile(s_per_unit=0.001)
    queue = Queue(gate)
    with gate.held(1):
        monkeypatch.setattr("clients.turnstile._now", lambda: seconds[0])
        queue.add("large", 2000)
        seconds[0] = 1.9
        queue.add("before it is due", 10)
        seconds[0] = 2.1
        queue.add("after it was due", 10)
    assert queue.ended() == ["before it is due", "large", "after it was due"]


def test_it_is_held_by_one_at_a_time():
    gate, inside, most = Turnstile(0.001), 0, 0

    def work(units: int) -> None:
        nonlocal inside, most
        for _ in range(300):
            with gate.held(units):
                inside += 1
                most = max(most, inside)
                time.sleep(0)
                inside -= 1

    threads = [threading.Thread(target=work, args=(units,)) for units in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
    assert (most, inside, gate._holder, gate._waiting) == (1, 0, None, [])


def test_one_that_fails_inside_lets_the_next_in():
    gate = Turnstile(0.001)
    with pytest.raises(ValueError, match="broken"), gate.held(1):
        raise ValueError("broken")
    with gate.held(1):
        pass


class TimeIsUp(BaseException):
    """As a job's time limit raises it in the job's thread."""


def test_one_that_is_stopped_while_it_waits_closes_nothing():
    gate = Turnstile(0.001)
    queue = Queue(gate)
    met: list[type[BaseException]] = []

    def passes() -> None:
        try:
            with gate.held(1):
                met.append(AssertionError)
        except TimeIsUp:
            met.append(TimeIsUp)

    with gate.held(1):
        stopped = threading.Thread(target=passes)
        stopped.start()
        until(lambda: gate._waiting)
        queue.add("behind it", 100)
        assert ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(stopped.ident), ctypes.py_object(TimeIsUp))
    assert queue.ended() == ["behind it"]
    stopped.join(PATIENCE_S)
    assert met == [TimeIsUp]
    assert (gate._holder, gate._waiting) == (None, [])
