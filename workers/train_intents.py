"""Trains one version of a tenant's own intents: embeds what has no vector yet, fits, reports, activates it if asked to.

Safe to run twice: a finished version is skipped, vectors that are stored are not made again, and the same examples come to
the same model. Embedding takes turns with other work: a job embeds for some seconds and sends the next.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import structlog

from clients.embeddings import Embeddings, Remembered, embedding_model
from config.errors import NotYet, OverBudget, PermanentError
from config.settings import settings
from models.database import tenant_session
from models.intent_model import (
    IntentModel,
    ModelState,
    activate,
    active_model,
    digest_of,
    drop_old_data,
    lock_versions,
    ready_model,
)
from models.jobs import TrainIntents
from models.own_intent import Example, examples_for_training, store_embeddings
from models.turn import Delivery
from workers.broker import actor, stopping
from workers.computing import computing
from workers.paid_embeddings import embeddings_for
from workers.resources import send

if TYPE_CHECKING:
    from workers.taught.training import Trained

TIME_LIMIT_MS = 600_000  # a few seconds for an ordinary tenant; minutes at the most examples one may have
EMBED_FOR_S = 5.0  # in one job
AT_ONCE = 32  # texts embedded between two looks at the clock
MAY_LOSE = 0.02  # of the active version's accuracy: a version that loses more is not activated by itself

NO_MONEY_S = 300.0  # a version waits so long before it looks whether the budget has room

log = structlog.get_logger()
_general = Remembered(2_000)  # what no tenant's rows keep: general sentences, names of intents


@actor(TrainIntents, time_limit_ms=TIME_LIMIT_MS)
def train_intents(job: TrainIntents, delivery: Delivery) -> None:
    """One step: embed some, or fit and record."""
    tenant_id, model_id = uuid.UUID(job.tenant_id), uuid.UUID(job.model_id)
    name = embedding_model(settings())
    examples = _begin(tenant_id, model_id, name)
    if examples is None:
        log.info("intents.train.skipped")
        return
    lacking = any(example.embedding is None for example in examples)
    try:
        with computing():
            if lacking:
                _embed(tenant_id, model_id, examples, embeddings_for(tenant_id))
            else:
                data, report = _made(tenant_id, examples, name)
    except OverBudget:
        _wait_for_budget(tenant_id, model_id)
        raise NotYet(int(settings().scaled_s(NO_MONEY_S) * 1000)) from None
    except PermanentError as error:
        _fail(tenant_id, model_id, str(error))
        return
    if lacking:
        send(job)
        return
    _record(tenant_id, model_id, examples, name, data, report)


def _begin(tenant_id: uuid.UUID, model_id: uuid.UUID, embedding_name: str) -> list[Example] | None:
    """The examples as they are now; None when the version is finished, or gone with its tenant."""
    with tenant_session(tenant_id) as session:
        found = session.get(IntentModel, (tenant_id, model_id), with_for_update=True)
        if found is None or found.finished:
            return None
        examples = examples_for_training(session, embedding_name)
        found.state, found.embedding_model = ModelState.TRAINING, embedding_name
        found.examples, found.intents = len(examples), len({example.intent for example in examples})
        found.embedded = sum(1 for example in examples if example.embedding is not None)
        return examples


def _embed(tenant_id: uuid.UUID, model_id: uuid.UUID, examples: Sequence[Example], by: Embeddings) -> None:
    """As many as fit into one job's time, stored as they come."""
    from workers.taught.material import as_bytes

    missing = [example for example in examples if example.embedding is None]
    until = time.monotonic() + EMBED_FOR_S
    for start in range(0, len(missing), AT_ONCE):
        part = missing[start : start + AT_ONCE]
        vectors = by.queries([example.text for example in part])
        stored = {each.id: as_bytes(vector) for each, vector in zip(part, vectors, strict=True)}
        with tenant_session(tenant_id) as session:
            store_embeddings(session, by.name, stored)
            found = session.get(IntentModel, (tenant_id, model_id), with_for_update=True)
            if found is not None:
                found.embedded, found.reason = found.embedded + len(part), None
        if time.monotonic() > until or stopping():
            return


def _made(tenant_id: uuid.UUID, examples: Sequence[Example], embedding_name: str) -> tuple[bytes, dict[str, Any]]:
    """The version as bytes with its report: of an earlier one that was trained on the same, or trained now."""
    with tenant_session(tenant_id) as session:
        same = ready_model(session, digest_of([(each.intent, each.text) for each in examples], embedding_name))
        if same is not None and same.data is not None:
            return same.data, same.report
    from workers.taught import stored, training
    from workers.taught.material import as_vector, material

    start = time.monotonic()
    known = [(each.intent, each.text, as_vector(each.embedding or b"")) for each in examples]
    by = embeddings_for(tenant_id)
    trained = training.train(material(known, lambda texts: _general.vectors(texts, by.queries)))
    report = _report(trained, examples) | {"seconds": round(time.monotonic() - start, 1)}
    log.info("intents.trained", examples=len(examples), seconds=report["seconds"])
    return stored.pack(trained.classifier, embedding_name), report


def _report(trained: Trained, examples: Sequence[Example]) -> dict[str, Any]:
    from workers.taught.report import report

    counts: dict[str, int] = {}
    where: dict[str, list[str]] = {}
    for each in examples:
        counts[each.intent] = counts.get(each.intent, 0) + 1
        where.setdefault(each.text.casefold(), []).append(each.intent)
    doubled = [(text, names) for text, names in where.items() if len(set(names)) > 1]
    return report(trained, counts, doubled)


def _wait_for_budget(tenant_id: uuid.UUID, model_id: uuid.UUID) -> None:
    """Say so; what was embedded is kept."""
    with tenant_session(tenant_id) as session:
        found = session.get(IntentModel, (tenant_id, model_id), with_for_update=True)
        if found is not None and not found.finished:
            found.reason = "Waiting: the budget has no room for embedding the examples."
    log.info("intents.train.waits_for_budget")


def _fail(tenant_id: uuid.UUID, model_id: uuid.UUID, reason: str) -> None:
    with tenant_session(tenant_id) as session:
        found = session.get(IntentModel, (tenant_id, model_id), with_for_update=True)
        if found is not None and not found.finished:
            found.fail(reason)
    log.info("intents.train.failed")


def _record(
    tenant_id: uuid.UUID,
    model_id: uuid.UUID,
    examples: Sequence[Example],
    embedding_name: str,
    data: bytes,
    report: dict[str, Any],
) -> None:
    """Store it; activate it where that was asked for and it is not worse than what is active."""
    with tenant_session(tenant_id) as session:
        lock_versions(session)
        found = session.get(IntentModel, (tenant_id, model_id), with_for_update=True)
        if found is None or found.finished:
            log.info("intents.train.skipped")
            return
        found.ready(data, report)
        found.digest = digest_of([(each.intent, each.text) for each in examples], embedding_name)
        session.flush()
        current = active_model(session)
        if found.activate and current is not None and _worse(report, current):
            found.reason = f"Not activated: less accurate than version {current.version}, which is active."
        elif found.activate:
            activate(session, found)
        drop_old_data(session)
        version, active = found.version, found.active
    log.info("intents.version.ready", version=version, active=active)


def _worse(report: dict[str, Any], current: IntentModel) -> bool:
    """Both measured on their own unseen examples; of a version on other vectors nothing can be said."""
    if current.embedding_model != embedding_model(settings()):
        return False
    return float(report["accuracy"]) < float(current.report.get("accuracy", 0.0)) - MAY_LOSE
