"""Retrieval on a set of questions with known answers: MAP, P@1 and NDCG@5, the index built from the entries alone.

Real rows, the real job that embeds them, the real search as the application's role in Postgres.
"""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.database import tenant_session
from models.knowledge import KnowledgeEntry
from models.search import search
from models.tenant import configuration, create_tenant
from workers.embed_chunks import embed_tenant
from workers.evaluation.servers import start_servers
from workers.evaluation.table import Measure, NoSet, Progress, at_least
from workers.vectors import vector_of

DEPTH = 100  # results looked at; a right entry below counts as not found
BOUNDS = {"covidfaq.json": 0.78}  # MAP, from the entries alone
TOLD = 12


@dataclass(frozen=True)
class Question:
    """A question and the entries that answer it."""

    text: str
    right: frozenset[int]


@dataclass(frozen=True)
class RetrievalSet:
    """The entries of a business, (question, answer), and what its visitors ask."""

    entries: tuple[tuple[str, str], ...]
    questions: tuple[Question, ...]


def measure(path: Path | None, progress: Progress) -> list[Measure]:
    """Of one file.

    Raises:
        NoSet: there is no own set of this kind, or the file is none.
    """
    if path is None:
        raise NoSet("there is no set of our own: name a FILE, as covidfaq.json is.")
    asked = read(path)
    start_servers()
    progress(f"embedding {len(asked.entries)} entries")
    tenant_id, entries = index(asked.entries)
    rankings = []
    for number, question in enumerate(asked.questions):
        if number % 200 == 0:
            progress(f"question {number} of {len(asked.questions)}")
        rankings.append([entries[entry_id] for entry_id in ranked(tenant_id, question.text) if entry_id in entries])
    return measures(asked, rankings, BOUNDS.get(path.name))


def read(path: Path) -> RetrievalSet:
    """A set in the format of covidfaq.json.

    Raises:
        NoSet: it is not.
    """
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
        entries = tuple((str(entry["question"]), str(entry["answer"])) for entry in found["faq"])
        questions = tuple(Question(str(each["query"]), _right(each["answer"], entries)) for each in found["queries"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoSet(f"{path.name} is no set of questions for retrieval ({type(error).__name__}).") from None
    if not entries or not any(question.right for question in questions):
        raise NoSet(f"{path.name}: no question has its answer among the entries.")
    return RetrievalSet(entries, questions)


def _right(answers: str | Sequence[str], entries: Sequence[tuple[str, str]]) -> frozenset[int]:
    wanted = {answers} if isinstance(answers, str) else set(answers)
    return frozenset(number for number, (_, answer) in enumerate(entries) if answer in wanted)


def index(entries: Sequence[tuple[str, str]]) -> tuple[uuid.UUID, dict[uuid.UUID, int]]:
    """A tenant with these entries, embedded; its id, and which of its entries is which of these."""
    tenant_id = create_tenant("Retrieval").tenant_id
    numbers: dict[uuid.UUID, int] = {}
    with tenant_session(tenant_id) as session:
        for number, (question, answer) in enumerate(entries):
            made = KnowledgeEntry(tenant_id=tenant_id, id=uuid.uuid4(), question=question, answer=answer)
            numbers[made.id] = number
            session.add(made)
    embed_tenant(tenant_id)
    return tenant_id, numbers


def ranked(tenant_id: uuid.UUID, question: str) -> list[uuid.UUID]:
    """The entries the search finds, best first."""
    made = vector_of(question, tenant_id)
    with tenant_session(tenant_id) as session:
        _, config = configuration(session)
        found = search(
            session,
            question,
            limit=DEPTH,
            language=config.language,
            vector=made.vector.tolist() if made else None,
            model=made.model if made else None,
        )
    return [chunk.entry_id for chunk in found.get() if chunk.entry_id is not None]


def measures(asked: RetrievalSet, rankings: Sequence[Sequence[int]], bound: float | None) -> list[Measure]:
    """Means over the questions that have a right entry."""
    pairs = [(q, ranking) for q, ranking in zip(asked.questions, rankings, strict=True) if q.right]
    precision = _mean([average_precision(ranking, question.right) for question, ranking in pairs])
    missed = [
        f"{question.text!r}: got {asked.entries[ranking[0]][0]!r}" if ranking else f"{question.text!r}: got nothing"
        for question, ranking in pairs
        if not ranking or ranking[0] not in question.right
    ][:TOLD]
    return [
        at_least("MAP", precision, bound, "", missed) if bound is not None else Measure("MAP", precision),
        Measure("P@1", _mean([float(bool(ranking) and ranking[0] in q.right) for q, ranking in pairs])),
        Measure("NDCG@5", _mean([ndcg(ranking, q.right, 5) for q, ranking in pairs])),
        Measure("questions", len(pairs)),
    ]


def average_precision(ranking: Sequence[int], right: frozenset[int]) -> float:
    """The mean of the precisions at each right entry; one that is not in the ranking counts 0."""
    found, total = 0, 0.0
    for place, entry in enumerate(ranking, start=1):
        if entry in right:
            found += 1
            total += found / place
    return total / len(right)


def ndcg(ranking: Sequence[int], right: frozenset[int], depth: int) -> float:
    """Discounted gain of the first `depth`, of the best there could be."""
    gain = sum(1 / math.log2(place + 1) for place, entry in enumerate(ranking[:depth], start=1) if entry in right)
    best = sum(1 / math.log2(place + 1) for place in range(1, min(depth, len(right)) + 1))
    return gain / best


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
