"""Tells the language a visitor writes in, once per turn: fastText's guess, small words and letters together. Pure.

Refuses to jump: what could be several languages ("Ok", "Samstag?") stays with the conversation's.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence

from clients.language_id import likely_languages
from workers.intents import normalised
from workers.language_words import LETTERS, WORDS

READ_CHARACTERS = 600  # nobody needs more to be recognised
OURS = ("en", "es", "fr", "de", "pt", "it", "nl", "tr")
COMMON = frozenset(  # other languages that a visitor may well write; what else fastText names is noise in short texts
    "pl ru uk cs sk hu ro bg sr hr sl el sv da no fi et lv lt ca sq id ms vi tl ar fa ur he hi bn ta te th ko ja zh ka hy".split()
)
ALIASES = {"arz": "ar", "yi": "he", "wuu": "zh", "yue": "zh", "sh": "hr", "bs": "hr", "nn": "no", "als": "de", "gl": "es"}

# In natural logarithms of how much likelier something makes a language; chosen on the even lines of the measured set.
GUESS_WEIGHT = 1.4
FEW = 2.0  # words, of which the guess is worth half
DECIDED = 0.5  # probability of its likeliest language: below, the model knows none of the words
WORD = 2.2  # a small word of one language alone; shared by n languages, each gets an nth
LETTER = 1.2
RARER = -1.5  # before anything was read, of a language that we have no sentences in
GOES_ON = 1.2  # for the language of the conversation so far
LEAST = 1e-2  # a probability below that is as good as this
SURE = 0.35

EVERYWHERE = frozenset("ok okay oke hi hey hallo super top stop no email mail sms whatsapp wifi test".split())

_LEFT_OUT = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[\d_]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SCRIPTS = {"ARABIC": "ar", "HEBREW": "he", "CYRILLIC": "ru", "GREEK": "el", "CJK": "zh", "HIRAGANA": "ja",
            "KATAKANA": "ja", "HANGUL": "ko", "THAI": "th", "DEVANAGARI": "hi", "BENGALI": "bn", "TAMIL": "ta",
            "TELUGU": "te", "GEORGIAN": "ka", "ARMENIAN": "hy"}  # fmt: skip
_OF_SCRIPT = {"ar": ("ar", "fa", "ur"), "ru": ("ru", "uk", "bg", "sr"), "zh": ("zh", "ja")}


def detect(text: str, allowed: Sequence[str], default: str) -> str:
    """The language of `text`, ISO 639; `default` where it does not tell.

    `default` is the conversation's language so far, else the business's. With `allowed` it is one of these: a text that
    is clearly in none of them is answered in `default`. Takes some 50 µs.
    """
    if len(allowed) == 1:
        return allowed[0]
    default = default if not allowed or default in allowed else allowed[0]
    written = _LEFT_OUT.sub(" ", text[:READ_CHARACTERS])
    words = written.casefold()
    if not set(_WORD.findall(normalised(words))) - EVERYWHERE:
        return default
    likely = _likely(written, words)
    script = _foreign_script(words)
    scores = _in_script(script, likely) if script else _scores(words, likely, default)
    best, share = _best(scores)
    if allowed and best not in allowed:
        best, share = _best({name: score for name, score in scores.items() if name in (*allowed, "?")})
        if best != default and scores.get(best, -math.inf) < max(scores.values()) - WORD:
            return default
    return best if share >= SURE and best != "?" else default


def _scores(words: str, likely: Mapping[str, float], default: str) -> dict[str, float]:
    """Logarithms, of each language that may be meant."""
    small = _WORD.findall(normalised(words))
    names = {*OURS, *(name for name in likely if name in COMMON and len(small) > 1), default}
    weight = GUESS_WEIGHT * len(small) / (len(small) + FEW) * min(1.0, max(likely.values(), default=0.0) / DECIDED)
    scores = {name: weight * math.log(max(likely.get(name, 0.0), LEAST)) for name in names}
    for name in names - {*OURS, default}:
        scores[name] += RARER
    scores[default] += GOES_ON
    for word in small:
        spoken = [name for name, known in WORDS.items() if word in known]
        for name in spoken:
            if name in scores:
                scores[name] += WORD / len(spoken)
    for letter in set(words) & LETTERS.keys():
        spoken = LETTERS[letter].split()
        for name in spoken:
            if name in scores:
                scores[name] += LETTER / math.sqrt(len(spoken))
    return scores


def _best(scores: Mapping[str, float]) -> tuple[str, float]:
    """The likeliest, and its share of all likelihood."""
    if not scores:
        return "?", 0.0
    top = max(scores.values())
    total = sum(math.exp(score - top) for score in scores.values())
    return max(scores, key=lambda name: scores[name]), 1 / total


def _likely(*texts: str) -> dict[str, float]:
    """The mean over the same text as it was written and in lower case: the model knows some words in one form alone."""
    found: dict[str, float] = {}
    for text in texts:
        for name, probability in likely_languages(text).items():
            name = ALIASES.get(name, name)
            found[name] = found.get(name, 0.0) + probability / len(texts)
    return found


def _foreign_script(words: str) -> str | None:
    """The main language of the script most letters are in; None for Latin."""
    counts: dict[str | None, int] = {}
    for character in words:
        if character.isalpha():
            script = unicodedata.name(character, "").partition(" ")[0]
            name = _SCRIPTS.get(script)
            counts[name] = counts.get(name, 0) + 1
    if counts.get("ja"):
        return "ja"
    return max(counts, key=lambda name: counts[name])


def _in_script(script: str, likely: Mapping[str, float]) -> dict[str, float]:
    names = _OF_SCRIPT.get(script, (script,))
    return {
        name: math.log(max(likely.get(name, 0.0), LEAST)) + (GOES_ON if name == script else 0.0) for name in names
    }
