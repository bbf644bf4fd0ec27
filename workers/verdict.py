"""What the queue does about a job's end: done, later, dead or back. Decides only; settling carries it out."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import Any

from dramatiq.common import compute_backoff
from dramatiq.errors import ActorNotFound
from dramatiq.message import Message
from dramatiq.middleware import Shutdown

from clients.queue import Back, Dead, Done, Later, Verdict
from config.errors import Cancelled, NotYet, PermanentError, TransientError
from config.secrets import encrypt

MIN_BACKOFF_MS = 250
MAX_BACKOFF_MS = 30_000
MAX_ATTEMPTS = 5  # unexpected exceptions only
UNKNOWN_JOB_MS = 5_000  # a job of a newer release: its workers are being started


@dataclass(frozen=True)
class Decision:
    """`name` is the metric's label, `verdict` what settle carries out."""

    name: str
    verdict: Verdict


def decide(message: Message[Any], error: BaseException | None, *, stopping: bool, max_attempts: int) -> Decision:
    """Being held or the world being away spends no attempt; only a bug does, and ends as a dead letter."""
    match error:
        case None:
            return Decision("done", Done())
        case Shutdown():
            return Decision("back", Back())
        case Cancelled() if stopping:
            return Decision("back", Back())
        case NotYet():
            return Decision("not_yet", Later(error.delay_ms))
        case Cancelled():
            return Decision("cancelled", Later(MIN_BACKOFF_MS))
        case TransientError():
            delay_ms = _raise_count(message, "waits")
            return Decision("transient", Later(error.delay_ms or delay_ms, message.encode()))
        case PermanentError():
            return Decision("permanent", Done())
        case _:
            return _failed(message, error, max_attempts)


def _failed(message: Message[Any], error: BaseException, max_attempts: int) -> Decision:
    delay_ms = _raise_count(message, "attempts")
    if message.options["attempts"] >= max_attempts:
        letter = Dead(type(error).__name__, _reason(error), _location(error), encrypt(message.encode()))
        return Decision("dead", letter)
    if isinstance(error, ActorNotFound):
        delay_ms = max(delay_ms, UNKNOWN_JOB_MS)
    return Decision("failed", Later(delay_ms, message.encode()))


def _raise_count(message: Message[Any], name: str) -> int:
    """Count in the message's options, where it survives; returns the delay before the next try."""
    count = int(message.options.get(name, 0))
    message.options[name] = count + 1
    return compute_backoff(count, factor=MIN_BACKOFF_MS, max_backoff=MAX_BACKOFF_MS)[1]


def _reason(error: BaseException) -> str:
    """The text of errors that are ours to word; others may quote what somebody wrote."""
    return str(error) if isinstance(error, ActorNotFound) else ""


def _location(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno} {frames[-1].name}" if frames else ""
