"""How surely a passage answers a question: what of the question it covers, and how near it is by its vector.

A logistic regression over a dozen readable facts about the pair. Its weights were fitted on questions about invented
businesses, answerable ones and ones whose answer had been taken away; workers/evaluation/data holds two such businesses.
An absolute cosine says nothing with small embedding models (0.80 for an answer, 0.83 for none): its distances do.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from clients.language_model import Passage
from workers.asked_for import asked_form, told_forms
from workers.grounding import split
from workers.lexicon import CONTRARY
from workers.words import COMPOUNDING, Unit, fold, language_of, stated, units

_HYPHENED = re.compile(r"\b\w{2,20}(?:-\w{2,20}){1,3}\b")
REACHED_BY = frozenset({"phone", "mail"})
IN_TEXT = 0.9  # a word found in a passage's text counts a little less than one in its heading
KIND_WEIGHT = 0.5  # "how much" fits many entries; what it is about decides
LIGHT_WEIGHT = 0.35
MISSPELT, COMPOUND = 0.85, 0.8  # how well a word is found that is only nearly there, or inside a longer one
MOST_ASKED = 40  # things of one question that are looked for
MUCH = 3.083  # rare words' worth that a question and a passage share, from which on more says no more
FEWEST_NEAR = 4  # passages whose distances say something
SHORTEST_MISSPELT, TWO_SLIPS = 5, 8  # letters from which on one slip is forgiven, and two

# Fitted by bench/fit_answers.py on eleven invented businesses in four languages, each counting alike; l2 = 0.002 with
# vectors, 0.003 without. A business left out of its own fit loses a point of right answers (71.1 for 72.2 %, their mean).
WITH_VECTORS = {
    "cov": 0.17, "covs": 1.49, "hit": 2.05, "hitt": 1.67, "unc": -0.26, "alien": -1.20, "contr": -1.36,
    "textra": 0.19, "weak1": -0.17, "pricebad": -0.55, "unsaid": -1.74, "foreign": 0.30, "kindonly": -0.48,
    "dfc": -0.72, "cov_gap": 0.54, "hit_gap": 0.08, "hitt_gap": 0.07, "s": -0.02, "s_gap": 1.21, "h": 0.19,
    "h_gap": 4.13, "b": 9.81, "b_gap": 12.19, "n": 7.77, "n_gap": 2.45, "1": -12.25,
}  # fmt: skip
WITHOUT_VECTORS = {
    "cov": 0.80, "covs": 1.92, "hit": 4.17, "hitt": 1.25, "unc": -0.37, "alien": -0.81, "contr": -0.84,
    "textra": -0.48, "weak1": -0.31, "pricebad": -1.19, "unsaid": -1.54, "foreign": -0.09, "kindonly": -0.83,
    "dfc": -0.65, "cov_gap": 0.85, "hit_gap": 0.93, "hitt_gap": 0.97, "1": -2.98,
}  # fmt: skip


@dataclass(frozen=True)
class Match:
    """A passage, as cited from 1, and how surely it answers: 0..1. `covers`: the units of the question it knows."""

    number: int
    passage: Passage
    chance: float
    covers: frozenset[str]
    coverage: float


@dataclass(frozen=True)
class _Words:
    """What stands somewhere: the names of things, and the words as they were written."""

    names: frozenset[str]
    words: frozenset[str]

    def has(self, unit: Unit, language: str) -> float:
        """How well the unit is found here, 0..1."""
        if unit.name in self.names or unit.word in self.words:
            return 1.0
        if not unit.thing:
            return 0.0
        if any(misspelt(unit.word, word) for word in self.words):
            return MISSPELT
        if language in COMPOUNDING and len(unit.word) >= SHORTEST_MISSPELT:
            longer = (word for word in self.words if len(word) >= SHORTEST_MISSPELT)
            if any(word in unit.word or unit.word in word for word in longer):
                return COMPOUND
        return 0.0


@dataclass(frozen=True)
class _Read:
    """A passage, read."""

    language: str
    heading: _Words
    text: _Words
    sentences: tuple[_Words, ...]
    about: tuple[Unit, ...]  # the heading's things, kinds left out
    tells: frozenset[str]  # of what questions ask by their form: how long, how often

    @property
    def names(self) -> frozenset[str]:
        return self.heading.names | self.text.names


def matches(question: str, passages: Sequence[Passage], *, with_vectors: bool = True) -> list[Match]:
    """Every passage with its chance to answer, best first. `with_vectors`: similarities are the question's own."""
    if not passages:
        return []
    read, asked, language = _reading(question, passages)
    found = facts(question, passages, with_vectors=with_vectors)
    weights = WITH_VECTORS if "s" in found[0] else WITHOUT_VECTORS
    ranked = [
        Match(number, passage, _chance(fact, weights), _covered(asked, each, language), fact["cov"])
        for number, (passage, fact, each) in enumerate(zip(passages, found, read, strict=True), start=1)
    ]
    return sorted(ranked, key=lambda match: -match.chance)


