"""The words by which a run recognises what belongs to whom: one per business, one reference per message."""

from __future__ import annotations

import random
import re

WORD = re.compile(r"\bword[a-z]{10}\b")
REFERENCE = re.compile(r"\bref[a-z]{10}\b")
# A call's number in words that state nothing: a figure that stands in no source would not be said.
DIGITS = ("hello", "welcome", "thanks", "glad", "help", "question", "team", "information", "bye", "person")
CALL_NUMBER = re.compile(rf"Thank you, and ((?:(?:{'|'.join(DIGITS)}) )+)goodbye")
_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"


def word(chance: random.Random) -> str:
    """A business's own word."""
    return "word" + _syllables(chance)


def reference(chance: random.Random) -> str:
    """A message's reference; unique for all practical purposes (70 to the fifth)."""
    return "ref" + _syllables(chance)


def numbered(number: int) -> str:
    """A sentence by which the answer of call `number` is known."""
    return f"Thank you, and {' '.join(DIGITS[int(digit)] for digit in str(number))} goodbye."


def number_of(text: str) -> int | None:
    """The number of the call that answered so."""
    found = CALL_NUMBER.search(text)
    return int("".join(str(DIGITS.index(word)) for word in found[1].split())) if found else None


def _syllables(chance: random.Random) -> str:
    return "".join(chance.choice(_CONSONANTS) + chance.choice(_VOWELS) for _ in range(5))
