"""Trains a tenant's intents: every example is judged once by a model that has not seen it, which gives report and threshold;
then one model of all examples is fitted. Pure: embeddings come in, nothing is read or stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from config.errors import PermanentError
from models.own_intent import OUT_OF_SCOPE
from workers.taught.arrays import Floats, Ints
from workers.taught.classifier import Classifier
from workers.taught.fitting import Coordinates, Texts, coordinates, fit_among, on_likeness
from workers.taught.softmax import chances
from workers.taught.threshold import choose_threshold

FOLDS = 5
ENOUGH_FOR_ONE_FOLD = 4_000  # examples; of more, one fifth is judged instead of all
NAME_COUNTS = 0.5  # of an example: the intent's name, read as if a visitor had said it
GENERAL_COUNTS = 0.3  # of an example: our own out-of-scope sentences
SEED = 20_261_122


@dataclass(frozen=True)
class Taught:
    """A text with its embedding."""

    text: str
    vector: Floats


@dataclass(frozen=True)
class Material:
    """What is learnt from: (intent's name, example) pairs; how names are read; what no business means."""

    examples: Sequence[tuple[str, Taught]]
    names: dict[str, Taught]
    general: Sequence[Taught]


@dataclass(frozen=True)
class Judged:
    """What a model said of examples that it had not seen. `said` and `truth` are places in `intents`; -1: out of scope."""

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
    known, intents = _texts(material)
    if not intents:
        raise PermanentError("There is no intent with at least two examples.")
    placed = coordinates(known)
    judged = _judge(placed, known, intents)
    threshold = choose_threshold(judged.said == judged.truth, judged.sure, judged.truth >= 0)
    fitted = on_likeness(placed, fit_among(placed, known, len(intents) + 1))
    return Trained(Classifier(placed.space, fitted, intents, threshold), judged)


def _texts(material: Material) -> tuple[Texts, list[str]]:
    """All texts in one list; the last class is out of scope. An intent with a single example is not learnt."""
    counted: dict[str, int] = {}
    for name, _ in material.examples:
        counted[name] = counted.get(name, 0) + 1
    intents = sorted(name for name, count in counted.items() if count >= 2 and name not in OUT_OF_SCOPE)
    places = {name: at for at, name in enumerate(intents)}
    said = {taught.text.casefold() for _, taught in material.examples}
    rows = [
        (taught, places.get(name, len(intents)), 1.0)
        for name, taught in material.examples
        if name in places or name in OUT_OF_SCOPE
    ]
    rows += [(material.names[name], places[name], NAME_COUNTS) for name in intents if name in material.names]
    rows += [(each, len(intents), GENERAL_COUNTS) for each in material.general if each.text.casefold() not in said]
    return (
        Texts(
            [taught.text for taught, _, _ in rows],
            np.array([taught.vector for taught, _, _ in rows], dtype=np.float32),
            np.array([place for _, place, _ in rows], dtype=np.int64),
            np.array([counts for _, _, counts in rows], dtype=np.float32),
        ),
        intents,
    )


def _judge(placed: Coordinates, known: Texts, intents: list[str]) -> Judged:
    """Each text that is not a name by a model without its fold."""
    held_out = _folds(known)
    folds = range(1) if len(known.texts) > ENOUGH_FOR_ONE_FOLD else range(FOLDS)
    said = np.full(len(known.texts), -1, dtype=np.int64)
    sure = np.zeros(len(known.texts), dtype=np.float32)
    seen = np.zeros(len(known.texts), dtype=bool)
    for fold in folds:
        rest, these = np.flatnonzero(held_out != fold), np.flatnonzero(held_out == fold)
        if not len(these):
            continue
        fitted = fit_among(placed, known, len(intents) + 1, rest)
        likely = chances(fitted.scores(placed.points[these]))[:, :-1]
        said[these], sure[these], seen[these] = likely.argmax(axis=1), likely.max(axis=1), True
    truth = np.where(known.classes == len(intents), -1, known.classes)
    judged = np.flatnonzero(seen)
    texts = [known.texts[at] for at in judged]
    return Judged(intents, texts, truth[judged], said[judged], sure[judged])


def _folds(known: Texts) -> Ints:
    """Which fold each text is judged in, every class spread over all; names are never judged (-1)."""
    fold = np.full(len(known.texts), -1, dtype=np.int64)
    shuffled = np.random.default_rng(SEED).permutation(len(known.texts))
    is_name = known.importance == np.float32(NAME_COUNTS)
    turns = np.zeros(int(known.classes.max()) + 1, dtype=np.int64)
    for at in shuffled:
        if not is_name[at]:
            fold[at] = turns[known.classes[at]] % FOLDS
            turns[known.classes[at]] += 1
    return fold
