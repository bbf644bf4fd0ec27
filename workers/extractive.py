"""Answers without a model: quotes the business's own sentences, names their source, and says when it does not know.

Deterministic and honest rather than clever: a question with a word that no entry knows is not answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from clients.language_model import UNSURE, ChatTurn, Classification, Extraction, ModelRequest, Passage, Usage
from config.errors import Cancelled
from workers.concepts import KINDS, concepts
from workers.grounding import split
from workers.phrases import DEFAULT_LANGUAGE, Phrase, say

NAME = "extractive"
ENOUGH = 0.7  # share of what the question is about that an entry must cover
IN_ANSWER = 0.85  # a word found in an entry's answer counts a little less than one in its question
KIND_WEIGHT = 0.7  # "how much" fits many entries; what it is about decides
LIGHT_KINDS = {"where": 0.4}  # "where can I park?" is answered by an entry on parking, whatever it says of places
RARE = 2  # answers that may contain the one word asked about, for it to be what they are about
TIE = 0.05  # entries this near the best answer the question as well: "how much is a haircut?"
MOST_PASSAGES = 3
MOST_SENTENCES = 4  # of one entry


@dataclass(frozen=True)
class _Match:
    number: int  # as cited, from 1
    passage: Passage
    score: float


class ExtractiveAnswerer:
    """The language model of a machine that has none."""

    name = NAME

    def stream(self, request: ModelRequest, *, should_stop: Callable[[], bool]) -> _ExtractiveCall:
        return _ExtractiveCall(request, should_stop)

    def classify(self, text: str, history: Sequence[ChatTurn], labels: Mapping[str, str]) -> Classification:
        """It cannot tell: whoever asks keeps their own guess."""
        return Classification(UNSURE, 0.0, None)

    def extract(self, texts: Sequence[str], fields: Mapping[str, str]) -> Extraction:
        """It finds nothing that plain patterns have not found."""
        return Extraction({}, None)


class _ExtractiveCall:
    """One answer, a sentence at a time. Costs nothing."""

    usage: Usage | None = None

    def __init__(self, request: ModelRequest, should_stop: Callable[[], bool]) -> None:
        self._request = request
        self._should_stop = should_stop
        self.finish_reason: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def __iter__(self) -> Iterator[str]:
        for sentence in answer(self._request.question, self._request.passages, self._request.language):
            if self._should_stop():
                raise Cancelled("stopped while quoting")
            yield sentence + " "
        self.finish_reason = "stop"


def answer(question: str, passages: Sequence[Passage], language: str = DEFAULT_LANGUAGE) -> list[str]:
    """Quoted sentences, each with its marker; the don't-know sentence alone when nothing answers the question."""
    quoted: dict[str, None] = {}  # in order, each once
    for part in _parts(question):
        for match in _matches(part, passages):
            quoted.update(dict.fromkeys(_quotes(part, match)))
    return list(quoted) or [say(Phrase.DONT_KNOW, language=language)]


def _parts(question: str) -> list[str]:
    """The questions in a message. One without a subject of its own ("and when?") is left to the others."""
    parts = [part for part in re.split(r"[?!\n]+|(?<=\w)\.\s", question) if concepts(part)]
    return parts or [question]


def _matches(question: str, passages: Sequence[Passage]) -> list[_Match]:
    """The entries that answer the question, best first; those of its halves when it asks two things at once."""
    best = _best(question, passages)
    if best:
        return best
    halves = re.split(r"\b(?:and|also|or)\b|,", question)
    return [match for half in halves if len(halves) > 1 and concepts(half) for match in _best(half, passages)[:1]]


def _best(question: str, passages: Sequence[Passage]) -> list[_Match]:
    wanted = concepts(question)
    rare = sum(wanted <= concepts(passage.text) for passage in passages) <= RARE
    scored = [
        _Match(number, passage, _score(wanted, passage, rare=rare)) for number, passage in enumerate(passages, start=1)
    ]
    ranked = sorted((match for match in scored if match.score > 0), key=lambda match: -match.score)
    return [match for match in ranked[:MOST_PASSAGES] if match.score >= ranked[0].score - TIE]


def _score(wanted: frozenset[str], passage: Passage, *, rare: bool) -> float:
    """How well an entry covers what is wanted; 0 when not well enough to be said."""
    title, text = concepts(passage.title), concepts(passage.text)
    if not wanted or ("price" in wanted and "price" not in title | text):
        return 0.0
    if len(wanted) == 1 and not wanted & title and not rare:
        return 0.0  # one word that many answers happen to contain
    weights = {
        concept: LIGHT_KINDS.get(concept, KIND_WEIGHT) if concept in KINDS and len(wanted) > 1 else 1.0
        for concept in wanted
    }
    covered = sum(
        weight * (1.0 if concept in title else IN_ANSWER if concept in text else 0.0)
        for concept, weight in weights.items()
    )
    coverage = covered / sum(weights.values())
    return coverage + 0.3 * len(wanted & title) / max(1, len(title)) if coverage >= ENOUGH else 0.0


def _quotes(question: str, match: _Match) -> list[str]:
    """The entry's sentences, whole when it is short; else its first and those nearest to the question, in their order."""
    sentences = [sentence.strip() for sentence in split(match.passage.text) if sentence.strip()]
    if len(sentences) > MOST_SENTENCES:
        wanted = concepts(question)
        nearest = sorted(range(1, len(sentences)), key=lambda n: (-len(wanted & concepts(sentences[n])), n))
        sentences = [sentences[n] for n in sorted([0, *nearest[: MOST_SENTENCES - 1]])]
    return [f"{sentence} [{match.number}]" for sentence in sentences]
