"""What a tenant reads about a version before it trusts it: how often it is right on what it had not seen, and what to mend."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from workers.taught.threshold import frontier
from workers.taught.training import FEW, Judged, Trained

MOST_CONFUSIONS = 20
OVERLAP = 0.15  # of an intent's examples taken for another one's: the two overlap
SHOWN_CHARACTERS = 120


def report(trained: Trained, counts: dict[str, int], doubled: list[tuple[str, list[str]]]) -> dict[str, Any]:
    """As JSON. `counts`: each intent's examples; `doubled`: texts that stand in several intents."""
    judged, threshold = trained.judged, trained.classifier.threshold
    inside, right = judged.truth >= 0, judged.said == judged.truth
    accuracy, recall = frontier(right, judged.sure, inside, threshold)
    outside = int((~inside).sum())
    confusions = _confusions(judged)
    return {
        "accuracy": _rounded(right[inside].mean() if inside.any() else 0.0),
        "accuracy_with_threshold": _rounded(accuracy),
        "out_of_scope_recall": _rounded(recall) if outside else None,
        "rejected": _rounded((judged.sure < threshold)[inside].mean() if inside.any() else 0.0),
        "threshold": _rounded(threshold),
        "judged": int(inside.sum()),
        "judged_out_of_scope": outside,
        "intents": _by_intent(judged, threshold, counts),
        "confusions": confusions[:MOST_CONFUSIONS],
        "warnings": _warnings(judged, counts, confusions, doubled),
        "shape": {
            "emphasis": trained.classifier.space.shape.emphasis,
            "lexical": trained.classifier.space.shape.lexical,
            "reach": trained.classifier.space.shape.reach,
        },
    }


def _by_intent(judged: Judged, threshold: float, counts: dict[str, int]) -> list[dict[str, Any]]:
    """Precision and recall as visitors meet them: what is below the threshold is said of nobody."""
    said = np.where(judged.sure >= threshold, judged.said, -1)
    found = []
    for at, name in enumerate(judged.intents):
        hits = int(((said == at) & (judged.truth == at)).sum())
        claimed, true = int((said == at).sum()), int((judged.truth == at).sum())
        found.append(
            {
                "intent": name,
                "examples": counts.get(name, 0),
                "precision": _rounded(hits / claimed) if claimed else None,
                "recall": _rounded(hits / true) if true else None,
            }
        )
    return found


def _confusions(judged: Judged) -> list[dict[str, Any]]:
    wrong = np.flatnonzero((judged.truth >= 0) & (judged.said != judged.truth))
    pairs = Counter((int(judged.truth[at]), int(judged.said[at])) for at in wrong)
    example = {(int(judged.truth[at]), int(judged.said[at])): judged.texts[at] for at in reversed(wrong)}
    true = Counter(int(place) for place in judged.truth)
    return [
        {
            "intent": judged.intents[truth],
            "taken_for": judged.intents[said],
            "times": times,
            "share": _rounded(times / true[truth]),
            "example": example[truth, said][:SHOWN_CHARACTERS],
        }
        for (truth, said), times in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    ]


def _warnings(
    judged: Judged,
    counts: dict[str, int],
    confusions: list[dict[str, Any]],
    doubled: list[tuple[str, list[str]]],
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name, count in sorted(counts.items()):
        if name not in judged.intents:
            found.append(_warning("not_learnt", [name], "It has fewer than two examples, so it is not recognised."))
        elif count < FEW:
            text = f"It has {count} examples; {FEW} or more, worded differently, make it dependable."
            found.append(_warning("too_few_examples", [name], text))
    for each in confusions:
        if each["share"] >= OVERLAP and each["times"] >= 2:
            text = f"{each['share']:.0%} of the first one's examples are taken for the second."
            found.append(_warning("overlapping_intents", [each["intent"], each["taken_for"]], text))
    for text, names in doubled:
        found.append(_warning("same_example", names, f"The same example stands in each: {text[:SHOWN_CHARACTERS]}"))
    return found


def _warning(kind: str, intents: list[str], text: str) -> dict[str, Any]:
    return {"kind": kind, "intents": intents, "text": text}


def _rounded(value: float) -> float:
    return round(float(value), 4)
