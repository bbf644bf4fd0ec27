"""The words by which a run recognises what belongs to whom: one per business, one reference per message."""

from __future__ import annotations

import random
import re

WORD = re.compile(r"\bword[a-z]{10}\b")
REFERENCE = re.compile(r"\bref[a-z]{10}\b")
_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"


def word(chance: random.Random) -> str:
    """A business's own word."""
    return "word" + _syllables(chance)


def reference(chance: random.Random) -> str:
    """A message's reference; unique for all practical purposes (70 to the fifth)."""
    return "ref" + _syllables(chance)


def _syllables(chance: random.Random) -> str:
    return "".join(chance.choice(_CONSONANTS) + chance.choice(_VOWELS) for _ in range(5))
