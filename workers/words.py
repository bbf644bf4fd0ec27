"""Reduces text to what it is about, in eight languages: stop words out, stems, and common business words as one concept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from workers.lexicon import CONCEPTS, KINDS, LANGUAGES, PHRASES, WEEK
from workers.stop_words import LIGHT_WORDS, STOP_WORDS
from workers.trade_words import TRADE_LANGUAGES, TRADES

STEMMERS = {
    "en": "english", "de": "german", "es": "spanish", "fr": "french", "it": "italian", "pt": "portuguese", "nl": "dutch",
    "tr": "turkish",
}  # fmt: skip
COMPOUNDING = frozenset({"de", "nl"})
SHORTEST_PART = 4  # letters of a compound's part
SHORTEST_HASTY = 6  # letters of a stop word that is known with one left out
READ_CHARACTERS = 4000  # of one text: patterns may take time by the square of it
LONGEST_WORD = 40
LONGEST_SUBJECT = 300
WEEKEND = ("saturday", "sunday")

_WORDS = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_MARKS = re.compile(r"[’‘`´]")
_RANGE = re.compile(
    r"\b(\w{1,20})[s,.]?(?: from)? ?"
    r"(?:-|–|t/m|\b(?:to|till|through|until|bis|a|al|hasta|au|ate|tot)\b) ?(?:el |le |la )?(\w{1,20})"
)
_STATED = (
    ("price", re.compile(
        r"[£$€₺]\s?\d|\d\s?(?:£|\$|€|₺|(?:eur|usd|gbp|chf|tl|euros?|pounds?|dollars?|francs?|franken|lira|quid|p)\b)",
        re.IGNORECASE,
    )),
    ("hours", re.compile(r"\b\d{1,2}[:.h]\d{2}\b|\b\d{1,2}\s?(?:am|pm|a\.m|p\.m|uhr|h\b)", re.IGNORECASE)),
    ("phone", re.compile(r"(?<![\d.,])\+?\(?\d[\d ()/-]{6,}\d")),
    ("mail", re.compile(r"\b[\w.+-]{1,64}@[\w-]+\.\w")),
    ("where", re.compile(
        r"\b\d{1,5}[a-z]? (?:\w{1,30} ){1,3}(?:street|road|lane|avenue|square|way|drive|place|row|gate)\b"
        r"|\b\w{1,40}(?:stra(?:ss|ß)e|str\.|weg|platz|gasse|straat|laan|plein|gracht) \d|\b(?:cadde|sokak)"
        r"|\b(?:calle|avenida|plaza|rue|avenue|via|piazza|rua|corso) [\w ]{2,30},? ?\d",
        re.IGNORECASE,
    )),
)  # fmt: skip

UNKNOWN = "en"


@dataclass(frozen=True)
class Unit:
    """One thing a text is about: a concept where the word has one, else its stem. `word`: as it was written, folded.

    kind: what is asked about a thing, not a thing. light: a word that anything can be asked with.
    """

    name: str
    word: str
    kind: bool = False
    light: bool = False

    @property
    def thing(self) -> bool:
        return not self.kind and not self.light


def fold(text: str) -> str:
    """Lower case, no accents, plain apostrophes: what word lists are written in. Of what nobody needs, the beginning."""
    plain = _MARKS.sub("'", text[:READ_CHARACTERS]).casefold().replace("ı", "i").replace("ß", "ss")
    folded = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return folded[:READ_CHARACTERS]  # one sign may have become eighteen


@lru_cache(maxsize=2048)
def language_of(text: str, default: str = "en") -> str:
    """The language with the most small words in the text; `default` where none stands out."""
    words = re.findall(r"[^\W_]+", fold(text))
    counts = {language: sum(word in STOP_WORDS[language] for word in words) for language in LANGUAGES}
    best = max(counts, key=lambda language: (counts[language], language == default))
    return best if counts[best] > counts.get(default, 0) else default


@lru_cache(maxsize=2048)
def units(text: str, language: str = "en") -> tuple[Unit, ...]:
    """What a text in this language is about, each thing once, in order; words of a language we have no lists of are read
    as English ones.
    """
    language = language if language in LANGUAGES else UNKNOWN
    plain = fold(text)
    named: list[Unit] = []
    for pattern, concept in _phrases():
        plain, times = pattern.subn(" ", plain)
        if times:
            named += [Unit(name, name, name in KINDS) for name in concept]
    found: dict[str, Unit] = {}
    inside = [unit for word in _WORDS.findall(plain) for unit in _of_word(word[:LONGEST_WORD], language)]
    for unit in [*named, *inside, *_days_between(plain, language)]:
        found.setdefault(unit.name, unit)
    if "weekend" in found:
        found.pop("weekend")
        found |= {day: Unit(day, "weekend") for day in WEEKEND}
    return tuple(found.values())


def _days_between(plain: str, language: str) -> Iterable[Unit]:
    """ "Tuesday to Friday" is about Wednesday too."""
    for first, last in _RANGE.findall(plain):
        days = [concept(word, language) for word in (first, last)]
        if days[0] in WEEK and days[1] in WEEK:
            begin, end = WEEK.index(str(days[0])), WEEK.index(str(days[1]))
            for n in range(begin, end + 1 if end >= begin else end + len(WEEK) + 1):
                yield Unit(WEEK[n % len(WEEK)], first)


def stated(text: str) -> set[str]:
    """Kinds of facts that stand in it whatever words surround them: amounts, times of day, phone numbers, addresses."""
    return {name for name, pattern in _STATED if pattern.search(text[:READ_CHARACTERS])}


def subject(question: str, language: str | None = None) -> str:
    """What a question is about, the same however it is worded: what questions nobody could answer are grouped by."""
    spoken = language or language_of(question)
    about = sorted(unit.name for unit in units(question, spoken) if not unit.light)
    return (" ".join(about) or " ".join(fold(question).split()))[:LONGEST_SUBJECT]


def search_words(question: str, language: str = "en") -> str:
    """Words to search for beside the question's own: entries may use others for the same things."""
    words: list[str] = []
    for unit in units(question, language):
        words += [word.rstrip("*") for word in _listed().get(unit.name, {}).get(language, [])]  # none of an unknown one
    return " ".join(dict.fromkeys(words))


