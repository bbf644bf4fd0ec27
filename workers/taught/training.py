"""Trains a tenant's intents: every example is judged once by a model that has not seen it, which gives report and threshold;
then one model of all examples is fitted. Pure: embeddings come in, nothing is read or stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from config.errors import PermanentError
from models.own_intent import OUT_OF_SCOPE
from workers.taught.arrays import Flags, Floats, Ints
from workers.taught.classifier import Classifier
from workers.taught.fitting import Coordinates, Texts, coordinates, fit_among, on_likeness
from workers.taught.softmax import chances
from workers.taught.threshold import choose_threshold

FOLDS = 5
ENOUGH_FOR_ONE_FOLD = 4_000  # texts; of more, one fifth is judged instead of all
FEW = 5  # examples of an intent, below which it is not dependable
NAME_COUNTS = 0.5  # of an example: the intent's name, read as if a visitor had said it
GENERAL_COUNTS = 0.3  # of an example: our own out-of-scope sentences
OUTSIDE_SHARE = 0.05  # of everything: what is out of scope counts at least so much
ENOUGH_OUTSIDE = 50  # out-of-scope examples of the tenant's own, with which ours are not needed
MOST_COMPARED = 2_000  # examples that our own out-of-scope sentences are compared with
NEARER_THAN_NOTHING = 1.5  # times the chance of a text like nothing: what is taken for an intent has at least that
MOST_ASKED = 0.9
ENOUGH_JUDGED = 30  # examples; a threshold chosen by fewer is an accident of theirs
LIKELIER_THAN_ALL_ELSE = 0.5  # the least chance in that case
SEED = 20_261_122


@dataclass(frozen=True)
class Embedded:
    """A text with its embedding."""

    text: str
    vector: Floats


@dataclass(frozen=True)
class Material:
    """What is learnt from: (intent's name, example) pairs; how names are read; what no business means."""

    examples: Sequence[tuple[str, Embedded]]
    names: dict[str, Embedded]
    general: Sequence[Embedded]


@dataclass(frozen=True)
class Judged:
    """What a model said of texts that it had not seen. `said` and `truth` are places in `intents`; truth -1: out of scope."""

    intents: list[str]
    texts: list[str]
    truth: Ints
    said: Ints  # the likeliest intent, whether or not it is sure
    sure: Floats  # its chance


@dataclass(frozen=True)
class Trained:
    """The model and what it was judged by."""

    classifier: Classifier
    judged: Judged


def train(material: Material) -> Trained:
    """Raises PermanentError with a sentence when there is too little to learn from."""
    intents = learnable(material.examples)
    if not intents:
        raise PermanentError("No intent has two examples or more: there is nothing to learn from yet.")
    known, judgeable = _texts(material, intents)
    placed = coordinates(known)
    known = _balanced(_without_near_strangers(placed, known, len(intents)), len(intents))
    judged = _judge(placed, known, judgeable & (known.importance > 0), intents)
    right, inside = judged.said == judged.truth, judged.truth >= 0
    fitted = on_likeness(placed, fit_among(placed, known, len(intents) + 1))
    like_nothing = float(
        chances(fitted.bias[None, :])[0, :-1].max()
    )  # the chance of a text that is far from everything
    threshold = max(choose_threshold(right, judged.sure, inside), min(NEARER_THAN_NOTHING * like_nothing, MOST_ASKED))
    if inside.sum() < max(ENOUGH_JUDGED, FEW * len(intents)):
        threshold = max(threshold, LIKELIER_THAN_ALL_ELSE)
    return Trained(Classifier(placed.space, fitted, intents, threshold), judged)


def learnable(examples: Sequence[tuple[str, Embedded]]) -> list[str]:
    """Intents with at least two examples, by name; what is out of scope is none."""
    counted = Counter(name for name, _ in examples)
    return sorted(name for name, count in counted.items() if count >= 2 and name not in OUT_OF_SCOPE)


def _texts(material: Material, intents: list[str]) -> tuple[Texts, Flags]:
    """All texts in one list, the tenant's first; and which of them can be judged. The last class is out of scope."""
    places = {name: at for at, name in enumerate(intents)}
    outside = len(intents)
    rows = [
        (each, places.get(name, outside), 1.0)
        for name, each in material.examples
        if name in places or name in OUT_OF_SCOPE
    ]
    own = len(rows)
    rows += [(material.names[name], places[name], NAME_COUNTS) for name in intents if name in material.names]
    names = len(rows) - own
    if sum(1 for _, place, _ in rows if place == outside) < ENOUGH_OUTSIDE:
        said = {each.text.casefold() for each, _, _ in rows}
        rows += [(each, outside, GENERAL_COUNTS) for each in material.general if each.text.casefold() not in said]
    judgeable = np.ones(len(rows), dtype=bool)
    judgeable[own : own + names] = False
    known = Texts(
        [each.text for each, _, _ in rows],
        np.array([each.vector for each, _, _ in rows], dtype=np.float32),
        np.array([place for _, place, _ in rows], dtype=np.int64),
        np.array([counts for _, _, counts in rows], dtype=np.float32),
    )
    return known, judgeable


def _without_near_strangers(placed: Coordinates, known: Texts, outside: int) -> Texts:
    """Our own out-of-scope sentences may be just what a business is about: those as near to an intent as its own examples
    are to each other do not count.
    """
    ours = np.flatnonzero(known.importance == np.float32(GENERAL_COUNTS))
    inside = np.flatnonzero(known.classes < outside)[:MOST_COMPARED]
    if not len(ours):
        return known
    among = placed.points[inside] @ placed.points[inside].T
    np.fill_diagonal(among, -1.0)
    usual = float(np.median(among.max(axis=1)))
    near = (placed.points[ours] @ placed.points[inside].T).max(axis=1) >= usual
    importance = known.importance.copy()
    importance[ours[near]] = 0.0
    return replace(known, importance=importance)


def _balanced(known: Texts, outside: int) -> Texts:
    """Out of scope counts for at least its share, however few its examples are."""
    is_outside = known.classes == outside
    theirs, rest = float(known.importance[is_outside].sum()), float(known.importance[~is_outside].sum())
    wanted = rest * OUTSIDE_SHARE
    if not 0 < theirs < wanted:
        return known
    scale = np.where(is_outside, np.float32(wanted / theirs), np.float32(1.0))
    return replace(known, importance=(known.importance * scale).astype(np.float32))


def _judge(placed: Coordinates, known: Texts, judgeable: Flags, intents: list[str]) -> Judged:
    """Each judgeable text by a model without its fold."""
    folds = _folds(known.classes, judgeable)
    parts = []
    for fold in range(1 if len(known.texts) > ENOUGH_FOR_ONE_FOLD else FOLDS):
        these = np.flatnonzero(folds == fold)
        if not len(these):
            continue
        fitted = fit_among(placed, known, len(intents) + 1, np.flatnonzero(folds != fold))
        parts.append((these, chances(fitted.scores(placed.points[these]))[:, :-1]))
    order = np.concatenate([these for these, _ in parts])
    likely = np.concatenate([each for _, each in parts])
    truth = np.where(known.classes == len(intents), -1, known.classes)[order]
    texts = [known.texts[at] for at in order]
    return Judged(intents, texts, truth, likely.argmax(axis=1), likely.max(axis=1))


def _folds(classes: Ints, judgeable: Flags) -> Ints:
    """In which fold each text is judged, every class spread over all; -1: in none."""
    fold = np.full(len(classes), -1, dtype=np.int64)
    turns: Counter[int] = Counter()
    for at in np.random.default_rng(SEED).permutation(len(classes)):
        if judgeable[at]:
            fold[at] = turns[int(classes[at])] % FOLDS
            turns[int(classes[at])] += 1
    return fold
