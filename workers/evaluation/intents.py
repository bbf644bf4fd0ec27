"""Measures the intent classifier on a set: how often it is right, and how much it rejects of what is out of scope.

In-scope accuracy is the strict one: an in-scope text that is rejected counts as wrong. One threshold, chosen on `val`; a set
without `val` or `oos_val` is measured at the threshold that training chose by itself, as a tenant gets it; one without anything
out of scope at none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.own_intent import OUT_OF_SCOPE
from workers.evaluation import sets
from workers.evaluation.table import Measure, NoSet, Progress, at_least

if TYPE_CHECKING:
    from workers.taught.arrays import Floats
    from workers.taught.training import Trained

Pairs = list[tuple[str, str]]
Embed = Callable[[Sequence[str]], "Floats"]

FEW_SHOT = 10  # examples of each intent
FULL_ACCURACY, FULL_RECALL, FEW_ACCURACY = 95.5, 60.0, 90.0  # %, promised for the set named CLINC
CLINC = "clinc150.json"
OUTSIDE = "oos"
EXCHANGE = 0.06  # on `val`: catching all that is out of scope for this share of what is in scope; a tenant's is higher
PARTS = ("train", "val", "test", "oos_train", "oos_val", "oos_test")
SEED = 1


@dataclass(frozen=True)
class IntentSet:
    """One set; the `oos` parts may be empty, `val` too."""

    parts: dict[str, Pairs]

    def texts(self) -> list[str]:
        return list(dict.fromkeys(text for pairs in self.parts.values() for text, _ in pairs))


def measure(path: Path | None, progress: Progress) -> list[Measure]:
    """Train on `train`, choose the threshold on `val`, measure on `test`; with all examples, and with few."""
    if path is None:
        raise NoSet("there is no set of our own; name one, in the form of clinc150.json")
    found = read(path)
    progress(f"embedding {len(found.texts())} texts")
    return measure_set(found, _embed(found.texts(), progress), progress, bounds=path.name == CLINC)


def measure_set(found: IntentSet, embed: Embed, progress: Progress, *, bounds: bool = False) -> list[Measure]:
    """With embeddings from anywhere."""
    measures = []
    few = _few(found.parts["train"], FEW_SHOT)
    for name, train in (("all examples", found.parts["train"]), (f"{FEW_SHOT} examples", few)):
        if name != "all examples" and len(train) == len(found.parts["train"]):
            continue
        progress(f"training on {name}")
        measures += _measured(name, found, train, embed, bounds)
    return measures


def read(path: Path) -> IntentSet:
    """Raises NoSet: the file does not have the form."""
    content = sets.read(path)
    if not isinstance(content, dict) or not {"train", "test"} <= content.keys():
        raise NoSet(f"{path}: expected an object with `train` and `test`, lists of [text, intent]")
    parts = {part: _pairs(path, part, content.get(part, [])) for part in PARTS}
    for part in ("train", "val", "test"):  # some sets name what is out of scope among the intents
        parts[f"oos_{part}"] += [pair for pair in parts[part] if pair[1] in OUT_OF_SCOPE]
        parts[part] = [pair for pair in parts[part] if pair[1] not in OUT_OF_SCOPE]
    if not parts["train"] or not parts["test"]:
        raise NoSet(f"{path}: `train` and `test` must hold examples of intents")
    return IntentSet(parts)


def _pairs(path: Path, part: str, rows: Any) -> Pairs:
    if not isinstance(rows, list) or not all(
        isinstance(row, list) and len(row) == 2 and all(isinstance(value, str) for value in row) for row in rows
    ):
        raise NoSet(f"{path}: {part} must be a list of [text, intent]")
    return [(text, intent) for text, intent in rows]


def _measured(name: str, found: IntentSet, examples: Pairs, embed: Embed, bounds: bool) -> list[Measure]:
    from workers.taught.threshold import choose_threshold, frontier

    trained = fit(examples + [(text, OUTSIDE) for text, _ in found.parts["oos_train"]], embed)
    threshold = trained.classifier.threshold
    if not found.parts["oos_test"]:
        threshold = 0.0  # nothing to reject
    elif found.parts["val"] and found.parts["oos_val"]:
        right, sure, inside = _said(trained, found.parts["val"], found.parts["oos_val"], embed)
        threshold = choose_threshold(right, sure, inside, EXCHANGE)
    right, sure, inside = _said(trained, found.parts["test"], found.parts["oos_test"], embed)
    accuracy, recall = (100 * share for share in frontier(right, sure, inside, threshold))
    own_accuracy, own_recall = (100 * s for s in frontier(right, sure, inside, trained.classifier.threshold))
    few = name != "all examples"
    strict = f"{name}: in-scope accuracy, rejected counts as wrong"
    measures = [
        at_least(strict, accuracy, FEW_ACCURACY if few else FULL_ACCURACY)
        if bounds
        else Measure(strict, accuracy, "%"),
        Measure(f"{name}: in-scope accuracy without a threshold", 100 * float(right[inside].mean()), "%"),
    ]
    if found.parts["oos_test"]:
        rejected = f"{name}: out-of-scope recall at the same threshold"
        measures.append(
            at_least(rejected, recall, FULL_RECALL) if bounds and not few else Measure(rejected, recall, "%")
        )
    measures.append(Measure(f"{name}: accuracy at the threshold of training itself", own_accuracy, "%"))
    if found.parts["oos_test"]:
        measures.append(Measure(f"{name}: out-of-scope recall at that threshold", own_recall, "%"))
    return measures


def fit(examples: Pairs, embed: Embed) -> Trained:
    """As a tenant's examples are trained."""
    from workers.taught.material import material
    from workers.taught.training import train

    vectors = embed([text for text, _ in examples])
    return train(
        material(
            [(intent, text, vector) for (text, intent), vector in zip(examples, vectors, strict=True)],
            lambda texts: list(embed(texts)),
        )
    )


def _said(trained: Trained, inside: Pairs, outside: Pairs, embed: Embed) -> tuple[Any, Floats, Any]:
    """Whether each text was taken for its intent, how surely for any, and whether it has one."""
    import numpy as np

    texts = [text for text, _ in (*inside, *outside)]
    likely = trained.classifier.chances(texts, embed(texts))
    said = [trained.classifier.intents[at] for at in likely.argmax(axis=1)]
    right = np.array([name == intent for name, (_, intent) in zip(said, (*inside, *outside), strict=True)])
    return right, likely.max(axis=1), np.arange(len(texts)) < len(inside)


def _few(train: Pairs, each: int) -> Pairs:
    """So many examples of each intent, drawn alike at every run."""
    import random

    by_intent: dict[str, list[str]] = {}
    for text, intent in train:
        by_intent.setdefault(intent, []).append(text)
    draw = random.Random(SEED)  # noqa: S311  # a sample, no secret
    return [
        (text, intent)
        for intent, texts in sorted(by_intent.items())
        for text in (draw.sample(texts, each) if len(texts) > each else texts)
    ]


def _embed(texts: Sequence[str], progress: Progress) -> Embed:
    """Every text embedded once; what is asked for later is looked up or embedded then."""
    import numpy as np

    from clients.embeddings import InProcessEmbeddings

    known: dict[str, Floats] = {}
    model = InProcessEmbeddings()  # as an own server would not be: the same on every machine

    def embed(wanted: Sequence[str]) -> Floats:
        for text in dict.fromkeys(wanted):
            if text not in known:
                (known[text],) = model.queries([text])
            if len(known) % 5000 == 0:
                progress(f"{len(known)} texts embedded")
        return np.array([known[text] for text in wanted], dtype=np.float32)

    embed(texts)
    return embed
