from __future__ import annotations

from typing import Any

from clients.queue import Queue, Released
from tests.clients.queue.cast import ALICE


def say(queue: Queue, number: int, *, turn: str = "t1", epoch: int = 5) -> Released:
    facts: dict[str, Any] = {"text": f"sentence {number}"}
    return queue.release(ALICE, "c", turn, number=number, kind="sentence", data=facts, epoch=epoch)


def test_sentences_are_numbered_and_kept(queue: Queue) -> None:
    assert say(queue, 1) == say(queue, 2) == Released.SENT
    events = queue.events(ALICE, "t1")
    assert [(event.n, event.data["text"]) for event in events] == [(1, "sentence 1"), (2, "sentence 2")]
    assert [event.n for event in queue.events(ALICE, "t1", after=1)] == [2]


def test_a_sentence_already_out_is_not_said_again(queue: Queue) -> None:
    say(queue, 1)
    assert say(queue, 1) == Released.SENT
    assert len(queue.events(ALICE, "t1")) == 1


def test_nothing_is_released_after_a_human_took_over(queue: Queue) -> None:
    epoch = queue.raise_epoch(ALICE, "c")
    assert say(queue, 1, epoch=epoch) == Released.SENT
    queue.raise_epoch(ALICE, "c")
    assert say(queue, 2, epoch=epoch) == Released.HUMAN
    assert say(queue, 1, epoch=epoch) == Released.SENT  # it is out


def test_a_turn_can_be_superseded_only_before_its_first_sentence(queue: Queue) -> None:
    assert queue.supersede(ALICE, "t1", "t2")
    assert say(queue, 1) == Released.SUPERSEDED
    assert queue.superseded_by(ALICE, "t1") == "t2"
    say(queue, 1, turn="t2")
    assert not queue.supersede(ALICE, "t2", "t3")
    assert queue.superseded_by(ALICE, "t2") is None


def test_the_end_is_told_once_and_closes_the_turn(queue: Queue) -> None:
    say(queue, 1)
    assert queue.publish(ALICE, "t1", "sources", {}) == 2
    assert queue.publish(ALICE, "t1", "done", {"reply": "x"}) == 3
    assert queue.publish(ALICE, "t1", "done", {"reply": "x"}) == 3
    assert queue.publish(ALICE, "t1", "stopped", {}) == 0
    assert say(queue, 2) == Released.ENDED
    assert [event.kind for event in queue.events(ALICE, "t1")] == ["sentence", "sources", "done"]


def test_an_epoch_outlives_a_clock_that_goes_back(queue: Queue, clock: Any) -> None:
    first = queue.raise_epoch(ALICE, "c")
    clock.advance(-10_000)
    assert queue.raise_epoch(ALICE, "c") == first + 1
    assert queue.epoch(ALICE, "other") is None
