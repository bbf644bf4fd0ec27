"""Recognises a tenant's own intents by its active version. numpy and the model are loaded when the first tenant needs them.

A version never changes, so a process keeps the last ones used; one that is damaged recognises nothing until another is active.
"""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from config.errors import PermanentError
from models.database import tenant_session
from models.intent_model import ask_model_data
from models.own_intent import Action, ask_own_intent

if TYPE_CHECKING:
    from workers.taught.classifier import Classifier
    from workers.vectors import QuestionVector

KEPT_BYTES = 64 * 1024 * 1024  # of stored versions in one process; in use each takes about twice that

log = structlog.get_logger()


@dataclass(frozen=True)
class Recognised:
    """One of the tenant's own intents, and what the tenant wants to happen."""

    name: str
    confidence: float
    action: Action


def recognise(tenant_id: uuid.UUID, model_id: uuid.UUID, text: str, question: QuestionVector) -> Recognised | None:
    """None when the version is not sure, cannot be used, or its intent was deleted since. Never within a transaction."""
    model = _loaded(tenant_id, model_id, question.model)
    if model is None:
        return None
    name, confidence = model.recognise(text, question.vector)
    if name is None:
        return None
    with tenant_session(tenant_id) as session:
        found = ask_own_intent(session, name).get()
    return Recognised(name, confidence, found[0]) if found else None


class Kept:
    """The versions used last, by tenant and id, up to a number of bytes; the newest is kept whatever its size."""

    def __init__(self, most_bytes: int = KEPT_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[uuid.UUID, uuid.UUID], tuple[int, Classifier | None]] = OrderedDict()

    def get(self, key: tuple[uuid.UUID, uuid.UUID]) -> tuple[int, Classifier | None] | None:
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def put(self, key: tuple[uuid.UUID, uuid.UUID], size: int, model: Classifier | None) -> None:
        with self._lock:
            self._known[key] = (size, model)
            self._known.move_to_end(key)
            while len(self._known) > 1 and sum(each for each, _ in self._known.values()) > self._most_bytes:
                self._known.popitem(last=False)


_kept = Kept()


def _loaded(tenant_id: uuid.UUID, model_id: uuid.UUID, embedding_model: str) -> Classifier | None:
    if (known := _kept.get((tenant_id, model_id))) is not None:
        return known[1]
    with tenant_session(tenant_id) as session:
        data = ask_model_data(session, model_id).get()
    if data is None:
        return None
    from workers.taught import stored

    try:
        model: Classifier | None = stored.unpack(data, embedding_model)
    except PermanentError as error:
        log.error("intents.model.refused", model_id=str(model_id), reason=str(error))
        model = None
    _kept.put((tenant_id, model_id), len(data), model)
    return model
