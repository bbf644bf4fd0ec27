"""Gives a tenant's chunks the vectors they lack, and looks at all of them together when they have changed enough.

Texts are embedded outside any transaction, a few at a time; what was stored stays stored. Safe to run twice: only chunks
without a vector of the current model are embedded, and a vector is kept only where its chunk is still live.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from itertools import chain, islice

import structlog

from clients.embeddings import Embeddings, Remembered
from clients.vector_space import learn
from config.errors import OverBudget, PermanentError
from models.database import tenant_session
from models.embedding import (
    LARGE_FROM,
    LARGE_UNTIL,
    ChunkVectors,
    Standing,
    Unembedded,
    forget_retired,
    forget_space,
    keep_languages,
    keep_space,
    keep_vectors,
    mark_large,
    note_languages,
    paired_vectors,
    standing,
    unembedded,
)
from models.embedding_due import WaitsFor, begin_embedding, finish_embedding, goes_on, postpone
from models.jobs import EmbedChunks
from models.kept_answer import raise_version
from models.turn import Delivery
from models.vector import KnowledgeSpace, vector_numbers, vector_text, vectors_text
from workers.broker import actor, stopping
from workers.common_questions import PAIRS
from workers.computing import computing
from workers.grounding import split
from workers.language import of_passage
from workers.paid_embeddings import embeddings_for
from workers.resources import send
from workers.run_golden import run_after_change

SECONDS = 5.0  # of one job; the rest is its successor's
BATCH = 16  # chunks stored at once
BATCH_CHARACTERS = 16_000  # of them all, to which the last may add its own: a third of the job's limit, if all are rare
MOST_SENTENCES, LONGEST_SENTENCE = 8, 500  # of an entry's answer that are embedded by themselves; characters of each
MOVED_AT_ONCE = 200  # vectors put into the index in one transaction: one or two seconds
ALWAYS_ANEW = 2_000  # chunks up to which every change is looked at; above, a tenth more or less
CHANGED_BY = 0.1

log = structlog.get_logger()
_questions, _answers = Remembered(len(PAIRS)), Remembered(len(PAIRS))


@actor(EmbedChunks, time_limit_ms=60_000)
def embed_chunks(job: EmbedChunks, delivery: Delivery) -> None:
    """A few seconds' worth; what is left goes to the next job, or waits for the clock until the budget has room."""
    ends_at = time.monotonic() + SECONDS
    with computing():
        try:
            done = embed_tenant(uuid.UUID(job.tenant_id), lambda: stopping() or time.monotonic() > ends_at)
        except OverBudget:
            return
    if not done:
        send(EmbedChunks(tenant_id=job.tenant_id))
    else:
        run_after_change(uuid.UUID(job.tenant_id))


def embed_tenant(tenant_id: uuid.UUID, enough: Callable[[], bool] = lambda: False) -> bool:
    """Embed, until all is done (True) or it was `enough`.

    Raises:
        OverBudget: the budget has no room for more. TransientError: the embedding endpoint is away. What was embedded is kept.
    """
    by = embeddings_for(tenant_id)
    with tenant_session(tenant_id) as session:
        mark = begin_embedding(session, tenant_id)
    made, skipped, done = 0, set[uuid.UUID](), True
    try:
        while batch := next_batch(tenant_id, by.name, skipped):
            vectors, told = _vectors(by, batch, skipped), _languages(batch)
            with tenant_session(tenant_id) as session:
                keep_vectors(session, by.name, vectors)
                keep_languages(session, told)
                note_languages(session, {told.get(chunk.chunk_id, chunk.language) for chunk in batch})
                if not made:
                    goes_on(session)
            made += len(vectors)
            if not vectors and len(batch) > 1:
                break  # nothing of all these: it is not the texts that are refused
            if enough():
                done = False
                break
        settled = _look_at_all(by, tenant_id, made)
    except OverBudget:
        _wait_for_budget(by, tenant_id, made)
        raise
    if done and settled:
        with tenant_session(tenant_id) as session:
            postpone(session, WaitsFor.ENDPOINT) if skipped else finish_embedding(session, mark)
    if made or skipped:
        log.info("knowledge.embedded", chunks=made, refused=len(skipped), done=done)
    return done and settled


def next_batch(tenant_id: uuid.UUID, model: str, skipped: set[uuid.UUID]) -> list[Unembedded]:
    """Chunks that lack a vector of this model, as many as are stored at once; none of those `skipped`."""
    with tenant_session(tenant_id) as session:
        missing = unembedded(session, model, BATCH + len(skipped))
    batch, characters = list[Unembedded](), 0
    for chunk in missing:
        if chunk.chunk_id in skipped:
            continue
        if len(batch) == BATCH or characters >= BATCH_CHARACTERS:
            break
        batch.append(chunk)
        characters += sum(map(len, (chunk.heading, *_bodies(chunk))))
    return batch


def _languages(batch: list[Unembedded]) -> dict[uuid.UUID, str]:
    """Of entries, where their words tell. Documents' passages came with theirs; entries come by a process without a model."""
    told = {chunk.chunk_id: of_passage(f"{chunk.heading}\n{chunk.text}") for chunk in batch if chunk.of_entry}
    return {name: language for name, language in told.items() if language is not None}


def _wait_for_budget(by: Embeddings, tenant_id: uuid.UUID, made: int) -> None:
    """What has its vectors is found by them meanwhile."""
    if made:
        with suppress(OverBudget):
            _look_at_all(by, tenant_id, made)
    with tenant_session(tenant_id) as session:
        postpone(session, WaitsFor.BUDGET)
    log.info("knowledge.embed.waits_for_budget", chunks=made)


