"""Where texts lie near each other: embedding and pieces of words in one distance, and a kernel that fades with it.

A text far from every example is like none of them, so its chances fall back to what is true of any text: the share of the
classes. A linear model would grow surer the further it looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workers.taught.arrays import Doubles, Floats
from workers.taught.pieces import Lexicon, Postings, Row

WORDS, PIECES = 0.15, 0.25  # squared lengths beside the embedding's 1: measured on several sets


@dataclass(frozen=True)
class Shape:
    """What training chooses: how the parts count."""

    emphasis: float  # 0: all directions of the embedding count alike; above: those with much variance count more
    lexical: float  # how much words count beside the embedding
    reach: float  # how quickly likeness fades with the squared distance


@dataclass(frozen=True)
class Projection:
    """Embeddings centred on the examples' mean and scaled so that their mean squared length is 1."""

    mean: Floats
    matrix: Floats

    def __call__(self, vectors: Floats) -> Floats:
        return np.asarray((vectors - self.mean) @ self.matrix, dtype=np.float32)


@dataclass(frozen=True)
class Spread:
    """In which directions the examples' embeddings differ, and how much; found once for every emphasis that is tried."""

    mean: Floats
    centred: Doubles  # (examples, size)
    variances: Doubles  # (size,)
    directions: Doubles  # (size, size)

    def projection(self, emphasis: float) -> Projection:
        average = float(self.variances.mean()) or 1.0
        stretched = self.directions * np.power(self.variances / average + 0.05, emphasis / 2)
        length = float(np.sqrt(np.square(self.centred @ stretched).sum(axis=1).mean())) or 1.0
        return Projection(self.mean.astype(np.float32), (stretched / length).astype(np.float32))


def spread(vectors: Floats) -> Spread:
    """Learnt from the examples' embeddings alone; labels are not looked at."""
    mean = vectors.mean(axis=0)
    centred = (vectors - mean).astype(np.float64)
    variances, directions = np.linalg.eigh(centred.T @ centred / len(centred))
    return Spread(mean, centred, np.maximum(variances, 0), directions)


@dataclass(frozen=True)
class Space:
    """The examples that new texts are compared with, and how."""

    shape: Shape
    projection: Projection
    lexicon: Lexicon
    dense: Floats  # the landmarks' projected embeddings
    dense_lengths: Floats  # their squared lengths
    held: Postings  # the landmarks' pieces, weighted

    def likeness(self, vectors: Floats, rows: Sequence[Row]) -> Floats:
        """Of each text with each landmark: 1 for the same, towards 0 with distance. `rows` weighted by `weigh`."""
        found = self.projection(vectors)
        distances = found @ self.dense.T
        distances *= -2.0
        distances += np.square(found).sum(axis=1)[:, None]
        distances += self.dense_lengths + np.float32(2 * (WORDS + PIECES) * self.shape.lexical)
        for at, row in enumerate(rows):
            distances[at] -= 2.0 * self.held.dots(row)
        np.maximum(distances, 0, out=distances)
        distances *= -self.shape.reach
        return np.asarray(np.exp(distances, out=distances), dtype=np.float32)

    def weigh(self, row: Row) -> Row:
        """A row of the lexicon as this space counts it."""
        return weighed(self.lexicon, self.shape, row)


def weighed(lexicon: Lexicon, shape: Shape, row: Row) -> Row:
    """A row with each kind's weights scaled to what the kind counts."""
    scale = np.where(lexicon.is_word(row.columns), WORDS**0.5, PIECES**0.5) * shape.lexical**0.5
    return Row(row.columns, (row.weights * scale).astype(np.float32))
