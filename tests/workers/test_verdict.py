from __future__ import annotations

from typing import Any

import pytest
from dramatiq.errors import ActorNotFound
from dramatiq.message import Message
from dramatiq.middleware import Shutdown, TimeLimitExceeded

from clients.queue import Back, Dead, Done, Later
from config.errors import Cancelled, NotYet, PermanentError, StoreUnavailable, TransientError
from workers.verdict import MAX_ATTEMPTS, MAX_BACKOFF_MS, MIN_BACKOFF_MS, UNKNOWN_JOB_MS, Decision, decide


def message(**options: Any) -> Message[Any]:
    return Message("errands", "errand.run", (), {"body": "what the visitor wrote"}, options)


def after(error: BaseException | None, *, stopping: bool = False, **options: Any) -> Decision:
    return decide(message(**options), error, stopping=stopping, max_attempts=MAX_ATTEMPTS)


@pytest.mark.parametrize(
    ("error", "stopping", "name", "verdict"),
    [
        (None, False, "done", Done()),
        (NotYet(700), False, "not_yet", Later(700)),
        (PermanentError("never"), False, "permanent", Done()),
        (Cancelled("superseded"), False, "cancelled", Later(MIN_BACKOFF_MS)),
        (Cancelled("stopping"), True, "back", Back()),
        (Shutdown(), True, "back", Back()),
    ],
)
def test_an_end_and_its_verdict(error: BaseException | None, stopping: bool, name: str, verdict: object) -> None:
    assert after(error, stopping=stopping) == Decision(name, verdict)  # type: ignore[arg-type]


def later(decision: Decision) -> tuple[int, dict[str, Any]]:
    assert isinstance(decision.verdict, Later)
    assert decision.verdict.payload is not None
    return decision.verdict.delay_ms, Message.decode(decision.verdict.payload).options


def test_the_world_being_away_is_counted_for_the_delay_alone() -> None:
    delay_ms, options = later(after(StoreUnavailable("away"), waits=50))
    assert MAX_BACKOFF_MS / 2 <= delay_ms <= MAX_BACKOFF_MS
    assert options == {"waits": 51}


def test_the_other_sides_own_delay_counts() -> None:
    assert later(after(TransientError("429", delay_ms=1234)))[0] == 1234


@pytest.mark.parametrize("error", [KeyError("x"), TimeLimitExceeded()])
def test_a_bug_spends_attempts(error: BaseException) -> None:
    delay_ms, options = later(after(error))
    assert MIN_BACKOFF_MS <= delay_ms <= 2 * MIN_BACKOFF_MS
    assert options == {"attempts": 1}


def test_the_last_attempt_makes_a_dead_letter_without_content() -> None:
    decision = after(KeyError("what the visitor wrote"), attempts=MAX_ATTEMPTS - 1)
    assert decision == Decision("dead", Dead("KeyError", "", ""))


def test_an_unknown_job_waits_longer() -> None:
    assert later(after(ActorNotFound("errand.of_tomorrow")))[0] >= UNKNOWN_JOB_MS  # type: ignore[no-untyped-call]