def _vectors(by: Embeddings, batch: list[Unembedded], skipped: set[uuid.UUID]) -> list[ChunkVectors]:
    """Of all, or of as many as the budget has room for; where the endpoint refuses the batch, of each that it does not refuse.

    Raises:
        OverBudget: there is no room for a single one.
    """
    try:
        return _embedded(by, batch)
    except OverBudget:
        if len(batch) == 1:
            raise
        return _vectors(by, batch[: len(batch) // 2], skipped)
    except PermanentError:
        if len(batch) == 1:
            log.warning("knowledge.embed.refused", chunk_id=str(batch[0].chunk_id))
            skipped.add(batch[0].chunk_id)
            return []
    return [vector for chunk in batch for vector in _vectors(by, [chunk], skipped)]


def _embedded(by: Embeddings, batch: list[Unembedded]) -> list[ChunkVectors]:
    """A heading is what a question is compared with, so it is embedded as one. A document's passage needs its heading
    to be understood; an entry's answer has its question beside it, and each of its sentences is embedded with it.
    """
    parts = [_bodies(chunk) for chunk in batch]
    asked, said = by.both([chunk.heading for chunk in batch if chunk.heading.strip()], list(chain.from_iterable(parts)))
    headings, bodies = iter(asked), iter(said)
    vectors = []
    for chunk, own in zip(batch, parts, strict=True):
        body, *sentences = islice(bodies, len(own))
        vectors.append(
            ChunkVectors(
                chunk.chunk_id,
                len(body),
                vector_text(next(headings).tolist()) if chunk.heading.strip() else None,
                vector_text(body.tolist()),
                vectors_text([sentence.tolist() for sentence in sentences]) if chunk.of_entry else None,
            )
        )
    return vectors


def _bodies(chunk: Unembedded) -> list[str]:
    """The texts of a chunk that are embedded as what may answer: the whole, and of an entry's answer each sentence."""
    if not chunk.of_entry:
        return [f"{chunk.heading}\n{chunk.text}"]
    sentences = [sentence[:LONGEST_SENTENCE] for sentence in split(chunk.text) if sentence.strip()][:MOST_SENTENCES]
    return [chunk.text, *(f"{chunk.heading}\n{sentence}" for sentence in sentences)]


def _look_at_all(by: Embeddings, tenant_id: uuid.UUID, made: int) -> bool:
    """Forget what is retired, learn the tenant's space anew where it has changed, and move vectors into the index or
    out of it. Returns whether all vectors are where they belong.
    """
    model = by.name
    with tenant_session(tenant_id) as session:
        forget_retired(session)
        now = standing(session, model)
        if now.vectors == 0:
            if now.chunks == 0:
                forget_space(session)
            return True
        large = now.chunks >= (LARGE_UNTIL if now.space and now.space.is_large else LARGE_FROM)
        anew = _has_changed(now, model, made)
        pairs = paired_vectors(session, model) if anew else []
    moved = 0
    if large or (now.space and now.space.is_large):
        with tenant_session(tenant_id) as session:
            moved = mark_large(session, large, MOVED_AT_ONCE)
    switched = now.space is not None and now.space.is_large != large
    if anew or (switched and (moved < MOVED_AT_ONCE or not large)):
        space = learned_space(tenant_id, model, now, pairs) if anew else now.space
        if space is not None:
            # The index is asked only once all vectors stand in it; and no longer before the first leaves it.
            space.is_large = large and moved < MOVED_AT_ONCE
            with tenant_session(tenant_id) as session:
                keep_space(session, space)
                if now.space is not None and now.space.model != model:  # other passages are found: answers may differ
                    raise_version(session, tenant_id)
    return moved < MOVED_AT_ONCE


def _has_changed(now: Standing, model: str, made: int) -> bool:
    space = now.space
    if space is None or space.model != model:
        return True
    difference = max(abs(now.chunks - space.chunks), abs(now.vectors - space.vectors))
    if now.chunks <= ALWAYS_ANEW:
        return bool(made or difference)
    return difference > CHANGED_BY * space.chunks


def learned_space(
    tenant_id: uuid.UUID, model: str, now: Standing, pairs: list[tuple[str | None, str]]
) -> KnowledgeSpace:
    """What the tenant's search will go by: its middle, and what questions and answers differ in by manner only.

    Raises:
        OverBudget, TransientError: the common questions' vectors are not to be had.
    """
    read = [(vector_numbers(heading) if heading else None, vector_numbers(body)) for heading, body in pairs]
    learned = learn(
        [(heading, body) for heading, body in read if heading is not None],
        [body for heading, body in read if heading is None],
        _common(tenant_id),
    )
    return KnowledgeSpace(
        tenant_id=tenant_id,
        model=model,
        chunks=now.chunks,
        vectors=now.vectors,
        heading_mean=vector_text(learned.heading_mean),
        body_mean=vector_text(learned.body_mean),
        directions=vectors_text(learned.directions),
    )


def _common(tenant_id: uuid.UUID) -> list[tuple[list[float], list[float]]]:
    """The common pairs' vectors, made once in a process; the tenant that needs them first has them made."""
    by = embeddings_for(tenant_id)
    headings = _questions.vectors([question for question, _ in PAIRS], by.queries)
    bodies = _answers.vectors([answer for _, answer in PAIRS], by.passages)
    return [(heading.tolist(), body.tolist()) for heading, body in zip(headings, bodies, strict=True)]
