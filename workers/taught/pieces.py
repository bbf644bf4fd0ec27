"""Texts as weighted words, pairs of words and pieces of words: names, numbers and rare words, which an embedding blurs.

A piece is known by a hash. Pieces that no example holds count in a text's length, so a strange text is far from everything.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workers.taught.arrays import Flags, Floats, Ints

READ_CHARACTERS = 1000  # nobody needs more to say what they want
SHORTEST, LONGEST = 3, 5  # characters of a piece, the space around a word included
KINDS = 2  # words and pairs of them; pieces of words
_WORD = re.compile(r"\w+")
_MOST = 2**31  # ids of a kind; the next kind's follow


@dataclass(frozen=True)
class Row:
    """One text: columns of the lexicon and their weights; each kind's weights have length 1, unknown pieces included."""

    columns: Ints
    weights: Floats


def pieces(text: str) -> Counter[int]:
    """How often each piece occurs, by its id."""
    words = _WORD.findall(unicodedata.normalize("NFKC", text[:READ_CHARACTERS]).casefold())
    found = Counter(_id(0, word) for word in words)
    found.update(_id(0, f"{one} {other}") for one, other in zip(["^", *words], [*words, "$"], strict=True))
    for word in words:
        padded = f" {word} "
        for size in range(SHORTEST, LONGEST + 1):
            found.update(_id(1, padded[at : at + size]) for at in range(len(padded) - size + 1))
    if not words:  # signs alone
        found[_id(1, text[:READ_CHARACTERS].strip())] = 1
    return found


def _id(kind: int, piece: str) -> int:
    return kind * _MOST + (zlib.crc32(piece.encode("utf-8", "surrogatepass")) & (_MOST - 1))


@dataclass(frozen=True)
class Lexicon:
    """The pieces that examples hold, by ascending id, with how telling each is (inverse document frequency)."""

    ids: Ints
    telling: Floats
    strange: float  # how telling a piece is that no example holds

    def row(self, text: str) -> Row:
        return self._row(pieces(text))

    def _row(self, counted: Counter[int]) -> Row:
        """A piece counts by the logarithm of its occurrences and how telling it is."""
        ids = np.fromiter(counted.keys(), np.int64, len(counted))
        weights = 1.0 + np.log(np.fromiter(counted.values(), np.float32, len(counted)))
        if not len(ids) or not len(self.ids):
            return Row(np.empty(0, np.int64), np.empty(0, np.float32))
        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        known = self.ids[places] == ids
        weights *= np.where(known, self.telling[places], np.float32(self.strange))
        for kind in range(KINDS):
            its = (ids // _MOST) == kind
            length = float(np.sqrt(np.square(weights[its]).sum()))
            if length:
                weights[its] /= length
        order = np.argsort(places[known], kind="stable")
        return Row(places[known][order].astype(np.int64), weights[known][order].astype(np.float32))

    def is_word(self, columns: Ints) -> Flags:
        """Of each column, whether it is of the first kind."""
        return np.asarray(self.ids[columns] < _MOST)


def learn(texts: Sequence[str]) -> tuple[Lexicon, list[Row]]:
    """The lexicon of these texts, and their rows."""
    counted = [pieces(text) for text in texts]
    held: Counter[int] = Counter()
    for each in counted:
        held.update(each.keys())
    ids = np.array(sorted(held), dtype=np.int64)
    documents = np.array([held[int(piece)] for piece in ids], dtype=np.float64)
    telling = (np.log((1 + len(texts)) / (1 + documents)) + 1).astype(np.float32)
    lexicon = Lexicon(ids, telling, float(np.log(1 + len(texts)) + 1))
    return lexicon, [lexicon._row(each) for each in counted]


@dataclass(frozen=True)
class Postings:
    """Rows the other way round: for each column, who holds it and with what weight. Dot products with all rows at once."""

    starts: Ints  # (columns + 1,)
    holders: Ints
    weights: Floats
    rows: int

    def dots(self, row: Row) -> Floats:
        """This row's dot product with each of the rows."""
        lengths = self.starts[row.columns + 1] - self.starts[row.columns]
        total = int(lengths.sum())
        if not total:
            return np.zeros(self.rows, dtype=np.float32)
        ends = np.cumsum(lengths)
        at = np.arange(total) + np.repeat(self.starts[row.columns] - (ends - lengths), lengths)
        products = self.weights[at] * np.repeat(row.weights, lengths)
        return np.bincount(self.holders[at], weights=products, minlength=self.rows).astype(np.float32)


def postings(rows: Sequence[Row], columns: int) -> Postings:
    """The rows the other way round."""
    holders = np.repeat(np.arange(len(rows)), [len(row.columns) for row in rows])
    held = np.concatenate([np.empty(0, np.int64), *(row.columns for row in rows)])
    weights = np.concatenate([np.empty(0, np.float32), *(row.weights for row in rows)])
    order = np.argsort(held, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(held, minlength=columns))])
    return Postings(starts.astype(np.int64), holders[order].astype(np.int64), weights[order], len(rows))
