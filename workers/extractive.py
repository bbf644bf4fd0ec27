"""Answers without a model: quotes the business's own sentences, names their source, and says when it does not know.

Deterministic and honest rather than clever: what no passage answers surely enough is not answered (workers/matching.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Self

from clients.language_model import UNSURE, ChatTurn, Classification, Extraction, ModelRequest, Passage, Usage
from config.errors import Cancelled
from workers.grounding import split
from workers.matching import Match, matches
from workers.phrases import Phrase, say
from workers.words import READ_CHARACTERS, Unit, fold, language_of, stated, units

NAME = "extractive"
ENOUGH = 0.38  # chance from which on a passage is quoted: about nine in ten unanswerable questions are below
ENOUGH_BY_WORDS = 0.42  # without the question's vector: parts of a message, follow-ups, businesses without vectors
TIE_COVERAGE, TIE_NEAR = 0.03, 0.02  # passages this near the best one answer as well: "how much is a haircut?"
RUNNER_UP = (
    0.5  # the next best is quoted beside the best when it is at least this much of it as likely: one answer in 25
)
FULL = 0.8  # only a question that is covered this far has several answers
HALF = 0.7  # how far half a question must be covered, to be taken for a question of its own
MOST_PASSAGES = 3
MOST_SENTENCES = 4  # of one passage
TELLING = 2  # a part of a message that more passages answer equally well asks for nothing in particular
MOST_PARTS = 5  # questions of one message
STANDS_ALONE = frozenset({"where", "hours", "phone", "mail"})  # kinds that the profile answers without a thing
STATED_KINDS = frozenset({"hours", "phone", "mail"})  # known by their form, wherever they stand
FOLLOW_UP_WORDS = 7

_PARTS = re.compile(r"[?!¿¡\n]+|(?<=\w)\.\s")
_HALVES = re.compile(r"(?:,\s*)?\b(?:and|also|und|y|et|e|en|ve)\b|,", re.IGNORECASE)
_GOES_ON = re.compile(
    r"\W*(?:and|but|also|what about|how about|und|aber|y|pero|et|mais|e|ma|en|maar|ve|ama)\b", re.IGNORECASE
)
_LABEL = re.compile(r"((?:[^\W\d_]+ ?){1,3})\s?:\s")  # "Vets: Dr Pike, Dr Wrona."
_WHO = re.compile(r"\b(?:who|whos|names?|wer|wem|heiss\w*|namen?|quien\w*|llama\w*|nombres?|qui|noms?|appelle\w*)\b")
_POINTS_BACK = re.compile(
    r"\b(?:that|this|it|them|those|these|one|das|dies|davon|eso|esto|ca|cela|questo|isso|dat|bu|o)\b", re.IGNORECASE
)


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
        for sentence in answer(self._request):
            if self._should_stop():
                raise Cancelled("stopped while quoting")
            yield sentence + " "
        self.finish_reason = "stop"


def answer(request: ModelRequest) -> list[str]:
    """Quoted sentences, each with its marker; the don't-know sentence alone when nothing answers the question."""
    asked = request.question
    earlier = _asked_before(request.history)
    if earlier and follows_up(asked):
        asked = f"{earlier}\n{asked}"
        found = _by_words(asked, request.passages)
    else:
        found = _found(asked, request.passages)
    quoted: dict[str, None] = {}  # in order, each once
    for match in found[:MOST_PASSAGES]:
        quoted.update(dict.fromkeys(_quotes(asked, match)))
    profile = _of_profile(request.question, request.facts) if not found or _misses_the_point(asked, found) else []
    return profile or list(quoted) or [say(Phrase.DONT_KNOW, language=request.language)]


def follows_up(text: str) -> bool:
    """Whether a message may only be understood after the one before: "and on Fridays?", "how much is that?"."""
    if len(text.split()) > FOLLOW_UP_WORDS:
        return False
    if _GOES_ON.match(text) or _POINTS_BACK.search(text):
        return True
    return not any(unit.thing for unit in units(text, language_of(text)))


def _asked_before(history: Sequence[ChatTurn]) -> str | None:
    return next((turn.content for turn in reversed(history) if turn.role == "user"), None)


