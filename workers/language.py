"""Tells the language a visitor writes in, once per turn: fastText's guess, small words and letters together. Pure.

Refuses to jump: what could be several languages ("Ok", "Samstag?") stays with the conversation's.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence

from clients.language_id import likely_languages
from models.conversation import Conversation
from models.tenant import TenantConfiguration
from workers.intents import normalised
from workers.language_words import ALIASES, COMMON, EVERYWHERE, LETTERS, OF_SCRIPT, SCRIPTS, WORDS
from workers.phrases import LANGUAGES

READ_CHARACTERS = 600  # nobody needs more to be recognised

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
PASSAGE_SURE, PASSAGE_LIKELY, PASSAGE_WORDS = (
    0.9,
    0.5,
    3,
)  # share, the guess's probability, and small words of the language
NEAR = 1.0

_LEFT_OUT = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[\d_]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def detect(text: str, allowed: Sequence[str], default: str) -> str:
    """The language of `text`, ISO 639; `default` where it does not tell.

    `default` is the conversation's language so far, else the business's. With `allowed` it is one of these: a text that
    is clearly in none of them is answered in `default`. Takes some 0.1 ms.
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
    if allowed and best not in allowed:  # a near relative will do: "quanto custa" where Portuguese is not offered
        close = [name for name in allowed if scores.get(name, -math.inf) > scores[best] - NEAR]
        return max(close, key=lambda name: scores[name]) if close else default
    return best if share >= SURE else default


def of_turn(text: str, conversation: Conversation, config: TenantConfiguration) -> str:
    """The language of a turn's text, within what the business allows, in its conversation."""
    so_far = conversation.language
    if config.languages and so_far not in config.languages:
        so_far = None
    return detect(text, config.languages, so_far or config.language)


def of_passage(text: str) -> str | None:
    """The language a passage is written in; None where that is not sure: a list of names and prices, a mixture.

    Its words are stemmed by it, and a wrong stem hides them: better the language of the page or the business.
    """
    written = _LEFT_OUT.sub(" ", text[:READ_CHARACTERS])
    words = written.casefold()
    small = _WORD.findall(normalised(words))
    if len(small) < PASSAGE_WORDS:
        return None
    likely = _likely(written, words)
    script = _foreign_script(words)
    best, share = _best(_in_script(script, likely) if script else _scores(words, likely, None))
    if share < PASSAGE_SURE or likely.get(best, 0.0) < PASSAGE_LIKELY:
        return None
    known = WORDS.get(best)
    return best if known is None or sum(word in known for word in small) >= PASSAGE_WORDS else None


def _scores(words: str, likely: Mapping[str, float], default: str | None) -> dict[str, float]:
    """Logarithms, of each language that may be meant."""
    small = _WORD.findall(normalised(words))
    names = {*LANGUAGES, *(name for name in likely if name in COMMON and len(small) > 1)}
    names |= {default} if default else set()
    weight = GUESS_WEIGHT * len(small) / (len(small) + FEW) * min(1.0, max(likely.values(), default=0.0) / DECIDED)
    scores = {name: weight * math.log(max(likely.get(name, 0.0), LEAST)) for name in names}
    for name in names - {*LANGUAGES, default}:
        scores[name] += RARER
    if default:
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
            name = SCRIPTS.get(script)
            counts[name] = counts.get(name, 0) + 1
    if counts.get("ja"):
        return "ja"
    return max(counts, key=lambda name: counts[name])


def _in_script(script: str, likely: Mapping[str, float]) -> dict[str, float]:
    names = OF_SCRIPT.get(script, (script,))
    return {name: math.log(max(likely.get(name, 0.0), LEAST)) + (GOES_ON if name == script else 0.0) for name in names}
