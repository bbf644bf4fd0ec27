"""Fits the classifier: chooses how texts are compared, then a logistic regression in the kernel's own coordinates.

Everything is chosen from the examples themselves, and the same examples always come to the same model.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workers.taught.arrays import Flags, Floats, Ints
from workers.taught.pieces import Lexicon, Row, learn, postings
from workers.taught.softmax import Problem, Softmax, fit, one_hot
from workers.taught.space import PIECES, WORDS, Shape, Space, projection, weighed

LANDMARKS = 3000  # examples that texts are compared with; more than that are summed up by a sample of them
PROBED = 1200  # examples that the shape is chosen by
RIDGE = 0.1  # of the quick model that it is chosen by
SHAPES = tuple(
    Shape(emphasis, lexical, reach)
    for emphasis, lexical, reach in itertools.product((0.0, 0.3, 0.6), (0.5, 1.0, 2.0), (0.35, 0.6))
)
USUAL = Shape(0.3, 1.0, 0.5)  # where there are too few examples to choose by
ENOUGH_TO_CHOOSE = 40
PENALTY = 0.0045  # on the squared weights, as a share of one example
STEADY = 1e-4  # added to the kernel's diagonal
BLOCK = 2000  # texts compared at once
SEED = 20_261_122


@dataclass(frozen=True)
class Texts:
    """Texts with their embeddings, classes and how much each counts."""

    texts: Sequence[str]
    vectors: Floats
    classes: Ints
    importance: Floats


@dataclass(frozen=True)
class Coordinates:
    """The training texts as points among which a linear model is fitted, and the way back to the landmarks."""

    space: Space
    points: Floats  # (texts, landmarks)
    back: Floats  # (landmarks, landmarks): weights among points to weights on likenesses


def coordinates(known: Texts, shape: Shape | None = None) -> Coordinates:
    """Choose the shape, unless it is given, and place every text."""
    lexicon, rows = learn(known.texts)
    shape = shape or _choose(known, lexicon, rows)
    chosen = _sample(known.classes, LANDMARKS)
    projected = projection(known.vectors, shape.emphasis)
    dense = projected(known.vectors[chosen])
    rows = [weighed(lexicon, shape, row) for row in rows]
    held = postings([rows[at] for at in chosen], len(lexicon.ids))
    space = Space(shape, projected, lexicon, dense, np.square(dense).sum(axis=1), held)
    among = space.likeness(known.vectors[chosen], [rows[at] for at in chosen]).astype(np.float64)
    among[np.diag_indices_from(among)] += STEADY
    back = np.linalg.inv(np.linalg.cholesky((among + among.T) / 2)).T.astype(np.float32)
    points = np.empty((len(rows), len(chosen)), dtype=np.float32)
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        np.matmul(space.likeness(known.vectors[part], rows[part]), back, out=points[part])
    return Coordinates(space, points, back)


def fit_among(placed: Coordinates, known: Texts, classes: int, only: Ints | None = None) -> Softmax:
    """The regression among the points, of all texts or `only` some."""
    points, labels, importance = placed.points, known.classes, known.importance
    if only is not None:
        points, labels, importance = points[only], labels[only], importance[only]
    total = float(importance.sum())
    targets = one_hot(labels, classes)
    return fit(Problem(points, targets, (importance / total).astype(np.float32), PENALTY / total))


def on_likeness(placed: Coordinates, fitted: Softmax) -> Softmax:
    """The same model as weights on likenesses with the landmarks."""
    return Softmax((placed.back @ fitted.weights).astype(np.float32), fitted.bias)


def _choose(known: Texts, lexicon: Lexicon, rows: Sequence[Row]) -> Shape:
    """The shape whose quick model is most often right about a text it has not seen; among equals the surest."""
    if len(known.texts) < ENOUGH_TO_CHOOSE:
        return USUAL
    probed = _sample(known.classes, PROBED)
    vectors, labels = known.vectors[probed], known.classes[probed]
    full = Shape(0.0, 1.0, 1.0)
    likeness = _dots([weighed(lexicon, full, rows[at]) for at in probed], len(lexicon.ids))
    lexical = np.maximum(np.float32(2 * (WORDS + PIECES)) - 2.0 * likeness, 0)
    best, best_found = USUAL, (-1.0, -np.inf)
    for emphasis in dict.fromkeys(shape.emphasis for shape in SHAPES):
        placed = projection(known.vectors, emphasis)(vectors)
        squares = np.square(placed).sum(axis=1)
        dense = squares[:, None] + squares - 2.0 * (placed @ placed.T)
        for shape in (each for each in SHAPES if each.emphasis == emphasis):
            kernel = np.exp(-shape.reach * np.maximum(dense + shape.lexical * lexical, 0))
            found = _left_out(kernel, labels, known.importance[probed] >= 1)
            if found > best_found:
                best, best_found = shape, found
    return best


def _left_out(kernel: Floats, labels: Ints, counted: Flags) -> tuple[float, float]:
    """How a ridge regression does on each text without it, in closed form: share that is right, and minus its error."""
    targets = one_hot(labels, int(labels.max()) + 1)
    mean = targets.mean(axis=0)
    inverse = np.linalg.inv(kernel + RIDGE * np.eye(len(kernel), dtype=np.float32))
    errors = (inverse @ (targets - mean)) / np.diag(inverse)[:, None]
    right = ((targets - errors).argmax(axis=1) == labels)[counted]
    return round(float(right.mean()) * 250) / 250, -float(np.square(errors[counted]).sum(axis=1).mean())


def _dots(rows: Sequence[Row], columns: int) -> Floats:
    held = postings(rows, columns)
    return np.stack([held.dots(row) for row in rows])


def _sample(classes: Ints, most: int) -> Ints:
    """At most so many texts, of every class alike, in ascending order."""
    if len(classes) <= most:
        return np.arange(len(classes))
    shuffled = np.random.default_rng(SEED).permutation(len(classes))
    by_class = shuffled[np.argsort(classes[shuffled], kind="stable")]
    starts = np.searchsorted(classes[by_class], classes[by_class])
    turn = np.arange(len(by_class)) - starts  # its place within its class
    order = np.argsort(turn, kind="stable")
    return np.sort(by_class[order[:most]])
