"""Asks a business's golden questions, a few seconds' worth at a time, and lets a tried configuration go live or holds it.

Safe to run twice: a question that was asked is not asked again, a run that has ended is left alone. What a run costs is
counted like everything that is answered.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from typing import Any

import structlog

from config.errors import NotYet, OverBudget, PermanentError
from models.base import now
from models.database import tenant_session
from models.golden import (
    Cause,
    GoldenQuestion,
    GoldenRun,
    Result,
    RunState,
    begin_run,
    golden_questions,
    has_golden_questions,
    last_results,
    lock_run,
    run_of_this,
)
from models.jobs import RunGolden
from models.tenant import configuration
from models.turn import Delivery
from workers.broker import actor, stopping
from workers.rehearse import rehearse
from workers.resources import language_model, send
from workers.words import fold

SECONDS = 5.0  # of one job; the rest is its successor's
SETTLE_MS = 30_000  # after a change of knowledge: others follow it, and are run with it
NO_MONEY_MS = 600_000  # a run waits until the budget has room again

log = structlog.get_logger()


@actor(RunGolden, time_limit_ms=85_000)
def run_golden(job: RunGolden, delivery: Delivery) -> None:
    """The run it names; without one, a new run, of what changed."""
    tenant_id = uuid.UUID(job.tenant_id)
    run_id = uuid.UUID(job.run_id) if job.run_id else _begun(tenant_id)
    if run_id is None:
        log.info("golden.run.skipped")
        return
    ends_at = time.monotonic() + SECONDS
    while (question := _next(tenant_id, run_id)) is not None:
        result = _asked(tenant_id, *question)
        with tenant_session(tenant_id) as session:
            run = lock_run(session, tenant_id, run_id)
            if run is not None and run.state == RunState.RUNNING and not _knows(run, result.question_id):
                run.model = language_model().name
                run.add(result)
        if stopping() or time.monotonic() > ends_at:
            send(RunGolden(tenant_id=job.tenant_id, run_id=str(run_id)))
            return
    _end(tenant_id, run_id)


def run_after_change(tenant_id: uuid.UUID) -> None:
    """Knowledge has changed: if the business has golden questions, they are run once the changes have settled."""
    with tenant_session(tenant_id) as session:
        wanted = has_golden_questions(session)
    if wanted:  # one message for all changes within the time
        name = f"golden:{tenant_id}:{int(time.time() * 1000) // SETTLE_MS}"
        send(RunGolden(tenant_id=str(tenant_id), run_id=""), delay_ms=SETTLE_MS, message_id=name)


def holds(reply: str, fact: str) -> bool:
    """Whether a fact stands in a reply, whatever its case, accents and spaces."""
    return " ".join(fold(fact).split()) in " ".join(fold(reply).split())


def _begun(tenant_id: uuid.UUID) -> uuid.UUID | None:
    """A new run of what is live; None where there is nothing to ask, or nothing has changed since the last one was asked."""
    name = language_model().name
    with tenant_session(tenant_id) as session:
        if not has_golden_questions(session):
            return None
        if (known := run_of_this(session, name)) is not None:
            return known.id if known.state == RunState.RUNNING else None
        model, _ = last_results(session)
        cause = Cause.MODEL if model not in (None, name) else Cause.KNOWLEDGE
        return begin_run(session, tenant_id, cause, model=name)


def _next(
    tenant_id: uuid.UUID, run_id: uuid.UUID
) -> tuple[GoldenQuestion, Mapping[str, Any] | None, bool | None] | None:
    """The next question to ask, what is tried, and whether it was right before; None when there is none."""
    with tenant_session(tenant_id) as session:
        run = lock_run(session, tenant_id, run_id)
        if run is None or run.state != RunState.RUNNING:
            return None
        waiting = [each for each in golden_questions(session) if not _knows(run, each.id)]
        _, before = last_results(session)
        return (waiting[0], run.candidate, before.get(waiting[0].id)) if waiting else None


def _asked(
    tenant_id: uuid.UUID, question: GoldenQuestion, candidate: Mapping[str, Any] | None, was_right: bool | None
) -> Result:
    """A trial is compared with what is live now, asked beside it; any other run with the run before."""
    reply, missing = _answered(tenant_id, question, candidate)
    if candidate is not None:
        was_right = not _answered(tenant_id, question, None)[1]
    return Result(question.id, question.question, reply, missing, not missing, was_right)


def _answered(
    tenant_id: uuid.UUID, question: GoldenQuestion, candidate: Mapping[str, Any] | None
) -> tuple[str, list[str]]:
    """The reply, and what of the expected it lacks."""
    try:
        said = rehearse(tenant_id, question.question, stopping, candidate)
    except OverBudget:
        raise NotYet(NO_MONEY_MS) from None
    except PermanentError:
        return "", question.expected or ["an answer"]
    if question.expected is None:
        return said.reply, [] if said.abstained else ["that it is not known"]
    return said.reply, [fact for fact in question.expected if said.abstained or not holds(said.reply, fact)]


def _end(tenant_id: uuid.UUID, run_id: uuid.UUID) -> None:
    with tenant_session(tenant_id) as session:
        run = lock_run(session, tenant_id, run_id)
        if run is None or run.state != RunState.RUNNING:
            return
        run.end()
        goes_live = run.candidate if run.cause == Cause.CONFIGURATION and run.state == RunState.DONE else None
        if goes_live is not None:
            _, config = configuration(session)
            for name, value in goes_live.items():
                setattr(config, name, value)
            run.live_at = now()
    say = log.warning if run.worse else log.info
    say("golden.run.ended", cause=run.cause, asked=run.asked, right=run.right_now, worse=run.worse)


def _knows(run: GoldenRun, question_id: uuid.UUID) -> bool:
    return any(each["question_id"] == str(question_id) for each in run.results)
