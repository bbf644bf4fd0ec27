"""What is left of a word when its ending is taken away, so that "costs" is "cost" and "Termine" is "Termin"."""

from __future__ import annotations

from functools import lru_cache

_ENDINGS = (
    "ements", "ations", "ement", "ation", "ungen", "iones", "ingly", "ments", "ung", "ies", "ion", "ing", "ers", "est", "ern",
    "ens",
    "lar", "ler", "ado", "ada", "ita", "ito", "ed", "es", "en", "er", "em", "ly", "os", "as", "is", "ie", "ia", "s", "e", "n",
    "a", "o", "i", "y", "x",
)  # fmt: skip
_INFLECTIONS = frozenset(["", "s", "e", "es", "en", "n", "er", "ern", "em", "ns"])
_SHORTEST = 3
_LONGEST = 7


def words_of(text: str) -> frozenset[str]:
    """The words of a list, which reads better as a text."""
    return frozenset(text.split())


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """The beginning that a word's forms share; short words and those with digits stay as they are."""
    if len(word) <= _SHORTEST or not word.isalpha():
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST + (len(ending) < 3):
            word = word[: -len(ending)]
            break
    if len(word) > 4 and word[-1] == word[-2]:
        word = word[:-1]
    return word[:_LONGEST]


def same_name(one: str, other: str) -> bool:
    """Whether two folded words are forms of one: "Termin" and "Terminen", but not "Linden" and "Lindner"."""
    size = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        size += 1
    return size >= 4 and one[size:] in _INFLECTIONS and other[size:] in _INFLECTIONS
