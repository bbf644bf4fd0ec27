"""Fits the classifier: chooses how texts are compared, then a logistic regression in the kernel's own coordinates.

Everything is chosen from the examples themselves, and the same examples always come to the same model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from workers.taught.arrays import Flags, Floats, Ints
from workers.taught.pieces import Lexicon, Row, learn, postings
from workers.taught.softmax import Problem, Softmax, fit, one_hot
from workers.taught.space import Shape, Space, Spread, spread, weighed

LANDMARKS = 4000  # examples that texts are compared with; more than that are summed up by a sample of them
PROBED, PROBED_PART = 600, 3  # examples that the shape is chosen by, and which part of them is judged
CLEARLY = 1.5  # standard deviations
ENOUGH_TO_CHOOSE = 40
USUAL = Shape(emphasis=0.3, lexical=1.0, reach=0.5)
TRAITS = {"lexical": (0.5, 2.0), "emphasis": (0.0, 0.6), "reach": (0.35, 0.75)}  # tried instead of the usual
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


@dataclass(frozen=True)
class Learnt:
    """What every shape starts from: the texts' pieces, and where their embeddings differ."""

    lexicon: Lexicon
    rows: Sequence[Row]
    spread: Spread


def coordinates(known: Texts) -> Coordinates:
    """Choose the shape, and place every text."""
    return _placed(known, _learnt(known), _choose(known))


def _learnt(known: Texts) -> Learnt:
    lexicon, rows = learn(known.texts)
    return Learnt(lexicon, rows, spread(known.vectors))


def _placed(known: Texts, learnt: Learnt, shape: Shape) -> Coordinates:
    """Every text in the coordinates of this shape."""
    lexicon = learnt.lexicon
    chosen = _sample(known.classes, LANDMARKS)
    projected = learnt.spread.projection(shape.emphasis)
    dense = projected(known.vectors[chosen])
    rows = [weighed(lexicon, shape, row) for row in learnt.rows]
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


def _choose(known: Texts) -> Shape:
    """One trait after the other: another value than the usual one only where it is clearly more often right about texts that
    the model has not seen. A small difference on few texts is chance.
    """
    probed = _sample(known.classes, PROBED)
    if len(probed) < ENOUGH_TO_CHOOSE:
        return USUAL
    part = Texts(
        [known.texts[at] for at in probed], known.vectors[probed], known.classes[probed], known.importance[probed]
    )
    learnt = _learnt(part)
    best, right = USUAL, _right_unseen(part, learnt, USUAL)
    for trait, values in TRAITS.items():
        for value in values:
            tried = replace(best, **{trait: value})
            found = _right_unseen(part, learnt, tried)
            won, lost = int((found & ~right).sum()), int((right & ~found).sum())
            if won - lost > CLEARLY * (won + lost) ** 0.5:
                best, right = tried, found
    return best


def _right_unseen(part: Texts, learnt: Learnt, shape: Shape) -> Flags:
    """Of every third text, every class alike, whether a model of the others is right about it."""
    order = np.argsort(part.classes, kind="stable")
    unseen = np.zeros(len(order), dtype=bool)
    unseen[order[::PROBED_PART]] = True
    placed = _placed(part, learnt, shape)
    fitted = fit_among(placed, part, int(part.classes.max()) + 1, np.flatnonzero(~unseen))
    return np.asarray(fitted.scores(placed.points[unseen]).argmax(axis=1) == part.classes[unseen])


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