def facts(question: str, passages: Sequence[Passage], *, with_vectors: bool = True) -> list[dict[str, float]]:
    """What the regression sees of each passage; the distances only where there are enough of them to compare."""
    read, asked, language = _reading(question, passages)
    found = _facts(asked, language, read)
    wanted = asked_form(question)
    for fact, each in zip(found, read, strict=True):
        fact["unsaid"] = float(wanted is not None and wanted not in each.tells)
    if with_vectors and len(passages) >= FEWEST_NEAR and all(passage.body_cosine for passage in passages):
        _add_distances(found, passages)
    return found


def _reading(question: str, passages: Sequence[Passage]) -> tuple[list[_Read], tuple[Unit, ...], str]:
    read = [_read(passage.title, passage.text) for passage in passages]
    language = language_of(question, read[0].language)
    return read, units(question, language)[:MOST_ASKED], language


def misspelt(word: str, other: str) -> bool:
    """Whether one is the other with a slip or two: letters left out, doubled, swapped or wrong, never the first."""
    shorter = min(len(word), len(other))
    if shorter < SHORTEST_MISSPELT or word[0] != other[0] or word.isdigit():
        return False
    slips = 1 if shorter < TWO_SLIPS else 2
    return abs(len(word) - len(other)) <= slips and _distance(word, other) <= slips