def _of_word(word: str, language: str) -> Iterable[Unit]:
    word = word.removesuffix("'s")
    if language in {"fr", "it"} and "'" in word:
        word = word.rpartition("'")[2]  # l'adresse, dell'hotel
    word = word.replace("'", "")
    if language in COMPOUNDING and (parts := _compound(word, language)):
        return parts
    if name := concept(word, language):
        return (Unit(name, word, name in KINDS),)
    if word in STOP_WORDS[language] or word in _hasty(language) or (len(word) < 2 and not word.isdigit()):
        return ()
    if "-" in word:
        return [unit for part in word.split("-") for unit in _of_word(part, language)]
    return (Unit(stem(word, language), word, light=word in LIGHT_WORDS[language] or word.isdigit()),)


@cache
def _hasty(language: str) -> frozenset[str]:
    """Stop words as one hurries over them, a letter left out: "shoud", "becuse". Short ones would be other words."""
    return frozenset(
        word[:cut] + word[cut + 1 :]
        for word in STOP_WORDS[language]
        if len(word) >= SHORTEST_HASTY
        for cut in range(1, len(word))
    )


def _compound(word: str, language: str) -> list[Unit]:
    """ "Herrenhaarschnitt" is about men and a haircut; found where both ends are words we know."""
    for cut in range(len(word) - SHORTEST_PART, SHORTEST_PART - 1, -1):
        first, last = concept(word[:cut], language), concept(word[cut:], language)
        if first and last:
            return [Unit(name, word, name in KINDS) for name in (first, last)]
    return []


@lru_cache(maxsize=16384)
def stem(word: str, language: str) -> str:
    """The word without its ending, by the language's Snowball stemmer; also of English words within other languages."""
    return word if word.isdigit() else str(_stemmer(language).stemWord(word))


@cache
def _stemmer(language: str) -> Any:
    import snowballstemmer  # here: a process that answers nothing loads none

    return snowballstemmer.stemmer(STEMMERS[language])


@lru_cache(maxsize=16384)
def concept(word: str, language: str, shortest_prefix: int = 3) -> str | None:
    """The concept of a folded word; None of one that is in no list. Listed beginnings shorter than that are left aside."""
    exact, prefixes = _lookup(language)
    if found := exact.get(word):
        return found
    if word in STOP_WORDS[language]:
        return None
    return next((prefixes[word[:n]] for n in range(len(word), shortest_prefix - 1, -1) if word[:n] in prefixes), None)


@cache
def _lookup(language: str) -> tuple[dict[str, str], dict[str, str]]:
    exact: dict[str, str] = {}
    prefixes: dict[str, str] = {}
    for name, listed in _listed().items():
        exact.setdefault(name, name)
        for word in listed[language]:
            if word.endswith("*"):
                prefixes.setdefault(word[:-1], name)
            else:
                exact.setdefault(word, name)
    return exact, prefixes


@cache
def _listed() -> dict[str, dict[str, list[str]]]:
    listed = {
        name: {language: words.split() for language, words in zip(LANGUAGES, columns.split("|"), strict=True)}
        for name, columns in (KINDS | CONCEPTS).items()
    }
    for name, columns in TRADES.items():
        known = listed.setdefault(name, {language: [] for language in LANGUAGES})
        for language, words in zip(TRADE_LANGUAGES, columns.split("|"), strict=True):
            known[language] += words.split()
    return listed


@cache
def _phrases() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    return tuple((re.compile(pattern), tuple(concepts.split())) for pattern, concepts in PHRASES)
