"""Says a sentence in the words of its sources: synonyms, and the compounds of German and Dutch.

A sentence that failed is judged once more so; what is sent is what was written. Only words that no source knows are
exchanged, each for one that means the same or is the same thing's full name, so what the sentence claims stays as it is.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

from workers.grounding import language_words as languages
from workers.grounding.grounds import Grounds
from workers.grounding.stems import stem, words_of
from workers.grounding.text import fold, plain
from workers.words import concept

# Concepts of workers/lexicon.py whose words mean one thing. Others hold kinds of a thing ("card": Visa), what a business tells
# apart ("cancel": to postpone; "deposit": a down payment) or sides ("hours": open and closed).
SYNONYMS = frozenset({
    "aircon", "airport", "answer", "bike", "book", "broken", "car", "cash", "checkup", "deliver", "lift", "locker", "luggage",
    "mail", "member", "parking", "password", "phone", "pickup", "pregnant", "refund", "rent", "repair", "senior", "shower",
    "smoking", "student", "toilet", "towel", "vegan", "whitening", "wifi",
})  # fmt: skip
# The same, of words that no business is asked with.
EQUAL = (
    "begin begins beginning start starts starting", "valid validity",
    "gultig gultigkeit gelten gilt", "bargeld bar", "wenigstens mindestens",
    "valable valables valide valides", "repondre repondons reponse",
    "contestar contestamos contesta responder respondemos responde", "caduca caducan vence vencen valido validos",
    "rispondiamo risposta", "geldig geldt gelden",
)  # fmt: skip
COMPOUNDING = frozenset({"de", "nl"})
SHORTEST_HEAD, SHORTEST_REST = 5, 3  # letters of a compound's head ("Wettkampf"), and of what stands before it
SHORTEST_PART, LONGEST_COMPOUND = 4, 30  # letters of each part of a compound that is taken apart, and of it all
SHORTEST_PREFIX = 5  # letters of a listed beginning: "gar*" of parking begins "Gareth"
LIMITS = ("mindest", "hochst", "maximal", "minimal")  # "Mindestlaufzeit"
MOST_WORDS = 6  # of one sentence

_EQUAL = tuple(words_of(words) for words in EQUAL)
_WORD = re.compile(r"[^\W\d_]+")
_DENYING = ("nicht", "un", "in", "non", "miss", "niet", "on", "kein", "geen")


def reworded(sentence: str, grounds: Grounds) -> str | None:
    """The sentence in its sources' words; None when there is nothing to exchange."""
    language = languages.guess(fold(word) for word in _WORD.findall(plain(sentence)))
    sources = _Sources(
        grounds, language or next((source.language for source in grounds.sources if source.language), None)
    )
    exchanged = 0

    def instead(word: re.Match[str]) -> str:
        nonlocal exchanged
        if exchanged >= MOST_WORDS or not (other := sources.call(word)):
            return word[0]
        exchanged += 1
        return other.capitalize() if word[0][0].isupper() else other

    text = _WORD.sub(instead, plain(sentence))
    return text if exchanged else None


class _Sources:
    """What the sources call things."""

    def __init__(self, grounds: Grounds, language: str | None) -> None:
        self._grounds, self._language = grounds, language

    def call(self, match: re.Match[str]) -> str | None:
        """What they call what this word means; None where they know the word, or know nothing like it."""
        word = fold(match[0])
        named = match[0][0].isupper() and match.start() > 0 and self._language != "de"
        if len(word) < SHORTEST_PART or named or self._language is None or self._clear(word, self._language):
            return None
        if (same := self._equal(word)) is not None:
            return same
        meaning = concept(word, self._language, SHORTEST_PREFIX)
        if meaning in SYNONYMS and (same := self._by_concept.get(meaning)) is not None:
            return same
        return self._of_head(word) or self._in_parts(word) if self._language in COMPOUNDING else None

    def _clear(self, word: str, language: str) -> bool:
        """Whether a word needs no other: the sources have it, or it says nothing by itself, or it denies."""
        return (
            word in self._stated
            or stem(word) in self._stems
            or languages.side_in(word, language) != 0
            or languages.negates(word)
            or languages.excepts(word)
            or languages.small_or_light(word, language)
        )

    def _equal(self, word: str) -> str | None:
        others = next((group for group in _EQUAL if word in group), frozenset())
        return next((other for other in sorted(others) if other in self._stated), None)

    @cached_property
    def _by_concept(self) -> dict[str | None, str]:
        return {
            concept(form, source.language, SHORTEST_PREFIX): form
            for source in self._grounds.sources
            if source.language is not None
            for form in sorted(source.forms, reverse=True)
        }

    @cached_property
    def _each(self) -> list[frozenset[str]]:
        """The words of each statement."""
        return [_words(statement.text) for source in self._grounds.sources for statement in source.statements]

    @cached_property
    def _stated(self) -> frozenset[str]:
        return frozenset().union(*self._each)

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(map(stem, self._stated))

    @cached_property
    def _stems_of_each(self) -> list[frozenset[str]]:
        return [frozenset(map(stem, words)) for words in self._each]

    def _of_head(self, word: str) -> str | None:
        """ "Wettkampf" of "Hallenwettkampf", where there is no other: the thing without what tells it from others."""
        if len(word) < SHORTEST_HEAD:
            return None
        found = [
            form
            for form in self._grounds.forms
            if form.endswith(word)
            and len(form) - len(word) >= SHORTEST_REST
            and not form[: -len(word)].endswith(_DENYING)
            and (form.startswith(LIMITS) or not languages.side(form[: -len(word)]))  # no "Kinderkarte"
        ]
        return found[0] if len(found) == 1 else None

    def _in_parts(self, word: str) -> str | None:
        """ "Kartenzahlung" of "mit Karte zahlen": both parts stand in one statement."""
        for cut in range(SHORTEST_PART, min(len(word), LONGEST_COMPOUND) - SHORTEST_PART + 1):
            first, last = word[:cut], word[cut:]
            both = frozenset([stem(first), stem(last)])
            if languages.formed(last) and both <= self._stems and any(both <= each for each in self._stems_of_each):
                return f"{first} {last}"
        return None


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in _WORD.findall(plain(text)))