def _found(message: str, passages: Sequence[Passage]) -> list[Match]:
    """The passages that answer a message: as one question, and those of each of its questions when it asks several."""
    whole = _sure(matches(message, passages))
    parts = [part for part in _PARTS.split(message[:READ_CHARACTERS]) if _asks(part)][:MOST_PARTS]
    if len(parts) < 2:
        parts = [half for half in _HALVES.split(message[:READ_CHARACTERS]) if _asks(half)][:MOST_PARTS]
        each = [[match for match in _by_words(part, passages)[:1] if match.coverage >= HALF] for part in parts]
        if len(parts) < 2 or not all(each):
            return whole
    else:
        each = [matched for part in parts if len(matched := _by_words(part, passages)) <= TELLING]
    found = {match.number: match for matched in each for match in matched}
    if whole and whole[0].number not in found:
        return [*whole[:1], *found.values()]
    return list(found.values()) or whole


def _by_words(question: str, passages: Sequence[Passage]) -> list[Match]:
    return _sure(matches(question, passages, with_vectors=False), by_words=True)


def _sure(ranked: Sequence[Match], *, by_words: bool = False) -> list[Match]:
    """The best match when it is sure enough, with those that answer as well, and by vectors the next best if it comes near."""
    by_words = by_words or any(match.passage.body_cosine is None for match in ranked)
    if not ranked or ranked[0].chance < (ENOUGH_BY_WORDS if by_words else ENOUGH):
        return []
    best, *others = ranked
    near = others[:1] if not by_words and others and others[0].chance >= RUNNER_UP * best.chance else []
    return [best, *near, *(match for match in others[len(near) :] if _ties(best, match))]


def _ties(best: Match, other: Match) -> bool:
    if best.coverage < FULL or best.coverage - other.coverage > TIE_COVERAGE or best.covers != other.covers:
        return False
    nearest, near = best.passage.heading_cosine, other.passage.heading_cosine
    return nearest is None or near is None or nearest - near <= TIE_NEAR


def _asks(text: str) -> bool:
    """Whether there is anything in it to be answered."""
    return any(not unit.light for unit in units(text, language_of(text)))


def _quotes(question: str, match: Match) -> list[str]:
    """The passage's sentences, all when it is short; else those nearest to the question, in their order."""
    sentences = [sentence.strip() for sentence in split(match.passage.text) if sentence.strip()]
    if len(sentences) > MOST_SENTENCES:
        asked = {unit.name for unit in units(question, language_of(question))}
        spoken = language_of(f"{match.passage.title} {match.passage.text}")
        known = [len(asked & {unit.name for unit in units(each, spoken)}) for each in sentences]
        nearest = sorted(range(len(sentences)), key=lambda n: (-known[n], n))[:MOST_SENTENCES]
        sentences = [sentences[n] for n in sorted(nearest)]
    return [f"{sentence} [{match.number}]" for sentence in sentences]


def _of_profile(question: str, facts: str) -> list[str]:
    """The sentence of the business's profile that knows all that is asked; none when it must be something else."""
    spoken = language_of(facts)
    asked = [unit for unit in units(question, language_of(question, spoken)) if not unit.light]
    alone = any(unit.name in STANDS_ALONE for unit in asked)
    for sentence in [line.strip() for each in split(facts) for line in each.splitlines()]:
        label = _LABEL.match(sentence) if _WHO.search(fold(question)) else None
        if label and asked and _knows(label[1], asked, spoken):
            return [sentence]  # "who are the vets?"
        if (alone or len(asked) > 1) and _knows(sentence, asked, spoken):  # else one word that it happens to hold
            return [sentence]
    return []


def _misses_the_point(question: str, found: Sequence[Match]) -> bool:
    """Whether a number, an address or hours are asked for, and no passage found states any."""
    kinds = {unit.name for unit in units(question, language_of(question))} & STATED_KINDS
    return bool(kinds) and not any(kinds <= stated(match.passage.text) for match in found)


def _knows(sentence: str, asked: Sequence[Unit], language: str) -> bool:
    inside = units(sentence, language)
    known = {unit.name for unit in inside} | {unit.word for unit in inside} | stated(sentence)
    return all(unit.name in known or unit.word in known for unit in asked)