@lru_cache(maxsize=16384)
def _distance(one: str, two: str) -> int:
    """Edits between them, a swap of neighbours being one."""
    before: list[int] = []
    row = list(range(len(two) + 1))
    for i, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [i] * (len(two) + 1)
        for j, other in enumerate(two, start=1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == two[j - 2] and one[i - 2] == other:
                row[j] = min(row[j], earlier[j - 2] + 1)
    return row[-1]


@lru_cache(maxsize=1024)
def _read(title: str, text: str) -> _Read:
    language = language_of(f"{title} {text}")
    about = units(title, language)
    heading, inside = _words(title, language, with_facts=False), _words(text, language)
    if "contact" in heading.names:  # "How can I reach you?" is where to look for a phone number
        heading = _Words(heading.names | inside.names & REACHED_BY, heading.words)
    return _Read(
        language,
        heading,
        inside,
        tuple(_words(sentence, language) for sentence in split(text)),
        tuple(unit for unit in about if unit.thing),
        told_forms(text),
    )


def _words(text: str, language: str, *, with_facts: bool = True) -> _Words:
    found = units(text, language)
    names = {unit.name for unit in found} | (stated(text) if with_facts else set())
    joined = {word.replace("-", "") for word in _HYPHENED.findall(fold(text))}  # "multistorey" finds "multi-storey"
    return _Words(frozenset(names), frozenset(unit.word for unit in found) | joined)


def _covered(asked: Sequence[Unit], passage: _Read, language: str) -> frozenset[str]:
    here = (passage.heading, passage.text)
    return frozenset(unit.name for unit in asked if any(place.has(unit, language) for place in here))


def _facts(asked: Sequence[Unit], language: str, read: Sequence[_Read]) -> list[dict[str, float]]:
    """What the regression sees of each passage, vectors apart."""
    held = [
        {unit.name: (each.heading.has(unit, language), each.text.has(unit, language)) for unit in asked}
        for each in read
    ]
    spread = {unit.name: sum(max(each[unit.name]) > 0 for each in held) for unit in asked}  # in how many passages
    weight = {
        unit.name: math.log(1 + (len(read) + 1) / (spread[unit.name] + 0.5))
        * (KIND_WEIGHT if unit.kind else LIGHT_WEIGHT if unit.light else 1.0)
        for unit in asked
    }
    total = sum(weight.values()) or 1.0
    rare = math.log(1 + (len(read) + 1) / 1.5)  # what a word of one passage weighs: more, the more passages
    things = [unit for unit in asked if unit.thing]
    names = {unit.name for unit in asked}
    facts: list[dict[str, float]] = []
    for each, holds in zip(read, held, strict=True):
        missing = [unit for unit in things if not max(holds[unit.name])]
        one = things[0].name if len(things) == 1 else None
        covered = sum(weight[name] * max(title, IN_TEXT * text) for name, (title, text) in holds.items())
        in_title = sum(weight[name] * title for name, (title, _) in holds.items())
        facts.append({
            "cov": covered / total,
            "covs": max((_coverage(asked, weight, holds, part, language) for part in each.sentences), default=0.0) / total,
            "hit": min(1.0, covered / (MUCH * rare)),
            "hitt": min(1.0, in_title / (MUCH * rare)),
            "unc": len(missing) / max(1, len(things)),
            "alien": sum(weight[unit.name] for unit in missing if not spread[unit.name]) / total,
            "contr": float(any(_contradicts(unit.name, each.names) for unit in missing)),
            "textra": sum(unit.name not in names for unit in each.about) / max(1, len(each.about)),
            "weak1": float(one is not None and not holds[one][0] and holds[one][1] > 0),
            "pricebad": float("price" in names and "price" not in each.names),
            "foreign": float(language != each.language),
            "kindonly": float(not things and bool(asked)),
            "dfc": sum(math.log(1 + spread[unit.name]) for unit in things) / max(1, len(things)),
        })  # fmt: skip
    for name in ("cov", "hit", "hitt"):
        for fact, best_other in zip(facts, _best_others([fact[name] for fact in facts]), strict=True):
            fact[f"{name}_gap"] = fact[name] - best_other
    return facts


def _coverage(
    asked: Sequence[Unit],
    weight: dict[str, float],
    holds: dict[str, tuple[float, float]],
    sentence: _Words,
    language: str,
) -> float:
    """What the heading and this one sentence cover together."""
    return sum(weight[unit.name] * max(holds[unit.name][0], IN_TEXT * sentence.has(unit, language)) for unit in asked)


def _contradicts(name: str, names: frozenset[str]) -> bool:
    """Asked about women, a passage on men is about something else."""
    return any(name in group and (group - {name}) & names for group in CONTRARY)


def _add_distances(facts: Sequence[dict[str, float]], passages: Sequence[Passage]) -> None:
    """How near each is by the search's score, its vectors and its nearest sentence: as such, and above the next best."""
    for name, near in (
        ("s", [passage.score for passage in passages]),
        ("h", [passage.heading_cosine or 0.0 for passage in passages]),
        ("b", [passage.body_cosine or 0.0 for passage in passages]),
        ("n", [passage.sentence_near or 0.0 for passage in passages]),
    ):
        for fact, value, best_other in zip(facts, near, _best_others(near), strict=True):
            fact[name], fact[f"{name}_gap"] = value, value - best_other


def _best_others(values: Sequence[float]) -> list[float]:
    """For each, the best among the others; 0 where there is none."""
    return [max((other for n, other in enumerate(values) if n != own), default=0.0) for own in range(len(values))]


def _chance(fact: dict[str, float], weights: dict[str, float]) -> float:
    total = weights["1"] + sum(weight * fact[name] for name, weight in weights.items() if name != "1")
    return 1 / (1 + math.exp(-total))
