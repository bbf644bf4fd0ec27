"""Versions of a tenant's trained intents: each with its report; at most one is active, earlier ones can come back.

QUEUED -> TRAINING -> READY
    '---------+-----> FAILED
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from config.errors import Conflict
from models.base import Base, TenantOwned, now, of_tenant
from models.page import Page
from models.tenant import Tenant
from models.trip import Asked, Query, ask, given

TRAINER = 1  # raised when the same examples would come to another model


class ModelState(StrEnum):
    """Where a version stands."""

    QUEUED = "queued"  # asked for; its job is on its way
    TRAINING = "training"  # examples are being embedded, or the model is being fitted
    READY = "ready"  # can be activated
    FAILED = "failed"  # `reason` says why in a sentence


UNFINISHED = (ModelState.QUEUED, ModelState.TRAINING)


class IntentModel(TenantOwned, Base):
    """One version. `data` is what workers/taught/stored.py wrote; whoever loads it checks it."""

    __tablename__ = "intent_model"
    __table_args__ = (
        of_tenant(),
        UniqueConstraint("tenant_id", "version"),
        Index("ix_intent_model_active", "tenant_id", unique=True, postgresql_where=text("active")),
    )

    version: Mapped[int]
    state: Mapped[str] = mapped_column(Text, server_default=ModelState.QUEUED, default=ModelState.QUEUED)
    reason: Mapped[str | None] = mapped_column(Text)
    activate: Mapped[bool] = mapped_column(server_default="true", default=True)  # when ready, unless it is worse
    active: Mapped[bool] = mapped_column(server_default="false", default=False)
    activated_at: Mapped[datetime | None]  # the last time it became active
    digest: Mapped[str | None] = mapped_column(Text)  # of what it was trained on, and how
    embedding_model: Mapped[str | None] = mapped_column(Text)
    embedded: Mapped[int] = mapped_column(server_default="0", default=0)  # progress: examples with an embedding
    examples: Mapped[int] = mapped_column(server_default="0", default=0)
    intents: Mapped[int] = mapped_column(server_default="0", default=0)
    report: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    data: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())

    @property
    def finished(self) -> bool:
        return self.state not in UNFINISHED

    def ready(self, data: bytes, report: dict[str, Any]) -> None:
        self.state, self.reason, self.data, self.report = ModelState.READY, None, data, report

    def fail(self, reason: str) -> None:
        self.state, self.reason = ModelState.FAILED, reason


_ACTIVE = Query(select(IntentModel.id, IntentModel.embedding_model).where(IntentModel.active))
_DATA = Query(select(IntentModel.data).where(IntentModel.id == given("model")))


def ask_active_model(session: Session) -> Asked[uuid.UUID | None]:
    """The id of the version that recognises the session's tenant's intents, if any. A version never changes."""
    return ask(session, _ACTIVE, {}, lambda rows: rows[0][0] if rows else None)


def ask_model_data(session: Session, model_id: uuid.UUID) -> Asked[bytes | None]:
    """A version as it was stored."""
    return ask(session, _DATA, {"model": model_id}, lambda rows: bytes(rows[0][0]) if rows and rows[0][0] else None)


def lock_versions(session: Session) -> None:
    """One change of versions at a time: locks the session's tenant's row."""
    session.execute(select(Tenant.id).with_for_update(key_share=True))  # whose rows others may refer to meanwhile


def newest_models(session: Session, page: Page) -> Sequence[IntentModel]:
    """The session's tenant's versions, newest first, one more than the page holds when there are more."""
    return session.scalars(page.of(select(IntentModel), IntentModel.created_at, IntentModel.id)).all()


def newest_model(session: Session) -> IntentModel | None:
    """The version asked for last."""
    return session.scalar(select(IntentModel).order_by(IntentModel.version.desc()).limit(1))


def active_model(session: Session) -> IntentModel | None:
    """The active version."""
    return session.scalar(select(IntentModel).where(IntentModel.active))


def model_by_version(session: Session, version: int) -> IntentModel | None:
    """The session's tenant's version of this number."""
    return session.scalar(select(IntentModel).where(IntentModel.version == version))


def ready_model(session: Session, digest: str) -> IntentModel | None:
    """The newest version that was trained on exactly this."""
    return session.scalar(
        select(IntentModel)
        .where(IntentModel.digest == digest, IntentModel.state == ModelState.READY)
        .order_by(IntentModel.version.desc())
        .limit(1)
    )


def next_model(session: Session, tenant_id: uuid.UUID, *, activate: bool) -> IntentModel:
    """A new version to be trained. Behind `lock_versions`."""
    newest = newest_model(session)
    made = IntentModel(
        tenant_id=tenant_id, id=uuid.uuid4(), version=newest.version + 1 if newest else 1, activate=activate
    )
    session.add(made)
    session.flush()
    session.refresh(made)
    return made


def activate(session: Session, model: IntentModel) -> None:
    """Let this version recognise from the next message on. Behind `lock_versions`; a repeat changes nothing.

    Raises:
        Conflict: it is not ready.
    """
    if model.state != ModelState.READY:
        raise Conflict(f"Version {model.version} is {model.state}, not ready.")
    if model.active:
        return
    deactivate(session)
    model.active, model.activated_at = True, now()
    session.flush()


def deactivate(session: Session) -> bool:
    """Let no version recognise; whether there was one. Behind `lock_versions`."""
    found = active_model(session)
    if found is None:
        return False
    found.active = False
    session.flush()
    return True


def roll_back(session: Session) -> IntentModel:
    """Activate the newest earlier version that was active once. Behind `lock_versions`.

    Raises:
        Conflict: there is no active version, or none before it.
    """
    current = active_model(session)
    if current is None:
        raise Conflict("No version is active.")
    earlier = session.scalar(
        select(IntentModel)
        .where(
            IntentModel.version < current.version,
            IntentModel.state == ModelState.READY,
            IntentModel.activated_at.is_not(None),
        )
        .order_by(IntentModel.version.desc())
        .limit(1)
    )
    if earlier is None:
        raise Conflict(f"No version before {current.version} was ever active.")
    activate(session, earlier)
    return earlier


def digest_of(examples: Sequence[tuple[str, str]], embedding_model: str) -> str:
    """What tells whether training again would come to anything else."""
    return hashlib.sha256(json.dumps([TRAINER, embedding_model, list(examples)]).encode()).hexdigest()


def ask_for_training(
    session: Session, tenant_id: uuid.UUID, digest: str, *, activate: bool
) -> tuple[IntentModel, bool]:
    """The version to wait for, and whether its job is to be sent: a new one; the unfinished one, once more in case its job
    is lost; or, when nothing has changed since, the newest ready one.
    """
    lock_versions(session)
    newest = newest_model(session)
    if newest is not None and not newest.finished:
        return newest, True
    if newest is not None and newest.state == ModelState.READY and newest.digest == digest:
        return newest, False
    return next_model(session, tenant_id, activate=activate), True


KEPT = 20  # versions beside the active one whose models are kept; of older ones the report stays


def drop_old_data(session: Session) -> None:
    """Forget the models of versions that nobody will roll back to."""
    kept = select(IntentModel.id).where(IntentModel.data.is_not(None)).order_by(IntentModel.version.desc()).limit(KEPT)
    session.execute(
        update(IntentModel)
        .where(IntentModel.data.is_not(None), IntentModel.active.is_(False), IntentModel.id.not_in(kept))
        .values(data=None, state=ModelState.FAILED, reason="Too old: its model is no longer kept. Its report is.")
    )
