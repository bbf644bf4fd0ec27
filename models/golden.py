"""A business's golden questions, with the facts their answers must hold, and the runs that ask them all.

A run of a configuration that is not live yet is a trial: it says whether answers get worse, before they do.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, Text, func, select, text, true, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from config.errors import Conflict
from models.base import Base, TenantOwned, now, of_tenant
from models.kept_answer import ask_version
from models.page import Page
from models.tenant import configuration

MOST_QUESTIONS = 200
LONGEST_FACT = 300
MOST_FACTS = 20
TRIED = frozenset({"prompt", "profile", "tone"})  # the fields of a configuration that answers are made of


class Cause(StrEnum):
    """Why a run was made."""

    ASKED = "asked"
    KNOWLEDGE = "knowledge"  # entries or documents changed; they are live already
    MODEL = "model"  # another one answers
    CONFIGURATION = "configuration"  # a trial: it goes live when answers do not get worse


class RunState(StrEnum):
    """Where a run stands."""

    RUNNING = "running"  # questions are still to be asked
    DONE = "done"
    REPLACED = "replaced"  # a newer one of the same cause began
    HELD = "held"  # a trial that got worse: not live until somebody says so


class GoldenQuestion(TenantOwned, Base):
    """One question. `expected`: facts that its answer must hold; None when the bot must say that it does not know."""

    __tablename__ = "golden_question"
    __table_args__ = (of_tenant(), Index("ix_golden_question_created", "tenant_id", "created_at", "id"))

    question: Mapped[str] = mapped_column(Text)
    expected: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class GoldenRun(TenantOwned, Base):
    """All golden questions asked once. `results`: one for each, in the order they were asked.

    candidate: the configuration's fields that are tried, before they are live.
    right_before: of the same questions, as things were; None where nothing is known of that.
    """

    __tablename__ = "golden_run"
    __table_args__ = (
        of_tenant(),
        Index("ix_golden_run_created", "tenant_id", "created_at", "id"),
        Index("ix_golden_run_running", "tenant_id", postgresql_where=text("state = 'running'")),
    )

    cause: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default=RunState.RUNNING)
    model: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int | None] = mapped_column(
        BigInteger
    )  # of what answers rest on, when it began (models/kept_answer.py)
    candidate: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    results: Mapped[list[dict[str, Any]]] = mapped_column(server_default="[]", default=list)
    asked: Mapped[int] = mapped_column(server_default="0", default=0)
    right_now: Mapped[int] = mapped_column(server_default="0", default=0)
    right_before: Mapped[int | None]
    live_at: Mapped[datetime | None]  # when the candidate became the configuration
    ended_at: Mapped[datetime | None]

    @property
    def worse(self) -> bool:
        """Whether fewer answers are right than before."""
        return self.right_before is not None and self.right_now < self.right_before

    def add(self, result: Result) -> None:
        """One more question was asked."""
        self.results = [*self.results, vars(result) | {"question_id": str(result.question_id)}]
        self.asked += 1
        self.right_now += result.right
        if result.was_right is not None:
            self.right_before = (self.right_before or 0) + result.was_right

    def end(self) -> None:
        """All were asked."""
        held = self.cause == Cause.CONFIGURATION and self.worse
        self.state, self.ended_at = (RunState.HELD if held else RunState.DONE), now()


@dataclass(frozen=True)
class Result:
    """How one question fared. `missing`: expected facts that its reply lacks. `was_right`: before, None when not known."""

    question_id: uuid.UUID
    question: str
    reply: str
    missing: list[str]
    right: bool
    was_right: bool | None


def golden_questions(session: Session) -> Sequence[GoldenQuestion]:
    """The session's tenant's, oldest first."""
    statement = select(GoldenQuestion).order_by(GoldenQuestion.created_at, GoldenQuestion.id).limit(MOST_QUESTIONS)
    return session.scalars(statement).all()


def has_golden_questions(session: Session) -> bool:
    return session.scalar(select(GoldenQuestion.id).limit(1)) is not None


def newest_golden(session: Session, page: Page) -> Sequence[GoldenQuestion]:
    """A page of them, newest first; one more than it holds when there are more."""
    return session.scalars(page.of(select(GoldenQuestion), GoldenQuestion.created_at, GoldenQuestion.id)).all()


def newest_runs(session: Session, page: Page) -> Sequence[GoldenRun]:
    """A page of runs, newest first; one more than it holds when there are more."""
    return session.scalars(page.of(select(GoldenRun), GoldenRun.created_at, GoldenRun.id)).all()


def begin_run(
    session: Session,
    tenant_id: uuid.UUID,
    cause: Cause,
    candidate: Mapping[str, Any] | None = None,
    *,
    model: str | None = None,
) -> uuid.UUID:
    """A new run; one of the same cause that has not ended, or was held, is replaced. What a standing trial tried beside
    the new fields is tried on.
    """
    if candidate is not None and (standing := standing_trial(session)) is not None:
        candidate = {**(standing.candidate or {}), **candidate}
    _replace(session, cause)
    made = GoldenRun(
        tenant_id=tenant_id,
        id=uuid.uuid4(),
        cause=cause,
        model=model,
        version=ask_version(session).get(),
        candidate=dict(candidate) if candidate else None,
    )
    session.add(made)
    session.flush()
    return made.id


def run_of_this(session: Session, model: str) -> GoldenRun | None:
    """The last run of what is live, if nothing has changed since it began of what answers are made of, the model included."""
    last = session.scalars(
        select(GoldenRun)
        .where(GoldenRun.cause != Cause.CONFIGURATION, GoldenRun.state.in_((RunState.RUNNING, RunState.DONE)))
        .order_by(GoldenRun.created_at.desc(), GoldenRun.id.desc())
        .limit(1)
    ).first()
    same = last is not None and (last.model, last.version) == (model, ask_version(session).get())
    return last if same else None


def tenants_of_another_model(session: Session, model: str, limit: int = 1_000) -> list[uuid.UUID]:
    """Tenants whose golden questions were last answered by another one; for the system door. One look at an index for each
    tenant that has such questions.
    """
    asking = select(GoldenQuestion.tenant_id).distinct().subquery()
    last = (
        select(GoldenRun.model)
        .where(GoldenRun.tenant_id == asking.c.tenant_id, GoldenRun.model.is_not(None))
        .where(GoldenRun.cause != Cause.CONFIGURATION)
        .order_by(GoldenRun.created_at.desc(), GoldenRun.id.desc())
        .limit(1)
        .lateral()
    )
    return list(
        session.scalars(select(asking.c.tenant_id).join(last, true()).where(last.c.model != model).limit(limit))
    )


def drop_trials(session: Session) -> None:
    """What was tried, or held back, no longer is."""
    _replace(session, Cause.CONFIGURATION)


def _replace(session: Session, cause: Cause) -> None:
    session.execute(
        update(GoldenRun)
        .where(GoldenRun.cause == cause, GoldenRun.state.in_((RunState.RUNNING, RunState.HELD)))
        .values(state=RunState.REPLACED, ended_at=now())
    )


def standing_trial(session: Session) -> GoldenRun | None:
    """The configuration that is tried, or held back because answers got worse."""
    return session.scalars(
        select(GoldenRun)
        .where(GoldenRun.cause == Cause.CONFIGURATION, GoldenRun.state.in_((RunState.RUNNING, RunState.HELD)))
        .order_by(GoldenRun.created_at.desc())
        .limit(1)
    ).first()


def lock_run(session: Session, tenant_id: uuid.UUID, name: uuid.UUID) -> GoldenRun | None:
    """One run, its row locked until the transaction ends."""
    return session.get(GoldenRun, (tenant_id, name), with_for_update=True, populate_existing=True)


def let_live(session: Session, run: GoldenRun) -> None:
    """The trial's configuration goes live although answers got worse, or before all were asked. The run is locked.

    Raises:
        Conflict: it tries none, or was replaced.
    """
    if run.candidate is None or run.state not in {RunState.HELD, RunState.RUNNING}:
        raise Conflict("This run holds no configuration back.")
    _, config = configuration(session)
    for name, value in run.candidate.items():
        setattr(config, name, value)
    run.state, run.live_at, run.ended_at = RunState.DONE, now(), run.ended_at or now()


def last_results(session: Session) -> tuple[str | None, dict[uuid.UUID, bool]]:
    """The model of the last run of what was live, and which questions it got right."""
    found = session.scalars(
        select(GoldenRun)
        .where(GoldenRun.state == RunState.DONE)
        .order_by(GoldenRun.created_at.desc(), GoldenRun.id.desc())
        .limit(1)
    ).first()
    if found is None:
        return None, {}
    return found.model, {uuid.UUID(str(each["question_id"])): bool(each["right"]) for each in found.results}
